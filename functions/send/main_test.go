package main

import (
	"strings"
	"testing"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function/functiontest"
	"example.com/recall/shared/recall"
)

// id is an ID of the fakes' present.
var id = recall.EarliestID(1_790_000_000_000)

func route(t *testing.T) *functiontest.Route {
	return functiontest.New(t, action.AnsweredBy("send"))
}

func TestASendIsAnsweredAndDelivered(t *testing.T) {
	r := route(t)
	r.Online("alice")
	r.Online("bob")
	functiontest.Want(t,
		r.Answer("alice", `{"action":"send","id":"1","conversation":"c2c_bob","messageId":"`+id+`","body":{"text":"hi"}}`),
		`{"type":"reply","action":"send","id":"1","ok":true,"message":{"messageId":"`+id+
			`","conversation":"c2c_bob","sender":"alice",`+
			`"sentAt":1790000000000,"recallableUntil":1790000120000},"duplicate":false}`)
	events := r.Events()
	if len(events) != 1 {
		t.Fatalf("events %q", events)
	}
	functiontest.Want(t, events[0], `bob {"type":"message","message":{"messageId":"`+id+
		`","conversation":"c2c_alice","sender":"alice",`+
		`"sentAt":1790000000000,"recallableUntil":1790000120000,"body":{"text":"hi"}}}`)
	functiontest.WantPart(t,
		r.Answer("alice", `{"action":"send","conversation":"c2c_bob","messageId":"`+id+`","body":{"text":"hi"}}`),
		`"duplicate":true`)
	if events := r.Events(); len(events) != 0 {
		t.Errorf("a retry is told again: %q", events)
	}
}

func TestTheSenderOfAMessageIsTheUserOfTheToken(t *testing.T) {
	r := route(t)
	functiontest.WantPart(t,
		r.Answer("mallory", `{"action":"send","conversation":"c2c_bob","sender":"alice","sub":"alice","body":{}}`),
		`"sender":"mallory"`)
}

func TestASendThatIsRefusedIsAnsweredWithItsErrorAndTellsNobody(t *testing.T) {
	for body, name := range map[string]string{
		`{"action":"send","conversation":"c2c_bob"}`:                 `"name":"invalid_request"`,
		`{"action":"send","conversation":"bob","body":{}}`:           `"name":"invalid_request"`,
		`{"action":"send","conversation":"group_nowhere","body":{}}`: `"name":"conversation_not_found"`,
		`{"action":"send","conversation":"c2c_bob","body":{"text":"` + strings.Repeat("x", 12_288) +
			`"}}`: `"name":"body_too_large"`,
		`{"action":"send","conversation":"c2c_bob","messageId":"01HF7YATZ8000000000000A1C2",` +
			`"body":{}}`: `"name":"stale_message_id"`,
		`{"action":"send","conversation":"c2c_bob","messageId":"` + strings.ToLower(id) +
			`","body":{"x":"y"}}`: `"name":"invalid_request"`,
	} {
		r := route(t)
		r.Online("bob")
		functiontest.WantPart(t, r.Answer("alice", body), name)
		if events := r.Events(); len(events) != 0 {
			t.Errorf("%s told %q", body, events)
		}
	}
}

func TestAnAnswerIsStoredOnlyIfItsQuestionIsThere(t *testing.T) {
	r := route(t)
	r.Online("alice")
	question := `{"action":"send","conversation":"c2c_bob","messageId":"` + id + `","body":{"text":"hi"}}`
	functiontest.WantPart(t, r.Answer("alice", question), `"ok":true`)
	answer := func(to string) string {
		return `{"action":"send","conversation":"c2c_alice","unlessRevoked":"` + to + `","body":{"text":"yes"}}`
	}
	functiontest.WantPart(t, r.Answer("bob", answer(id)), `"ok":true`)
	if events := r.Events(); len(events) != 1 {
		t.Errorf("events %q", events)
	}
	missing := recall.EarliestID(1_790_000_000_001)
	functiontest.WantPart(t, r.Answer("bob", answer(missing)),
		`"code":20022,"name":"message_not_found","desc":"unlessRevoked: `)
	if events := r.Events(); len(events) != 0 {
		t.Errorf("a refused answer is told: %q", events)
	}
}
