package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/wire"
)

// route is a function's routes with everything around them in the test's hands.
type route struct {
	t      *testing.T
	clock  *recalltest.Clock
	log    bytes.Buffer
	emf    bytes.Buffer
	frames function.Frames
	calls  []function.Call
	fails  error
}

func newRoute(t *testing.T) *route {
	r := &route{t: t, clock: recalltest.NewClock()}
	metrics := &function.Metrics{Function: "test", Output: &r.emf, Clock: r.clock}
	r.frames = function.Frames{
		Service: &recall.Service{Clock: r.clock, Observer: metrics}, Metrics: metrics,
		Log: function.NewLogger(function.Environment{FunctionName: "test"}, &r.log),
	}
	return r
}

// event is a frame of alice's, whose token ends in an hour.
func (r *route) event(body string) function.Event {
	event := function.Event{Body: body}
	event.RequestContext.ConnectionID = "phone="
	event.RequestContext.RouteKey = "act"
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      "alice",
		function.AuthorizerExpiresAt: fmt.Sprint(r.clock.Instant().Add(time.Hour)),
	}
	return event
}

type reply struct {
	Type   string
	Action string
	ID     string
	OK     bool
	Error  struct {
		Name, Desc string
		Code       int
		Retryable  bool
	}
}

// answers passes an event to the route, whose one action is act.
func (r *route) answers(event function.Event) reply {
	r.t.Helper()
	act := func(_ context.Context, call function.Call, _ wire.Nothing) ([]byte, error) {
		r.calls = append(r.calls, call)
		r.frames.Service.Observer.Observe(recall.MetricRecalls, 1, "ok")
		return []byte(`{"type":"reply","action":"act","ok":true}`), r.fails
	}
	handler := r.frames.Handler([]function.Action{function.NewAction("act", "test", act)})
	ctx := lambdacontext.NewContext(r.t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "b1946ac9"})
	answer, err := handler(ctx, event)
	if err != nil || answer.StatusCode != http.StatusOK {
		r.t.Fatalf("status %d, error %v", answer.StatusCode, err)
	}
	var read reply
	if err := json.Unmarshal([]byte(answer.Body), &read); err != nil {
		r.t.Fatalf("%v: %s", err, answer.Body)
	}
	return read
}

// line is the frame's line in the log.
func (r *route) line() map[string]any {
	r.t.Helper()
	var line map[string]any
	if err := json.Unmarshal(r.log.Bytes(), &line); err != nil {
		r.t.Fatalf("not one line: %v: %s", err, &r.log)
	}
	r.log.Reset()
	return line
}

func (r *route) wantRefused(got reply, name recall.Name) {
	r.t.Helper()
	if got.Type != "reply" || got.OK || got.Error.Name != string(name) {
		r.t.Errorf("reply %+v, want %s", got, name)
	}
	if len(r.calls) != 0 {
		r.t.Errorf("the action was called all the same")
	}
}

func TestAFrameReachesItsActionWithItsCaller(t *testing.T) {
	r := newRoute(t)
	if got := r.answers(r.event(`{"action":"act","id":"7","sub":"mallory","user":"mallory"}`)); !got.OK {
		t.Errorf("reply %+v", got)
	}
	want := recall.Caller{User: "alice", Connection: "phone=", TokenExpiresAt: r.clock.Instant().Add(time.Hour)}
	if call := r.calls[0]; call.Caller != want || call.Frame.ID != "7" || call.Reference != "b1946ac9" {
		t.Errorf("called with %+v", call)
	}
	line := r.line()
	if line["msg"] != "frame" || line["level"] != "INFO" || line["outcome"] != "ok" || line["requestId"] != "b1946ac9" ||
		line["connectionId"] != "phone=" || line["route"] != "act" || line["milliseconds"] != 0.0 {
		t.Errorf("logged %v", line)
	}
	if !strings.Contains(r.emf.String(), `"Recalls":[1]`) {
		t.Errorf("the figures were not written: %s", &r.emf)
	}
}

func TestAFrameAfterTheEndOfTheTokenIsRefused(t *testing.T) {
	r := newRoute(t)
	event := r.event(`{"action":"act","id":"7"}`)
	r.clock.Advance(time.Hour - time.Millisecond)
	if got := r.answers(event); !got.OK {
		t.Errorf("a millisecond before: %+v", got)
	}
	r.calls = nil
	r.clock.Advance(time.Millisecond)
	got := r.answers(event)
	r.wantRefused(got, recall.TokenExpired)
	if got.ID != "7" || got.Error.Retryable {
		t.Errorf("reply %+v", got)
	}
}

func TestTheRateLimitIsCheckedBeforeAnythingIsDone(t *testing.T) {
	r := newRoute(t)
	r.frames.Service.Limiter = recall.NewLimiter(2)
	for range 2 {
		if got := r.answers(r.event(`{"action":"act"}`)); !got.OK {
			t.Errorf("reply %+v", got)
		}
	}
	r.calls = nil
	got := r.answers(r.event(`{"action":"act"}`))
	r.wantRefused(got, recall.TooManyRequests)
	if !got.Error.Retryable {
		t.Error("the client is not told to try again")
	}
}

func TestABadFrameIsAnsweredUnknownAction(t *testing.T) {
	for _, body := range []string{"", "hi", "[]", "null", "\xff\xfe", `{"action":"act"`, `{"action":"other"}`} {
		r := newRoute(t)
		r.wantRefused(r.answers(r.event(body)), recall.UnknownAction)
	}
}

func TestAnUnknownErrorIsInternalAndItsTextIsOnlyLogged(t *testing.T) {
	r := newRoute(t)
	r.fails = errors.New("nil map in a corner")
	got := r.answers(r.event(`{"action":"act","id":"7"}`))
	if got.OK || got.Error.Name != "internal" || got.Error.Desc != "internal error; reference b1946ac9" ||
		!got.Error.Retryable || got.ID != "7" {
		t.Errorf("reply %+v", got)
	}
	line := r.line()
	if line["level"] != "ERROR" || line["outcome"] != "internal" || line["error"] != "nil map in a corner" ||
		line["requestId"] != "b1946ac9" {
		t.Errorf("logged %v", line)
	}
}

func TestAFailedDependencyIsUnavailableAndItsCauseIsOnlyLogged(t *testing.T) {
	r := newRoute(t)
	r.fails = recall.Unreachable("storage", errors.New("ThrottlingException of table Messages"))
	got := r.answers(r.event(`{"action":"act"}`))
	if got.Error.Name != "unavailable" || got.Error.Desc != "storage could not be reached; retry" ||
		!got.Error.Retryable {
		t.Errorf("reply %+v", got)
	}
	if line := r.line(); line["level"] != "ERROR" || !strings.Contains(fmt.Sprint(line["error"]), "ThrottlingException") {
		t.Errorf("logged %v", line)
	}
}

func TestARefusalIsNoErrorOfTheFunction(t *testing.T) {
	r := newRoute(t)
	r.fails = recall.Fail(recall.RecallWindowExpired, "the time is over")
	if got := r.answers(r.event(`{"action":"act"}`)); got.Error.Code != 20016 {
		t.Errorf("reply %+v", got)
	}
	if line := r.line(); line["level"] != "INFO" || line["outcome"] != "recall_window_expired" || line["error"] != nil {
		t.Errorf("logged %v", line)
	}
}

func TestAnEventWithoutTheAuthorizersContextIsInternal(t *testing.T) {
	for name, said := range map[string]any{
		"nothing": nil, "a text": "alice", "no user": map[string]any{function.AuthorizerExpiresAt: "1"},
		"a malformed user": map[string]any{function.AuthorizerUser: "a b", function.AuthorizerExpiresAt: "1"},
		"no expiry":        map[string]any{function.AuthorizerUser: "alice"},
		"no number":        map[string]any{function.AuthorizerUser: "alice", function.AuthorizerExpiresAt: "tomorrow"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoute(t)
			event := r.event(`{"action":"act"}`)
			event.RequestContext.Authorizer = said
			r.wantRefused(r.answers(event), recall.Internal)
		})
	}
}

// API Gateway passes a context's numbers on as numbers or as strings.
func TestTheTokensEndMayComeAsANumber(t *testing.T) {
	r := newRoute(t)
	event := r.event("")
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      "alice",
		function.AuthorizerExpiresAt: float64(1_790_003_600_000),
	}
	caller, err := function.CallerOf(event)
	if err != nil || caller.TokenExpiresAt != 1_790_003_600_000 {
		t.Errorf("caller %+v, error %v", caller, err)
	}
}

func TestG10NothingOfAFrameIsLogged(t *testing.T) {
	for _, body := range []string{
		`{"action":"act","id":"secret","body":{"text":"secret"},"reason":"secret"}`,
		`{"action":"secret","body":{"text":"secret"}}`, `{"action":7,"reason":"secret"}`, `secret`,
	} {
		r := newRoute(t)
		r.answers(r.event(body))
		if strings.Contains(r.log.String(), "secret") || strings.Contains(r.emf.String(), "secret") {
			t.Errorf("frame %s logged %s %s", body, &r.log, &r.emf)
		}
	}
}
