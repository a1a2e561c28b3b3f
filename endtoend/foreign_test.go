package endtoend

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/coder/websocket"
	"github.com/oklog/ulid/v2"
)

// foreign returns the path of a client that is not part of this project.
func foreign(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Abs(filepath.Join("..", ".tools", path))
	if err == nil {
		_, err = os.Stat(found)
	}
	if err != nil {
		t.Fatalf("a client of the tests is missing (%v); run: scripts/require.sh foreign", err)
	}
	return found
}

// program is a connection by a program that sends the lines it reads and prints the frames it gets.
type program struct {
	command *exec.Cmd
	input   io.Writer
	output  *bufio.Scanner
}

func (p program) read() ([]byte, error) {
	for p.output.Scan() {
		// wscat prints its prompt before a frame.
		if start := bytes.IndexByte(p.output.Bytes(), '{'); start >= 0 {
			return bytes.Clone(p.output.Bytes()[start:]), nil
		}
	}
	return nil, fmt.Errorf("%s has ended: %w", filepath.Base(p.command.Path), io.EOF)
}

func (p program) write(_ context.Context, _ websocket.MessageType, data []byte) error {
	_, err := p.input.Write(append(data, '\n'))
	return err
}

func (p program) close() {
	_ = p.command.Process.Kill() // it may have ended
	_ = p.command.Wait()
}

// connectBy connects a user with a program, and returns when the server has answered hello.
func connectBy(t *testing.T, user string, command *exec.Cmd) *device {
	t.Helper()
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	lines.Buffer(nil, 1<<20)
	d := newDevice(t, user, program{command, input, lines})
	for deadline := time.Now().Add(patience); ; {
		// wscat drops the lines that it reads before it is connected, and does not report that it is connected.
		d.write(websocket.MessageText, []byte(`{"action":"hello","id":"connected?"}`))
		if d.arrivedWithin(200 * time.Millisecond) {
			return d
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s cannot connect %s", filepath.Base(command.Path), user)
		}
	}
}

// arrivedWithin waits for the first frame.
func (d *device) arrivedWithin(wait time.Duration) bool {
	late := time.AfterFunc(wait, d.arrived.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(wait)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for len(d.frames) == 0 && d.closed == nil && time.Now().Before(deadline) {
		d.arrived.Wait()
	}
	return len(d.frames) > 0
}

func tokenOf(t *testing.T, user string) string {
	t.Helper()
	token, err := shared.Token(user, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// connectPython connects with Python's websockets.
func connectPython(t *testing.T, user string) *device {
	t.Helper()
	command := exec.Command(foreign(t, "foreign/bin/python"), "testdata/device.py", shared.Addresses().WebSocket)
	command.Env = append(os.Environ(), "RECALL_TOKEN="+tokenOf(t, user))
	return connectBy(t, user, command)
}

// connectWscat connects with wscat.
func connectWscat(t *testing.T, user string) *device {
	t.Helper()
	return connectBy(t, user,
		exec.Command(foreign(t, "wscat/node_modules/.bin/wscat"), "--connect", shared.Addresses().WebSocket,
			"--header", "Authorization: Bearer "+tokenOf(t, user)))
}

func TestForeignClientsSendAndRecall(t *testing.T) {
	clients := map[string]func(*testing.T, string) *device{"websockets": connectPython, "wscat": connectWscat}
	for _, pair := range [][2]string{{"websockets", "wscat"}, {"wscat", "websockets"}} {
		t.Run(pair[0]+" to "+pair[1], func(t *testing.T) {
			people := users(t, "alice", "bob")
			alice, bob := clients[pair[0]](t, people[0]), clients[pair[1]](t, people[1])
			to, key := "c2c_"+bob.user, directKey(alice.user, bob.user)
			id := alice.send(to, "hello")
			got := bob.event("message")["message"].(frame)
			if got["messageId"] != id || got["body"].(frame)["text"] != "hello" {
				t.Errorf("%s got %v", pair[1], got)
			}
			if item := storedItem(t, key, id); item["body"] == nil {
				t.Fatal("the stored item has no body before the recall")
			}
			alice.must("revoke", frame{"conversation": to, "messageId": id})
			if event := bob.event("revoked"); messageID(event) != id || event["conversation"] != "c2c_"+alice.user {
				t.Errorf("%s was told %v", pair[1], event)
			}
			if item := storedItem(t, key, id); item["body"] != nil || item["revocationId"] == nil {
				t.Error("G3: the stored item still has a body, or no recall")
			}
			late := agedCopy(t, key, alice.send(to, "too late"), 3*time.Minute)
			reply := alice.ask("revoke", frame{"conversation": to, "messageId": late})
			if code(reply) != 20016 || storedItem(t, key, late)["body"] == nil {
				t.Errorf("a recall after the window: %v", reply)
			}
		})
	}
}

// agedCopy stores a copy of a message as if it had been sent earlier, and returns its ID.
func agedCopy(t *testing.T, conversationKey, messageID string, age time.Duration) string {
	t.Helper()
	item := maps.Clone(storedItem(t, conversationKey, messageID))
	id, err := ulid.ParseStrict(messageID)
	if err != nil {
		t.Fatal(err)
	}
	if err := id.SetTime(id.Time() - uint64(age.Milliseconds())); err != nil {
		t.Fatal(err)
	}
	item["sk"] = &types.AttributeValueMemberS{Value: "msg#" + id.String()}
	for _, name := range []string{"sentAt", "recallableUntil"} {
		at, err := strconv.ParseInt(item[name].(*types.AttributeValueMemberN).Value, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		item[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(at-age.Milliseconds(), 10)}
	}
	delete(item, "due")
	if _, err := storage().PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("MessagesTable"),
		Item:      item,
	}); err != nil {
		t.Fatalf("store an aged copy: %v", err)
	}
	return id.String()
}

// awsCommand runs AWS's own command line against the local @connections.
func awsCommand(t *testing.T, arguments ...string) (output string, err error) {
	t.Helper()
	arguments = append([]string{"apigatewaymanagementapi"},
		append(arguments, "--endpoint-url", shared.Addresses().Management)...)
	command := exec.CommandContext(t.Context(), foreign(t, "foreign/bin/aws"), arguments...)
	command.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_CONFIG_FILE=/dev/null")
	raw, err := command.CombinedOutput()
	return string(raw), err
}

func TestAWSsCommandLinePostsToAConnectionReadsAndDeletesIt(t *testing.T) {
	bob := connectPython(t, users(t, "bob")[0])
	connection := connectionID(t, bob.user)
	if output, err := awsCommand(t, "post-to-connection", "--connection-id", connection,
		"--data", `{"type":"posted","by":"aws"}`); err != nil {
		t.Fatalf("post-to-connection: %v\n%s", err, output)
	}
	if event := bob.event("posted"); event["by"] != "aws" {
		t.Errorf("bob got %v", event)
	}
	output, err := awsCommand(t, "get-connection", "--connection-id", connection)
	var described struct {
		ConnectedAt time.Time
		Identity    struct{ SourceIp string }
	}
	if err != nil || json.Unmarshal([]byte(output), &described) != nil || described.Identity.SourceIp != "127.0.0.1" ||
		described.ConnectedAt.IsZero() {
		t.Errorf("get-connection: %v\n%s", err, output)
	}
	if output, err := awsCommand(t, "delete-connection", "--connection-id", connection); err != nil {
		t.Fatalf("delete-connection: %v\n%s", err, output)
	}
	bob.ends()
	if output, err := awsCommand(t, "post-to-connection", "--connection-id", connection, "--data", "{}"); err == nil ||
		!strings.Contains(output, "GoneException") {
		t.Errorf("a post to a closed connection: %v\n%s", err, output)
	}
}

// ends waits until the connection is closed, and returns the error that closed it.
func (d *device) ends() error {
	d.t.Helper()
	late := time.AfterFunc(patience, d.arrived.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(patience)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for d.closed == nil {
		if !time.Now().Before(deadline) {
			d.t.Fatalf("the connection of %s stays open", d.user)
		}
		d.arrived.Wait()
	}
	return d.closed
}
