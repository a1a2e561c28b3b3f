// Package streamrules asks a running stack whether Lambda's event source for a DynamoDB stream keeps the rules that
// Recall relies on: batches, what is tried again and when, and what is given up. Package verified has the rules. The
// stack is one that was deployed from the template.yaml of this folder, on AWS or on the local stack.
//
// One scenario answers all rules. It writes records into a table. A function gets them from the stream and tells a
// queue about each of its runs, and the queue is also the failure destination. So what comes out of the queue is all
// that happened.
package streamrules

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// The numbers of template.yaml.
const (
	batchSize      = 4
	batchingWindow = 15 * time.Second
	retryAttempts  = 6
)

// Target is a running stack.
type Target struct {
	Tables *dynamodb.Client
	Queues *sqs.Client
	// Table is the name of the table, and QueueURL the address of the queue.
	Table, QueueURL string
	// MaximumAge is the parameter of the template.
	MaximumAge time.Duration
	// Patience is how long something may take that must happen.
	Patience time.Duration
	// Quiet is how long the failure destination may take after the last record has come.
	Quiet time.Duration
}

// NewTarget returns a stack on AWS by the outputs of the template.
func NewTarget(config aws.Config, outputs map[string]string) (Target, error) {
	seconds, err := strconv.Atoi(outputs["MaximumAge"])
	if err != nil {
		return Target{}, fmt.Errorf("read the output MaximumAge: %w", err)
	}
	age := time.Duration(seconds) * time.Second
	return Target{
		Tables: dynamodb.NewFromConfig(config), Queues: sqs.NewFromConfig(config),
		Table: outputs["Table"], QueueURL: outputs["Queue"],
		// A mapping that is new may take minutes until it reads.
		MaximumAge: age, Patience: 10 * time.Minute, Quiet: time.Minute + age,
	}, nil
}

// The keys of the records. The names of a batch's records begin with the same letter.
const (
	failingRecord  = "a3"
	reportedRecord = "b2"
	agingRecord    = "age"
	lateRecord     = "d2"
)

// batches are what must come together, in the order in which they are written.
func batches() [][]string {
	return [][]string{
		{"a1", "a2", failingRecord, "a4"}, {"b1", reportedRecord, "b3", "b4"}, {"c1", "c2", "c3", "c4"},
		{"d1", lateRecord},
	}
}

// content is in every record, and must not be at the failure destination.
const content = "the content of a record"

// record is a record as the function got it.
type record struct {
	Key, Sequence string
}

// run is a run of the function. At is when it began, in seconds since 1970 UTC.
type run struct {
	At      float64
	Records []record
}

func (r run) keys() []string {
	var keys []string
	for _, each := range r.Records {
		keys = append(keys, each.Key)
	}
	return keys
}

// failure is what Lambda tells the failure destination.
type failure struct {
	Timestamp          time.Time
	RequestContext     struct{ Condition string }
	DDBStreamBatchInfo *batchInformation
	text               string
}

type batchInformation struct {
	StartSequenceNumber, EndSequenceNumber string
	BatchSize                              int
	ApproximateArrivalOfFirstRecord        time.Time
}

// Observed is what happened.
type Observed struct {
	runs       []run // in the order of time
	failures   []failure
	maximumAge time.Duration
}

// observer plays the scenario.
type observer struct {
	Target
	Observed
	name string
	seen map[string]bool // the IDs of the messages that were read
}

// Observe plays the scenario and returns what happened. Nothing may write into the table meanwhile.
func Observe(ctx context.Context, target Target) (Observed, error) {
	o := &observer{
		Target: target, Observed: Observed{maximumAge: target.MaximumAge}, name: fmt.Sprint(time.Now().UnixNano()),
		seen: map[string]bool{},
	}
	err := o.play(ctx)
	slices.SortStableFunc(o.runs, func(a, b run) int { return cmp.Compare(a.At, b.At) })
	return o.Observed, err
}

func (o *observer) play(ctx context.Context) error {
	// What an earlier scenario has left does not count.
	for left := true; left; {
		before := len(o.seen)
		if err := o.receive(ctx); err != nil {
			return err
		}
		left = len(o.seen) > before
	}
	o.runs, o.failures = nil, nil
	if err := o.write(ctx, agingRecord); err != nil {
		return err
	}
	if err := o.await(ctx, o.Patience, func() bool { return o.came(agingRecord) || len(o.failures) > 0 }); err != nil {
		return err
	}
	all := batches()
	for _, batch := range all[:3] {
		if err := o.write(ctx, batch...); err != nil {
			return err
		}
	}
	// A shard is worked off in order. When the last record has come, the others are done or given up.
	if err := o.await(ctx, o.Patience, func() bool { return o.came(all[2][3]) }); err != nil {
		return err
	}
	if err := o.write(ctx, all[3][0]); err != nil {
		return err
	}
	// If the batching window were over by now, this record would come alone.
	if err := o.await(ctx, batchingWindow/2, func() bool { return o.came(all[3][0]) }); err != nil {
		return err
	}
	if err := o.write(ctx, lateRecord); err != nil {
		return err
	}
	if err := o.await(ctx, o.Patience, func() bool { return o.came(lateRecord) }); err != nil {
		return err
	}
	const givenUp = 3 // the record that fails, those that are reported, and the one that grows old
	return o.await(ctx, o.Quiet, func() bool { return len(o.failures) == givenUp })
}

// write writes records one after the other. They are all in one shard, because they have the same partition key.
func (o *observer) write(ctx context.Context, keys ...string) error {
	text := func(value string) dynamodbtypes.AttributeValue {
		return &dynamodbtypes.AttributeValueMemberS{Value: value}
	}
	does := map[string]string{failingRecord: "fail", reportedRecord: "report", agingRecord: "age"}
	for _, key := range keys {
		if _, err := o.Tables.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: aws.String(o.Table), Item: map[string]dynamodbtypes.AttributeValue{
				"run": text(o.name), "key": text(key), "content": text(content),
				"does": text(cmp.Or(does[key], "succeed")),
			},
		}); err != nil {
			return fmt.Errorf("write a record: %w", err)
		}
	}
	return nil
}

// came is whether the function got a record.
func (o *observer) came(key string) bool { return len(o.with(key)) > 0 }

// await reads the queue until something has happened or the time is over. What did not happen breaks its rule.
func (o *observer) await(ctx context.Context, patience time.Duration, happened func() bool) error {
	for end := time.Now().Add(patience); !happened() && time.Now().Before(end); {
		if err := o.receive(ctx); err != nil {
			return err
		}
	}
	return nil
}

// receive waits up to a second for messages, and takes them from the queue.
func (o *observer) receive(ctx context.Context) error {
	received, err := o.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: aws.String(o.QueueURL), MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
	})
	if err != nil {
		return fmt.Errorf("read the queue: %w", err)
	}
	for _, message := range received.Messages {
		if _, err := o.Queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{
			QueueUrl: aws.String(o.QueueURL), ReceiptHandle: message.ReceiptHandle,
		}); err != nil {
			return fmt.Errorf("take a message from the queue: %w", err)
		}
		if id := aws.ToString(message.MessageId); !o.seen[id] { // a queue may deliver a message twice
			o.seen[id] = true
			if err := o.take(aws.ToString(message.Body)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *observer) take(body string) error {
	var told struct {
		failure
		run
	}
	if err := json.Unmarshal([]byte(body), &told); err != nil {
		return fmt.Errorf("the queue has %.200q: %w", body, err)
	}
	if told.DDBStreamBatchInfo != nil {
		told.text = body
		o.failures = append(o.failures, told.failure)
		return nil
	}
	o.runs = append(o.runs, told.run)
	return nil
}

// with returns the runs whose batch has a record.
func (o Observed) with(key string) []run {
	return o.where(func(keys []string) bool { return slices.Contains(keys, key) })
}

func (o Observed) where(fits func(keys []string) bool) []run {
	var runs []run
	for _, each := range o.runs {
		if fits(each.keys()) {
			runs = append(runs, each)
		}
	}
	return runs
}

func list(keys []string) string { return "[" + strings.Join(keys, " ") + "]" }
