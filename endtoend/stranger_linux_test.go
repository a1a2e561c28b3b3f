package endtoend

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/local/state"
)

// local prepares `recall local` on free ports, with a state file of its own.
func local(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	made := command(t, append([]string{"local", "--any-ports"}, arguments...)...)
	made.Args[3] = filepath.Join(t.TempDir(), "state.json") // --state
	made.Dir = ".."
	return made
}

// descendants returns the processes that a process has started, and the processes that these have started.
func descendants(t *testing.T, process int) []int {
	t.Helper()
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", process))
	if err != nil {
		t.Fatal(err)
	}
	found := []int{}
	for _, file := range tasks {
		children, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		for _, text := range strings.Fields(string(children)) {
			child, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			found = append(append(found, child), descendants(t, child)...)
		}
	}
	return found
}

// listenAddresses returns the addresses at which processes listen. It reads them from the kernel.
func listenAddresses(t *testing.T, processes []int) (addresses []string) {
	t.Helper()
	sockets := map[string]bool{}
	for _, process := range processes {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", process))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			target, err := os.Readlink(file)
			if err != nil {
				continue // closed meanwhile
			}
			if number, ok := strings.CutPrefix(target, "socket:["); ok {
				sockets[strings.TrimSuffix(number, "]")] = true
			}
		}
	}
	const listens = "0A"
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, err := os.ReadFile(table)
		if err != nil {
			continue // without IPv6
		}
		for line := range strings.Lines(string(content)) {
			columns := strings.Fields(line)
			if len(columns) > 9 && columns[3] == listens && sockets[columns[9]] {
				addresses = append(addresses, columns[1])
			}
		}
	}
	return addresses
}

// onLoopback reports whether an address of /proc/net/tcp is 127.0.0.1, also when written for IPv6.
func onLoopback(address string) bool {
	host, _, _ := strings.Cut(address, ":")
	return host == "0100007F" || host == "0000000000000000FFFF00000100007F" || host == "00000000000000000000000001000000"
}

func TestAStrangerStartsTheStackUsesWhatItPrintsAndEndsItWithoutALeftover(t *testing.T) {
	made := local(t)
	stack := startTalk(t, made)
	stack.sees(`Ctrl-C stops`)
	address := strings.Fields(stack.sees(`^  WebSocket API `))[2]
	token := strings.Fields(stack.sees(`^  alice `))[1]
	alice := connectTo(t, address, "alice", token)
	alice.must("hello", nil)
	alice.send("c2c_bob", "canary-text")
	stack.sees(`^\d\d:\d\d:\d\d\.\d{3}  \S{16} +alice +\$connect +ConnectFunction +[\d.]+ ms +ok$`)
	stack.sees(`^\d\d:\d\d:\d\d\.\d{3}  \S{16} +alice +send +SendFunction +[\d.]+ ms +ok$`)
	if welcome := stack.sees(`npx wscat`); !strings.Contains(welcome, address) || !strings.Contains(welcome, token) {
		t.Errorf("the line to try is %q", welcome)
	}
	running, err := state.Read(made.Args[3])
	if err != nil || running.Addresses.WebSocket != address {
		t.Errorf("the state file says %+v, %v", running.Addresses, err)
	}
	processes := append(descendants(t, made.Process.Pid), made.Process.Pid)
	if len(processes) < 4 { // itself, DynamoDB Local, ElasticMQ, functions
		t.Errorf("only these processes run: %v", processes)
	}
	addresses := listenAddresses(t, processes)
	if len(addresses) < 7 {
		t.Errorf("only these ports are listened at: %v", addresses)
	}
	for _, each := range addresses {
		if !onLoopback(each) {
			t.Errorf("the stack listens at %s, which is not the loopback interface", each)
		}
	}
	if err := made.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := made.Wait(); err != nil {
		t.Errorf("after Ctrl-C the stack ends with %v", err)
	}
	for _, process := range processes {
		if syscall.Kill(process, 0) == nil {
			t.Errorf("process %d is left behind", process)
		}
	}
	if _, err := state.Read(made.Args[3]); err == nil {
		t.Error("the state file is left behind")
	}
	if err := alice.ends(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("alice's connection ended with %v, want 1001", err)
	}
	if slices.ContainsFunc(stack.lines, func(line string) bool { return strings.Contains(line, "canary") }) {
		t.Error("a text is on the screen")
	}
}

func TestWithJSONTheAddressesAreAllThatStandsOnStandardOutputAndSwitchesWork(t *testing.T) {
	// At this speed the idle limit of 10 minutes is reached after 5 seconds.
	made := local(t, "--json", "--quiet", "--speed", "120", "--parameter", "RecallWindowSeconds=1")
	output, err := made.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Start(); err != nil {
		t.Fatal(err)
	}
	lines := json.NewDecoder(output)
	var addresses state.Addresses
	if err := lines.Decode(&addresses); err != nil || !strings.HasPrefix(addresses.WebSocket, "ws://127.0.0.1:") ||
		addresses.DynamoDB == "" {
		t.Errorf("%+v, %v", addresses, err)
	}
	recallsTooLateAndIdles(t, addresses.WebSocket, made.Args[3])
	if err := made.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var more any
	if err := lines.Decode(&more); err == nil {
		t.Errorf("standard output also has %v", more)
	}
	if err := made.Wait(); err != nil {
		t.Errorf("after SIGTERM the stack ends with %v", err)
	}
}

// recallsTooLateAndIdles recalls after a window of one second, and then waits until the idle limit closes the
// connection.
func recallsTooLateAndIdles(t *testing.T, address, stateFile string) {
	asked := command(t, "token", "--user", "alice")
	asked.Args[3] = stateFile
	token, err := asked.Output()
	if err != nil {
		t.Fatal(err)
	}
	alice := connectTo(t, address, "alice", strings.TrimSpace(string(token)))
	sent := alice.must("send", frame{"conversation": "c2c_bob", "body": frame{"text": "a second"}})["message"].(frame)
	waitUntil(t, time.UnixMilli(int64(sent["recallableUntil"].(float64))+1))
	reply := alice.ask("revoke", frame{"conversation": "c2c_bob", "messageId": sent["messageId"]})
	if code(reply) != 20016 {
		t.Errorf("a recall after the window: %v", reply)
	}
	if err := alice.ends(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("an idle connection ended with %v, want 1001", err)
	}
}

func TestTakenPortsAreAllSaidAtOnceWithTheFlagsThatHelp(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	flags := []string{"--port", "--demo-port", "--admin-port", "--dynamodb-port", "--queues-port", "--events-port"}
	var arguments []string
	for _, flag := range flags {
		arguments = append(arguments, flag, port)
	}
	made := local(t)
	made.Args = append(slices.DeleteFunc(made.Args, func(each string) bool { return each == "--any-ports" }),
		arguments...)
	output, err := made.CombinedOutput()
	if err == nil || !strings.HasPrefix(string(output), "recall: taken, perhaps by another local stack: ") ||
		!strings.Contains(string(output), "--any-ports") {
		t.Errorf("%v: %s", err, output)
	}
	for _, flag := range flags {
		if !regexp.MustCompile("port " + port + " for [^(]+ \\(" + flag + "\\)").Match(output) {
			t.Errorf("%s is not named: %s", flag, output)
		}
	}
}

func TestAChatSurvivesARestartOfTheStackAndSaysWhatIsGone(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(free.Addr().(*net.TCPAddr).Port)
	_ = free.Close()
	ports := []string{
		"--port", port, "--demo-port", "0", "--admin-port", "0", "--dynamodb-port", "0", "--queues-port", "0",
	}
	starts := func(stateFile string) (*exec.Cmd, *talk) {
		made := local(t)
		made.Args = append(slices.DeleteFunc(made.Args, func(each string) bool { return each == "--any-ports" }), ports...)
		if stateFile != "" {
			made.Args[3] = stateFile
		}
		stack := startTalk(t, made)
		stack.sees(`Ctrl-C stops`)
		return made, stack
	}
	first, _ := starts("")
	stateFile := first.Args[3]
	recalls := func(arguments ...string) *exec.Cmd {
		made := command(t, arguments...)
		for i, each := range made.Args {
			if each == "--state" {
				made.Args[i+1] = stateFile
			}
		}
		return made
	}
	for _, arguments := range [][]string{{"admin", "put-group", "eng"}, {"admin", "put-member", "eng", "alice"}} {
		if output, err := recalls(arguments...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", arguments, err, output)
		}
	}
	alice := startTalk(t, recalls("chat", "--user", "alice", "--to", "bob"))
	alice.sees(`^-- you are alice in a chat with bob, on the local stack at ws://127.0.0.1:` + port)
	group := startTalk(t, recalls("chat", "--user", "alice", "--group", "eng"))
	group.sees(`^-- you are alice in group eng`)
	if err := first.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	alice.sees(`^-- the local stack has ended; this chat goes on when it is started again: recall local$`)
	_ = first.Wait()
	starts(stateFile)
	alice.sees(`^-- connected again; the local stack was started again, and the messages and groups of before are gone$`)
	group.sees(`^-- there is no group eng, or alice is not in it; recall admin put-group eng makes it`)
	alice.types("still here")
	alice.sees(`^#1 sent`)
	output, err := func() ([]byte, error) {
		nobody := recalls("chat", "--user", "mallory", "--group", "eng")
		nobody.Stdin = strings.NewReader("hi\n")
		return nobody.CombinedOutput()
	}()
	if err == nil || !strings.Contains(string(output), "there is no group eng, or mallory is not in it") {
		t.Errorf("a chat in a group that is gone: %v: %s", err, output)
	}
}

func TestTheErrorForAMissingOrBrokenPartSaysWhatToDo(t *testing.T) {
	withoutJava := t.TempDir()
	for _, program := range []string{"go", "git"} {
		found, err := exec.LookPath(program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(found, filepath.Join(withoutJava, program)); err != nil {
			t.Fatal(err)
		}
	}
	original, err := os.ReadFile("../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(broken, []byte(strings.ReplaceAll(string(original), "AWS::SQS::Queue", "AWS::SQS::Quehue")),
		0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments []string
		path      string
		want      string
	}{
		"no Java": {
			nil, withoutJava, `needs Java 17 or newer, which is not on the PATH; run: scripts/require.sh java dynamodb-local`,
		},
		"an unknown resource": {[]string{"--template", broken}, "", `line \d+: .*Quehue`},
		"a wrong parameter": {
			[]string{"--parameter", "RecallWindowSeconds=soon"}, "",
			`parameter RecallWindowSeconds: the value must be a number\n$`,
		},
		"an unknown parameter":  {[]string{"--parameter", "Nonsense=1"}, "", `has no parameter "Nonsense"`},
		"programs not compiled": {[]string{"--programs", t.TempDir()}, "", `there is no .*bootstrap; build it`},
	} {
		made := local(t, c.arguments...)
		if c.path != "" {
			made.Env = append(made.Env, "PATH="+c.path, "JAVA_HOME=")
		}
		started := time.Now()
		output, err := made.CombinedOutput()
		if err == nil || !regexp.MustCompile(c.want).Match(output) {
			t.Errorf("%s: %v after %s: %s", name, err, time.Since(started), output)
		}
	}
}
