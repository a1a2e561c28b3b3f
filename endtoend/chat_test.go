package endtoend

import (
	"bufio"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// talk is a running recall command whose input a test writes and whose output it reads.
type talk struct {
	t     *testing.T
	input interface{ Write([]byte) (int, error) }

	mutex   sync.Mutex
	arrived *sync.Cond
	lines   []string
	ended   bool
}

func startTalk(t *testing.T, made *exec.Cmd) *talk {
	t.Helper()
	input, err := made.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := made.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	made.Stderr = made.Stdout
	if err := made.Start(); err != nil {
		t.Fatal(err)
	}
	k := &talk{t: t, input: input}
	k.arrived = sync.NewCond(&k.mutex)
	go func() {
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			k.mutex.Lock()
			k.lines = append(k.lines, scanner.Text())
			k.mutex.Unlock()
			k.arrived.Broadcast()
		}
		k.mutex.Lock()
		k.ended = true
		k.mutex.Unlock()
		k.arrived.Broadcast()
	}()
	t.Cleanup(func() {
		_ = made.Process.Kill() // it may have ended
		_ = made.Wait()
	})
	return k
}

func (k *talk) types(line string) {
	k.t.Helper()
	if _, err := k.input.Write([]byte(line + "\n")); err != nil {
		k.t.Fatal(err)
	}
}

// sees waits for a line that matches.
func (k *talk) sees(pattern string) string {
	k.t.Helper()
	wanted := regexp.MustCompile(pattern)
	late := time.AfterFunc(patience, k.arrived.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(patience)
	k.mutex.Lock()
	defer k.mutex.Unlock()
	for {
		for _, line := range k.lines {
			if wanted.MatchString(line) {
				return line
			}
		}
		if k.ended || !time.Now().Before(deadline) {
			k.t.Fatalf("no line matches %s (ended: %t):\n%s", pattern, k.ended, strings.Join(k.lines, "\n"))
		}
		k.arrived.Wait()
	}
}

func TestTwoPeopleChatInTwoTerminalsAndTailShowsTheirRecalls(t *testing.T) {
	people := users(t, "alice", "bob")
	tail := startTalk(t, command(t, "tail"))
	tail.sees("^following the local stack at ws://")
	alice := startTalk(t, command(t, "chat", "--user", people[0], "--to", people[1]))
	alice.sees("^-- you are " + people[0] + " in a chat with " + people[1] + ", on the local stack at " +
		shared.Addresses().WebSocket)
	bob := startTalk(t, command(t, "chat", "--user", people[1], "--to", people[0]))
	bob.sees("^-- you are " + people[1])
	alice.types("canary-text")
	alice.sees("^#1 sent; it can be recalled until")
	bob.sees("^#1 .* " + people[0] + ": canary-text$")
	bob.types("/recall 1")
	bob.sees("^#1 not recalled: only its sender")
	alice.types("/recall 1 canary-reason")
	alice.sees(`^#1 \[message recalled\]$`)
	bob.sees(`^#1 \[message recalled: canary-reason\]$`)
	tail.sees(people[1] + ` +- +recall_denied +1 +- +- +- +-$`)
	line := tail.sees(people[0] + ` +sender +recalled +1 +1 +\d+ ms +0 +0$`)
	for _, each := range tail.lines {
		if strings.Contains(each, "canary") {
			t.Errorf("tail shows a text or reason: %s", each)
		}
	}
	if !regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d{3}  `).MatchString(line) {
		t.Errorf("tail's line has no time: %s", line)
	}
}

func TestAChatInAGroupShowsAModeratorsRecall(t *testing.T) {
	people := users(t, "alice", "bob")
	group := newGroup(t, people[0], people[1])
	alice := startTalk(t, command(t, "chat", "--user", people[0], "--group", group))
	alice.sees(`in group ` + group + ` \(Engineering\)`)
	bob := connect(t, people[1])
	bob.send("group_"+group, "off topic")
	alice.sees("^#1 .* " + people[1] + ": off topic$")
	alice.types("/recall 1 off topic")
	alice.sees(`^#1 \[message recalled\]$`)
	revoked := bob.event("revoked")["revocations"].([]any)[0].(frame)["revoked"].(frame)
	if revoked["role"] != "moderator" {
		t.Errorf("bob was told %v", revoked)
	}
}

func TestAMessageThatIsPipedInIsSentAndTheChatEnds(t *testing.T) {
	people := users(t, "alice", "bob")
	bob := connect(t, people[1])
	output, stderr, err := runs(t, "good morning\n", "chat", "--user", people[0], "--to", people[1])
	if err != nil || !strings.Contains(output, "#1 sent") {
		t.Fatalf("%v\n%s%s", err, output, stderr)
	}
	if got := bob.event("message")["message"].(frame)["body"].(frame)["text"]; got != "good morning" {
		t.Errorf("bob got %v", got)
	}
}

func TestATokenOfTheCommandLineConnectsAndExpires(t *testing.T) {
	user := users(t, "alice")[0]
	token := strings.TrimSpace(prints(t, "token", "--user", user, "--ttl", "3s"))
	alice := connectTo(t, shared.Addresses().WebSocket, user, token)
	hello := alice.must("hello", nil)
	if hello["user"] != user {
		t.Errorf("hello: %v", hello)
	}
	// The token expires while the connection is open. Then every frame is refused, but API Gateway keeps the connection.
	waitUntil(t, time.UnixMilli(int64(hello["tokenExpiresAt"].(float64))).Add(100*time.Millisecond))
	for range 2 {
		if reply := alice.ask("send", frame{"conversation": "c2c_bob", "body": frame{"text": "late"}}); code(reply) != 6206 {
			t.Errorf("a frame after the token's end: %v", reply)
		}
	}
	alice.write(websocket.MessageText, []byte("not JSON"))
	alice.take("an answer to what is not JSON", func(f frame) bool { return f["type"] == "reply" && code(f) == 7014 })
	for _, wrong := range [][]string{{"token", "--user", "al#ice"}, {"token", "--user", "alice", "--ttl", "0s"}} {
		if output, stderr, err := runs(t, "", wrong...); err == nil || output != "" || stderr == "" {
			t.Errorf("%v: %v, %s%s", wrong, err, output, stderr)
		}
	}
}

func TestATokenForAnotherStackIsSignedWithItsSecret(t *testing.T) {
	made := command(t, "token", "--user", "alice")
	made.Env = append(made.Env, "RECALL_TOKEN_SECRET="+strings.Repeat("x", 32))
	token, err := made.Output()
	if err != nil || len(strings.Split(string(token), ".")) != 3 {
		t.Fatalf("%v: %s", err, token)
	}
	output, stderr, err := runs(t, "hi\n", "chat", "--user", "alice", "--to", "bob",
		"--token", strings.TrimSpace(string(token)), "--url", shared.Addresses().WebSocket)
	if err == nil || !strings.Contains(stderr, "the token is refused") {
		t.Errorf("%v: %s%s", err, output, stderr)
	}
	if output, err := exec.Command(shared.commandLine.path, "version").CombinedOutput(); err != nil ||
		!strings.HasPrefix(string(output), "recall ") {
		t.Errorf("version: %v %s", err, output)
	}
	if output, err := exec.Command(shared.commandLine.path, "tail", "nonsense").CombinedOutput(); err == nil {
		t.Error(fmt.Sprint("tail nonsense ended well: ", string(output)))
	}
}
