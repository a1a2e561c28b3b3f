package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// TestAJobThatFailsComesAgainAndDelaysNoOtherOfItsBatch has one job that is not a job, one of a message that is not
// there, one that meets a queue that is down, and a record that is no message.
func TestAJobThatFailsComesAgainAndDelaysNoOtherOfItsBatch(t *testing.T) {
	clock := recalltest.NewClock()
	store, devices, pusher := recalltest.NewStore(), recalltest.NewDevices(), &recalltest.Pusher{}
	pusher.Answer = func(device recall.Device, _ recall.Notification) error {
		if device.Address == "secret token of bob" {
			return errors.New("the push service is down")
		}
		return nil
	}
	service := &recall.Service{
		Store: store, Presence: recalltest.NewPresence(clock), Clock: clock,
		Push: &recall.Push{Devices: devices, Pusher: pusher, Queue: brokenQueue{}},
	}
	job := func(receiver recall.UserID) string {
		device := recall.Device{
			User: receiver, Kind: recall.PushFCM, Address: recall.PushAddress("secret token of " + string(receiver)),
		}
		if err := devices.RegisterDevice(t.Context(), device, recall.DevicesPerUser); err != nil {
			t.Fatal(err)
		}
		message := recall.Message{
			ID: recall.NewMessageID(clock.Instant()), Conversation: recall.Between("alice", receiver), Sender: "alice",
			SentAt: clock.Instant(), Body: `{"text":"secret"}`,
		}
		if _, err := store.CreateMessage(t.Context(), message); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(map[string]any{
			"conversation": message.Conversation.Key(), "messageId": message.ID, "since": clock.Instant(),
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	missing := `{"conversation":"c2c#alice#bob","messageId":"01HF7YATZ80000000000000009","since":1}`
	records := []any{1}
	for id, body := range map[string]string{"bad": "{}", "missing": missing, "down": job("bob"), "good": job("carol")} {
		records = append(records, map[string]string{"messageId": id, "body": body})
	}
	event, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	h := handler{
		service: service, log: function.NewLogger(function.Environment{}, &output),
		metrics: &function.Metrics{Output: &output, Clock: clock},
	}
	answer, err := h.handle(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	again := make(map[string]bool)
	for _, failure := range answer.BatchItemFailures {
		again[failure.ItemIdentifier] = true
	}
	if difference := cmp.Diff(map[string]bool{"bad": true, "down": true}, again); difference != "" {
		t.Error(difference)
	}
	if sent := pusher.Sent(); len(sent) != 1 || sent[0].Device.User != "carol" {
		t.Errorf("sent %v", sent)
	}
	if strings.Contains(output.String(), "secret") || !strings.Contains(output.String(), "record dropped") {
		t.Errorf("logged %s", &output)
	}
}

// brokenQueue takes no further attempt.
type brokenQueue struct{}

func (brokenQueue) EnqueuePush(context.Context, []recall.PushJob) error {
	return recall.Unreachable("queue", errors.New("fault of the test"))
}
