package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// desk is the function on the fakes.
type desk struct {
	handler
	t   *testing.T
	out bytes.Buffer
}

func newDesk(t *testing.T, store func(recall.Store) recall.Store) *desk {
	d := &desk{t: t}
	clock := recalltest.NewClock()
	d.handler = handler{function.Frames{
		Service: &recall.Service{
			Store: store(recalltest.NewStore()), Presence: recalltest.NewPresence(clock), Notifier: &recalltest.Notifier{},
			Queue: &recalltest.Queue{}, Clock: clock, Window: recall.DefaultWindow,
		},
		Log: slog.New(slog.NewJSONHandler(&d.out, nil)), Metrics: &function.Metrics{Output: &d.out, Clock: clock},
	}}
	return d
}

func working(store recall.Store) recall.Store { return store }

// invoked is the reply to a direct invocation.
func (d *desk) invoked(request string) string {
	d.t.Helper()
	reply, err := d.handle(d.t.Context(), json.RawMessage(request))
	if err != nil {
		d.t.Fatal(err)
	}
	return string(reply)
}

// byURL is the answer to a request to the function's URL.
func (d *desk) byURL(method, body string, encoded bool) events.LambdaFunctionURLResponse {
	d.t.Helper()
	event := events.LambdaFunctionURLRequest{Version: "2.0", RawPath: "/", Body: body, IsBase64Encoded: encoded}
	event.RequestContext.HTTP.Method, event.RequestContext.HTTP.Path = method, "/"
	raw, err := json.Marshal(event)
	if err != nil {
		d.t.Fatal(err)
	}
	reply, err := d.handle(d.t.Context(), raw)
	if err != nil {
		d.t.Fatal(err)
	}
	var answer events.LambdaFunctionURLResponse
	if err := json.Unmarshal(reply, &answer); err != nil {
		d.t.Fatal(err)
	}
	return answer
}

// sent puts a message of alice's to bob there.
func (d *desk) sent() recall.MessageID {
	d.t.Helper()
	result, err := d.frames.Service.Send(d.t.Context(), recall.Caller{User: "alice"}, recall.SendRequest{
		Conversation: recall.Between("alice", "bob"),
		Body:         `{"text":"secret"}`,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return result.Message.ID
}

func (d *desk) want(request, part string) {
	d.t.Helper()
	if got := d.invoked(request); !strings.Contains(got, part) {
		d.t.Errorf("%s\ngot %s\nwithout %s", request, got, part)
	}
}

func TestEveryActionIsAnsweredByDirectInvocation(t *testing.T) {
	d := newDesk(t, working)
	id := d.sent()
	d.want(`{"action":"putGroup","id":"1","group":"eng","name":"Engineers","recallWindowSeconds":60}`,
		`{"type":"reply","action":"putGroup","id":"1","ok":true}`)
	d.want(`{"action":"putMember","group":"eng","user":"alice","role":"owner"}`, `"ok":true`)
	d.want(`{"action":"getGroup","id":"2","group":"eng"}`,
		`{"type":"reply","action":"getGroup","id":"2","ok":true,"name":"Engineers","recallWindowSeconds":60,`+
			`"members":[{"user":"alice","role":"owner"}]}`)
	d.want(`{"action":"deleteMember","group":"eng","user":"alice"}`, `"ok":true`)
	d.want(`{"action":"deleteGroup","group":"eng"}`, `"ok":true`)
	phone := recall.Connection{User: "alice", ID: "phone=", ConnectedAt: recall.At(d.frames.Service.Clock.Now())}
	if err := d.frames.Service.Connect(t.Context(), phone); err != nil {
		t.Fatal(err)
	}
	d.want(`{"action":"disconnect","id":"2","user":"alice"}`,
		`{"type":"reply","action":"disconnect","id":"2","ok":true,"disconnected":1}`)
	d.want(`{"action":"getSettings"}`, `"recallWindowSeconds":120`)
	d.want(`{"action":"putSettings","recallWindowSeconds":-1}`, `"recallWindowSeconds":-1`)
	d.want(`{"action":"getSettings"}`, `"recallWindowSeconds":-1`)
	d.want(`{"action":"revoke","conversation":{"users":["bob","alice"]},"messageIds":["`+string(id)+
		`"],"reason":"spam","operator":"carol"}`,
		`"ok":true,"revoked":{"at":1790000000000,"by":"carol","role":"admin","reason":"spam"}`)
	d.want(`{"action":"audit","operator":"carol"}`,
		`"recalls":[{"conversation":{"users":["alice","bob"]},"messageId":"`+string(id)+`","sender":"alice"`)
	other := d.sent()
	d.want(`{"action":"revokeBySender","conversation":{"users":["alice","bob"]},"sender":"alice"}`,
		`"results":[{"messageId":"`+string(other)+`","ok":true`)
}

func TestABadRequestIsRefusedAndNamesTheError(t *testing.T) {
	d := newDesk(t, working)
	for request, name := range map[string]string{
		`{}`:                                  "unknown_action",
		`{"action":"dance"}`:                  "unknown_action",
		`[]`:                                  "unknown_action",
		`"text"`:                              "unknown_action",
		`{"action":"revoke"}`:                 "invalid_request",
		`{"action":"audit"}`:                  "invalid_request",
		`{"action":"putGroup","group":"a b"}`: "invalid_request",
		`{"action":"putSettings","recallWindowSeconds":604801}`:             "invalid_request",
		`{"action":"putMember","group":"eng","user":"bob","role":"king"}`:   "invalid_request",
		`{"action":"putMember","group":"eng","user":"bob","role":"member"}`: "conversation_not_found",
		`{"action":"getGroup","group":"eng"}`:                               "conversation_not_found",
		`{"action":"getGroup"}`:                                             "invalid_request",
	} {
		d.want(request, `"ok":false,"error":{"code":`)
		d.want(request, `"name":"`+name+`"`)
	}
}

func TestAFunctionURLAnswersWithTheErrorsStatus(t *testing.T) {
	d := newDesk(t, working)
	id := string(d.sent())
	revoke := `{"action":"revokeBySender","conversation":{"users":["alice","bob"]},"sender":"alice"}`
	for _, each := range []struct {
		method, body string
		encoded      bool
		status       int
		part         string
	}{
		{
			"POST", `{"action":"getSettings","id":"7"}`, false, http.StatusOK,
			`{"type":"reply","action":"getSettings","id":"7","ok":true,`,
		},
		{"POST", base64.StdEncoding.EncodeToString([]byte(`{"action":"getSettings"}`)), true, http.StatusOK, `"ok":true`},
		{"POST", revoke, false, http.StatusOK, id},
		{"POST", "not base64!", true, http.StatusBadRequest, "not base64"},
		{"POST", "", false, http.StatusBadRequest, "unknown_action"},
		{"POST", `{"action":"dance"}`, false, http.StatusBadRequest, "unknown_action"},
		{"POST", `{"action":"putSettings"}`, false, http.StatusBadRequest, "invalid_request"},
		{
			"POST", `{"action":"putMember","group":"none","user":"bob","role":"member"}`, false, http.StatusNotFound,
			"conversation_not_found",
		},
		{"GET", `{"action":"getSettings"}`, false, http.StatusMethodNotAllowed, "POST"},
		{"DELETE", "", false, http.StatusMethodNotAllowed, "POST"},
	} {
		t.Run(fmt.Sprint(each.method, each.body), func(t *testing.T) {
			answer := d.byURL(each.method, each.body, each.encoded)
			if answer.StatusCode != each.status || answer.Headers["Content-Type"] != "application/json" ||
				!strings.Contains(answer.Body, each.part) {
				t.Errorf("status %d, body %s", answer.StatusCode, answer.Body)
			}
		})
	}
}

// broken is a store whose settings cannot be read.
type broken struct {
	recall.Store
	err error
}

func (b broken) DefaultWindow(context.Context) (recall.Window, bool, error) { return 0, false, b.err }

func TestAFailedDependencyOrABugIs500AndItsCauseIsOnlyLogged(t *testing.T) {
	for name, failure := range map[string]error{
		"unavailable": recall.Unreachable("storage", errors.New("throttled by the table")),
		"internal":    errors.New("throttled by the table"),
	} {
		d := newDesk(t, func(store recall.Store) recall.Store { return broken{store, failure} })
		answer := d.byURL("POST", `{"action":"getSettings"}`, false)
		if answer.StatusCode != http.StatusInternalServerError || !strings.Contains(answer.Body, `"name":"`+name+`"`) ||
			strings.Contains(answer.Body, "throttled") {
			t.Errorf("%s: status %d, body %s", name, answer.StatusCode, answer.Body)
		}
		if !strings.Contains(d.out.String(), "throttled by the table") {
			t.Errorf("%s: the cause is not logged: %s", name, &d.out)
		}
	}
}

// stubborn is a store whose groups take several steps to delete.
type stubborn struct {
	recall.Store
	steps *int
	each  func()
}

func (s stubborn) DeleteGroup(
	context.Context, recall.GroupID, func(context.Context, []recall.ObjectKey) error,
) (bool, error) {
	*s.steps--
	s.each()
	return *s.steps == 0, nil
}

func TestDeleteGroupGoesOnUntilItIsDoneOrItsTimeIsOver(t *testing.T) {
	steps := 5
	d := newDesk(t, func(store recall.Store) recall.Store { return stubborn{store, &steps, func() {}} })
	d.want(`{"action":"deleteGroup","group":"eng"}`, `"ok":true`)
	if steps != 0 {
		t.Errorf("%d steps are left", steps)
	}
	ctx, cancel := context.WithCancel(t.Context())
	steps = 5
	d = newDesk(t, func(store recall.Store) recall.Store { return stubborn{store, &steps, cancel} })
	reply, err := d.handle(ctx, json.RawMessage(`{"action":"deleteGroup","group":"eng"}`))
	if err != nil ||
		!strings.Contains(string(reply),
			`"name":"unavailable","desc":"the group is not deleted completely yet; call deleteGroup again","retryable":true`) {
		t.Errorf("reply %s, error %v", reply, err)
	}
}

func TestG10NothingOfARequestIsLogged(t *testing.T) {
	d := newDesk(t, working)
	id := string(d.sent())
	d.invoked(`{"action":"revoke","conversation":{"users":["alice","bob"]},"messageIds":["` + id +
		`"],"reason":"secret"}`)
	d.invoked(`{"action":"secret","reason":"secret"}`)
	d.invoked(`secret`)
	if strings.Contains(d.out.String(), "secret") {
		t.Errorf("logged %s", &d.out)
	}
}
