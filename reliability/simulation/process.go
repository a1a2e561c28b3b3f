package simulation

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	connectionerrors "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
)

// Window is the recall window of all processes.
const Window = recall.DefaultWindow

// Process is a function's environment: the rules with the real adapters, whose outside calls go through the fault.
func (w *World) Process(fault Fault) *recall.Service { return w.ProcessWithClock(fault, w.Clock) }

// ProcessWithClock returns a process on a machine with its own clock.
func (w *World) ProcessWithClock(fault Fault, clock recall.Clock) *recall.Service {
	calls := &calls{world: w, fault: fault}
	log := slog.New(slog.NewJSONHandler(w, nil))
	presence := &dynamo.Presence{Client: calls, Table: w.ConnectionsTable, Clock: clock}
	return &recall.Service{
		Push: w.push(calls),

		Store:     &dynamo.Store{Client: calls, Table: w.MessagesTable},
		Presence:  presence,
		Notifier:  &gateway.Poster{Client: calls, Presence: presence, Clock: clock, Log: log},
		Queue:     queued{calls},
		Publisher: published{calls},
		Objects:   files{w.Files, calls},

		MaxAttachmentBytes: 1_000,

		Clock:     clock,
		Log:       log,
		Window:    Window,
		Retention: 365 * 24 * time.Hour,
		Sleep:     func(ctx context.Context, duration time.Duration) error { return ctx.Err() },
	}
}

// push is what a process needs for notifications; nil in a world without phones.
func (w *World) push(calls *calls) *recall.Push {
	if w.PushTable == "" {
		return nil
	}
	return &recall.Push{
		Devices: &dynamo.Devices{Client: calls, Table: w.PushTable},
		Kinds:   []recall.PushKind{recall.PushFCM},
		Queue:   queuedJobs{calls},
		Pusher:  pushed{calls},
	}
}

// calls is every outside call of one process.
type calls struct {
	world *World
	fault Fault
}

var (
	_ dynamo.API  = (*calls)(nil)
	_ gateway.API = (*calls)(nil)
)

func around[O any](c *calls, label string, do func() (O, error)) (O, error) {
	var output O
	err := c.fault.Around(label, func() (err error) {
		output, err = do()
		return err
	})
	if err != nil {
		var nothing O
		return nothing, err
	}
	return output, nil
}

// labelOf names a call by its table and the kind of item.
func (c *calls) labelOf(operation, table string, key map[string]types.AttributeValue) string {
	if table == c.world.ConnectionsTable {
		return operation + " presence"
	}
	sort, _ := key["sk"].(*types.AttributeValueMemberS)
	if sort == nil {
		return operation
	}
	kind, _, _ := strings.Cut(sort.Value, "#")
	return operation + " " + kind
}

// GetItem implements dynamo.API.
func (c *calls) GetItem(ctx context.Context, in *dynamodb.GetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return around(c, c.labelOf("GetItem", *in.TableName, in.Key), func() (*dynamodb.GetItemOutput, error) {
		return c.world.Database.GetItem(ctx, in)
	})
}

// PutItem implements dynamo.API.
func (c *calls) PutItem(ctx context.Context, in *dynamodb.PutItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return around(c, c.labelOf("PutItem", *in.TableName, in.Item), func() (*dynamodb.PutItemOutput, error) {
		output, err := c.world.Database.PutItem(ctx, in)
		if err == nil {
			c.world.changed(in.Item)
		}
		return output, err
	})
}

// UpdateItem implements dynamo.API. A settling is told from a recall by what it removes.
func (c *calls) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	label := c.labelOf("UpdateItem", *in.TableName, in.Key)
	if strings.HasPrefix(aws.ToString(in.UpdateExpression), "REMOVE due, owed") {
		label += " settle"
	}
	return around(c, label, func() (*dynamodb.UpdateItemOutput, error) {
		output, err := c.world.Database.UpdateItem(ctx, in)
		if err == nil {
			c.world.changed(output.Attributes)
		}
		return output, err
	})
}

// DeleteItem implements dynamo.API.
func (c *calls) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return around(c, c.labelOf("DeleteItem", *in.TableName, in.Key), func() (*dynamodb.DeleteItemOutput, error) {
		return c.world.Database.DeleteItem(ctx, in)
	})
}

// Query implements dynamo.API.
func (c *calls) Query(ctx context.Context, in *dynamodb.QueryInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return around(c, strings.TrimSpace("Query "+aws.ToString(in.IndexName)), func() (*dynamodb.QueryOutput, error) {
		return c.world.Database.Query(ctx, in)
	})
}

// BatchGetItem implements dynamo.API.
func (c *calls) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	label := "BatchGetItem"
	if _, presence := in.RequestItems[c.world.ConnectionsTable]; presence {
		label += " presence"
	}
	return around(c, label, func() (*dynamodb.BatchGetItemOutput, error) {
		return c.world.Database.BatchGetItem(ctx, in)
	})
}

// TransactWriteItems implements dynamo.API.
func (c *calls) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return around(c, "TransactWriteItems", func() (*dynamodb.TransactWriteItemsOutput, error) {
		output, err := c.world.Database.TransactWriteItems(ctx, in)
		for _, item := range in.TransactItems {
			if err == nil && item.Put != nil {
				c.world.changed(item.Put.Item)
			}
		}
		return output, err
	})
}

// PostToConnection implements gateway.API: the device reads the frame at once, or is gone, or is said to be.
func (c *calls) PostToConnection(
	_ context.Context, in *apigatewaymanagementapi.PostToConnectionInput, _ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	id := recall.ConnectionID(*in.ConnectionId)
	err := c.fault.Around(post, func() error {
		device := c.world.device(id)
		if device == nil {
			return &connectionerrors.GoneException{}
		}
		return device.receive(in.Data)
	})
	if device := c.world.device(id); device != nil && isGone(err) {
		device.deny(in.Data)
	}
	return &apigatewaymanagementapi.PostToConnectionOutput{}, err
}

func isGone(err error) bool {
	_, gone := errors.AsType[*connectionerrors.GoneException](err)
	return gone
}

// DeleteConnection implements gateway.API.
func (c *calls) DeleteConnection(
	_ context.Context, in *apigatewaymanagementapi.DeleteConnectionInput, _ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	id := recall.ConnectionID(*in.ConnectionId)
	err := c.fault.Around(deleteConnection, func() error {
		device := c.world.device(id)
		if device == nil {
			return &connectionerrors.GoneException{}
		}
		return c.world.Close(context.Background(), nil, device, false)
	})
	if device := c.world.device(id); device != nil && isGone(err) {
		device.Excuse()
	}
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, err
}

// queued is the process's queue.
type queued struct{ calls *calls }

// Enqueue implements recall.Queue.
func (q queued) Enqueue(ctx context.Context, chunks []recall.Chunk) error {
	return q.calls.fault.Around("SendMessageBatch", func() error { return q.calls.world.Enqueue(ctx, chunks) })
}

// files is the process's storage of files. Addresses are signed without a call.
type files struct {
	recall.Objects
	calls *calls
}

func (f files) around(label string, do func() error) error {
	if err := f.calls.fault.Around(label, do); err != nil {
		return recall.Unreachable("the storage of files", err)
	}
	return nil
}

// Describe implements recall.Objects.
func (f files) Describe(ctx context.Context, key recall.ObjectKey) (object recall.Object, found bool, err error) {
	err = f.around("HeadObject", func() (err error) {
		object, found, err = f.Objects.Describe(ctx, key)
		return err
	})
	return object, found && err == nil, err
}

// Copy implements recall.Objects.
func (f files) Copy(
	ctx context.Context, from recall.ObjectKey, object recall.Object, to recall.ObjectKey,
) (copied bool, err error) {
	err = f.around("CopyObject", func() (err error) {
		copied, err = f.Objects.Copy(ctx, from, object, to)
		return err
	})
	return copied && err == nil, err
}

// Delete implements recall.Objects.
func (f files) Delete(ctx context.Context, keys []recall.ObjectKey) error {
	return f.around("DeleteObjects", func() error { return f.Objects.Delete(ctx, keys) })
}

// published is the process's bus.
type published struct{ calls *calls }

// PublishRevoked implements recall.Publisher.
func (p published) PublishRevoked(_ context.Context, recalled recall.RevokedMessage) error {
	return p.calls.fault.Around("PutEvents", func() error { p.calls.world.publish(recalled); return nil })
}
