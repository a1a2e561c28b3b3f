package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
	metrics *function.Metrics
}

func (h handler) handle(ctx context.Context, event json.RawMessage) (function.BatchAnswer, error) {
	defer h.metrics.Flush()
	return function.EachRecord(ctx, event, h.change)
}

// change publishes a message's recall and finishes what the message still owes. It returns the record's sequence number if
// the record must come again.
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
	if err := h.service.Finish(ctx, message); err != nil {
		h.log.WarnContext(ctx, "record to come again", "sequenceNumber", record.Change.SequenceNumber, "error", err)
		return record.Change.SequenceNumber
	}
	return ""
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
