package stack

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/eventbus"
	"example.com/recall/local/lambda"
	"example.com/recall/local/logstream"
	"example.com/recall/local/websocket"
)

// Kind says what an Entry is about.
type Kind string

// The kinds of entries.
const (
	KindGateway    Kind = "gateway"    // something at the WebSocket API; see Record
	KindInvocation Kind = "invocation" // an invocation of a function
	KindLog        Kind = "log"        // a line that a function printed
	KindEvent      Kind = "event"      // an event on the event bus
	KindCall       Kind = "call"       // a function's call of DynamoDB, SQS or S3
	KindNotice     Kind = "notice"     // something about the stack itself
)

// Entry is one thing that happened. It holds nothing that a client wrote, unless a function printed it.
type Entry struct {
	Kind Kind
	At   time.Time
	// User is the user of the connection, if the entry is about one.
	User   string
	Record websocket.Record // of KindGateway
	// Function is the function that ran, printed or called.
	Function string
	// Source is what invoked the function: the logical ID of an event source; empty = a direct invocation.
	Source         string
	Duration       time.Duration
	Initialization time.Duration
	// Outcome is "ok", or the type of the error.
	Outcome string
	// Text is the line of KindLog or the text of KindNotice.
	Text  string
	Event eventbus.Event // of KindEvent
	Call  awsproxy.Call  // of KindCall
	// Invocation is what Lambda knows of a KindInvocation. It is zero if Source is set.
	Invocation lambda.Invocation
}

// reporter turns what the parts report into entries.
type reporter struct {
	report  func(Entry)
	now     func() time.Time
	started time.Time

	lines logstream.Stream

	mutex sync.Mutex
	users map[string]string // by connection ID
}

func newReporter(options Options) *reporter {
	return &reporter{
		report:  options.Report,
		now:     options.Clock.Now,
		started: options.Clock.Now(),
		users:   map[string]string{},
	}
}

// learn finds out from an event of the WebSocket API which user a connection belongs to. The events of messages
// repeat this, so they need not be read.
func (r *reporter) learn(event []byte) {
	if !bytes.Contains(event, []byte(`"eventType":"CONNECT"`)) {
		return
	}
	var shape struct {
		RequestContext struct {
			ConnectionID string `json:"connectionId"`
			Authorizer   struct {
				PrincipalID string `json:"principalId"`
			} `json:"authorizer"`
		} `json:"requestContext"`
	}
	if json.Unmarshal(event, &shape) != nil || shape.RequestContext.Authorizer.PrincipalID == "" {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.users[shape.RequestContext.ConnectionID] = shape.RequestContext.Authorizer.PrincipalID
}

// record reports what happened at the WebSocket API.
func (r *reporter) record(record websocket.Record) {
	r.mutex.Lock()
	user := r.users[record.ConnectionID]
	if record.Kind == websocket.KindInvocation && record.RouteKey == "$disconnect" {
		delete(r.users, record.ConnectionID)
	}
	r.mutex.Unlock()
	r.report(Entry{
		Kind:     KindGateway,
		At:       record.At,
		User:     user,
		Record:   record,
		Function: record.Function,
		Duration: record.Duration,
		Outcome:  record.Outcome,
	})
}

// invoked reports an invocation of any function.
func (r *reporter) invoked(i lambda.Invocation) {
	outcome := i.ErrorType
	if outcome == "" {
		outcome = "ok"
	}
	r.report(Entry{
		Kind:           KindInvocation,
		At:             r.now(),
		Function:       i.Function,
		Duration:       i.Duration,
		Initialization: i.Initialization,
		Outcome:        outcome,
		Invocation:     i,
	})
}

func (r *reporter) logged(function string, line []byte) {
	text := strings.ToValidUTF8(string(line), "�")
	r.lines.Publish(function, text)
	r.report(Entry{Kind: KindLog, At: r.now(), Function: function, Text: text})
}

func (r *reporter) event(event eventbus.Event) {
	r.report(Entry{Kind: KindEvent, At: r.now(), Event: event})
}

func (r *reporter) call(call awsproxy.Call) {
	r.report(Entry{Kind: KindCall, At: r.now(), Function: call.AccessKey, Duration: call.Duration, Call: call})
}
