package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"testing"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// BenchmarkRevoke is everything of an invocation but AWS: the event, the rules over a store in memory, the reply, the
// log line and the metrics.
func BenchmarkRevoke(b *testing.B) {
	clock := recalltest.NewClock()
	service := &recall.Service{
		Store:    recalltest.NewStore(),
		Presence: recalltest.NewPresence(clock),
		Notifier: &recalltest.Notifier{},
		Queue:    &recalltest.Queue{},
		Clock:    clock,
		Window:   recall.DefaultWindow,
	}
	frames := function.Frames{
		Service: service, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
		Metrics: &function.Metrics{Function: "revoke", Output: io.Discard, Clock: clock},
	}
	handler := frames.Handler(action.AnsweredBy("revoke"))
	caller := recall.Caller{User: "alice", Connection: "A", TokenExpiresAt: recall.At(clock.Now()).Add(1 << 50)}
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		sent, err := service.Send(b.Context(), caller, recall.SendRequest{
			Conversation: recall.Between("alice", "bob"),
			Body:         `{"text":"hi"}`,
		})
		if err != nil {
			b.Fatal(err)
		}
		raw := `{"requestContext":{"routeKey":"revoke","connectionId":"A","connectedAt":1700000000000,` +
			`"authorizer":{"userId":"alice","expiresAt":"4102444800000"}},` +
			`"body":"{\"action\":\"revoke\",\"id\":\"1\",\"conversation\":\"c2c_bob\",\"messageId\":\"` +
			string(sent.Message.ID) + `\"}"}`
		b.StartTimer()
		var event function.Event
		if err := json.Unmarshal([]byte(raw), &event); err != nil {
			b.Fatal(err)
		}
		answer, err := handler(b.Context(), event)
		if err != nil || answer.StatusCode != 200 {
			b.Fatalf("answer %+v, %v", answer, err)
		}
	}
}
