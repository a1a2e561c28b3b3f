package eventsource

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// record is one change of an item, as the function gets it.
type record struct {
	event          map[string]any
	key            string // of the item
	sequenceNumber string
	created        time.Time
	size           int
}

// newRecord returns a record in the form of Lambda's events (Lambda guide, "Example event" of DynamoDB streams).
func newRecord(from *types.Record, sourceARN, region string) record {
	change := from.Dynamodb
	details := map[string]any{
		"Keys":           attributes(change.Keys),
		"SequenceNumber": value(change.SequenceNumber),
		"StreamViewType": string(change.StreamViewType),
	}
	r := record{sequenceNumber: value(change.SequenceNumber)}
	if change.SizeBytes != nil {
		details["SizeBytes"] = json.Number(fmt.Sprint(*change.SizeBytes))
	}
	if change.ApproximateCreationDateTime != nil {
		r.created = *change.ApproximateCreationDateTime
		details["ApproximateCreationDateTime"] = json.Number(fmt.Sprint(r.created.Unix()))
	}
	if change.NewImage != nil {
		details["NewImage"] = attributes(change.NewImage)
	}
	if change.OldImage != nil {
		details["OldImage"] = attributes(change.OldImage)
	}
	r.event = map[string]any{
		"eventID":        value(from.EventID),
		"eventName":      string(from.EventName),
		"eventVersion":   "1.1",
		"eventSource":    "aws:dynamodb",
		"awsRegion":      region,
		"eventSourceARN": sourceARN,
		"dynamodb":       details,
	}
	if from.UserIdentity != nil {
		r.event["userIdentity"] = map[string]any{
			"principalId": value(from.UserIdentity.PrincipalId),
			"type":        value(from.UserIdentity.Type),
		}
	}
	// A map of these types can always be marshalled.
	key, _ := json.Marshal(details["Keys"])
	whole, _ := json.Marshal(r.event)
	r.key, r.size = string(key), len(whole)
	return r
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

func attributes(from map[string]types.AttributeValue) map[string]any {
	result := make(map[string]any, len(from))
	for name, attribute := range from {
		result[name] = dynamodbJSON(attribute)
	}
	return result
}

// dynamodbJSON returns an attribute in DynamoDB's JSON, such as {"S": "text"}.
func dynamodbJSON(attribute types.AttributeValue) map[string]any {
	switch attribute := attribute.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": attribute.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": attribute.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": base64.StdEncoding.EncodeToString(attribute.Value)}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": attribute.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": attribute.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": list(attribute.Value, func(s string) any { return s })}
	case *types.AttributeValueMemberNS:
		return map[string]any{"NS": list(attribute.Value, func(s string) any { return s })}
	case *types.AttributeValueMemberBS:
		return map[string]any{
			"BS": list(attribute.Value, func(b []byte) any { return base64.StdEncoding.EncodeToString(b) }),
		}
	case *types.AttributeValueMemberL:
		return map[string]any{"L": list(attribute.Value, func(v types.AttributeValue) any { return dynamodbJSON(v) })}
	case *types.AttributeValueMemberM:
		return map[string]any{"M": attributes(attribute.Value)}
	default:
		return map[string]any{}
	}
}

func list[T any](items []T, convert func(T) any) []any {
	result := make([]any, len(items))
	for i, item := range items {
		result[i] = convert(item)
	}
	return result
}
