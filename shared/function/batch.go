package function

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"
)

// recordsAtOnce bounds how many records of a batch are worked on side by side.
const recordsAtOnce = 16

// BatchAnswer tells an event source which records to bring again (Lambda guide, "Configuring partial batch response").
type BatchAnswer struct {
	BatchItemFailures []BatchItemFailure `json:"batchItemFailures"`
}

// BatchItemFailure names one record: by its sequence number in a stream, by its message ID in a queue.
type BatchItemFailure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// BatchHandler answers the batches of a stream or of a queue.
type BatchHandler = func(ctx context.Context, event json.RawMessage) (BatchAnswer, error)

// EachRecord works on each record of a batch of a stream or a queue by itself. A record that fails is brought again
// and delays no other record of the batch. work returns the identifier of a record that must come again, and an empty
// one otherwise. EachRecord returns an error if the event is not a batch.
func EachRecord(
	ctx context.Context, event json.RawMessage, work func(ctx context.Context, record json.RawMessage) string,
) (BatchAnswer, error) {
	var batch struct {
		Records []json.RawMessage `json:"Records"`
	}
	if err := json.Unmarshal(event, &batch); err != nil {
		return BatchAnswer{}, fmt.Errorf("not a batch of records: %w", err)
	}
	failed := make([]string, len(batch.Records))
	var group errgroup.Group
	group.SetLimit(recordsAtOnce)
	for i, record := range batch.Records {
		group.Go(func() error {
			failed[i] = work(ctx, record)
			return nil
		})
	}
	_ = group.Wait()
	answer := BatchAnswer{BatchItemFailures: []BatchItemFailure{}}
	for _, identifier := range failed {
		if identifier != "" {
			answer.BatchItemFailures = append(answer.BatchItemFailures, BatchItemFailure{identifier})
		}
	}
	return answer, nil
}

// EachMessage works on each message of a batch of a queue. A message that cannot be decoded, or for which work returns
// an error, comes again, until the queue gives it up. Anything else than a message of a queue is logged and dropped,
// because it would fail each time. EachMessage returns an error if the event is not a batch.
func EachMessage[T any](
	ctx context.Context, event json.RawMessage, log *slog.Logger,
	decode func(body string) (T, error), work func(context.Context, T) error,
) (BatchAnswer, error) {
	return EachRecord(ctx, event, func(ctx context.Context, raw json.RawMessage) string {
		var message events.SQSMessage
		if err := json.Unmarshal(raw, &message); err != nil {
			log.ErrorContext(ctx, "record dropped", "error", "not a queue message")
			return ""
		}
		decoded, err := decode(message.Body)
		if err == nil {
			err = work(ctx, decoded)
		}
		if err != nil {
			log.WarnContext(ctx, "record to come again", "messageId", message.MessageId, "error", err)
			return message.MessageId
		}
		return ""
	})
}
