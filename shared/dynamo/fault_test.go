package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

const (
	alice, bob recall.UserID  = "alice", "bob"
	engineers  recall.GroupID = "engineers"
	noon       recall.Instant = 1_790_000_000_000
)

var (
	direct = recall.Between(alice, bob)
	device = recall.Connection{User: alice, ID: "phone=", ConnectedAt: noon}
)

// transport answers the SDK's requests in DynamoDB's place.
type transport func(*http.Request) (*http.Response, error)

func (t transport) Do(request *http.Request) (*http.Response, error) { return t(request) }

// refuse is an answer as DynamoDB writes a failure (Developer Guide, "Error handling with DynamoDB").
func refuse(status int, code string) (*http.Response, error) {
	body := fmt.Sprintf(`{"__type":"com.amazonaws.dynamodb.v20120810#%s","message":"told by DynamoDB"}`, code)
	return answer(status, body), nil
}

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

// impatient is the functions' client, whose retries come at once.
func impatient(endpoint string, client aws.HTTPClient) *dynamodb.Client {
	return dynamotest.Client(endpoint, func(o *dynamodb.Options) {
		o.HTTPClient = client
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = 4
			o.RateLimiter = ratelimit.None
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		})
	})
}

type operation struct {
	name string
	run  func(context.Context) error
}

func message() recall.Message {
	return recall.Message{
		ID: recall.NewMessageID(noon), Conversation: direct, Sender: alice, SentAt: noon,
		RecallableUntil: noon + 120_000, Body: `{"text":"secret"}`, Due: recall.DueSent,
	}
}

func takeBack(message recall.Message) recall.RevokeCommand {
	return recall.RevokeCommand{
		Conversation: message.Conversation, MessageID: message.ID, SenderOnly: true,
		Revocation: recall.Revocation{
			ID:     recall.NewRevocationID(noon),
			At:     noon,
			By:     alice,
			Role:   recall.RoleSender,
			Reason: "secret",
		},
	}
}

// operations are all methods of both stores.
func operations(store *dynamo.Store, presence *dynamo.Presence) []operation {
	m := message()
	return []operation{
		{"CreateMessage", func(ctx context.Context) error { _, err := store.CreateMessage(ctx, m); return err }},
		{"CreateMessageUnlessRevoked", func(ctx context.Context) error {
			_, err := store.CreateMessageUnlessRevoked(ctx, m, recall.NewMessageID(noon+1))
			return err
		}},
		{"RevokeMessage", func(ctx context.Context) error { _, err := store.RevokeMessage(ctx, takeBack(m)); return err }},
		{"Message", func(ctx context.Context) error { _, _, err := store.Message(ctx, direct, m.ID); return err }},
		{"Settle", func(ctx context.Context) error { return store.Settle(ctx, m) }},
		{"Messages", func(ctx context.Context) error {
			_, err := store.Messages(ctx, direct, recall.MessageRange{Limit: 1, Now: noon})
			return err
		}},
		{"Recalls", func(ctx context.Context) error { _, err := store.Revocations(ctx, direct, "", 1); return err }},
		{"RevocationsBy", func(ctx context.Context) error { _, err := store.RevocationsBy(ctx, alice, "", 1); return err }},
		{"Unread", func(ctx context.Context) error { _, err := store.Unread(ctx, direct, bob, "", noon); return err }},
		{"Head", func(ctx context.Context) error { _, _, err := store.Head(ctx, direct); return err }},
		{"Heads", func(ctx context.Context) error { _, err := store.Heads(ctx, []recall.Conversation{direct}); return err }},
		{"Touch", func(ctx context.Context) error { _, err := store.Touch(ctx, direct, noon, m.ID); return err }},
		{"Join", func(ctx context.Context) error { return store.Join(ctx, alice, direct, noon) }},
		{"Membership", func(ctx context.Context) error { _, _, err := store.Membership(ctx, alice, direct); return err }},
		{"Memberships", func(ctx context.Context) error { _, err := store.Memberships(ctx, alice); return err }},
		{"MarkRead", func(ctx context.Context) error { _, err := store.MarkRead(ctx, bob, direct, m.ID); return err }},
		{"DefaultWindow", func(ctx context.Context) error { _, _, err := store.DefaultWindow(ctx); return err }},
		{"SetDefaultWindow", func(ctx context.Context) error { return store.SetDefaultWindow(ctx, 60) }},
		{"HeadAndMembership", func(ctx context.Context) error {
			_, err := store.HeadAndMembership(ctx, engineers, alice)
			return err
		}},
		{"PutGroup", func(ctx context.Context) error { return store.PutGroup(ctx, engineers, "", nil, noon) }},
		{"DeleteGroup", func(ctx context.Context) error { _, err := store.DeleteGroup(ctx, engineers, nil); return err }},
		{"PutMember", func(ctx context.Context) error {
			_, err := store.PutMember(ctx, engineers, alice, recall.MemberMember, noon)
			return err
		}},
		{
			"DeleteMember", func(ctx context.Context) error { _, err := store.DeleteMember(ctx, engineers, alice); return err },
		},
		{"RosterPage", func(ctx context.Context) error { _, err := store.RosterPage(ctx, engineers, ""); return err }},
		{"RosterStart", func(ctx context.Context) error { _, err := store.RosterStart(ctx, engineers); return err }},
		{"Register", func(ctx context.Context) error { _, err := presence.Register(ctx, device, 20); return err }},
		{"Forget", func(ctx context.Context) error { return presence.Forget(ctx, alice, device) }},
		{"Connections", func(ctx context.Context) error {
			_, err := presence.Connections(ctx, []recall.UserID{alice})
			return err
		}},
	}
}

// answeredBy are both stores on a DynamoDB that is the given function.
func answeredBy(t transport) (*dynamo.Store, *dynamo.Presence) {
	client := impatient("http://dynamodb.test", t)
	return &dynamo.Store{Client: client, Table: "Messages"},
		&dynamo.Presence{Client: client, Table: "Connections", Clock: recalltest.NewClock()}
}

func TestAFailureThatARetryMayCureIsUnavailableInEveryOperation(t *testing.T) {
	for _, each := range []struct {
		code     string
		status   int
		attempts int
	}{
		{"ProvisionedThroughputExceededException", 400, 4},
		{"ThrottlingException", 400, 4},
		{"RequestLimitExceeded", 400, 4},
		{"TransactionInProgressException", 400, 4},
		{"InternalServerError", 500, 4},
		{"ServiceUnavailable", 503, 4},
		// A transaction holds the item. The SDK does not retry this, and two writes do: TestAMessageThatATransactionHolds.
		{"TransactionConflictException", 400, 1},
	} {
		t.Run(each.code, func(t *testing.T) {
			attempts := 0
			store, presence := answeredBy(func(*http.Request) (*http.Response, error) {
				attempts++
				return refuse(each.status, each.code)
			})
			for _, operation := range operations(store, presence) {
				if each.attempts == 1 && slices.Contains([]string{"RevokeMessage", "Settle"}, operation.name) {
					continue
				}
				attempts = 0
				err := operation.run(t.Context())
				wantUnavailable(t, operation.name, err)
				if attempts != each.attempts {
					t.Errorf("%s: %d attempts, want %d", operation.name, attempts, each.attempts)
				}
				if err != nil && !strings.Contains(err.Error(), each.code) {
					t.Errorf("%s: the log does not learn of %s: %v", operation.name, each.code, err)
				}
			}
		})
	}
}

func wantUnavailable(t *testing.T, name string, err error) {
	t.Helper()
	var failure *recall.Error
	if !errors.As(err, &failure) || failure.Name != recall.Unavailable || !failure.Retryable() {
		t.Errorf("%s: error %v, want unavailable", name, err)
		return
	}
	if failure.Desc != "storage could not be reached; retry" {
		t.Errorf("%s tells the caller %q", name, failure.Desc)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("%s: the error holds text or reason: %v", name, err)
	}
}

func TestAWrongDeploymentIsNoReasonToRetryInAnyOperation(t *testing.T) {
	for _, code := range []string{"ValidationException", "ResourceNotFoundException", "AccessDeniedException",
		"UnrecognizedClientException", "InvalidSignatureException", "SerializationException"} {
		t.Run(code, func(t *testing.T) {
			store, presence := answeredBy(func(*http.Request) (*http.Response, error) { return refuse(400, code) })
			for _, operation := range operations(store, presence) {
				err := operation.run(t.Context())
				if err == nil || recall.NameOf(err) != recall.Internal || !strings.Contains(err.Error(), code) {
					t.Errorf("%s: error %v, want internal with %s", operation.name, err, code)
				}
			}
		})
	}
}

// DynamoDB Local has no limit of 10 GB, so the answer is written as DynamoDB writes it (API reference,
// ItemCollectionSizeLimitExceededException). A full transaction is in TestATransactionThatRivalsCancelIsTriedAgain.
func TestAFullItemCollectionIsFinalInEveryWriteToAConversation(t *testing.T) {
	attempts := 0
	store, presence := answeredBy(func(*http.Request) (*http.Response, error) {
		attempts++
		return refuse(400, "ItemCollectionSizeLimitExceededException")
	})
	writes := []string{
		"CreateMessage", "CreateMessageUnlessRevoked", "RevokeMessage", "Settle", "Touch", "PutGroup", "DeleteGroup",
	}
	for _, operation := range operations(store, presence) {
		if !slices.Contains(writes, operation.name) {
			continue
		}
		attempts = 0
		err := operation.run(t.Context())
		var failure *recall.Error
		if !errors.As(err, &failure) || failure.Name != recall.ConversationFull || failure.Retryable() {
			t.Errorf("%s: error %v, want conversation_full, which no retry cures", operation.name, err)
			continue
		}
		if attempts != 1 {
			t.Errorf("%s: %d attempts, want 1", operation.name, attempts)
		}
		logged := strings.Contains(err.Error(), "ItemCollectionSizeLimitExceededException")
		if !logged || strings.Contains(failure.Desc, "told by DynamoDB") {
			t.Errorf("%s: the cause belongs into the log only: %v, the caller reads %q", operation.name, err, failure.Desc)
		}
	}
}

func TestEveryOperationIsUnavailableIfTheDatabaseCannotBeReached(t *testing.T) {
	for name, broken := range map[string]transport{
		"connection refused": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") },
		"not JSON":           func(*http.Request) (*http.Response, error) { return answer(200, "<html>"), nil },
		"cut off":            func(*http.Request) (*http.Response, error) { return answer(200, `{"Item":{"pk"`), nil },
	} {
		t.Run(name, func(t *testing.T) {
			store, presence := answeredBy(broken)
			for _, operation := range operations(store, presence) {
				wantUnavailable(t, operation.name, operation.run(t.Context()))
			}
		})
	}
}

func TestACancelledCallEndsAndIsUnavailable(t *testing.T) {
	store, presence := answeredBy(func(request *http.Request) (*http.Response, error) {
		<-request.Context().Done()
		return nil, request.Context().Err()
	})
	for _, operation := range operations(store, presence) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		wantUnavailable(t, operation.name, operation.run(ctx))
	}
}

func TestTheSDKTriesThrottledCallsAgain(t *testing.T) {
	tables := database.Tables(t)
	throttled := make(map[string]int)
	var mutex sync.Mutex
	client := impatient(tables.Endpoint, transport(func(request *http.Request) (*http.Response, error) {
		target := request.Header.Get("X-Amz-Target")
		mutex.Lock()
		throttled[target]++
		odd := throttled[target]%2 == 1
		mutex.Unlock()
		if odd {
			return refuse(400, "ProvisionedThroughputExceededException")
		}
		return http.DefaultClient.Do(request)
	}))
	store := &dynamo.Store{Client: client, Table: tables.Messages}
	presence := &dynamo.Presence{Client: client, Table: tables.Connections, Clock: recalltest.NewClock()}
	must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
	for _, operation := range operations(store, presence) {
		err := operation.run(t.Context())
		if operation.name == "PutMember" && recall.NameOf(err) == recall.ConversationNotFound {
			continue // DeleteGroup came before
		}
		if err != nil {
			t.Errorf("%s: %v", operation.name, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
