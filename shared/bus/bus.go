// Package bus publishes recalls to an EventBridge bus, so that other systems can withdraw a push notification or
// delete an attachment.
package bus

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"example.com/recall/shared/recall"
)

// Source and DetailType are what a rule on the bus matches.
const (
	Source     = "recall"
	DetailType = "MessageRecalled"
)

// API is what this package uses of the SDK's client for EventBridge.
type API interface {
	PutEvents(
		context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options),
	) (*eventbridge.PutEventsOutput, error)
}

// NewClient makes the SDK's client. Without an endpoint it calls the endpoint of the configuration's region.
func NewClient(config aws.Config, endpoint *string) *eventbridge.Client {
	return eventbridge.NewFromConfig(config, func(options *eventbridge.Options) { options.BaseEndpoint = endpoint })
}

// Bus is recall.Publisher on EventBridge.
type Bus struct {
	Client API
	// Name is the bus's name or its ARN.
	Name string
}

var _ recall.Publisher = (*Bus)(nil)

// detail is the event's detail. It never holds the text or the reason.
type detail struct {
	Conversation absolute         `json:"conversation"`
	MessageID    recall.MessageID `json:"messageId"`
	Sender       recall.UserID    `json:"sender"`
	Operator     recall.UserID    `json:"operator"`
	Role         recall.Role      `json:"role"`
	At           recall.Instant   `json:"at"`
}

// absolute names a conversation as administrators do: {"users":["a","b"]} or {"group":"id"}.
type absolute struct {
	Users []recall.UserID `json:"users,omitempty"`
	Group recall.GroupID  `json:"group,omitempty"`
}

// PublishRevoked puts one MessageRecalled event on the bus. It returns unavailable if the bus did not take the event.
func (b *Bus) PublishRevoked(ctx context.Context, recalled recall.RevokedMessage) error {
	encoded, err := json.Marshal(detail{
		Conversation: absolute{Users: recalled.Conversation.Users(), Group: recalled.Conversation.Group()},
		MessageID:    recalled.MessageID,
		Sender:       recalled.Sender,
		Operator:     recalled.Revocation.By,
		Role:         recalled.Revocation.Role,
		At:           recalled.Revocation.At,
	})
	if err != nil {
		return err
	}
	answer, err := b.Client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: &b.Name,
		Source:       aws.String(Source),
		DetailType:   aws.String(DetailType),
		Detail:       aws.String(string(encoded)),
	}}})
	if err != nil {
		return recall.Unreachable("event bus", err)
	}
	if answer.FailedEntryCount > 0 {
		return recall.Unreachable("event bus", fmt.Errorf("the bus did not take the event: %s", codeOf(answer.Entries)))
	}
	return nil
}

// codeOf is the error's code that the bus gave for the one event.
func codeOf(entries []types.PutEventsResultEntry) string {
	if len(entries) == 0 || entries[0].ErrorCode == nil {
		return "it gave no code"
	}
	return *entries[0].ErrorCode
}
