package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// agent is an MCP host's side of the tools of one user.
type agent struct {
	t       *testing.T
	tools   *mcpTools
	session *mcp.ClientSession
}

// serveAgent logs a user in and connects a host to their tools.
func serveAgent(t *testing.T, user string, options client.Options) *agent {
	t.Helper()
	tools := &mcpTools{user: user, client: logIn(t, user, options)}
	host, server := mcp.NewInMemoryTransports()
	serving, err := tools.server().Connect(t.Context(), server, nil)
	if err != nil {
		t.Fatal(err)
	}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), host, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = session.Close() // the server ends when its input does
		_ = serving.Wait()
	})
	return &agent{t: t, tools: tools, session: session}
}

func logIn(t *testing.T, user string, options client.Options) *client.Client {
	t.Helper()
	talking, err := client.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := login(t.Context(), talking, options.URL, user, user); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(talking.Logout)
	return talking
}

// call calls a tool. It returns the result, or the text of the error that the tool reports.
func (a *agent) call(tool string, arguments map[string]any) (result map[string]any, failure string) {
	a.t.Helper()
	answer, err := a.session.CallTool(a.t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
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

// does calls a tool that must succeed.
func (a *agent) does(tool string, arguments map[string]any) map[string]any {
	a.t.Helper()
	result, failure := a.call(tool, arguments)
	if failure != "" {
		a.t.Fatalf("%s: %s", tool, failure)
	}
	return result
}

// says sends a text and returns the messageId.
func says(t *testing.T, who *client.Client, conversation, text string) string {
	t.Helper()
	sent, err := who.SendMessage(t.Context(), conversation, map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	return sent.MessageID
}

// page returns the messages of a result of history, each as its text, or as who recalled it and why.
func page(result map[string]any) (read []string) {
	for _, each := range result["messages"].([]any) {
		message := each.(map[string]any)
		if revoked, is := message["revoked"].(map[string]any); is {
			read = append(read, fmt.Sprint("recalled by ", revoked["by"], ": ", revoked["reason"], message["body"]))
			continue
		}
		read = append(read, fmt.Sprint(message["sender"], ": ", message["body"].(map[string]any)["text"]))
	}
	return read
}

func TestAnAgentSendsAndTakesBackWhatItSaid(t *testing.T) {
	server := serve(t, clienttest.Options{})
	bot := serveAgent(t, "bot", client.Options{URL: server.URL})
	sent := bot.does("send", map[string]any{"conversation": "c2c_alice", "text": "the password is hunter2"})
	id := sent["messageId"].(string)
	held := server.Messages("bot", "c2c_alice")
	if len(held) != 1 || held[0].MessageID != id {
		t.Fatalf("the server holds %+v", held)
	}
	if until, err := time.Parse(time.RFC3339, sent["recallableUntil"].(string)); err != nil || until.Before(time.Now()) {
		t.Errorf("it can be recalled until %v, %v", sent["recallableUntil"], err)
	}
	before := bot.does("history", map[string]any{"conversation": "c2c_alice"})
	// A host may repeat the call, because its hint says that a repeat changes nothing.
	for range 2 {
		recalled := bot.does("recall", map[string]any{"conversation": "c2c_alice", "messageId": id, "reason": "a secret"})
		if recalled["messageId"] != id || recalled["revoked"] != true {
			t.Errorf("recall answers %v", recalled)
		}
	}
	after := bot.does("history", map[string]any{"conversation": "c2c_alice"})
	if got, want := append(page(before), page(after)...), []string{
		"bot: the password is hunter2", "recalled by bot: a secret<nil>",
	}; !slices.Equal(got, want) {
		t.Errorf("history shows %q, want %q", got, want)
	}
}

func TestAnAnswerToAMessageThatIsRecalledMeanwhileIsNotSent(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := logIn(t, "alice", client.Options{URL: server.URL})
	bot := serveAgent(t, "bot", client.Options{URL: server.URL})
	question := says(t, alice, "c2c_bot", "what is six times seven?")
	answer := map[string]any{"conversation": "c2c_alice", "text": "42", "replyTo": question, "unlessRevoked": question}
	bot.does("send", answer)
	read := bot.does("history", map[string]any{"conversation": "c2c_alice"})["messages"].([]any)
	// Both messageIds may be of the same millisecond, and then chance decides which sorts first.
	answers := slices.DeleteFunc(read, func(each any) bool { return each.(map[string]any)["sender"] != "bot" })
	if len(answers) != 1 || answers[0].(map[string]any)["replyTo"] != question {
		t.Errorf("the answers are %v, want one reply to %s", answers, question)
	}
	if err := alice.RevokeMessage(t.Context(), "c2c_bot", question, "a slip"); err != nil {
		t.Fatal(err)
	}
	_, failure := bot.call("send", answer)
	if want := "not sent: the message that it answers was recalled; do not answer it in another way, " +
		"and read with history what is there now"; failure != want {
		t.Errorf("the tool says %q, want %q", failure, want)
	}
	if held := server.Messages("bot", "c2c_alice"); len(held) != 2 {
		t.Errorf("the server holds %+v, want the question and its first answer", held)
	}
}

func TestAnAgentReadsAConversationPageByPage(t *testing.T) {
	server := serve(t, clienttest.Options{})
	alice := logIn(t, "alice", client.Options{URL: server.URL})
	for number := range 25 {
		says(t, alice, "c2c_bot", fmt.Sprint(number))
	}
	bot := serveAgent(t, "bot", client.Options{URL: server.URL})
	var read [][]string
	arguments := map[string]any{"conversation": "c2c_alice"}
	for {
		result := bot.does("history", arguments)
		next, more := result["next"]
		if !more {
			break
		}
		read = append(read, page(result))
		arguments["before"] = next
	}
	if len(read) != 2 || len(read[0]) != mcpHistoryPage || len(read[1]) != 5 ||
		read[0][0] != "alice: 5" || read[1][4] != "alice: 4" {
		t.Errorf("the pages are %q", read)
	}
	small := bot.does("history", map[string]any{"conversation": "c2c_alice", "limit": 2})
	if got := page(small); !slices.Equal(got, []string{"alice: 23", "alice: 24"}) {
		t.Errorf("a page of two is %q", got)
	}
	list := bot.does("conversations", nil)
	entry := list["conversations"].([]any)[0].(map[string]any)
	if list["total"] != 1.0 || entry["conversation"] != "c2c_alice" || entry["unread"] != 25.0 {
		t.Errorf("the list is %v, and reading must mark nothing as read", list)
	}
}

func TestEachErrorOfAToolSaysWhatToDoNext(t *testing.T) {
	var late atomic.Bool
	server := serve(t, clienttest.Options{Now: func() time.Time {
		if late.Load() {
			return time.Now().Add(time.Hour)
		}
		return time.Now()
	}})
	alice := logIn(t, "alice", client.Options{URL: server.URL})
	bot := serveAgent(t, "bot", client.Options{URL: server.URL})
	foreign := says(t, alice, "c2c_bot", "mine")
	own := bot.does("send", map[string]any{"conversation": "c2c_alice", "text": "old soon"})["messageId"]
	none := strings.Repeat("0", 26)
	late.Store(true)
	for _, c := range []struct {
		tool      string
		arguments map[string]any
		want      string
	}{
		{
			"recall", map[string]any{"conversation": "c2c_alice", "messageId": own},
			"not recalled: too late: the time in which it could be recalled is over; it stays, so send a correction",
		},
		{
			"recall", map[string]any{"conversation": "c2c_alice", "messageId": foreign},
			"not recalled: only its sender, or an owner or admin of the group, may recall it",
		},
		{
			"recall", map[string]any{"conversation": "c2c_alice", "messageId": none},
			"not recalled: there is no such message here; history shows the messageIds of a conversation",
		},
		{
			"send", map[string]any{"conversation": "group_none", "text": "hi"},
			"not sent: there is no such group, or you are not in it; the tool conversations lists the user's groups",
		},
		{
			"history", map[string]any{"conversation": "group_none"},
			"not read: there is no such group, or you are not in it; the tool conversations lists the user's groups",
		},
	} {
		if _, failure := bot.call(c.tool, c.arguments); failure != c.want {
			t.Errorf("%s %v: the tool says %q, want %q", c.tool, c.arguments, failure, c.want)
		}
	}
	if _, failure := bot.call("send", map[string]any{"text": "to whom?"}); !strings.Contains(failure, `"conversation"`) {
		t.Errorf("without a conversation the tool says %q", failure)
	}
}

func TestASendWithoutAnAnswerCanBeUndoneByTheMessageIDInItsError(t *testing.T) {
	server := serve(t, clienttest.Options{})
	bot := serveAgent(t, "bot", client.Options{
		URL: server.URL, RequestTimeout: time.Second, ReconnectMinimum: time.Millisecond, ReconnectMaximum: time.Millisecond,
	})
	server.SetFaults(clienttest.Faults{Lose: 1})
	_, failure := bot.call("send", map[string]any{"conversation": "c2c_alice", "text": "stored, but not answered"})
	server.SetFaults(clienttest.Faults{})
	held := server.Messages("bot", "c2c_alice")
	if len(held) != 1 || !strings.Contains(failure, "it is not known whether message "+held[0].MessageID+" was sent") {
		t.Fatalf("the tool says %q, and the server holds %+v", failure, held)
	}
	bot.does("recall", map[string]any{"conversation": "c2c_alice", "messageId": held[0].MessageID})
	if held := server.Messages("bot", "c2c_alice"); len(held) != 1 || held[0].RevokedBy != "bot" {
		t.Errorf("the server holds %+v", held)
	}
}

func TestEachToolSaysWhyTheUserIsNotLoggedInAnyMore(t *testing.T) {
	server := serve(t, clienttest.Options{})
	arguments := map[string]map[string]any{
		"send":          {"conversation": "c2c_alice", "text": "hi"},
		"recall":        {"conversation": "c2c_alice", "messageId": strings.Repeat("0", 26)},
		"history":       {"conversation": "c2c_alice"},
		"conversations": {},
	}
	for want, end := range map[string]func(client.Listener){
		"start recall mcp again with a new one (recall token --user bot)": func(l client.Listener) { l.OnTokenExpired() },
		"disconnected by an administrator": func(l client.Listener) {
			l.OnKickedOffline(client.KickedByAdministrator)
		},
	} {
		bot := serveAgent(t, "bot", client.Options{URL: server.URL})
		end(bot.tools.listener())
		bot.tools.client.Logout()
		for tool := range arguments {
			if _, failure := bot.call(tool, arguments[tool]); !strings.Contains(failure, want) {
				t.Errorf("%s says %q, want %q", tool, failure, want)
			}
		}
	}
}

func TestTheHintsOfTheToolsAreTrue(t *testing.T) {
	server := serve(t, clienttest.Options{})
	bot := serveAgent(t, "bot", client.Options{URL: server.URL})
	got := map[string]string{}
	for tool, err := range bot.session.Tools(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		hints := tool.Annotations
		got[tool.Name] = fmt.Sprint("read-only ", hints.ReadOnlyHint, ", idempotent ", hints.IdempotentHint)
		if !hints.ReadOnlyHint {
			got[tool.Name] += fmt.Sprint(", destructive ", *hints.DestructiveHint)
		}
	}
	if difference := cmp.Diff(map[string]string{
		"send":          "read-only false, idempotent false, destructive false",
		"recall":        "read-only false, idempotent true, destructive true",
		"history":       "read-only true, idempotent true",
		"conversations": "read-only true, idempotent true",
	}, got); difference != "" {
		t.Error(difference)
	}
}

func TestMCPFailsWithWhatIsMissing(t *testing.T) {
	for _, c := range []struct {
		flags userFlags
		want  string
	}{
		{userFlags{User: "al#ice"}, "--user: \"al#ice\" is no user ID"},
		{userFlags{User: "bot", URL: "ws://127.0.0.1:1/x"}, "--url needs a token: RECALL_TOKEN=… or --token"},
		{userFlags{User: "bot", State: t.TempDir() + "/none"}, "no local stack is running; start one with: recall local"},
	} {
		err := (&mcpCommand{c.flags}).Run(context.Background())
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.flags, err, c.want)
		}
	}
}
