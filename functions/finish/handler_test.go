package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// bench is the function on the fakes, with what it queues and logs.
type bench struct {
	handler
	t     *testing.T
	clock *recalltest.Clock
	queue *recalltest.Queue
	store *failingStore
	out   bytes.Buffer
}

// failingStore cannot read the messages of one conversation.
type failingStore struct {
	recall.Store
	fails recall.Conversation
}

func (s *failingStore) Message(ctx context.Context, in recall.Conversation,
	id recall.MessageID) (recall.Message, bool, error) {
	if in == s.fails {
		return recall.Message{}, false, recall.Unreachable("storage", errors.New("throttled"))
	}
	return s.Store.Message(ctx, in, id)
}

var direct = recall.Between("alice", "bob")

func newBench(t *testing.T) *bench {
	b := &bench{
		t:     t,
		clock: recalltest.NewClock(),
		queue: &recalltest.Queue{},
		store: &failingStore{Store: recalltest.NewStore()},
	}
	b.handler = handler{
		service: &recall.Service{
			Store: b.store, Queue: b.queue, Clock: b.clock, Window: recall.DefaultWindow,
			Sleep: func(_ context.Context, duration time.Duration) error { b.clock.Advance(duration); return nil },
		},
		log: slog.New(slog.NewJSONHandler(&b.out, nil)), metrics: &function.Metrics{Output: &b.out, Clock: b.clock},
	}
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// due puts a message there whose function died after the commit.
func (b *bench) due(conversation recall.Conversation) recall.Message {
	b.t.Helper()
	now := b.clock.Instant()
	outcome, err := b.service.Store.CreateMessage(b.t.Context(), recall.Message{
		ID: recall.NewMessageID(now), Conversation: conversation, Sender: "alice", SentAt: now,
		RecallableUntil: recall.AlwaysRecallable, Body: `{"text":"secret"}`, Due: recall.DueSent,
	})
	if err != nil || !outcome.Created {
		b.t.Fatalf("created=%t, error %v", outcome.Created, err)
	}
	return outcome.Message
}

// recalled is the same for its recall.
func (b *bench) recalled(message recall.Message) recall.Message {
	b.t.Helper()
	now := b.clock.Instant()
	outcome, err := b.service.Store.RevokeMessage(b.t.Context(), recall.RevokeCommand{
		Conversation: message.Conversation, MessageID: message.ID,
		Revocation: recall.Revocation{
			ID:     recall.NewRevocationID(now),
			At:     now,
			By:     "alice",
			Role:   recall.RoleSender,
			Reason: "secret",
		},
	})
	if err != nil || !outcome.Applied {
		b.t.Fatalf("outcome %+v, error %v", outcome, err)
	}
	return outcome.Message
}

// change is the stream's record of a message, as DynamoDB writes it.
func change(number string, message recall.Message) string {
	image := map[string]map[string]string{
		"pk":              {"S": message.Conversation.Key()},
		"sk":              {"S": "msg#" + string(message.ID)},
		"sender":          {"S": string(message.Sender)},
		"sentAt":          {"N": fmt.Sprint(message.SentAt)},
		"recallableUntil": {"N": fmt.Sprint(message.RecallableUntil)},
		"due":             {"S": string(message.Due)},
	}
	if message.Revoked == nil {
		image["body"] = map[string]string{"S": string(message.Body)}
	} else {
		image["revocationId"], image["revokedAt"] = map[string]string{"S": string(message.Revoked.ID)},
			map[string]string{"N": fmt.Sprint(message.Revoked.At)}
		image["revokedBy"], image["revokedRole"] = map[string]string{"S": string(message.Revoked.By)},
			map[string]string{"S": string(message.Revoked.Role)}
		image["revokedReason"] = map[string]string{"S": string(message.Revoked.Reason)}
	}
	encoded, err := json.Marshal(map[string]any{
		"eventSource": "aws:dynamodb",
		"eventName":   "MODIFY",
		"dynamodb":    map[string]any{"SequenceNumber": number, "NewImage": image},
	})
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// handles passes a batch and returns the identifiers that must come again.
func (b *bench) handles(records ...string) []string {
	b.t.Helper()
	result, err := b.handle(b.t.Context(), json.RawMessage(`{"Records":[`+strings.Join(records, ",")+`]}`))
	b.must(err)
	encoded, err := json.Marshal(result)
	if err != nil || !strings.HasPrefix(string(encoded), `{"batchItemFailures":[`) {
		b.t.Errorf("the answer is %s, error %v", encoded, err)
	}
	var again []string
	for _, each := range result.BatchItemFailures {
		again = append(again, each.ItemIdentifier)
	}
	return again
}

// queued are the messages of which notices are queued for bob since the last time.
func (b *bench) queued() []recall.MessageID {
	var messages []recall.MessageID
	for _, chunk := range b.queue.Take() {
		if slices.Contains(chunk.Users, "bob") {
			messages = append(messages, chunk.MessageIDs...)
		}
	}
	return messages
}

func TestG4AChangeWhoseFunctionDiedIsFinished(t *testing.T) {
	b := newBench(t)
	first, second := b.due(direct), b.due(direct)
	tombstone := b.recalled(second)
	if again := b.handles(change("1", first), change("2", tombstone)); len(again) != 0 {
		t.Errorf("%v come again: %s", again, &b.out)
	}
	if queued := b.queued(); len(queued) != 2 || !slices.Contains(queued, first.ID) ||
		!slices.Contains(queued, second.ID) {
		t.Errorf("bob is told of %v", queued)
	}
	for _, message := range []recall.Message{first, second} {
		stored, _, err := b.service.Store.Message(t.Context(), direct, message.ID)
		if err != nil || stored.Due != recall.DueNothing {
			t.Errorf("%s is still due as %q, error %v", message.ID, stored.Due, err)
		}
	}
	// The stream brings a record again after a time-out: nothing is due, nobody is told twice.
	b.handles(change("1", first))
	if queued := b.queued(); len(queued) != 0 {
		t.Errorf("bob is told again of %v", queued)
	}
}

// TestARecordThatFailsComesAgainAndDelaysNoOther: storage cannot be reached for one conversation.
func TestARecordThatFailsComesAgainAndDelaysNoOther(t *testing.T) {
	b := newBench(t)
	var records []string
	for i := range 40 {
		message := b.due(recall.Between("bob", recall.UserID(fmt.Sprint("user", i))))
		if i == 17 {
			b.store.fails = message.Conversation
		}
		records = append(records, change(fmt.Sprint(i), message))
	}
	if again := b.handles(records...); !slices.Equal(again, []string{"17"}) {
		t.Errorf("%v come again, want 17", again)
	}
	if queued := b.queued(); len(queued) != 39 {
		t.Errorf("bob is told of %d messages of 39", len(queued))
	}
}

func TestARecordThatCannotBeReadIsDroppedAndDelaysNoOther(t *testing.T) {
	b := newBench(t)
	poison := []string{
		`7`, `"text"`, `null`, `{}`, `{"eventSource":"aws:dynamodb","dynamodb":7}`, `{"eventSource":7}`,
		`{"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"1","NewImage":{"pk":{"S":"head"}}}}`,
		`{"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"1","NewImage":{"pk":{"S":"c2c#alice#bob"},` +
			`"sk":{"S":"head"},"due":{"S":"sent"}}}}`,
		`{"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"1","Keys":{}}}`,
	}
	if again := b.handles(append(poison, change("2", b.due(direct)))...); len(again) != 0 {
		t.Errorf("%v come again", again)
	}
	if queued := b.queued(); len(queued) != 1 {
		t.Errorf("bob is told of %d messages", len(queued))
	}
}

func TestAnEventThatIsNoBatchIsAnError(t *testing.T) {
	b := newBench(t)
	if _, err := b.handle(t.Context(), json.RawMessage(`[]`)); err == nil {
		t.Error("no error")
	}
}

func TestG10NothingOfARecordIsLogged(t *testing.T) {
	b := newBench(t)
	message := b.due(direct)
	tombstone := b.recalled(b.due(direct))
	b.store.fails = direct
	b.handles(change("1", message), change("2", tombstone), `{"eventSource":"aws:dynamodb","dynamodb":"secret"}`)
	if strings.Contains(b.out.String(), "secret") || b.out.Len() == 0 {
		t.Errorf("logged %s", &b.out)
	}
}
