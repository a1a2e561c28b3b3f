package websocket_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"example.com/recall/local/eventually"
	"example.com/recall/local/websocket"
)

func TestPostsBeyondTheAccountsRateAreThrottled(t *testing.T) {
	s := start(t, func(o *websocket.Options) {
		o.Limits.Requests = websocket.Throttle{RateLimit: 0.001, BurstLimit: 2}
	}, nil)
	p := s.reachable() // the handshake takes one token
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Fatal(err)
	}
	wantError[*types.LimitExceededException](t, s.post(p.id, []byte("x")))
}

func TestFaultsOfPosts(t *testing.T) {
	s := start(t, nil, nil)
	p, other := s.reachable(), s.reachable()
	faults := s.gateway.Faults()

	remove := faults.Add(websocket.PostFault{ConnectionID: p.id, Status: 410})
	wantError[*types.GoneException](t, s.post(p.id, []byte("x")))
	if err := s.post(other.id, []byte("x")); err != nil {
		t.Errorf("another connection: %v", err)
	}
	remove()
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Errorf("after the fault: %v", err)
	}

	faults.Add(websocket.PostFault{Status: 429, Count: 2})
	wantError[*types.LimitExceededException](t, s.post(p.id, []byte("x")))
	wantError[*types.LimitExceededException](t, s.post(other.id, []byte("x")))
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Errorf("after two posts: %v", err)
	}

	faults.Add(websocket.PostFault{Status: 500})
	wantCode(t, s.post(p.id, []byte("x")), "InternalServerErrorException")
	faults.Clear()
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Errorf("after clearing: %v", err)
	}
}

func TestAPostTellsForWhichInvocationItWasAndWhenItWasHeld(t *testing.T) {
	const trace = "Root=1-68000000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0"
	posts := make(chan websocket.Record, 1)
	s := start(t, func(o *websocket.Options) {
		o.Observer = websocket.ObserverFunc(func(r websocket.Record) {
			if r.Kind == websocket.KindPost {
				posts <- r
			}
		})
	}, nil)
	p := s.reachable()
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "F") // the SDK passes the trace on if it runs in a function
	for _, each := range []struct{ sent, want string }{{trace, trace}, {"a text of the caller", ""}} {
		t.Setenv("_X_AMZN_TRACE_ID", each.sent)
		remove := s.gateway.Faults().Add(websocket.PostFault{Delay: time.Millisecond})
		if err := s.post(p.id, []byte("x")); err != nil {
			t.Fatal(err)
		}
		remove()
		got := <-posts
		if got.TraceID != each.want {
			t.Errorf("the trace is %q, want %q", got.TraceID, each.want)
		}
		ended := got.At.Add(got.Duration)
		if got.HeldFrom.Before(got.At) || !got.HeldFrom.Before(got.HeldUntil) || got.HeldUntil.After(ended) {
			t.Errorf("held from %v to %v of %v to %v", got.HeldFrom, got.HeldUntil, got.At, ended)
		}
	}
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got := <-posts; !got.HeldFrom.IsZero() || !got.HeldUntil.IsZero() {
		t.Errorf("a post without a delay was held from %v to %v", got.HeldFrom, got.HeldUntil)
	}
}

func TestSwitchesMakePostsFail(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.FailedPosts, o.Switches.FailedPostStatus = 1, 429 }, nil)
	p := s.reachable()
	wantError[*types.LimitExceededException](t, s.post(p.id, []byte("x")))
	// A fault of one connection comes before the switches.
	s.gateway.Faults().Add(websocket.PostFault{ConnectionID: p.id, Count: 1})
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Fatal(err)
	}
}

// wantPostAfterAMinute posts, and checks that the answer comes when a minute has passed and not before.
func wantPostAfterAMinute(t *testing.T, s *stack, clock *manualClock, id string) {
	t.Helper()
	posted := make(chan error, 1)
	go func() { posted <- s.post(id, []byte("x")) }()
	eventually.True(t, "the delay", func() bool { return clock.waitsFor(time.Minute) })
	select {
	case err := <-posted:
		t.Fatalf("answered at once: %v", err)
	default:
	}
	clock.advance(time.Minute)
	if err := <-posted; err != nil {
		t.Fatal(err)
	}
}

func TestADelayedPostWaitsOnTheClock(t *testing.T) {
	clock := newManualClock()
	s := start(t, func(o *websocket.Options) { o.Clock, o.LifetimeClock = clock, newManualClock() }, nil)
	p := s.reachable()
	s.gateway.Faults().Add(websocket.PostFault{Delay: time.Minute})
	wantPostAfterAMinute(t, s, clock, p.id)
}

func TestASwitchDelaysEveryPost(t *testing.T) {
	clock := newManualClock()
	s := start(t, func(o *websocket.Options) {
		o.Clock, o.LifetimeClock, o.Switches.PostDelay = clock, newManualClock(), time.Minute
	}, nil)
	p := s.reachable()
	wantPostAfterAMinute(t, s, clock, p.id)
}

func TestADelayCanBeDrawnForEachPost(t *testing.T) {
	clock := newManualClock()
	s := start(t, func(o *websocket.Options) { o.Clock, o.LifetimeClock = clock, newManualClock() }, nil)
	p := s.reachable()
	delays := make(chan time.Duration, 2)
	delays <- 0
	delays <- time.Minute
	s.gateway.Faults().Add(websocket.PostFault{Draw: func() time.Duration { return <-delays }})
	if err := s.post(p.id, []byte("x")); err != nil {
		t.Fatal(err)
	}
	wantPostAfterAMinute(t, s, clock, p.id)
}

func TestADroppedConnectionEndsWithoutACloseFrame(t *testing.T) {
	s := start(t, nil, nil)
	conn := s.rawUpgrade("")
	s.waitForConnections(1)
	id := contextOf(t, s.functions.waitForCalls(t, "connect", 1)[0])["connectionId"].(string)
	if !s.gateway.Drop(id) || s.gateway.Drop(absentConnection) {
		t.Error("Drop does not tell whether there was such a connection")
	}
	if code, _ := conn.closeCode(); code != 1006 {
		t.Errorf("closed with %d", code)
	}
	if code := contextOf(t, s.functions.waitForCalls(t, "disconnect", 1)[0])["disconnectStatusCode"]; code != 1006.0 {
		t.Errorf("$disconnect has %v", code)
	}
}
