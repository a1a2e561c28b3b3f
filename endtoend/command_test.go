package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// commandLine is the compiled recall command, and the state file by which it finds the tests' stack.
type commandLine struct {
	building sync.Once
	path     string
	state    string
	failure  error
}

// command prepares `recall WORDS… --state FILE ARGUMENTS…`, where words are those before the first flag.
func command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	shared.commandLine.building.Do(func() {
		shared.commandLine.path = filepath.Join(shared.temporary, "recall")
		shared.commandLine.state = filepath.Join(shared.temporary, "state.json")
		output, err := exec.Command("go", "build", "-o", shared.commandLine.path, "../cmd/recall").CombinedOutput()
		if err != nil {
			shared.commandLine.failure = fmt.Errorf("%w\n%s", err, output)
			return
		}
		shared.commandLine.failure = shared.State().Write(shared.commandLine.state)
	})
	if err := shared.commandLine.failure; err != nil {
		t.Fatalf("build the command line: %v", err)
	}
	made := exec.CommandContext(t.Context(), shared.commandLine.path,
		append([]string{arguments[0], "--state", shared.commandLine.state}, arguments[1:]...)...)
	made.Env = append(os.Environ(), "TZ=UTC")
	return made
}

// runs runs recall until it ends, and returns what it printed.
func runs(t *testing.T, input string, arguments ...string) (output, errors string, err error) {
	t.Helper()
	made := command(t, arguments...)
	var stdout, stderr bytes.Buffer
	made.Stdin, made.Stdout, made.Stderr = strings.NewReader(input), &stdout, &stderr
	err = made.Run()
	return stdout.String(), stderr.String(), err
}

// prints runs recall, fails if it does not succeed, and returns its output.
func prints(t *testing.T, arguments ...string) string {
	t.Helper()
	output, stderr, err := runs(t, "", arguments...)
	if err != nil {
		t.Fatalf("recall %s: %v\n%s%s", strings.Join(arguments, " "), err, output, stderr)
	}
	return output
}

// wants checks an output against a pattern.
func wants(t *testing.T, what, output, pattern string) {
	t.Helper()
	if !regexp.MustCompile("(?s)^" + pattern + "$").MatchString(output) {
		t.Errorf("%s printed\n%s\nwant %s", what, output, pattern)
	}
}

const at = `\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`

func TestAdminRevokeTakesBackAWeekOldMessageAndBothSeeIt(t *testing.T) {
	people := users(t, "alice", "bob")
	alice, bob := connectPython(t, people[0]), connect(t, people[1])
	key := directKey(alice.user, bob.user)
	id := agedCopy(t, key, alice.send("c2c_"+bob.user, "a week ago"), 7*24*time.Hour)
	if reply := alice.ask("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id}); code(reply) != 20016 {
		t.Fatalf("its sender recalls it: %v", reply)
	}
	both := alice.user + "," + bob.user
	wants(t, "admin revoke",
		prints(t, "admin", "revoke", "--users", both, "--reason", "legal", "--operator", "moderation", id),
		id+`  recalled  `+at+` by moderation as admin\n`)
	for _, side := range []*device{alice, bob} {
		event := side.event("revoked")
		revoked := event["revocations"].([]any)[0].(frame)["revoked"].(frame)
		if messageID(event) != id || revoked["role"] != "admin" || revoked["reason"] != "legal" {
			t.Errorf("%s was told %v", side.user, event)
		}
	}
	if storedItem(t, key, id)["body"] != nil {
		t.Error("the stored item still has a body")
	}
	wants(t, "the repeat", prints(t, "admin", "revoke", "--users", both, "--operator", "moderation", id),
		id+`  recalled before  `+at+` by moderation as admin\n`)
	wants(t, "audit", prints(t, "admin", "audit", "--users", both),
		`RECALLED +BY +AS +CONVERSATION +MESSAGE +OF +SENT +REASON\n`+
			at+` +moderation +admin +[^\n]+ +`+id+` +`+alice.user+` +`+at+` +"legal"\n`)
}

func TestAdminActionsOfAGroupAsTablesAndAsJSON(t *testing.T) {
	people := users(t, "eng", "alice", "bob")
	group, owner, member := people[0], people[1], people[2]
	wants(t, "put-group", prints(t, "admin", "put-group", group, "--name", "Engineering", "--window", "3600"),
		"group "+group+" is there\n")
	wants(t, "put-member", prints(t, "admin", "put-member", group, owner, "owner"),
		owner+" is owner of group "+group+"\n")
	wants(t, "put-member, JSON", prints(t, "admin", "put-member", "--json", group, member),
		`\{"type":"reply","action":"putMember","ok":true\}\n`)
	wants(t, "group", prints(t, "admin", "group", group),
		"group "+group+` \(Engineering\), recall window: 3600 seconds, 2 members\nowner   `+owner+`\nmember  `+member+`\n`)
	wants(t, "audit of a group without recalls", prints(t, "admin", "audit", "--group", group), "RECALLED[^\n]*\n")
	if _, stderr, err := runs(t, "", "admin", "audit", "--group", group+"-misspelt"); err == nil ||
		!strings.Contains(stderr, "conversation_not_found (10015)") {
		t.Errorf("the audit of no group: %v, %s", err, stderr)
	}
	alice, bob := connect(t, owner), connect(t, member)
	id := bob.send("group_"+group, "spam")
	recallableUntil := alice.event("message")["message"].(frame)["recallableUntil"].(float64)
	if recallableUntil < float64(time.Now().Add(50*time.Minute).UnixMilli()) {
		t.Error("the group's window of an hour is not in force")
	}
	missing := newULID(t)
	output, stderr, err := runs(t, "", "admin", "revoke", "--group", group, id, missing)
	if err == nil || !strings.Contains(stderr, "some messages were not recalled") {
		t.Errorf("a recall that fails in part ended with %v: %s", err, stderr)
	}
	wants(t, "revoke", output,
		id+` +recalled +`+at+` by admin as admin\n`+missing+` +failed +message_not_found \(10030\): [^\n]+\n`)
	wants(t, "audit, JSON", prints(t, "admin", "audit", "--json", "--group", group),
		`\{"type":"reply","action":"audit","ok":true,"recalls":\[\{[^\n]*`+id+`[^\n]*\]\}\n`)
	wants(t, "audit by operator", prints(t, "admin", "audit", "--operator", "admin", "--since", "1h"),
		`RECALLED.*group `+group+`.*`)
	wants(t, "delete-member", prints(t, "admin", "delete-member", group, member), member+" is not in group "+group+"\n")
	wants(t, "delete-group", prints(t, "admin", "delete-group", group), "group "+group+" is deleted\n")
	_, stderr, err = runs(t, "", "admin", "put-member", group, member, "member")
	if err == nil ||
		!strings.Contains(stderr,
			"conversation_not_found (10015): there is no group "+group+"; make it with: recall admin put-group "+group) {
		t.Errorf("a member of a deleted group: %v, %s", err, stderr)
	}
}

func TestAdminSettingsAreShownAndChanged(t *testing.T) {
	wants(t, "get-settings", prints(t, "admin", "get-settings"), "recall window: 120 seconds\n")
	wants(t, "put-settings", prints(t, "admin", "put-settings", "120"),
		"recall window: 120 seconds; messages sent before keep theirs\n")
	wants(t, "get-settings, JSON", prints(t, "admin", "get-settings", "--json"),
		`\{"type":"reply","action":"getSettings","ok":true,"recallWindowSeconds":120\}\n`)
	_, stderr, err := runs(t, "", "admin", "put-settings", "604801")
	if err == nil || !strings.Contains(stderr, "invalid_request (6017): recallWindowSeconds") {
		t.Errorf("a window of over a week: %v, %s", err, stderr)
	}
}

func TestAdminRevokeBySenderShowsItsProgressPageByPage(t *testing.T) {
	people := users(t, "spammer", "bob")
	spammer := connect(t, people[0])
	for i := range 120 {
		spammer.send("c2c_"+people[1], fmt.Sprint("spam ", i))
	}
	output, stderr, err := runs(t, "", "admin", "revoke-by-sender", "--users", strings.Join(people, ","), people[0],
		"--reason", "spam")
	if err != nil {
		t.Fatalf("%v\n%s%s", err, output, stderr)
	}
	wants(t, "revoke-by-sender", output, "120 messages of "+people[0]+" recalled, 0 failed\n")
	wants(t, "its progress", stderr, `page 1: \d+ recalled, 0 failed\n.*page \d: 120 recalled, 0 failed\n`)
	again := prints(t, "admin", "revoke-by-sender", "--json", "--users", strings.Join(people, ","), people[0])
	for line := range strings.Lines(again) {
		var reply frame
		err := json.Unmarshal([]byte(line), &reply)
		if err != nil || reply["ok"] != true || len(reply["results"].([]any)) != 0 {
			t.Errorf("nothing is left, and yet: %s", line)
		}
	}
}

func TestAdminRawSendsWhatItReadsAndPrintsTheReply(t *testing.T) {
	output, stderr, err := runs(t, `{"action":"getSettings","id":"7"}`, "admin", "raw")
	if err != nil ||
		output != `{"type":"reply","action":"getSettings","id":"7","ok":true,"recallWindowSeconds":120}`+"\n" {
		t.Errorf("%v: %s%s", err, output, stderr)
	}
	output, stderr, err = runs(t, "not JSON", "admin", "raw")
	if err == nil || !strings.Contains(output, `"name":"unknown_action"`) ||
		!strings.Contains(stderr, "the reply says why") {
		t.Errorf("what is not JSON: %v: %s%s", err, output, stderr)
	}
}

func TestAdminReachesADeployedFunctionByItsURLAndByInvocation(t *testing.T) {
	for name, arguments := range map[string][]string{
		"its URL":           {"admin", "--url", shared.Addresses().Admin, "get-settings"},
		"direct invocation": {"admin", "--function", "AdminFunction", "get-settings"},
	} {
		made := command(t, arguments...)
		// the value of --state, so that recall does not find the local stack
		made.Args[3] = filepath.Join(t.TempDir(), "none")
		made.Env = append(made.Env, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1",
			"AWS_CONFIG_FILE=/dev/null",
			"AWS_ENDPOINT_URL_LAMBDA="+shared.Addresses().Lambda)
		if output, err := made.CombinedOutput(); err != nil || string(output) != "recall window: 120 seconds\n" {
			t.Errorf("by %s: %v: %s", name, err, output)
		}
	}
}

func TestAdminSaysWhatToDoWhenNothingRuns(t *testing.T) {
	made := command(t, "admin", "get-settings")
	made.Args[3] = filepath.Join(t.TempDir(), "none") // --state
	output, err := made.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "no local stack is running; start one with: recall local") {
		t.Errorf("%v: %s", err, output)
	}
}
