package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// open is the function on the fakes.
type open struct {
	handler
	clock    *recalltest.Clock
	notifier *recalltest.Notifier
	log      bytes.Buffer
}

func newOpen(presence func(recall.Presence) recall.Presence) *open {
	o := &open{clock: recalltest.NewClock(), notifier: &recalltest.Notifier{}}
	memory := presence(recalltest.NewPresence(o.clock))
	o.notifier.Presence = memory
	service := &recall.Service{
		Store: recalltest.NewStore(), Presence: memory, Notifier: o.notifier, Clock: o.clock, Window: recall.DefaultWindow,
	}
	log := slog.New(slog.NewJSONHandler(&o.log, nil))
	frames := function.Frames{Service: service, Log: log, Metrics: &function.Metrics{Output: &o.log, Clock: o.clock}}
	o.handler = handler{service: service, log: log, frames: frames.Handler(action.AnsweredBy("connect"))}
	return o
}

func working(presence recall.Presence) recall.Presence { return presence }

// failing is a presence that cannot be reached.
type failing struct{ recall.Presence }

var errStorage = recall.Unreachable("storage", errors.New("throttled"))

func (failing) Register(context.Context, recall.Connection, int) ([]recall.Connection, error) {
	return nil, errStorage
}
func (failing) Forget(context.Context, recall.UserID, ...recall.Connection) error { return errStorage }

func (o *open) event(kind, body string) function.Event {
	event := function.Event{Body: body}
	event.RequestContext.EventType = kind
	event.RequestContext.ConnectionID = "phone="
	event.RequestContext.ConnectedAt = int64(o.clock.Instant())
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      "alice",
		function.AuthorizerExpiresAt: fmt.Sprint(o.clock.Instant().Add(time.Hour)),
	}
	return event
}

func (o *open) connected(t *testing.T) []recall.Connection {
	t.Helper()
	found, err := o.service.Presence.Connections(t.Context(), []recall.UserID{"alice"})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestADeviceIsRegisteredBeforeItsHandshakeIsAnswered(t *testing.T) {
	o := newOpen(working)
	answer, err := o.handle(t.Context(), o.event("CONNECT", ""))
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("answer %+v, error %v", answer, err)
	}
	want := recall.Connection{
		User: "alice", ID: "phone=", ConnectedAt: o.clock.Instant(), TokenExpiresAt: o.clock.Instant().Add(time.Hour),
	}
	if found := o.connected(t); len(found) != 1 || found[0] != want {
		t.Errorf("connected %v", found)
	}
	if answer, err := o.handle(t.Context(), o.event("DISCONNECT", "")); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("answer %+v, error %v", answer, err)
	}
	if found := o.connected(t); len(found) != 0 {
		t.Errorf("still connected %v", found)
	}
}

func TestTheServerSelectsRecallAndNeverEchoesTheToken(t *testing.T) {
	for _, each := range []struct {
		header, offered string
		selected        string
	}{
		{"Sec-WebSocket-Protocol", "recall.v1, bearer.secret", "recall.v1"},
		{"sec-websocket-protocol", "bearer.secret,recall.v1", "recall.v1"},
		{"Sec-WebSocket-Protocol", "bearer.secret", ""},
		{"Sec-WebSocket-Protocol", "recall.v10, bearer.secret", ""},
		{"X-Other", "recall.v1", ""},
	} {
		o := newOpen(working)
		event := o.event("CONNECT", "")
		event.Headers = map[string]string{each.header: each.offered}
		answer, err := o.handle(t.Context(), event)
		if err != nil || answer.Headers["Sec-WebSocket-Protocol"] != each.selected {
			t.Errorf("%s: %s: answer %+v, error %v", each.header, each.offered, answer, err)
		}
		if strings.Contains(fmt.Sprint(answer), "secret") || strings.Contains(o.log.String(), "secret") {
			t.Errorf("the token comes back or is logged: %+v %s", answer, &o.log)
		}
	}
}

func TestADeviceThatCannotBeRegisteredIsAskedToComeAgain(t *testing.T) {
	o := newOpen(func(presence recall.Presence) recall.Presence { return failing{presence} })
	answer, err := o.handle(t.Context(), o.event("CONNECT", ""))
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("answer %+v, error %v", answer, err)
	}
	if !strings.Contains(o.log.String(), "throttled") {
		t.Errorf("the cause is not logged: %s", &o.log)
	}
	if _, err := o.handle(t.Context(), o.event("DISCONNECT", "")); err == nil {
		t.Error("a disconnect that failed is not told as an error")
	}
}

func TestANewDeviceTakesThePlaceOfTheOldestWhereAUserHasTooMany(t *testing.T) {
	o := newOpen(working)
	o.service.ConnectionsPerUser = 1
	if answer, err := o.handle(t.Context(), o.event("CONNECT", "")); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("answer %+v, error %v", answer, err)
	}
	o.clock.Advance(time.Minute)
	second := o.event("CONNECT", "")
	second.RequestContext.ConnectionID = "laptop="
	if answer, err := o.handle(t.Context(), second); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("answer %+v, error %v", answer, err)
	}
	told := o.notifier.Notified()
	if len(told) != 1 || told[0].Connection.ID != "phone=" || told[0].Notice.Kicked != recall.KickConnectionLimit {
		t.Errorf("told %+v", told)
	}
	if closed := o.notifier.Disconnected(); len(closed) != 1 || closed[0].ID != "phone=" {
		t.Errorf("closed %v", closed)
	}
	if found := o.connected(t); len(found) != 1 || found[0].ID != "laptop=" {
		t.Errorf("connected %v", found)
	}
}

func TestAHandshakeWithoutTheAuthorizersContextFails(t *testing.T) {
	for _, kind := range []string{"CONNECT", "DISCONNECT"} {
		o := newOpen(working)
		event := o.event(kind, "")
		event.RequestContext.Authorizer = nil
		if answer, err := o.handle(t.Context(), event); err == nil {
			t.Errorf("%s: answer %+v", kind, answer)
		}
	}
}

func TestHelloTellsTheServersTimeAndLimits(t *testing.T) {
	o := newOpen(working)
	answer, err := o.handle(t.Context(), o.event("MESSAGE", `{"action":"hello","id":"1"}`))
	want := `{"type":"reply","action":"hello","id":"1","ok":true,"serverTime":1790000000000,"user":"alice",` +
		`"recallWindowSeconds":120,"maxBodyBytes":12288,"tokenExpiresAt":1790003600000}`
	if err != nil || answer.Body != want {
		t.Errorf("body %s, error %v", answer.Body, err)
	}
}

func TestTheDefaultRouteAnswersUnknownAction(t *testing.T) {
	o := newOpen(working)
	for _, body := range []string{`{"action":"dance","id":"1"}`, `not JSON`, `{"action":"send"}`} {
		answer, err := o.handle(t.Context(), o.event("MESSAGE", body))
		if err != nil || !strings.Contains(answer.Body, `"name":"unknown_action"`) {
			t.Errorf("%s: body %s, error %v", body, answer.Body, err)
		}
	}
}
