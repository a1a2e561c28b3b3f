// Package dynamo keeps messages, rosters, lists and presence in two DynamoDB tables.
//
// Store implements recall.Store on the Messages table, Presence implements recall.Presence on the Connections table;
// docs/design.md draws both. Every read is strongly consistent except Store.RevocationsBy, which reads a global index.
// Writes ask for ReturnValuesOnConditionCheckFailure=ALL_OLD, which costs no read, so that a failed condition returns
// the item that it met.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"example.com/recall/shared/recall"
)

// API is what this package uses of the SDK's client.
type API interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	BatchGetItem(
		context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options),
	) (*dynamodb.BatchGetItemOutput, error)
	TransactWriteItems(
		context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options),
	) (*dynamodb.TransactWriteItemsOutput, error)
}

// Store is recall.Store on the Messages table.
type Store struct {
	Client API
	Table  string
}

// Presence is recall.Presence on the Connections table.
type Presence struct {
	Client API
	Table  string
	Clock  recall.Clock
}

var (
	_ recall.Store    = (*Store)(nil)
	_ recall.Presence = (*Presence)(nil)
)

// fault maps an error of the SDK, after its retries. If a later retry may succeed, the error is unavailable. A
// conversation that has reached 10 GB is full and stays so (Developer Guide, "Local secondary indexes", item
// collection size limit). A refusal of the request itself (a missing table, a missing right, a malformed expression)
// is a bug or a wrong deployment and stays a plain error.
func fault(operation string, err error) error {
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		switch refusal.ErrorCode() {
		case "ItemCollectionSizeLimitExceededException":
			return recall.Full(fmt.Errorf("%s: %w", operation, err))
		case "ValidationException", "ResourceNotFoundException", "AccessDeniedException", "UnrecognizedClientException",
			"InvalidSignatureException", "SerializationException":
			return fmt.Errorf("%s: %w", operation, err)
		}
	}
	return recall.Unreachable("storage", fmt.Errorf("%s: %w", operation, err))
}

// failedCondition returns the item that a failed condition met.
func failedCondition(err error) (item map[string]types.AttributeValue, failed bool) {
	var condition *types.ConditionalCheckFailedException
	if errors.As(err, &condition) {
		return condition.Item, true
	}
	return nil, false
}

// errUnprocessed says that DynamoDB did not process all keys of a batch, although it was asked several times.
var errUnprocessed = errors.New("keys were left unprocessed")

// Retries of what the SDK does not retry itself: unprocessed keys and conflicting transactions.
const (
	maximumAttempts = 8
	firstPause      = 20 * time.Millisecond
)

// pause waits before the next attempt, longer each time, with full jitter so that rivals do not meet again.
func pause(ctx context.Context, attempt int) error {
	longest := firstPause << attempt
	jittered := time.Duration(rand.Int64N(int64(longest)) + 1) // #nosec G404 -- jitter is no secret
	if err := recall.Sleep(ctx, jittered); err != nil {
		return recall.Unreachable("storage", err)
	}
	return nil
}
