// Package bus publishes recalls to an EventBridge bus, so that other systems can withdraw a push notification or delete an attachment.
//
// It makes the one request that it needs by itself, signed by the SDK's signer: EventBridge's SDK client would make the
// function's binary a tenth larger, and a larger binary starts slower, for one call with one small body.
package bus

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/recall/shared/recall"
)

// Source and DetailType are what a rule on the bus matches.
const (
	Source     = "recall"
	DetailType = "MessageRecalled"
)

// Bus is recall.Publisher on EventBridge. It tries once: who publishes is called again after an error.
type Bus struct {
	Client      aws.HTTPClient
	Credentials aws.CredentialsProvider
	Clock       recall.Clock
	Region      string
	// Endpoint is the service's address, such as https://events.eu-central-1.amazonaws.com.
	Endpoint string
	// Name is the bus's name or ARN.
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
	body, err := encode(b.Name, recalled)
	if err != nil {
		return err
	}
	request, err := b.signed(ctx, body)
	if err != nil {
		return err
	}
	answer, err := b.Client.Do(request)
	if err != nil {
		return recall.Unreachable("event bus", fmt.Errorf("put event: %w", err))
	}
	defer func() { _ = answer.Body.Close() }() // everything needed was read
	said, err := io.ReadAll(io.LimitReader(answer.Body, maximumAnswer))
	if err != nil {
		return recall.Unreachable("event bus", fmt.Errorf("put event: read the answer: %w", err))
	}
	return outcome(answer.StatusCode, said)
}

// maximumAnswer bounds what is read of an answer to a single entry.
const maximumAnswer = 64 << 10

func encode(bus string, recalled recall.Recalled) ([]byte, error) {
	encoded, err := json.Marshal(detail{
		Conversation: absolute{Users: recalled.Conversation.Users(), Group: recalled.Conversation.Group()},
		MessageID:    recalled.MessageID,
		Sender:       recalled.Sender,
		Operator:     recalled.Revocation.By,
		Role:         recalled.Revocation.Role,
		At:           recalled.Revocation.At,
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(putEvents{[]entry{{EventBusName: bus, Source: Source, DetailType: DetailType, Detail: string(encoded)}}})
}

// signed makes the request in the AWS JSON 1.1 protocol.
func (b *Bus) signed(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("put event: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
	credentials, err := b.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("put event: %w", err)
	}
	hash := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, hex.EncodeToString(hash[:]), "events", b.Region, b.Clock.Now()); err != nil {
		return nil, fmt.Errorf("put event: %w", err)
	}
	return request, nil
}

func outcome(status int, said []byte) error {
	switch {
	case status == http.StatusTooManyRequests || status >= http.StatusInternalServerError:
		return recall.Unreachable("event bus", fmt.Errorf("put event: status %d", status))
	case status != http.StatusOK:
		return refusal(status, said)
	}
	var result putResult
	if err := json.Unmarshal(said, &result); err != nil {
		return recall.Unreachable("event bus", errors.New("put event: the answer is not JSON"))
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

// refusal is what AWS refuses with 400: a throttled request is to come again, any other is wrong as it is.
func refusal(status int, said []byte) error {
	var why struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(said, &why) // without it the status has to do
	if why.Type == "ThrottlingException" || why.Type == "InternalException" {
		return recall.Unreachable("event bus", fmt.Errorf("put event: %s", why.Type))
	}
	return fmt.Errorf("put event: refused with status %d %s", status, why.Type)
}
