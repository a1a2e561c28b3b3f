package reliability

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// silent is a client of services that never answer. A call ends only when its context ends.
type silent struct{}

var (
	_ dynamo.API  = silent{}
	_ gateway.API = silent{}
)

func hang[O any](ctx context.Context) (*O, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silent) GetItem(ctx context.Context, _ *dynamodb.GetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return hang[dynamodb.GetItemOutput](ctx)
}

func (silent) PutItem(ctx context.Context, _ *dynamodb.PutItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return hang[dynamodb.PutItemOutput](ctx)
}

func (silent) UpdateItem(ctx context.Context, _ *dynamodb.UpdateItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return hang[dynamodb.UpdateItemOutput](ctx)
}

func (silent) DeleteItem(ctx context.Context, _ *dynamodb.DeleteItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return hang[dynamodb.DeleteItemOutput](ctx)
}

func (silent) Query(ctx context.Context, _ *dynamodb.QueryInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return hang[dynamodb.QueryOutput](ctx)
}

func (silent) BatchGetItem(ctx context.Context, _ *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return hang[dynamodb.BatchGetItemOutput](ctx)
}

func (silent) TransactWriteItems(ctx context.Context, _ *dynamodb.TransactWriteItemsInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return hang[dynamodb.TransactWriteItemsOutput](ctx)
}

func (silent) PostToConnection(
	ctx context.Context, _ *apigatewaymanagementapi.PostToConnectionInput, _ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	return hang[apigatewaymanagementapi.PostToConnectionOutput](ctx)
}

func (silent) DeleteConnection(
	ctx context.Context, _ *apigatewaymanagementapi.DeleteConnectionInput, _ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	return hang[apigatewaymanagementapi.DeleteConnectionOutput](ctx)
}

// functionTime is the time that an invocation has; in synctest's bubble it passes at once.
const functionTime = 10 * time.Second

// inTime runs an action in a bubble, whose end waits for every goroutine that the action has begun.
func inTime(t *testing.T, within time.Duration, act func(ctx context.Context)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), functionTime)
		defer cancel()
		began := time.Now()
		act(ctx)
		if passed := time.Since(began); passed > within { // the bubble's time, not the machine's
			t.Errorf("it took %s, and may take %s", passed, within)
		}
	})
}

func TestNoActionOutlivesItsFunctionWhenDynamoDBNeverAnswers(t *testing.T) {
	clock := recalltest.NewClock()
	caller := recall.Caller{User: "alice", Connection: "connection="}
	id := recall.NewMessageID(clock.Instant())
	service := func() *recall.Service {
		return &recall.Service{
			Store:    &dynamo.Store{Client: silent{}, Table: "messages"},
			Presence: &dynamo.Presence{Client: silent{}, Table: "connections", Clock: clock},
			Clock:    clock,
			Window:   recall.DefaultWindow,
		}
	}
	for name, act := range map[string]func(context.Context, *recall.Service, recall.Conversation) error{
		"send": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			_, err := s.Send(ctx, caller, recall.SendRequest{Conversation: c, Body: theBody})
			return err
		},
		"revoke": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.Revoke(ctx, caller, recall.RevokeRequest{Conversation: c, MessageIDs: []recall.MessageID{id}})[0].Err
		},
		"unsent revoke": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.Revoke(ctx, caller, recall.RevokeRequest{
				Conversation: c,
				MessageIDs:   []recall.MessageID{id},
				Unsent:       true,
			})[0].Err
		},
		"sync": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.Sync(ctx, caller, recall.SyncRequest{
				Conversations: []recall.SyncItem{{Conversation: c, Limit: 10}},
			})[0].Err
		},
		"read": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			_, err := s.Read(ctx, caller, recall.ReadRequest{Conversation: c, MessageID: id})
			return err
		},
		"conversations": func(ctx context.Context, s *recall.Service, _ recall.Conversation) error {
			_, err := s.Conversations(ctx, caller, "")
			return err
		},
		"hello": func(ctx context.Context, s *recall.Service, _ recall.Conversation) error {
			_, err := s.Hello(ctx, caller)
			return err
		},
		"connect": func(ctx context.Context, s *recall.Service, _ recall.Conversation) error {
			return s.Connect(ctx, recall.Connection{User: "alice", ID: "connection="})
		},
		"finish": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.Finish(ctx, recall.Message{Conversation: c, ID: id})
		},
		"deliver": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.DeliverChunk(ctx, recall.Chunk{
				Conversation: c,
				MessageIDs:   []recall.MessageID{id},
				Users:        []recall.UserID{"bob"},
			})
		},
		"admin revoke": func(ctx context.Context, s *recall.Service, c recall.Conversation) error {
			return s.AdminRevoke(ctx, recall.AdminRevoke{Conversation: c, MessageIDs: []recall.MessageID{id}})[0].Err
		},
	} {
		for _, conversation := range []recall.Conversation{recall.Between("alice", "bob"), recall.InGroup("team")} {
			t.Run(name+" "+conversation.Key(), func(t *testing.T) {
				inTime(t, functionTime, func(ctx context.Context) {
					if err := act(ctx, service(), conversation); err == nil || recall.NameOf(err) != recall.Unavailable {
						t.Errorf("it is answered %v", err)
					}
				})
			})
		}
	}
}

func TestAnswersDoNotWaitForReceiversThatHang(t *testing.T) {
	clock := recalltest.NewClock()
	store, presence, queue := recalltest.NewStore(), recalltest.NewPresence(clock), &recalltest.Queue{}
	caller := recall.Caller{User: "alice", Connection: "connection="}
	_, err := presence.Register(t.Context(), recall.Connection{User: "bob", ID: "hanging=", ConnectedAt: clock.Instant()},
		1)
	must(t, err)
	service := &recall.Service{
		Store:    store,
		Presence: presence,
		Notifier: &gateway.Poster{Client: silent{}, Presence: presence, Clock: clock},
		Clock:    clock,
		Window:   recall.DefaultWindow,
		Queue:    queue,
	}
	conversation := recall.Between("alice", "bob")
	var sent recall.SendResult
	inTime(t, recall.NoticeBudget, func(ctx context.Context) {
		var err error
		sent, err = service.Send(ctx, caller, recall.SendRequest{Conversation: conversation, Body: theBody})
		must(t, err)
	})
	inTime(t, recall.NoticeBudget, func(ctx context.Context) {
		must(t, service.Revoke(ctx, caller, recall.RevokeRequest{
			Conversation: conversation,
			MessageIDs:   []recall.MessageID{sent.Message.ID},
		})[0].Err)
	})
	message, _, err := store.Message(t.Context(), conversation, sent.Message.ID)
	must(t, err)
	if retries := queue.Take(); len(retries) != 2 || message.Due != recall.DueNothing {
		t.Errorf("%d retries are queued, and the message is due as %q", len(retries), message.Due)
	}
}
