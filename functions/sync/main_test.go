package main

import (
	"fmt"
	"testing"
	"time"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function/functiontest"
	"example.com/recall/shared/recall"
)

func route(t *testing.T) *functiontest.Route {
	return functiontest.New(t, action.AnsweredBy("sync"))
}

// stored puts a message of alice's to bob there and forgets what was told of it.
func stored(t *testing.T, r *functiontest.Route) recall.MessageID {
	t.Helper()
	sent, err := r.Service.Send(t.Context(), recall.Caller{User: "alice"}, recall.SendRequest{
		Conversation: recall.Between("alice", "bob"),
		Body:         `{"text":"hi"}`,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Events()
	return sent.Message.ID
}

func TestASyncTellsMessagesAndTombstones(t *testing.T) {
	r := route(t)
	kept := stored(t, r)
	r.Clock.Advance(time.Millisecond)
	gone := stored(t, r)
	r.Service.Revoke(t.Context(), recall.Caller{User: "alice"}, recall.RevokeRequest{
		Conversation: recall.Between("alice", "bob"),
		MessageIDs:   []recall.MessageID{gone},
	})
	got := r.Answer("bob",
		`{"action":"sync","id":"1","conversations":[{"conversation":"c2c_alice"},{"conversation":"group_nowhere"}]}`)
	functiontest.WantPart(t, got,
		fmt.Sprintf(`{"type":"reply","action":"sync","id":"1","ok":true,`+
			`"conversations":[{"conversation":"c2c_alice","messages":[`+
			`{"messageId":"%s","conversation":"c2c_alice","sender":"alice","sentAt":1790000000000,`+
			`"recallableUntil":1790000120000,"body":{"text":"hi"}},`+
			`{"messageId":"%s","conversation":"c2c_alice","sender":"alice","sentAt":1790000000001,`+
			`"recallableUntil":1790000120001,"revoked":{"at":1790000000001,"by":"alice","role":"sender"}}],`+
			`"revocations":[],"cursor":"`, kept, gone))
	functiontest.WantPart(t, got,
		`"more":false,"unread":1},{"conversation":"group_nowhere","error":{"code":10015,"name":"conversation_not_found"`)
}

func TestAReadIsAnsweredAndToldToTheOtherDevices(t *testing.T) {
	r := route(t)
	id := stored(t, r)
	phone := recall.Connection{User: "bob", ID: "bob's phone", ConnectedAt: r.Clock.Instant()}
	if err := r.Service.Connect(t.Context(), phone); err != nil {
		t.Fatal(err)
	}
	functiontest.Want(t,
		r.Answer("bob", fmt.Sprintf(`{"action":"read","conversation":"c2c_alice","messageId":"%s"}`, id)),
		fmt.Sprintf(`{"type":"reply","action":"read","ok":true,"readUpTo":"%s","unread":0}`, id))
	events := r.Events()
	if len(events) != 1 {
		t.Fatalf("events %q", events)
	}
	functiontest.Want(t, events[0],
		fmt.Sprintf(`bob's phone {"type":"read","conversation":"c2c_alice","readUpTo":"%s","unread":0}`, id))
	functiontest.WantPart(t,
		r.Answer("bob", `{"action":"read","conversation":"c2c_alice","messageId":"01HF7YATZ8000000000000A1C2"}`),
		`"name":"message_not_found"`)
}

func TestConversationsAreListed(t *testing.T) {
	r := route(t)
	id := stored(t, r)
	functiontest.Want(t, r.Answer("bob", `{"action":"conversations"}`), fmt.Sprintf(
		`{"type":"reply","action":"conversations","ok":true,"conversations":[{"conversation":"c2c_alice",`+
			`"lastChangeAt":1790000000000,"lastMessageId":"%s","unread":1}]}`, id))
}

func TestABadRequestIsRefused(t *testing.T) {
	r := route(t)
	for _, body := range []string{
		`{"action":"sync"}`,
		`{"action":"sync","conversations":[]}`,
		`{"action":"sync","conversations":[{"conversation":"x"}]}`,
		`{"action":"read","conversation":"c2c_alice"}`,
		`{"action":"conversations","after":7}`,
		`{"action":"conversations","after":"x"}`,
	} {
		functiontest.WantPart(t, r.Answer("bob", body), `"name":"invalid_request"`)
	}
	functiontest.WantPart(t,
		r.Answer("bob", `{"action":"sync","conversations":[{"conversation":"c2c_alice","cursor":"x"}]}`),
		`{"conversation":"c2c_alice","error":{"code":6017,"name":"invalid_request"`)
}
