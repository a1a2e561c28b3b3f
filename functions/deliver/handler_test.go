package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// bench is the function on the fakes, with what it logs.
type bench struct {
	handler
	t        *testing.T
	clock    *recalltest.Clock
	notifier *recalltest.Notifier
	queue    *recalltest.Queue
	out      bytes.Buffer
}

var group = recall.InGroup("eng")

func newBench(t *testing.T) *bench {
	b := &bench{t: t, clock: recalltest.NewClock(), notifier: &recalltest.Notifier{}, queue: &recalltest.Queue{}}
	b.handler = handler{
		service: &recall.Service{
			Store: recalltest.NewStore(), Presence: recalltest.NewPresence(b.clock), Notifier: b.notifier, Queue: b.queue,
			Clock: b.clock, Window: recall.DefaultWindow,
		},
		log: slog.New(slog.NewJSONHandler(&b.out, nil)), metrics: &function.Metrics{Output: &b.out, Clock: b.clock},
	}
	for _, user := range []recall.UserID{"alice", "bob"} {
		b.must(b.service.Connect(t.Context(), recall.Connection{
			User:        user,
			ID:          recall.ConnectionID(user),
			ConnectedAt: b.clock.Instant(),
		}))
	}
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// stored puts a message there.
func (b *bench) stored(conversation recall.Conversation) recall.Message {
	b.t.Helper()
	now := b.clock.Instant()
	outcome, err := b.service.Store.CreateMessage(b.t.Context(), recall.Message{
		ID: recall.NewMessageID(now), Conversation: conversation, Sender: "alice", SentAt: now,
		RecallableUntil: recall.AlwaysRecallable, Body: `{"text":"secret"}`,
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

func (b *bench) told(user recall.UserID) (messages, revocations int) {
	for _, each := range b.notifier.Notified() {
		if each.Connection.User != user {
			continue
		}
		if each.Notice.Message != nil {
			messages++
		}
		revocations += len(each.Notice.Revocations)
	}
	return messages, revocations
}

// chunk is a message of the queue.
func chunk(id, body string) string {
	encoded, err := json.Marshal(map[string]any{
		"eventSource": "aws:sqs", "messageId": id, "body": body,
	})
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func (b *bench) chunkOf(message recall.Message) string {
	return fmt.Sprintf(
		`{"conversation":"group#eng","due":"sent","messageIds":["%s"],"users":["alice","bob"],"except":"alice","since":%d}`,
		message.ID, b.clock.Instant())
}

func TestAChunkIsToldToItsUsersButNotToTheConnectionThatAskedForTheChange(t *testing.T) {
	b := newBench(t)
	tombstone := b.recalled(b.stored(group))
	if again := b.handles(chunk("m1", b.chunkOf(tombstone))); len(again) != 0 {
		t.Errorf("%v come again: %s", again, &b.out)
	}
	_, alice := b.told("alice")
	_, bob := b.told("bob")
	if alice != 0 || bob != 1 {
		t.Errorf("alice was told %d recalls and bob %d", alice, bob)
	}
}

func TestAQueueMessageThatIsNoChunkComesAgainAndDelaysNoOther(t *testing.T) {
	b := newBench(t)
	again := b.handles(chunk("bad", "not a chunk"), chunk("good", b.chunkOf(b.stored(group))))
	if !slices.Equal(again, []string{"bad"}) {
		t.Errorf("%v come again", again)
	}
	if messages, _ := b.told("bob"); messages != 1 {
		t.Errorf("bob was told %d messages", messages)
	}
}

// TestG9AChunkIsFinishedAlthoughSomebodyCannotBeReached: only the connection that was not reached is told again.
func TestG9AChunkIsFinishedAlthoughSomebodyCannotBeReached(t *testing.T) {
	b := newBench(t)
	b.notifier.Fail = func(recall.Connection) bool { return true }
	if again := b.handles(chunk("m1", b.chunkOf(b.stored(group)))); len(again) != 0 {
		t.Errorf("%v come again", again)
	}
	retries := b.queue.Take()
	if len(retries) != 1 || len(retries[0].Connections) != 1 || retries[0].Connections[0].User != "bob" ||
		retries[0].Delay == 0 {
		t.Errorf("queued %+v", retries)
	}
}

func TestTheLastRetryClosesWhatItCannotReach(t *testing.T) {
	b := newBench(t)
	b.notifier.Fail = func(recall.Connection) bool { return true }
	body := fmt.Sprintf(`{"conversation":"group#eng","due":"sent","messageIds":["%s"],
		"connections":[{"user":"bob","id":"bob","connectedAt":1}],"attempt":4,"since":%d}`,
		b.stored(group).ID, b.clock.Instant())
	if again := b.handles(chunk("m1", body)); len(again) != 0 {
		t.Errorf("%v come again: %s", again, &b.out)
	}
	closed := b.notifier.Disconnected()
	if len(closed) != 1 || closed[0] != (recall.Connection{User: "bob", ID: "bob", ConnectedAt: 1}) {
		t.Errorf("disconnected %v", closed)
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
	b.notifier.Fail = func(recall.Connection) bool { return true }
	b.handles(chunk("1", b.chunkOf(b.recalled(b.stored(group)))), chunk("2", `{"secret":1}`),
		`{"eventSource":"aws:sqs","body":7,"secret":"secret"}`)
	if strings.Contains(b.out.String(), "secret") || b.out.Len() == 0 {
		t.Errorf("logged %s", &b.out)
	}
}
