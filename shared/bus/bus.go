// Package bus publishes recalls to an EventBridge bus, so that other systems can withdraw a push notification or delete an attachment.
package bus

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/shared/awsjson"
	"example.com/recall/shared/recall"
)

// Source and DetailType are what a rule on the bus matches.
const (
	Source     = "recall"
	DetailType = "MessageRecalled"
)

// Bus is recall.Publisher on EventBridge.
type Bus struct {
	caller *awsjson.Caller
	name   string
}

var _ recall.Publisher = (*Bus)(nil)

// New makes a publisher for an endpoint, such as https://events.eu-central-1.amazonaws.com, and a bus's name or ARN.
func New(config aws.Config, clock recall.Clock, endpoint, name string) *Bus {
	return &Bus{awsjson.New(config, clock, endpoint, awsjson.Operation{Service: "events", Target: "AWSEvents.PutEvents", Version: "1.1"}), name}
}

// detail is the event's detail. It never holds the text or the reason.
type detail struct {
	Conversation absolute         `json:"conversation"`
	MessageID    recall.MessageID `json:"messageId"`
	Sender       recall.UserID    `json:"sender"`
	Operator     recall.UserID    `json:"operator"`
	Role         recall.Role      `json:"role"`
	At           recall.Instant   `json:"at"`
}

// absolute names a conversation as admins do: {"users":["a","b"]} or {"group":"id"}.
type absolute struct {
	Users []recall.UserID `json:"users,omitempty"`
	Group recall.GroupID  `json:"group,omitempty"`
}

// putEvents and putResult are PutEvents' request and answer (EventBridge API Reference, "PutEvents").
type putEvents struct {
	Entries []entry
}

type entry struct {
	EventBusName string
	Source       string
	DetailType   string
	Detail       string
}

type putResult struct {
	FailedEntryCount int
	Entries          []struct{ ErrorCode string }
}

// PublishRecalled puts one MessageRecalled event on the bus. It returns unavailable where the bus could not be reached
// or did not take the event, a plain error where it refuses the request itself.
func (b *Bus) PublishRecalled(ctx context.Context, recalled recall.Recalled) error {
	request, err := requestOf(b.name, recalled)
	if err != nil {
		return err
	}
	var result putResult
	if err := b.caller.Call(ctx, request, &result); err != nil {
		if ctx.Err() != nil || b.caller.MayHelp(err) {
			return recall.Unreachable("event bus", err)
		}
		return err
	}
	if result.FailedEntryCount == 0 {
		return nil
	}
	code := "no code"
	if len(result.Entries) > 0 {
		code = result.Entries[0].ErrorCode
	}
	return recall.Unreachable("event bus", fmt.Errorf("put event: the bus did not take it: %s", code))
}

func requestOf(bus string, recalled recall.Recalled) (putEvents, error) {
	encoded, err := json.Marshal(detail{
		Conversation: absolute{Users: recalled.Conversation.Users(), Group: recalled.Conversation.Group()},
		MessageID:    recalled.MessageID,
		Sender:       recalled.Sender,
		Operator:     recalled.Revocation.By,
		Role:         recalled.Revocation.Role,
		At:           recalled.Revocation.At,
	})
	return putEvents{[]entry{{EventBusName: bus, Source: Source, DetailType: DetailType, Detail: string(encoded)}}}, err
}
