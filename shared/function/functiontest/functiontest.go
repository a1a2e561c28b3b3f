// Package functiontest gives the tests of functions a route on the fakes of recalltest. Frames go in as API Gateway
// passes them, and replies and events come out.
package functiontest

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/wire"
)

// Route is a function's routes with everything around them in the test's hands.
type Route struct {
	Service *recall.Service
	Clock   *recalltest.Clock
	Log     bytes.Buffer

	t        *testing.T
	notifier *recalltest.Notifier
	handle   func(context.Context, function.Event) (function.Answer, error)
}

// New makes the rules on the fakes, and the routes of these actions on the rules.
func New(t *testing.T, actions []function.Action) *Route {
	clock := recalltest.NewClock()
	r := &Route{t: t, Clock: clock, notifier: &recalltest.Notifier{}}
	r.Service = &recall.Service{
		Store:    recalltest.NewStore(),
		Presence: recalltest.NewPresence(clock),
		Notifier: r.notifier,
		Queue:    &recalltest.Queue{},
		Clock:    clock,
		Window:   recall.DefaultWindow,
	}
	frames := function.Frames{
		Service: r.Service, Log: function.NewLogger(function.Environment{}, &r.Log),
		Metrics: &function.Metrics{Output: &r.Log, Clock: clock},
	}
	r.handle = frames.Handler(actions)
	return r
}

// Online connects a device of the user's; its connection ID is the user's name.
func (r *Route) Online(user recall.UserID) {
	r.t.Helper()
	err := r.Service.Connect(r.t.Context(), recall.Connection{
		User:        user,
		ID:          recall.ConnectionID(user),
		ConnectedAt: r.Clock.Instant(),
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// Answer is the reply to the user's frame.
func (r *Route) Answer(user recall.UserID, body string) string {
	r.t.Helper()
	event := function.Event{Body: body}
	event.RequestContext.ConnectionID = string(user)
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      string(user),
		function.AuthorizerExpiresAt: strconv.FormatInt(int64(r.Clock.Instant().Add(time.Hour)), 10),
	}
	answer, err := r.handle(r.t.Context(), event)
	if err != nil || answer.StatusCode != 200 {
		r.t.Fatalf("status %d, error %v", answer.StatusCode, err)
	}
	return answer.Body
}

// Events are the frames that devices got since the last time, each as "connection frame", sorted.
func (r *Route) Events() []string {
	r.t.Helper()
	var events []string
	for _, each := range r.notifier.Take() {
		encoded, err := wire.Event(each.Connection.User, each.Notice)
		if err != nil {
			r.t.Fatal(err)
		}
		events = append(events, string(each.Connection.ID)+" "+string(encoded))
	}
	slices.Sort(events)
	return events
}

// Want holds a reply or an event against what it must be.
func Want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// WantPart wants a part in a reply.
func WantPart(t *testing.T, got, part string) {
	t.Helper()
	if !strings.Contains(got, part) {
		t.Errorf("got %s\nwithout %s", got, part)
	}
}
