package dynamo_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// scripted is the SDK's client as far as a test says; the pauses between attempts take no time in a bubble of
// synctest.
type scripted struct {
	dynamo.API
	batchGet func(*dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error)
	transact func() error
	update   func() error
	stored   map[string]types.AttributeValue
	mutex    sync.Mutex
	calls    int
}

func (s *scripted) called() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls++
}

// GetItem finds what the test says is stored.
func (s *scripted) GetItem(context.Context, *dynamodb.GetItemInput,
	...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: s.stored}, nil
}

func (s *scripted) UpdateItem(context.Context, *dynamodb.UpdateItemInput,
	...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	s.called()
	return &dynamodb.UpdateItemOutput{}, s.update()
}

func (s *scripted) BatchGetItem(_ context.Context, input *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	s.called()
	return s.batchGet(input)
}

func (s *scripted) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput,
	...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	s.called()
	return &dynamodb.TransactWriteItemsOutput{}, s.transact()
}

// some answers the first of the keys, each a user with one connection, and leaves the rest unprocessed.
func some(input *dynamodb.BatchGetItemInput, processed int) *dynamodb.BatchGetItemOutput {
	output := &dynamodb.BatchGetItemOutput{Responses: map[string][]map[string]types.AttributeValue{}}
	for table, request := range input.RequestItems {
		processed = min(processed, len(request.Keys))
		for _, key := range request.Keys[:processed] {
			output.Responses[table] = append(output.Responses[table], map[string]types.AttributeValue{
				"user":  key["user"],
				"conns": &types.AttributeValueMemberSS{Value: []string{fmt.Sprintf("%d:phone=", noon)}},
			})
		}
		if rest := request.Keys[processed:]; len(rest) > 0 {
			output.UnprocessedKeys = map[string]types.KeysAndAttributes{
				table: {Keys: rest, ConsistentRead: request.ConsistentRead},
			}
		}
	}
	return output
}

func users(count int) []recall.UserID {
	users := make([]recall.UserID, count)
	for i := range users {
		users[i] = recall.UserID(fmt.Sprintf("user%d", i))
	}
	return users
}

func TestUnprocessedKeysAreAskedForAgainUntilAllAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &scripted{}
		client.batchGet = func(input *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
			for _, request := range input.RequestItems {
				if len(request.Keys) > 100 {
					t.Errorf("%d keys in one call; 100 is the limit", len(request.Keys))
				}
				if !aws.ToBool(request.ConsistentRead) {
					t.Error("an attempt reads what may be old")
				}
			}
			return some(input, 40), nil
		}
		presence := &dynamo.Presence{Client: client, Table: "Connections", Clock: recalltest.NewClock()}
		connections, err := presence.Connections(t.Context(), users(250))
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[recall.UserID]bool)
		for _, connection := range connections {
			found[connection.User] = true
		}
		if len(connections) != 250 || len(found) != 250 {
			t.Errorf("%d connections of %d users, want 250 of 250", len(connections), len(found))
		}
		if client.calls != 3+3+2 { // 100, 100 and 50 keys, 40 at a time
			t.Errorf("%d calls", client.calls)
		}
	})
}

func TestKeysThatStayUnprocessedAreUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := &scripted{batchGet: func(input *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
			return some(input, 0), nil
		}}
		presence := &dynamo.Presence{Client: client, Table: "Connections", Clock: recalltest.NewClock()}
		_, err := presence.Connections(t.Context(), users(1))
		wantUnavailable(t, "Connections", err)
		if client.calls != 9 {
			t.Errorf("%d attempts", client.calls)
		}
	})
}

func TestACancelledCallDoesNotWaitForUnprocessedKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		client := &scripted{batchGet: func(input *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
			cancel()
			return some(input, 0), nil
		}}
		presence := &dynamo.Presence{Client: client, Table: "Connections", Clock: recalltest.NewClock()}
		_, err := presence.Connections(ctx, users(1))
		wantUnavailable(t, "Connections", err)
		if client.calls != 1 {
			t.Errorf("%d attempts", client.calls)
		}
	})
}

// retried is an operation whose writes fail, and what comes of it.
type retried struct {
	name     string
	fails    []error // the last one for ever
	want     recall.Name
	attempts int
}

func (r retried) check(t *testing.T, run func(context.Context, *dynamo.Store) error) {
	synctest.Test(t, func(t *testing.T) {
		client := &scripted{}
		answer := func() error { return r.fails[min(client.calls, len(r.fails))-1] }
		client.transact, client.update = answer, answer
		err := run(t.Context(), &dynamo.Store{Client: client, Table: "Messages"})
		if (err == nil) != (r.want == "") || err != nil && recall.NameOf(err) != r.want {
			t.Errorf("error %v, want %q", err, r.want)
		}
		if client.calls != r.attempts {
			t.Errorf("%d attempts, want %d", client.calls, r.attempts)
		}
	})
}

func TestATransactionThatRivalsCancelIsTriedAgain(t *testing.T) {
	conflict := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("None")}, {Code: aws.String("TransactionConflict")}}}
	gone := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("None")}, {Code: aws.String("ConditionalCheckFailed")}}}
	full := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("ItemCollectionSizeLimitExceeded")}, {Code: aws.String("None")}, {Code: aws.String("None")}}}
	for _, each := range []retried{
		{"twice", []error{conflict, conflict, nil}, "", 3},
		{"for ever", []error{conflict}, recall.Unavailable, 9},
		{"and then the group is gone", []error{conflict, gone}, recall.ConversationNotFound, 2},
		{"and then the conversation is full", []error{conflict, full}, recall.ConversationFull, 2},
	} {
		t.Run(each.name, func(t *testing.T) {
			each.check(t, func(ctx context.Context, store *dynamo.Store) error {
				_, err := store.PutMember(ctx, engineers, alice, recall.MemberMember, noon)
				return err
			})
		})
	}
}

// TestAMessageThatATransactionHolds has a question that is being answered. DynamoDB Local runs one transaction after
// the other, so it never answers this.
func TestAMessageThatATransactionHolds(t *testing.T) {
	conflict := &types.TransactionConflictException{}
	for _, each := range []retried{
		{"twice", []error{conflict, conflict, nil}, "", 3},
		{"for ever", []error{conflict}, recall.Unavailable, 9},
	} {
		for operation, run := range map[string]func(context.Context, *dynamo.Store) error{
			"is revoked": func(ctx context.Context, store *dynamo.Store) error {
				_, err := store.RevokeMessage(ctx, takeBack(message()))
				return err
			},
			"is settled": func(ctx context.Context, store *dynamo.Store) error { return store.Settle(ctx, message()) },
		} {
			t.Run(operation+", "+each.name, func(t *testing.T) { each.check(t, run) })
		}
	}
}

// TestARepeatIsFoundAlsoIfOnlyTheOtherConditionIsReported has a DynamoDB that stops at the first condition that fails.
// AWS does not say that it does not.
func TestARepeatIsFoundAlsoIfOnlyTheOtherConditionIsReported(t *testing.T) {
	question, answer := message(), message()
	refused := &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{
		{Code: aws.String("None")}, {Code: aws.String("ConditionalCheckFailed"), Item: map[string]types.AttributeValue{
			"pk":           &types.AttributeValueMemberS{Value: direct.Key()},
			"sk":           &types.AttributeValueMemberS{Value: "msg#" + string(question.ID)},
			"revocationId": &types.AttributeValueMemberS{Value: string(recall.NewRevocationID(noon))},
		}}}}
	client := &scripted{transact: func() error { return refused }}
	store := &dynamo.Store{Client: client, Table: "Messages"}
	outcome, err := store.CreateMessageUnlessRevoked(t.Context(), answer, question.ID)
	if err != nil || outcome.Created || outcome.Other != recall.OtherIsRevoked {
		t.Errorf("nothing is stored: %+v, error %v", outcome, err)
	}
	client.stored = map[string]types.AttributeValue{
		"pk":     &types.AttributeValueMemberS{Value: direct.Key()},
		"sk":     &types.AttributeValueMemberS{Value: "msg#" + string(answer.ID)},
		"sender": &types.AttributeValueMemberS{Value: string(alice)},
	}
	outcome, err = store.CreateMessageUnlessRevoked(t.Context(), answer, question.ID)
	if err != nil || outcome.Created || outcome.Other != recall.OtherIsNoObstacle || outcome.Message.ID != answer.ID {
		t.Errorf("the answer is stored: %+v, error %v", outcome, err)
	}
}
