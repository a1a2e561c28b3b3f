package function_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/objects"
	"example.com/recall/shared/queue"
)

// meter writes down every AWS call of an action. It is used in a bubble of testing/synctest, where each call takes one
// millisecond of the bubble's time and nothing else takes any: calls side by side begin in the same millisecond, and
// the milliseconds are the depth, exactly, however slow the machine is.
type meter struct {
	outside *outside
	tables  *dynamodb.Client

	mutex   sync.Mutex
	started time.Time
	calls   []call
}

type call struct {
	round         int
	name          string
	reads, writes float64
}

var (
	_ dynamo.API  = (*meter)(nil)
	_ gateway.API = (*meter)(nil)
	_ queue.API   = (*meter)(nil)
	_ objects.API = (*meter)(nil)
)

const callTime = time.Millisecond

// outside runs work outside of the bubble: inside it, a goroutine that waits for a real network would stop the time.
type outside struct {
	free chan worker
}

type worker struct {
	work chan func()
	done chan struct{}
}

func newOutside(workers int) *outside {
	o := &outside{free: make(chan worker, workers)}
	for range workers {
		w := worker{make(chan func()), make(chan struct{})}
		go func() {
			for work := range w.work {
				work()
				w.done <- struct{}{}
			}
		}()
		o.free <- w
	}
	return o
}

func (o *outside) run(work func()) {
	w := <-o.free
	w.work <- work
	<-w.done
	o.free <- w
}

func (o *outside) close() {
	for range cap(o.free) {
		close((<-o.free).work)
	}
}

// begin forgets what was called so far.
func (m *meter) begin() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.started, m.calls = time.Now(), nil
}

func (m *meter) note(name string, reads, writes float64) func() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.calls = append(m.calls, call{
		round:  int(time.Since(m.started) / callTime),
		name:   name,
		reads:  reads,
		writes: writes,
	})
	return func() { time.Sleep(callTime) }
}

// measured makes one call of DynamoDB. It costs what the answer reports, but at least what AWS takes where DynamoDB
// Local reports less, and where no answer comes: an item that is not there, a query that finds nothing and a refused
// condition cost a unit (Developer Guide, "Read consumption", "Conditional writes"), a transaction two for each item
// ("Transactions").
func measured[O any](m *meter, name string, reads bool, least float64, make func(context.Context) (O, error),
	used func(O) []types.ConsumedCapacity) (O, error) {
	var output O
	var err error
	m.outside.run(func() { output, err = make(context.Background()) })
	units := 0.0
	if err == nil {
		for _, capacity := range used(output) {
			units += *capacity.CapacityUnits
		}
	}
	units = max(units, least)
	if reads {
		m.note(name, units, 0)()
	} else {
		m.note(name, 0, units)()
	}
	return output, err
}

func one(capacity *types.ConsumedCapacity) []types.ConsumedCapacity {
	return []types.ConsumedCapacity{*capacity}
}

func (m *meter) GetItem(_ context.Context, input *dynamodb.GetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return measured(m, "GetItem "+what(input.Key), true, 1,
		func(ctx context.Context) (*dynamodb.GetItemOutput, error) { return m.tables.GetItem(ctx, input) },
		func(output *dynamodb.GetItemOutput) []types.ConsumedCapacity { return one(output.ConsumedCapacity) })
}

func (m *meter) PutItem(_ context.Context, input *dynamodb.PutItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return measured(m, "PutItem "+what(input.Item), false, 1,
		func(ctx context.Context) (*dynamodb.PutItemOutput, error) { return m.tables.PutItem(ctx, input) },
		func(output *dynamodb.PutItemOutput) []types.ConsumedCapacity { return one(output.ConsumedCapacity) })
}

func (m *meter) UpdateItem(_ context.Context, input *dynamodb.UpdateItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	name := "UpdateItem " + what(input.Key)
	if strings.HasPrefix(*input.UpdateExpression, "REMOVE due, owed") {
		name = "UpdateItem settle"
	}
	return measured(m, name, false, 1,
		func(ctx context.Context) (*dynamodb.UpdateItemOutput, error) { return m.tables.UpdateItem(ctx, input) },
		func(output *dynamodb.UpdateItemOutput) []types.ConsumedCapacity { return one(output.ConsumedCapacity) })
}

func (m *meter) DeleteItem(_ context.Context, input *dynamodb.DeleteItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return measured(m, "DeleteItem "+what(input.Key), false, 1,
		func(ctx context.Context) (*dynamodb.DeleteItemOutput, error) { return m.tables.DeleteItem(ctx, input) },
		func(output *dynamodb.DeleteItemOutput) []types.ConsumedCapacity { return one(output.ConsumedCapacity) })
}

func (m *meter) Query(_ context.Context, input *dynamodb.QueryInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	least := 1.0
	if !aws.ToBool(input.ConsistentRead) {
		least = 0.5
	}
	return measured(m, "Query "+queried(input), true, least,
		func(ctx context.Context) (*dynamodb.QueryOutput, error) { return m.tables.Query(ctx, input) },
		func(output *dynamodb.QueryOutput) []types.ConsumedCapacity { return one(output.ConsumedCapacity) })
}

func (m *meter) BatchGetItem(_ context.Context, input *dynamodb.BatchGetItemInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	kinds, keys := make(map[string]bool), 0
	for _, request := range input.RequestItems {
		keys += len(request.Keys)
		for _, key := range request.Keys {
			kinds[what(key)] = true
		}
	}
	return measured(m, "BatchGetItem "+strings.Join(slices.Sorted(maps.Keys(kinds)), "+"), true, float64(keys),
		func(ctx context.Context) (*dynamodb.BatchGetItemOutput, error) {
			return m.tables.BatchGetItem(ctx, input)
		},
		func(output *dynamodb.BatchGetItemOutput) []types.ConsumedCapacity { return output.ConsumedCapacity })
}

func (m *meter) TransactWriteItems(_ context.Context, input *dynamodb.TransactWriteItemsInput,
	_ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	input.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return measured(m, "TransactWriteItems "+transacted(input.TransactItems), false, 2*float64(len(input.TransactItems)),
		func(ctx context.Context) (*dynamodb.TransactWriteItemsOutput, error) {
			return m.tables.TransactWriteItems(ctx, input)
		},
		func(output *dynamodb.TransactWriteItemsOutput) []types.ConsumedCapacity {
			return output.ConsumedCapacity
		})
}

func (m *meter) PostToConnection(
	context.Context, *apigatewaymanagementapi.PostToConnectionInput, ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	m.note("post", 0, 0)()
	return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
}

func (m *meter) DeleteConnection(
	context.Context, *apigatewaymanagementapi.DeleteConnectionInput, ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	m.note("DeleteConnection", 0, 0)()
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, nil
}

func (m *meter) SendMessageBatch(
	context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options),
) (*sqs.SendMessageBatchOutput, error) {
	m.note("SendMessageBatch", 0, 0)()
	return &sqs.SendMessageBatchOutput{}, nil
}

// HeadObject describes the one upload that there is.
func (m *meter) HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error) {
	m.note("HeadObject", 0, 0)()
	return &s3.HeadObjectOutput{
		ContentLength: aws.Int64(1), ContentType: aws.String("image/png"), Metadata: map[string]string{"name": "cat.png"},
	}, nil
}

func (m *meter) CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error) {
	m.note("CopyObject", 0, 0)()
	return &s3.CopyObjectOutput{}, nil
}

func (m *meter) DeleteObjects(
	context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options),
) (*s3.DeleteObjectsOutput, error) {
	m.note("DeleteObjects", 0, 0)()
	return &s3.DeleteObjectsOutput{}, nil
}

// transacted names the kinds of items of a transaction.
func transacted(items []types.TransactWriteItem) string {
	kinds := make([]string, len(items))
	for i, item := range items {
		switch {
		case item.Put != nil:
			kinds[i] = what(item.Put.Item)
		case item.Update != nil:
			kinds[i] = what(item.Update.Key)
		case item.Delete != nil:
			kinds[i] = what(item.Delete.Key)
		case item.ConditionCheck != nil:
			kinds[i] = "check of " + what(item.ConditionCheck.Key)
		}
	}
	return strings.Join(kinds, "+")
}

// what names the kind of item that a key is of.
func what(key map[string]types.AttributeValue) string {
	if key["pk"] == nil {
		return "presence"
	}
	sort, _ := key["sk"].(*types.AttributeValueMemberS)
	kind, _, _ := strings.Cut(sort.Value, "#")
	switch kind {
	case "msg":
		return "message"
	case "conv":
		return "row"
	case "part":
		return "pushed"
	}
	return kind
}

func queried(input *dynamodb.QueryInput) string {
	if input.IndexName != nil {
		return "index " + *input.IndexName
	}
	if strings.Contains(aws.ToString(input.ProjectionExpression), "revocationId") {
		return "unread"
	}
	if from, ok := input.ExpressionAttributeValues[":from"].(*types.AttributeValueMemberS); ok && from.Value == "head" {
		return "roster"
	}
	if partition, ok := input.ExpressionAttributeValues[":pk"].(*types.AttributeValueMemberS); ok &&
		strings.HasPrefix(partition.Value, "pushed#") {
		return "pushed"
	}
	if input.ExpressionAttributeValues[":head"] != nil {
		return "group's items"
	}
	if input.ExpressionAttributeValues[":prefix"] != nil {
		return "rows"
	}
	return "messages"
}

// bill is what an action cost.
type bill struct {
	calls         string
	depth         int
	reads, writes float64
	posts         int
}

// bill sums up: rounds of calls that depend on each other are joined by →, calls side by side by +.
func (m *meter) bill() bill {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var sum bill
	rounds := make(map[int]map[string]int)
	for _, each := range m.calls {
		sum.reads += each.reads
		sum.writes += each.writes
		if each.name == "post" {
			sum.posts++
		}
		if rounds[each.round] == nil {
			rounds[each.round] = make(map[string]int)
		}
		rounds[each.round][each.name]++
	}
	sum.depth = len(rounds)
	var steps []string
	for _, round := range slices.Sorted(maps.Keys(rounds)) {
		var names []string
		for name, times := range rounds[round] {
			if times > 1 {
				name = fmt.Sprintf("%d × %s", times, name)
			}
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int { return cmp.Compare(a, b) })
		steps = append(steps, strings.Join(names, " + "))
	}
	sum.calls = strings.Join(steps, " → ")
	return sum
}
