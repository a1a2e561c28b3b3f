package main

import (
	"strings"
	"testing"
	"time"

	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
)

// reported is what an entry prints, without the time.
func reported(lines *localLines, entries ...stack.Entry) string {
	var output strings.Builder
	lines.output = &output
	for _, entry := range entries {
		entry.At = time.UnixMilli(0).UTC()
		lines.entry(entry)
	}
	var kept []string
	for line := range strings.Lines(output.String()) {
		kept = append(kept, strings.Join(strings.Fields(line)[1:], " "))
	}
	return strings.Join(kept, "; ")
}

func TestEachFrameAndInvocationIsOneReadableLine(t *testing.T) {
	invocation := stack.Entry{
		Kind:     stack.KindGateway,
		User:     "alice",
		Function: "SendFunction",
		Duration: 12 * time.Millisecond,
	}
	invocation.Record = websocket.Record{
		Kind:         websocket.KindInvocation,
		ConnectionID: "BFaT=",
		RouteKey:     "send",
		Function:     "SendFunction",
		Outcome:      "ok",
		Duration:     12 * time.Millisecond,
	}
	handshake := stack.Entry{
		Kind:   stack.KindGateway,
		Record: websocket.Record{Kind: websocket.KindHandshake, Status: 401, Outcome: "Unauthorized"},
	}
	post := stack.Entry{
		Kind:   stack.KindGateway,
		User:   "bob",
		Record: websocket.Record{Kind: websocket.KindPost, ConnectionID: "CFaT=", Method: "POST", Status: 200},
	}
	closed := stack.Entry{
		Kind:   stack.KindGateway,
		User:   "bob",
		Record: websocket.Record{Kind: websocket.KindClose, ConnectionID: "CFaT=", Status: 1001, Outcome: "Going away"},
	}
	crash := stack.Entry{
		Kind:     stack.KindInvocation,
		Function: "SendFunction",
		Outcome:  "Runtime.ExitError",
		Duration: time.Second,
	}
	for name, c := range map[string]struct {
		entry stack.Entry
		want  string
	}{
		"an invocation": {invocation, "BFaT= alice send SendFunction 12 ms ok"},
		"a handshake":   {handshake, "handshake 401 Unauthorized"},
		"a post":        {post, "CFaT= bob post @connections 200"},
		"a close":       {closed, "CFaT= bob closed 1001 Going away"},
		"a crash":       {crash, "SendFunction 1000 ms Runtime.ExitError"},
	} {
		if got := reported(&localLines{}, c.entry); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if got := reported(&localLines{quiet: true}, c.entry); got != "" {
			t.Errorf("%s, quiet: %q", name, got)
		}
	}
}

func TestARefusedTokenIsARefusalAndNoError(t *testing.T) {
	authorizer := stack.Entry{Kind: stack.KindGateway, Record: websocket.Record{
		Kind:         websocket.KindInvocation,
		ConnectionID: "BFaT=",
		RouteKey:     "$connect",
		Function:     "AuthorizeFunction",
		Outcome:      "refused",
		Duration:     12 * time.Millisecond,
	}}
	handshake := stack.Entry{
		Kind: stack.KindGateway,
		Record: websocket.Record{
			Kind:         websocket.KindHandshake,
			ConnectionID: "BFaT=",
			Status:       401,
			Outcome:      "authorizer: Unauthorized",
		},
	}
	invocation := stack.Entry{
		Kind:     stack.KindInvocation,
		Function: "AuthorizeFunction",
		Outcome:  "Unauthorized",
		Duration: time.Millisecond,
	}
	log := stack.Entry{
		Kind:     stack.KindLog,
		Function: "AuthorizeFunction",
		Text:     `2026/11/26 11:25:32 {"errorMessage":"Unauthorized","errorType":"errorString"}`,
	}
	want := "BFaT= $connect AuthorizeFunction 12 ms refused; BFaT= handshake 401 authorizer: Unauthorized"
	if got := reported(&localLines{}, authorizer, handshake, invocation, log); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWarningsAndPlainLinesOfFunctionLogsAreShown(t *testing.T) {
	lines := []string{
		`{"time":"t","level":"INFO","msg":"frame"}`, `{"Recalls":[1],"_aws":{}}`,
		`{"time":"t","level":"WARN","msg":"left to finish","function":"F","step":"sent","conversation":"c2c#a#b"}`,
		"panic: oh\x1b[2J", `{"other":1}`,
	}
	var entries []stack.Entry
	for _, line := range lines {
		entries = append(entries, stack.Entry{Kind: stack.KindLog, Function: "F", Text: line})
	}
	want := `F | WARN left to finish conversation=c2c#a#b step=sent; F | panic: oh·[2J; F | {"other":1}`
	if got := reported(&localLines{}, entries...); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := strings.Count(reported(&localLines{logs: true}, entries...), "; ") + 1; got != len(lines) {
		t.Errorf("with --logs %d lines of %d are shown", got, len(lines))
	}
}
