package websocket_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/recall/local/eventually"
	"example.com/recall/local/websocket"
)

func TestAMessageGoesToTheRouteThatItsBodyNames(t *testing.T) {
	for _, c := range []struct{ why, body, route string }{
		{"a known key", `{"action":"quiet"}`, "quiet"},
		{"an unknown key", `{"action":"unheard"}`, "$default"},
		{"no such property", `{"other":"quiet"}`, "$default"},
		{"not JSON", `quiet`, "$default"},
		{"an empty message", ``, "$default"},
		{"JSON that is no object", `["quiet"]`, "$default"},
		{"a number", `{"action":5}`, "$default"},
		{"null", `{"action":null}`, "$default"},
		{"an object", `{"action":{"action":"quiet"}}`, "$default"},
		{"other letters", `{"action":"Quiet"}`, "$default"},
		{"another property name's letters", `{"Action":"quiet"}`, "$default"},
		{"the reserved $connect", `{"action":"$connect"}`, "$default"},
		{"the reserved $disconnect", `{"action":"$disconnect"}`, "$default"},
		{"an escaped key", `{"action":"\u0071uiet"}`, "quiet"},
		{"trailing text", `{"action":"quiet"} trailing`, "$default"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, nil, nil)
			p := s.connect()
			p.send(c.body)
			name := strings.TrimPrefix(c.route, "$")
			event := s.functions.waitForCalls(t, name, 1)[0]
			if key := contextOf(t, event)["routeKey"]; key != c.route {
				t.Errorf("routeKey is %v, want %s", key, c.route)
			}
			if body := object(t, event)["body"]; body != c.body {
				t.Errorf("body is %q, want %q", body, c.body)
			}
		})
	}
}

func TestANestedPathSelectsTheRoute(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.API.RouteSelectionExpression = "${request.body.message.kind}" }, nil)
	s.connect().send(`{"message":{"kind":"quiet"}}`)
	s.functions.waitForCalls(t, "quiet", 1)
}

func TestWithoutADefaultRouteAnUnknownActionGetsForbidden(t *testing.T) {
	s := start(t, func(o *websocket.Options) { delete(o.API.Routes, "$default") }, map[string]function{"echo": echo})
	p := s.connect()
	p.send(`{"action":"unheard"}`)
	got := p.receive()
	requestID := object(t, []byte(got))["requestId"]
	want := fmt.Sprintf(`{"message": "Forbidden", "connectionId":"%s", "requestId":"%s"}`, p.id, requestID)
	if got != want {
		t.Errorf("frame is %s, want %s", got, want)
	}
	p.send(`{"action":"echo"}`)
	if p.receive() != `{"action":"echo"}` {
		t.Error("the connection did not survive")
	}
}

func TestAFailedFunctionGivesInternalServerErrorEvenWithoutARouteResponse(t *testing.T) {
	for why, run := range map[string]function{
		"an error":              failing("boom"),
		"its own time-out":      failing("2026-01-01T00:00:00Z 1 Task timed out after 3.00 seconds"),
		"it could not be run":   func(context.Context, []byte) (any, error) { return nil, errNotRunnable },
		"an error of no object": failing(""),
	} {
		t.Run(why, func(t *testing.T) {
			s := start(t, nil, map[string]function{"quiet": run, "echo": echo})
			p := s.connect()
			p.send(`{"action":"quiet"}`)
			got := p.receive()
			if !strings.HasPrefix(got, `{"message": "Internal server error", "connectionId":"`+p.id+`", "requestId":"`) {
				t.Errorf("frame is %s", got)
			}
			p.send(`{"action":"echo"}`)
			p.receive()
		})
	}
}

func TestAnIntegrationThatTakesTooLongGivesEndpointRequestTimedOutAndRunsOn(t *testing.T) {
	release, finished := make(chan struct{}), make(chan error, 1)
	s := start(t, func(o *websocket.Options) {
		o.API.Routes["quiet"] = websocket.Route{Function: "quiet", IntegrationTimeout: 50 * time.Millisecond}
	}, map[string]function{"quiet": func(ctx context.Context, _ []byte) (any, error) {
		<-release
		finished <- ctx.Err()
		return nil, nil
	}})
	p := s.connect()
	p.send(`{"action":"quiet"}`)
	if got := p.receive(); !strings.HasPrefix(got, `{"message": "Endpoint request timed out", "connectionId":"`) {
		t.Errorf("frame is %s", got)
	}
	close(release)
	if err := <-finished; err != nil {
		t.Errorf("the function was stopped: %v", err)
	}
}

func TestOnlyARouteWithARouteResponseAnswers(t *testing.T) {
	s := start(t, nil, map[string]function{"quiet": echo, "echo": echo})
	p := s.connect()
	p.send(`{"action":"quiet"}`)
	s.functions.waitForCalls(t, "quiet", 1)
	p.send(`{"action":"echo"}`)
	if got := p.receive(); got != `{"action":"echo"}` {
		t.Errorf("received %s, want only the answer of the route with a response", got)
	}
}

func TestWhatAFunctionReturnsDecidesTheRouteResponse(t *testing.T) {
	const silent = ""
	for _, c := range []struct {
		why     string
		payload any
		frame   string
	}{
		{"a body", map[string]any{"statusCode": 200, "body": "hi"}, "hi"},
		{"a body with a failed status", map[string]any{"statusCode": 500, "body": "hi"}, "hi"},
		{"a body without a status", map[string]any{"body": "hi"}, "hi"},
		{"a base64 body", map[string]any{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}, "hi"},
		{
			"a base64 body that is not UTF-8",
			map[string]any{"statusCode": 200, "body": "Yf9i", "isBase64Encoded": true},
			"Internal server error",
		},
		{"an empty body", map[string]any{"statusCode": 200, "body": ""}, silent},
		{"no body", map[string]any{"statusCode": 200}, silent},
		{"null", "null", silent},
		{"nothing", "", silent},
		{"a body that is no string", map[string]any{"statusCode": 200, "body": map[string]any{}}, "Internal server error"},
		{"a bare string", `"hi"`, "Internal server error"},
		{"a body of over 128 KB", map[string]any{"body": strings.Repeat("x", 128<<10+1)}, "Internal server error"},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, nil, map[string]function{"echo": answer(c.payload), "default": answer(map[string]any{"body": "end"})})
			p := s.connect()
			p.send(`{"action":"echo"}`)
			if c.frame == silent {
				eventually.True(t, "the invocation", func() bool { return len(s.records.of(websocket.KindInvocation)) == 2 })
				p.send(`{"action":"unheard"}`)
				if got := p.receive(); got != "end" {
					t.Errorf("received %s, want nothing", got)
				}
				return
			}
			if got := p.receive(); got != c.frame && !strings.HasPrefix(got, `{"message": "`+c.frame+`"`) {
				t.Errorf("received %s, want %s", got, c.frame)
			}
		})
	}
}

func TestFramesOfOneConnectionAreHandledAtTheSameTime(t *testing.T) {
	var together sync.WaitGroup
	together.Add(3)
	s := start(t, nil, map[string]function{"echo": func(ctx context.Context, event []byte) (any, error) {
		together.Done()
		together.Wait() // passes only when three run at once
		return echo(ctx, event)
	}})
	p := s.connect()
	for range 3 {
		p.send(`{"action":"echo"}`)
	}
	for range 3 {
		p.receive()
	}
}

func TestWithSerializeFramesOfOneConnectionKeepTheirOrder(t *testing.T) {
	running := make(chan struct{}, 1)
	s := start(t, func(o *websocket.Options) {
		o.Switches.Serialize = true
		o.Switches.FrameJitter = 2 * time.Millisecond
	}, map[string]function{"echo": func(ctx context.Context, event []byte) (any, error) {
		select {
		case running <- struct{}{}:
			defer func() { <-running }()
		default:
			return nil, errors.New("two at once")
		}
		return echo(ctx, event)
	}})
	p := s.connect()
	for i := range 50 {
		p.send(fmt.Sprintf(`{"action":"echo","n":%d}`, i))
	}
	for i := range 50 {
		if got, want := p.receive(), fmt.Sprintf(`{"action":"echo","n":%d}`, i); got != want {
			t.Fatalf("received %s, want %s", got, want)
		}
	}
}

func TestFrameJitterLetsFramesOvertakeEachOther(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Switches.FrameJitter = 20 * time.Millisecond
	}, map[string]function{"echo": echo})
	p := s.connect()
	const count = 100
	for i := range count {
		p.send(fmt.Sprintf(`{"action":"echo","n":"%03d"}`, i))
	}
	inOrder, previous := true, ""
	for range count {
		got := p.receive()
		inOrder = inOrder && got > previous
		previous = got
	}
	if inOrder {
		t.Errorf("%d frames came back in order", count)
	}
}

func TestThrottledMessagesGetTooManyRequests(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.API.Routes["echo"] = websocket.Route{
			Function:      "echo",
			RouteResponse: true,
			Throttle:      &websocket.Throttle{RateLimit: 0.001, BurstLimit: 1},
		}
	}, map[string]function{"echo": echo})
	p := s.connect()
	p.send(`{"action":"echo"}`)
	p.receive()
	p.send(`{"action":"echo"}`)
	if got := p.receive(); !strings.HasPrefix(got, `{"message": "Too Many Requests", "connectionId":"`) {
		t.Errorf("frame is %s", got)
	}
	if calls := len(s.functions.calls("echo")); calls != 1 {
		t.Errorf("the function was called %d times, want once", calls)
	}
}

func TestASwitchChangesTheMessageOfAThrottledFrame(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.API.Routes["echo"] = websocket.Route{
			Function:      "echo",
			RouteResponse: true,
			Throttle:      &websocket.Throttle{RateLimit: 0.001, BurstLimit: 1},
		}
		o.Switches.ThrottledMessage = "Rate exceeded"
	}, map[string]function{"echo": echo})
	p := s.connect()
	p.send(`{"action":"echo"}`)
	p.receive()
	p.send(`{"action":"echo"}`)
	if got := p.receive(); !strings.HasPrefix(got, `{"message": "Rate exceeded", "connectionId":"`) {
		t.Errorf("frame is %s", got)
	}
}

func TestSwitchesChangeWhatAFailureLooksLike(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Switches.FunctionTimeoutFrame = true
		o.Switches.FailedStatusFrame = true
		o.Switches.RouteReservedKeys = true
	}, map[string]function{
		"quiet": failing("Task timed out after 3.00 seconds"),
		"echo":  answer(map[string]any{"statusCode": 400, "body": "no"}),
	})
	p := s.connect()
	p.send(`{"action":"quiet"}`)
	if got := p.receive(); !strings.Contains(got, "Endpoint request timed out") {
		t.Errorf("frame is %s", got)
	}
	p.send(`{"action":"echo"}`)
	if got := p.receive(); !strings.Contains(got, "Internal server error") {
		t.Errorf("frame is %s", got)
	}
	p.send(`{"action":"$connect"}`)
	s.functions.waitForCalls(t, "connect", 2)
}

func TestAConnectionIsNotReadFromWhileItsLimitOfFramesRuns(t *testing.T) {
	release := make(chan struct{})
	s := start(t, func(o *websocket.Options) { o.Limits.ConcurrentFrames = 2 }, map[string]function{
		"quiet": func(context.Context, []byte) (any, error) { <-release; return nil, nil },
		"echo":  echo,
	})
	p := s.connect()
	for range 3 {
		p.send(`{"action":"quiet"}`)
	}
	s.functions.waitForCalls(t, "quiet", 2)
	other := s.connect()
	other.send(`{"action":"echo"}`)
	other.receive()
	if calls := len(s.functions.calls("quiet")); calls != 2 {
		t.Errorf("%d frames run, want 2", calls)
	}
	close(release)
	s.functions.waitForCalls(t, "quiet", 3)
}
