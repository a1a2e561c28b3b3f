package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// recordsAtOnce bounds how many records of a batch are worked on side by side.
const recordsAtOnce = 16

// lastTry is the receive count at which a chunk's unreachable connections are given up. It is below the queue's
// maxReceiveCount, so that the dead-letter queue gets only what a bug keeps from being delivered.
const lastTry = 3

type handler struct {
	service *recall.Service
	log     *slog.Logger
	metrics *function.Metrics
}

// answer tells the event source which records to bring again (ReportBatchItemFailures).
type answer struct {
	BatchItemFailures []failure `json:"batchItemFailures"`
}

type failure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// batch is what both event sources have in common.
type batch struct {
	Records []json.RawMessage `json:"Records"`
}

type source struct {
	EventSource string `json:"eventSource"`
}

// handle works on each record for itself: one that fails is brought again and holds up no other.
func (h handler) handle(ctx context.Context, event json.RawMessage) (answer, error) {
	defer h.metrics.Flush()
	var records batch
	if err := json.Unmarshal(event, &records); err != nil {
		return answer{}, fmt.Errorf("not a batch of records: %w", err)
	}
	failed := make([]string, len(records.Records))
	places := make(chan struct{}, recordsAtOnce)
	var group sync.WaitGroup
	for i, record := range records.Records {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			failed[i] = h.record(ctx, record)
		})
	}
	group.Wait()
	result := answer{BatchItemFailures: []failure{}}
	for _, identifier := range failed {
		if identifier != "" {
			result.BatchItemFailures = append(result.BatchItemFailures, failure{identifier})
		}
	}
	return result, nil
}

// record returns the identifier of a record that must come again, empty otherwise.
func (h handler) record(ctx context.Context, raw json.RawMessage) string {
	var from source
	if err := json.Unmarshal(raw, &from); err != nil {
		h.log.ErrorContext(ctx, "record dropped", "error", "not a record")
		return ""
	}
	if from.EventSource == "aws:sqs" {
		return h.chunk(ctx, raw)
	}
	return h.change(ctx, raw)
}

// change finishes what a changed message still owes, and publishes its recall.
func (h handler) change(ctx context.Context, raw json.RawMessage) string {
	var record events.DynamoDBEventRecord
	if err := json.Unmarshal(raw, &record); err != nil {
		h.log.ErrorContext(ctx, "record dropped", "error", "not a stream record")
		return ""
	}
	message, ok := dynamo.MessageOf(image(record.Change.NewImage))
	if !ok || message.Due == recall.DueNothing {
		return ""
	}
	err := h.publish(ctx, message)
	if err == nil {
		err = h.service.Finish(ctx, message.Conversation, message.ID, message.ChangedAt())
	}
	if err != nil {
		h.log.WarnContext(ctx, "record to come again", "sequenceNumber", record.Change.SequenceNumber, "error", err)
		return record.Change.SequenceNumber
	}
	return ""
}

func (h handler) publish(ctx context.Context, message recall.Message) error {
	if message.Revoked == nil {
		return nil
	}
	return h.service.Publish(ctx, recall.Recalled{
		Conversation: message.Conversation,
		MessageID:    message.ID,
		Sender:       message.Sender,
		SentAt:       message.SentAt,
		Revocation:   *message.Revoked,
	})
}

// image takes the strings and numbers of a stream's image, which is all that a message has.
func image(from map[string]events.DynamoDBAttributeValue) map[string]types.AttributeValue {
	values := make(map[string]types.AttributeValue, len(from))
	for name, value := range from {
		switch value.DataType() {
		case events.DataTypeString:
			values[name] = &types.AttributeValueMemberS{Value: value.String()}
		case events.DataTypeNumber:
			values[name] = &types.AttributeValueMemberN{Value: value.Number()}
		}
	}
	return values
}

// chunk tells a part of a big group.
func (h handler) chunk(ctx context.Context, raw json.RawMessage) string {
	var message events.SQSMessage
	if err := json.Unmarshal(raw, &message); err != nil {
		h.log.ErrorContext(ctx, "record dropped", "error", "not a queue message")
		return ""
	}
	chunk, err := queue.Decode(message.Body)
	if err == nil {
		received, _ := strconv.Atoi(message.Attributes["ApproximateReceiveCount"])
		err = h.service.DeliverChunk(ctx, chunk, received >= lastTry)
	}
	if err != nil {
		h.log.WarnContext(ctx, "chunk to come again", "messageId", message.MessageId, "error", err)
		return message.MessageId
	}
	return ""
}
