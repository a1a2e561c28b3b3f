package websocket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	coder "github.com/coder/websocket"

	"example.com/recall/local/eventually"
	"example.com/recall/local/websocket"
)

// fill posts to a client that does not read until its buffer is full.
func (s *stack) fill(id string, data []byte) {
	s.t.Helper()
	for range 10_000 {
		err := s.post(id, data)
		var full *types.LimitExceededException
		if errors.As(err, &full) {
			return
		}
		if err != nil {
			s.t.Fatalf("posting: %v", err)
		}
	}
	s.t.Fatal("the buffer was never full")
}

func TestAClientThatDoesNotReadGetsItsPostsRefusedAndDelaysNobody(t *testing.T) {
	s := start(t, nil, map[string]function{"echo": echo})
	slow, other := s.reachable(), s.reachable()
	s.fill(slow.id, make([]byte, 128<<10))
	if err := s.post(other.id, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := other.receive(); got != "hello" {
		t.Errorf("received %q", got)
	}
	other.send(`{"action":"echo"}`)
	other.receive()
}

func TestAClientThatReadsAgainGetsAllThatWasAccepted(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.UnsignedManagement = true }, nil)
	slow := s.reachable()
	const size = 100_000
	accepted := 0
	for {
		err := s.post(slow.id, fmt.Appendf(nil, "%0*d", size, accepted))
		if err != nil {
			wantError[*types.LimitExceededException](t, err)
			break
		}
		accepted++
	}
	for i := range accepted {
		if got, want := slow.receive(), fmt.Sprintf("%0*d", size, i); got != want {
			t.Fatalf("message %d is not the one that was posted", i)
		}
	}
	eventually.True(t, "the buffer has room again", func() bool { return s.post(slow.id, []byte("again")) == nil })
	if got := slow.receive(); got != "again" {
		t.Errorf("received %d bytes", len(got))
	}
}

func TestPingsOfAClientThatDoesNotReadNeitherPileUpNorEndTheConnection(t *testing.T) {
	s := start(t, nil, nil)
	conn := s.rawUpgrade("")
	s.waitForConnections(1)
	id := contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["connectionId"].(string)
	s.fill(id, make([]byte, 128<<10))
	ping := clientFrame(finalPing, []byte(strings.Repeat("p", 125)))
	const count = 20_000
	for range count {
		conn.write(ping)
	}
	conn.write(clientFrame(finalText, []byte("still here")))
	s.functions.waitForCalls(t, "default", 1)

	posted := make(chan struct{})
	go func() {
		defer close(posted)
		for deadline := time.Now().Add(patience); s.post(id, []byte("end")) != nil && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
	}()
	pongs := 0
	for {
		f, ok := conn.readFrame()
		if !ok {
			t.Fatal("the connection ended")
		}
		if f.opcode == 10 {
			pongs++
		}
		if string(f.payload) == "end" {
			break
		}
	}
	<-posted
	if pongs > count/2 {
		t.Errorf("%d of %d pings were answered although the client did not read", pongs, count)
	}
}

func TestAClientThatDoesNotReadIsCutOffSoonAfterItsConnectionIsDeleted(t *testing.T) {
	s := start(t, quickClose, nil)
	slow := s.reachable()
	s.fill(slow.id, make([]byte, 128<<10))
	if err := s.delete(slow.id); err != nil {
		t.Fatal(err)
	}
	s.functions.waitForCalls(t, "disconnect", 1)
}

func TestAClientThatNeverAnswersACloseFrameIsCutOff(t *testing.T) {
	s := start(t, quickClose, nil)
	conn := s.rawUpgrade("")
	s.waitForConnections(1)
	if err := s.delete(contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["connectionId"].(string)); err != nil {
		t.Fatal(err)
	}
	if code, _ := conn.closeCode(); code != 1000 {
		t.Errorf("closed with %d", code)
	}
	if rest, err := io.ReadAll(conn.reader); err != nil || len(rest) != 0 {
		t.Errorf("%d bytes more, error %v", len(rest), err)
	}
}

func TestFramesAfterACloseAreNotHandled(t *testing.T) {
	s := start(t, quickClose, nil)
	conn := s.rawUpgrade("")
	s.waitForConnections(1)
	if err := s.delete(contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["connectionId"].(string)); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		_, _ = conn.Write(clientFrame(finalText, []byte("late"))) // the connection may end meanwhile
	}
	if code, _ := conn.closeCode(); code != 1000 {
		t.Errorf("closed with %d", code)
	}
	s.functions.waitForCalls(t, "disconnect", 1)
	if calls := len(s.functions.calls("default")); calls != 0 {
		t.Errorf("%d messages were handled", calls)
	}
}

func TestAPostBodyThatNeverEndsIsCutOff(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Limits.HandshakeTimeout = 50 * time.Millisecond
		o.Switches.UnsignedManagement = true
	}, nil)
	p := s.reachable()
	conn := s.raw("POST /local/@connections/" + p.id + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nshort")
	if conn.response.StatusCode != http.StatusBadRequest {
		t.Errorf("answered with %d", conn.response.StatusCode)
	}
}

func TestClosingTheGatewayTellsClientsAndFunctions(t *testing.T) {
	release := make(chan struct{})
	s := start(t, nil, map[string]function{
		"quiet": func(context.Context, []byte) (any, error) { <-release; return nil, nil },
	})
	p, busy := s.reachable(), s.reachable()
	busy.send(`{"action":"quiet"}`)
	s.functions.waitForCalls(t, "quiet", 1)

	closed := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		closed <- s.gateway.Close(ctx)
	}()
	p.wantClose(coder.StatusGoingAway, "Going away")
	busy.wantClose(coder.StatusGoingAway, "Going away")
	s.functions.waitForCalls(t, "disconnect", 2)
	if status, _ := s.get("/local"); status != http.StatusServiceUnavailable {
		t.Errorf("a request while closing is answered with %d", status)
	}
	select {
	case err := <-closed:
		t.Fatalf("closed while a function ran: %v", err)
	default:
	}
	close(release)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	if _, err := net.Dial("tcp", s.address); err == nil {
		t.Error("the address is still listened on")
	}
}

func TestClosingTheGatewayDoesNotWaitForFunctionsForEver(t *testing.T) {
	s := start(t, nil, map[string]function{"quiet": func(ctx context.Context, _ []byte) (any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	s.reachable().send(`{"action":"quiet"}`)
	s.functions.waitForCalls(t, "quiet", 1)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.gateway.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v", err)
	}
}

func TestAThousandConnectionsCostFewGoroutinesAndLittleMemory(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Limits.NewConnections.RateLimit = -1
		delete(o.API.Routes, "$connect")
		delete(o.API.Routes, "$disconnect")
	}, nil)
	measure := func() (goroutines int, bytes uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapInuse + m.StackInuse
	}
	beforeGoroutines, beforeBytes := measure()
	const count = 1000
	var connecting sync.WaitGroup
	for range 20 {
		connecting.Go(func() {
			for range count / 20 {
				s.rawUpgrade("") // raw clients need almost no memory themselves
			}
		})
	}
	connecting.Wait()
	s.waitForConnections(count)
	afterGoroutines, afterBytes := measure()
	if each := float64(afterGoroutines-beforeGoroutines) / count; each > 1.1 {
		t.Errorf("%.2f goroutines a connection, want one", each)
	}
	// This includes the clients' own buffers of 4 KB.
	if each := int64(afterBytes-beforeBytes) / count; each > 32<<10 {
		t.Errorf("%d bytes a connection", each)
	} else {
		t.Logf("%d bytes a connection, the client's included", each)
	}
}

func TestWrongOptionsAreRefusedWithAdvice(t *testing.T) {
	valid := func() websocket.Options {
		return websocket.Options{
			API:     websocket.APIDefinition{ID: "a", Stage: "s", RouteSelectionExpression: "$request.body.action"},
			Invoker: &functions{},
		}
	}
	if _, err := websocket.New(valid()); err != nil {
		t.Fatal(err)
	}
	for why, change := range map[string]func(*websocket.Options){
		"no Invoker":                     func(o *websocket.Options) { o.Invoker = nil },
		"no stage":                       func(o *websocket.Options) { o.API.Stage = "" },
		"a stage with a slash":           func(o *websocket.Options) { o.API.Stage = "a/b" },
		"a route without a function":     func(o *websocket.Options) { o.API.Routes = map[string]websocket.Route{"x": {}} },
		"an authorizer without function": func(o *websocket.Options) { o.API.Authorizer = &websocket.Authorizer{} },
		"an HTTP API's identity source": func(o *websocket.Options) {
			o.API.Authorizer = &websocket.Authorizer{Function: "f", IdentitySources: []string{"$request.header.Authorization"}}
		},
		"no selection expression": func(o *websocket.Options) { o.API.RouteSelectionExpression = "" },
		"an HTTP API's expression": func(o *websocket.Options) {
			o.API.RouteSelectionExpression = "$request.method $request.path"
		},
		"an expression without its dollar": func(o *websocket.Options) {
			o.API.RouteSelectionExpression = "request.body.action"
		},
		"an expression without a name": func(o *websocket.Options) { o.API.RouteSelectionExpression = "$request.body." },
	} {
		o := valid()
		change(&o)
		if _, err := websocket.New(o); err == nil {
			t.Errorf("%s is accepted", why)
		}
	}
}

func FuzzBytesAfterTheHandshakeNeverHarm(f *testing.F) {
	f.Add(clientFrame(finalText, []byte(`{"action":"echo"}`)))
	f.Add(clientFrame(finalBinary, []byte("x")))
	f.Add(clientFrame(finalClose, closePayload(1000, "bye")))
	f.Add(append(clientFrame(0x01, []byte("a")), clientFrame(0x80, []byte("b"))...))
	f.Add([]byte{finalText, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := start(t, quickClose, map[string]function{"echo": echo})
		conn := s.rawUpgrade("")
		_, _ = conn.Write(data) // the server may close meanwhile
		_ = conn.Close()
		s.functions.waitForCalls(t, "disconnect", 1)
		p := s.connect()
		p.send(`{"action":"echo"}`)
		p.receive()
	})
}

func FuzzRequestsNeverHarm(f *testing.F) {
	f.Add("GET /local HTTP/1.1\r\nHost: x\r\n\r\n")
	f.Add("POST /local/@connections/BFaT_fALIAMCKug%3D HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
	f.Add("GET /local HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	f.Add("DELETE /local/%40connections/%00 HTTP/1.1\r\nHost: \r\nAuthorization: AWS4-HMAC-SHA256 Credential=\r\n\r\n")
	f.Fuzz(func(t *testing.T, request string) {
		s := start(t, quickClose, map[string]function{"echo": echo})
		conn := s.rawDial()
		_, _ = io.WriteString(conn, request) // the server may close meanwhile
		_ = conn.Close()
		before := len(s.functions.calls("echo"))
		p, _, err := s.dial(s.url(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = p.CloseNow() }()
		client := &peer{t: t, conn: p}
		client.send(`{"action":"echo"}`)
		client.receive()
		s.functions.waitForCalls(t, "echo", before+1)
	})
}
