package main

import (
	"fmt"
	"testing"
	"time"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function/functiontest"
	"example.com/recall/shared/recall"
)

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

func TestARecallIsAnsweredAndTheOtherDevicesAreTold(t *testing.T) {
	r := functiontest.New(t, action.AnsweredBy("revoke"))
	r.Online("alice")
	r.Online("bob")
	id := stored(t, r)
	r.Clock.Advance(time.Second)
	revoked := `"revoked":{"at":1790000001000,"by":"alice","role":"sender","reason":"typo"}`
	functiontest.Want(t,
		r.Answer("alice",
			fmt.Sprintf(`{"action":"revoke","id":"1","conversation":"c2c_bob","messageId":"%s","reason":"typo"}`, id)),
		fmt.Sprintf(`{"type":"reply","action":"revoke","id":"1","ok":true,"results":[{"messageId":"%s","ok":true,%s}]}`, id,
			revoked))
	events := r.Events()
	if len(events) != 1 {
		t.Fatalf("events %q", events)
	}
	functiontest.Want(t, events[0], fmt.Sprintf(
		`bob {"type":"revoked","conversation":"c2c_alice","revocations":[{"messageId":"%s","sender":"alice",`+
			`"sentAt":1790000000000,%s}]}`, id, revoked))
	functiontest.WantPart(t,
		r.Answer("alice", fmt.Sprintf(`{"action":"revoke","conversation":"c2c_bob","messageId":"%s"}`, id)),
		revoked+`,"repeated":true`)
}

func TestASingleRecallsFailureIsTheRepliesErrorToo(t *testing.T) {
	r := functiontest.New(t, action.AnsweredBy("revoke"))
	id := stored(t, r)
	r.Clock.Advance(120_001 * time.Millisecond)
	failure := `"error":{"code":20016,"name":"recall_window_expired",` +
		`"desc":"the time in which the message could be recalled is over","retryable":false}`
	functiontest.Want(t,
		r.Answer("alice", fmt.Sprintf(`{"action":"revoke","conversation":"c2c_bob","messageId":"%s"}`, id)),
		fmt.Sprintf(`{"type":"reply","action":"revoke","ok":false,%s,"results":[{"messageId":"%s","ok":false,%s}]}`, failure,
			id, failure))
}

func TestEachOfSeveralRecallsHasItsOwnResult(t *testing.T) {
	r := functiontest.New(t, action.AnsweredBy("revoke"))
	id := stored(t, r)
	got := r.Answer("alice",
		fmt.Sprintf(`{"action":"revoke","conversation":"c2c_bob","messageIds":["01HF7YATZ8000000000000A1C2","%s"]}`, id))
	functiontest.WantPart(t, got,
		`"ok":false,"results":[{"messageId":"01HF7YATZ8000000000000A1C2","ok":false,"error":{"code":20022,`+
			`"name":"message_not_found"`)
	functiontest.WantPart(t, got, fmt.Sprintf(`{"messageId":"%s","ok":true,"revoked":`, id))
}

func TestABadRevokeRequestIsRefused(t *testing.T) {
	r := functiontest.New(t, action.AnsweredBy("revoke"))
	for _, body := range []string{
		`{"action":"revoke"}`,
		`{"action":"revoke","conversation":"c2c_bob"}`,
		`{"action":"revoke","conversation":"c2c_bob","messageIds":[]}`,
		`{"action":"revoke","conversation":"c2c_bob","messageId":"x"}`,
	} {
		functiontest.WantPart(t, r.Answer("alice", body), `"name":"invalid_request"`)
	}
}
