package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// agent is an MCP host that has started `recall mcp` and talks to it over its standard input and output.
type agent struct {
	t              *testing.T
	command        *exec.Cmd
	session        *mcp.ClientSession
	output, errors bytes.Buffer // may be read after the command has ended
}

// untilClosed gives a host what the command writes, for as long as the host reads.
type untilClosed struct{ *io.PipeWriter }

func (w untilClosed) Write(data []byte) (int, error) {
	_, _ = w.PipeWriter.Write(data) // It fails when the host has closed its side.
	return len(data), nil
}

func startAgent(t *testing.T, user string) *agent {
	t.Helper()
	a := &agent{t: t, command: command(t, "mcp", "--user", user)}
	input, err := a.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	read, write := io.Pipe()
	a.command.Stdout, a.command.Stderr = io.MultiWriter(&a.output, untilClosed{write}), &a.errors
	if err := a.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = a.command.Process.Kill() // it may have ended
		_ = a.command.Wait()
		_ = write.Close()
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	host := mcp.NewClient(&mcp.Implementation{Name: "endtoend", Version: "1"}, nil)
	if a.session, err = host.Connect(ctx, &mcp.IOTransport{Reader: read, Writer: input}, nil); err != nil {
		t.Fatalf("connect to recall mcp: %v", err)
	}
	return a
}

// call calls a tool. It returns the result, or the text of the error that the tool reports.
func (a *agent) call(tool string, arguments frame) (result frame, failure string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	answer, err := a.session.CallTool(ctx, &mcp.CallToolParams{Name: tool, Arguments: arguments})
	if err != nil {
		a.t.Fatalf("%s: %v", tool, err)
	}
	text := answer.Content[0].(*mcp.TextContent).Text
	if answer.IsError {
		return nil, text
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		a.t.Fatalf("%s answers %s: %v", tool, text, err)
	}
	return result, ""
}

func (a *agent) does(tool string, arguments frame) frame {
	a.t.Helper()
	result, failure := a.call(tool, arguments)
	if failure != "" {
		a.t.Fatalf("%s: %s", tool, failure)
	}
	return result
}

// ends waits until the command has ended. Its standard output must have been nothing but the protocol.
func (a *agent) ends() {
	a.t.Helper()
	if err := a.command.Wait(); err != nil {
		a.t.Errorf("recall mcp ended with %v", err)
	}
	if a.errors.Len() > 0 {
		a.t.Errorf("recall mcp wrote to the standard error: %s", a.errors.String())
	}
	for line := range bytes.Lines(a.output.Bytes()) {
		var message struct{ JSONRPC string }
		if err := json.Unmarshal(line, &message); err != nil || message.JSONRPC != "2.0" {
			a.t.Errorf("recall mcp wrote what is not the protocol: %s", line)
		}
	}
}

func TestAnAgentTakesBackWhatItSaidAndAnswersNothingThatWasRecalled(t *testing.T) {
	people := users(t, "alice", "bot")
	alice, bot := connect(t, people[0]), startAgent(t, people[1])
	with := "c2c_" + alice.user

	sent := bot.does("send", frame{"conversation": with, "text": "the password is hunter2"})
	if event := alice.event("message"); messageID(event) != sent["messageId"] {
		t.Errorf("alice got %v, and the tool says %v", event, sent)
	}
	bot.does("recall", frame{"conversation": with, "messageId": sent["messageId"], "reason": "a secret"})
	if event := alice.event("revoked"); messageID(event) != sent["messageId"] {
		t.Errorf("alice was told %v", event)
	}
	if storedItem(t, directKey(people[0], people[1]), sent["messageId"].(string))["body"] != nil {
		t.Error("the stored item still has a body")
	}

	question := alice.send("c2c_"+people[1], "what is six times seven?")
	listed := bot.does("conversations", nil)["conversations"].([]any)
	if len(listed) != 1 || listed[0].(map[string]any)["conversation"] != with {
		t.Errorf("the conversations are %v", listed)
	}
	read := bot.does("history", frame{"conversation": with})["messages"].([]any)
	first, second := read[0].(map[string]any), read[1].(map[string]any)
	if first["body"] != nil || first["revoked"].(map[string]any)["reason"] != "a secret" ||
		second["messageId"] != question || second["body"].(map[string]any)["text"] != "what is six times seven?" {
		t.Errorf("the history is %v", read)
	}

	// The agent prepares its answer. Meanwhile the question is recalled.
	alice.must("revoke", frame{"conversation": "c2c_" + people[1], "messageId": question})
	answer := frame{"conversation": with, "text": "42", "replyTo": question, "unlessRevoked": question}
	_, failure := bot.call("send", answer)
	if !strings.HasPrefix(failure, "not sent: the message that it answers was recalled") {
		t.Errorf("the tool says %q", failure)
	}
	alice.none("message")

	if err := bot.session.Close(); err != nil { // This closes the command's standard input.
		t.Error(err)
	}
	bot.ends()
}

func TestAnInterruptedMCPServerEndsWell(t *testing.T) {
	bot := startAgent(t, users(t, "bot")[0])
	if err := bot.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	bot.ends()
}

func TestMCPSaysWhatToDoWhenNothingRuns(t *testing.T) {
	made := command(t, "mcp", "--user", "bot")
	made.Args[3] = filepath.Join(t.TempDir(), "none") // --state
	var output, errors bytes.Buffer
	made.Stdout, made.Stderr = &output, &errors
	err := made.Run()
	if err == nil || output.Len() > 0 ||
		!strings.Contains(errors.String(), "no local stack is running; start one with: recall local") {
		t.Errorf("%v: %s%s", err, output.String(), errors.String())
	}
}
