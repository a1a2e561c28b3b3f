package websocket_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	coder "github.com/coder/websocket"

	"example.com/recall/local/eventually"
	"example.com/recall/local/websocket"
)

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

// function is a Lambda function of a test.
type function func(ctx context.Context, event []byte) (payload any, err error)

// functions is an Invoker that runs Go functions and keeps the events that they got.
type functions struct {
	mu     sync.Mutex
	run    map[string]function
	events map[string][][]byte
	called chan struct{}
}

func (f *functions) Invoke(ctx context.Context, name string, event []byte) ([]byte, string, error) {
	f.mu.Lock()
	f.events[name] = append(f.events[name], event)
	run := f.run[name]
	close(f.called)
	f.called = make(chan struct{})
	f.mu.Unlock()
	if run == nil {
		return []byte(`{"statusCode":200}`), "", nil
	}
	payload, err := run(ctx, event)
	if errors.Is(err, errNotRunnable) {
		return nil, "", err
	}
	if err != nil {
		message, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "errorString"})
		return message, "Unhandled", nil
	}
	if raw, ok := payload.(string); ok {
		return []byte(raw), "", nil
	}
	encoded, err := json.Marshal(payload)
	return encoded, "", err
}

var errNotRunnable = errors.New("no process for this function")

// calls returns the events that a function got.
func (f *functions) calls(name string) [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.events[name])
}

// waitForCalls waits until a function was called count times.
func (f *functions) waitForCalls(t *testing.T, name string, count int) [][]byte {
	t.Helper()
	deadline := time.After(patience)
	for {
		f.mu.Lock()
		events, called := slices.Clone(f.events[name]), f.called
		f.mu.Unlock()
		if len(events) >= count {
			return events
		}
		select {
		case <-called:
		case <-deadline:
			t.Fatalf("function %s was called %d times, want %d", name, len(events), count)
		}
	}
}

// records is an Observer that keeps all records.
type records struct {
	mu  sync.Mutex
	all []websocket.Record
}

func (r *records) Observe(record websocket.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, record)
}

func (r *records) of(kind websocket.Kind) []websocket.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []websocket.Record
	for _, record := range r.all {
		if record.Kind == kind {
			found = append(found, record)
		}
	}
	return found
}

// stack is a gateway that listens, with its functions and records.
type stack struct {
	t         *testing.T
	gateway   *websocket.Gateway
	functions *functions
	records   *records
	address   string
}

const (
	testStage  = "local"
	testAPI    = "abcdef1234"
	testRegion = "eu-central-1"
)

// start runs a gateway with the routes $connect, $disconnect, $default, echo (with a route response) and quiet
// (without one). change may alter its options.
func start(t *testing.T, change func(*websocket.Options), run map[string]function) *stack {
	t.Helper()
	s := &stack{
		t: t, records: &records{},
		functions: &functions{run: run, events: map[string][][]byte{}, called: make(chan struct{})},
	}
	options := websocket.Options{
		API: websocket.APIDefinition{
			ID: testAPI, Stage: testStage, Region: testRegion, AccountID: "123456789012",
			RouteSelectionExpression: "$request.body.action",
			Routes: map[string]websocket.Route{
				"$connect":    {Function: "connect"},
				"$disconnect": {Function: "disconnect"},
				"$default":    {Function: "default", RouteResponse: true},
				"echo":        {Function: "echo", RouteResponse: true},
				"quiet":       {Function: "quiet"},
			},
		},
		Invoker:  s.functions,
		Observer: s.records,
	}
	if change != nil {
		change(&options)
	}
	gateway, err := websocket.New(options)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.gateway, s.address = gateway, listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- gateway.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := gateway.Close(ctx); err != nil {
			t.Errorf("closing the gateway: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	return s
}

func (s *stack) url() string { return "ws://" + s.address + "/" + testStage }

// dial attempts a handshake.
func (s *stack) dial(url string, header http.Header, subprotocols ...string) (*coder.Conn, *http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return coder.Dial(ctx, url, &coder.DialOptions{HTTPHeader: header, Subprotocols: subprotocols})
}

// peer is a connected client.
type peer struct {
	t    *testing.T
	conn *coder.Conn
	id   string
}

// connect connects a client and waits until others can post to it.
func (s *stack) connect() *peer {
	s.t.Helper()
	before := len(s.functions.calls("connect"))
	conn, _, err := s.dial(s.url(), nil)
	if err != nil {
		s.t.Fatalf("connecting: %v", err)
	}
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	id := contextOf(s.t, s.functions.waitForCalls(s.t, "connect", before+1)[before])["connectionId"].(string)
	p := &peer{t: s.t, conn: conn, id: id}
	return p
}

// waitForConnections waits until others can post to count clients.
func (s *stack) waitForConnections(count int) {
	s.t.Helper()
	eventually.True(s.t, "the gateway has the expected number of connections", func() bool {
		return s.gateway.Connections() == count
	})
}

func (p *peer) send(text string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.conn.Write(ctx, coder.MessageText, []byte(text)); err != nil {
		p.t.Fatalf("sending: %v", err)
	}
}

// receive returns the next message.
func (p *peer) receive() string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	kind, data, err := p.conn.Read(ctx)
	if err != nil {
		p.t.Fatalf("receiving: %v", err)
	}
	if kind != coder.MessageText {
		p.t.Fatalf("received a %v message, want text", kind)
	}
	return string(data)
}

// wantClose waits for a close frame with a code and a reason.
func (p *peer) wantClose(code coder.StatusCode, reason string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, _, err := p.conn.Read(ctx)
	var closed coder.CloseError
	if !errors.As(err, &closed) {
		p.t.Fatalf("got %v, want a close frame", err)
	}
	if closed.Code != code || closed.Reason != reason {
		p.t.Fatalf("closed with %d %q, want %d %q", closed.Code, closed.Reason, code, reason)
	}
}

// object decodes a JSON object.
func object(t *testing.T, data []byte) map[string]any {
	t.Helper()
	var o map[string]any
	if err := json.Unmarshal(data, &o); err != nil {
		t.Fatalf("not a JSON object: %v: %s", err, data)
	}
	return o
}

func contextOf(t *testing.T, event []byte) map[string]any {
	t.Helper()
	return object(t, event)["requestContext"].(map[string]any)
}

// answer is a function that returns a fixed answer.
func answer(payload any) function {
	return func(context.Context, []byte) (any, error) { return payload, nil }
}

// failing is a function that fails.
func failing(message string) function {
	return func(context.Context, []byte) (any, error) { return nil, errors.New(message) }
}

// echo returns the message's body as the route response.
func echo(_ context.Context, event []byte) (any, error) {
	var message struct{ Body string }
	err := json.Unmarshal(event, &message)
	return map[string]any{"statusCode": 200, "body": message.Body}, err
}

// wantStatus attempts a handshake and checks the status of the answer.
func (s *stack) wantStatus(status int, header http.Header) *http.Response {
	s.t.Helper()
	conn, response, err := s.dial(s.url(), header)
	if err == nil {
		_ = conn.CloseNow()
		s.t.Fatalf("the handshake succeeded, want status %d", status)
	}
	if response == nil {
		s.t.Fatalf("no answer to the handshake: %v", err)
	}
	if response.StatusCode != status {
		s.t.Fatalf("handshake answered with %d, want %d", response.StatusCode, status)
	}
	return response
}

func (s *stack) get(path string) (int, string) {
	s.t.Helper()
	response, err := http.Get("http://" + s.address + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	return response.StatusCode, strings.TrimSpace(string(body))
}
