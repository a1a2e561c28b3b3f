package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

// publisher keeps what is published. It takes nothing of the user that it fails for.
type publisher struct {
	mutex   sync.Mutex
	recalls []recall.MessageID
	fails   recall.UserID
}

func (b *publisher) PublishRevoked(_ context.Context, recalled recall.RevokedMessage) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if recalled.Sender == b.fails {
		return recall.Unreachable("event bus", errors.New("throttled"))
	}
	b.recalls = append(b.recalls, recalled.MessageID)
	return nil
}

const (
	message      = "01HF7YATZ80000000000000001"
	revoked      = "01HF7YATZ80000000000000002"
	refused      = "01HF7YATZ80000000000000003"
	revocationID = "01HF7YATZ80000000000000009"
)

// record is the stream's record of a message, as DynamoDB writes it. A message that is revoked has no text, and a
// reason.
func record(number, id, sender, due string, revoked bool) string {
	image := map[string]map[string]string{
		"pk": {"S": "c2c#alice#bob"}, "sk": {"S": "msg#" + id}, "sender": {"S": sender},
		"sentAt": {"N": "1700000000000"}, "recallableUntil": {"N": "1700000120000"},
	}
	if due != "" {
		image["due"] = map[string]string{"S": due}
	}
	if revoked {
		image["revocationId"], image["revokedAt"] = map[string]string{"S": revocationID},
			map[string]string{"N": "1700000001000"}
		image["revokedBy"], image["revokedRole"] = map[string]string{"S": sender}, map[string]string{"S": "sender"}
		image["revokedReason"] = map[string]string{"S": "secret"}
	} else {
		image["body"] = map[string]string{"S": `{"text":"secret"}`}
	}
	encoded, err := json.Marshal(map[string]any{
		"eventSource": "aws:dynamodb", "eventName": "MODIFY",
		"dynamodb": map[string]any{"SequenceNumber": number, "NewImage": image},
	})
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// handled passes a batch to the function, and returns its answer and its log.
func handled(t *testing.T, bus *publisher, records ...string) (function.BatchAnswer, string) {
	t.Helper()
	var log bytes.Buffer
	h := handler{service: &recall.Service{Publisher: bus}, log: slog.New(slog.NewJSONHandler(&log, nil))}
	answer, err := h.handle(t.Context(), json.RawMessage(`{"Records":[`+strings.Join(records, ",")+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	return answer, log.String()
}

func TestEveryRecallIsPublishedAndNothingElse(t *testing.T) {
	var bus publisher
	answer, _ := handled(t, &bus,
		record("1", message, "alice", "sent", false), record("2", revoked, "alice", "revoked", true),
		record("3", message, "alice", "", true),
		`{"eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"4","Keys":{}}}`)
	if len(answer.BatchItemFailures) != 0 {
		t.Errorf("%v come again", answer.BatchItemFailures)
	}
	if difference := cmp.Diff([]recall.MessageID{revoked}, bus.recalls); difference != "" {
		t.Error(difference)
	}
}

func TestARecallThatTheBusDidNotTakeComesAgainAndDelaysNoOtherOfItsBatch(t *testing.T) {
	bus := publisher{fails: "bob"}
	answer, log := handled(t, &bus, record("1", refused, "bob", "revoked", true),
		record("2", revoked, "alice", "revoked", true))
	difference := cmp.Diff([]function.BatchItemFailure{{ItemIdentifier: "1"}}, answer.BatchItemFailures)
	if difference != "" {
		t.Error(difference)
	}
	if difference := cmp.Diff([]recall.MessageID{revoked}, bus.recalls); difference != "" {
		t.Error(difference)
	}
	if strings.Contains(log, "secret") || !strings.Contains(log, "record to come again") {
		t.Errorf("logged %s", log)
	}
}
