package function

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
)

// EachChange works on each message that a batch of the table's stream tells of, and that was due when it was written.
// A record for which work returns an error comes again. Anything else than a record of a stream is logged and dropped,
// because it would fail each time. EachChange returns an error if the event is not a batch.
func EachChange(
	ctx context.Context, event json.RawMessage, log *slog.Logger, work func(context.Context, recall.Message) error,
) (BatchAnswer, error) {
	return EachRecord(ctx, event, func(ctx context.Context, raw json.RawMessage) string {
		var record events.DynamoDBEventRecord
		if err := json.Unmarshal(raw, &record); err != nil {
			log.ErrorContext(ctx, "record dropped", "error", "not a stream record")
			return ""
		}
		changed, ok := dynamo.MessageOf(image(record.Change.NewImage))
		if !ok || changed.Due == recall.DueNothing {
			return ""
		}
		if err := work(ctx, changed); err != nil {
			log.WarnContext(ctx, "record to come again", "sequenceNumber", record.Change.SequenceNumber, "error", err)
			return record.Change.SequenceNumber
		}
		return ""
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
