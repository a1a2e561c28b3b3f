package eventsource

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	// receiveWait is SQS's longest wait for messages, in seconds.
	receiveWait = 20
	// receiveMost is how many messages SQS gives or deletes at a time.
	receiveMost = 10
	// defaultPollers is how many batches Lambda reads at once at the beginning.
	defaultPollers = 5
	troublePause   = time.Second
)

// runQueue reads a queue. It has one poller for each batch that may be in work at the same time.
func runQueue(ctx context.Context, options Options, filter filter) {
	pollers := options.Source.MaximumConcurrency
	if pollers == 0 {
		pollers = defaultPollers
	}
	q := &queue{Options: options, filter: filter}
	var working sync.WaitGroup
	for range pollers {
		working.Go(func() { q.run(ctx) })
	}
	working.Wait()
}

type queue struct {
	Options
	filter filter
}

func (q *queue) run(ctx context.Context) {
	for ctx.Err() == nil {
		messages, err := q.gather(ctx)
		if err != nil {
			if ctx.Err() == nil {
				q.Trouble("cannot read the queue " + q.Source.Queue + ": " + err.Error())
				pause(ctx, troublePause)
			}
			continue
		}
		if len(messages) > 0 {
			q.work(ctx, messages)
		}
	}
}

// gather receives messages until the batch is full or the batching window is over.
func (q *queue) gather(ctx context.Context) ([]types.Message, error) {
	var gathered []types.Message
	var closes time.Time
	for {
		wait := int32(receiveWait)
		if len(gathered) > 0 {
			left := closes.Sub(q.Now())
			if left <= 0 {
				return gathered, nil
			}
			wait = min(wait, int32(left/time.Second)) // #nosec G115 -- at most 20 s
		}
		output, err := q.Queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.QueueURL, WaitTimeSeconds: wait,
			MaxNumberOfMessages:         int32(min(receiveMost, q.Source.BatchSize-len(gathered))), // #nosec G115 -- at most 10
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
			MessageAttributeNames:       []string{"All"},
		})
		if err != nil {
			return gathered, err
		}
		if len(gathered) == 0 {
			closes = q.Now().Add(q.Source.BatchingWindow)
		}
		gathered = append(gathered, output.Messages...)
		if len(gathered) == 0 || len(gathered) >= q.Source.BatchSize {
			return gathered, nil
		}
	}
}

// work runs the function with a batch, and deletes the messages that the function has done. The others come back
// after their visibility time-out. After too many returns they go to the dead-letter queue.
func (q *queue) work(ctx context.Context, messages []types.Message) {
	var passed, done []types.Message
	var events []any
	for _, message := range messages {
		event := q.event(message)
		if !q.filter.matches(filterable(event)) {
			done = append(done, message) // Lambda deletes a message that does not pass the filter
			continue
		}
		passed, events = append(passed, message), append(events, event)
	}
	if len(passed) > 0 {
		// A map of these types can always be marshalled.
		payload, _ := json.Marshal(map[string]any{"Records": events})
		answer, err := q.Invoke(ctx, payload)
		if err == nil && answer.FunctionError == "" {
			done = append(done, q.succeeded(passed, answer)...)
		}
	}
	q.remove(ctx, done)
}

// succeeded returns the messages that a partial batch response does not name as failed.
func (q *queue) succeeded(messages []types.Message, answer Answer) []types.Message {
	if !q.Source.ReportBatchItemFailures {
		return messages
	}
	identifiers, all := failures(answer.Payload)
	if all {
		return nil
	}
	failed := map[string]bool{}
	for _, identifier := range identifiers {
		failed[identifier] = true
	}
	var done []types.Message
	for _, message := range messages {
		if !failed[*message.MessageId] {
			done = append(done, message)
		}
		delete(failed, *message.MessageId)
	}
	if len(failed) > 0 {
		return nil // an identifier of no message of the batch fails the whole batch
	}
	return done
}

func (q *queue) remove(ctx context.Context, messages []types.Message) {
	for len(messages) > 0 {
		most := min(receiveMost, len(messages))
		entries := make([]types.DeleteMessageBatchRequestEntry, most)
		for i, message := range messages[:most] {
			id := strconv.Itoa(i)
			entries[i] = types.DeleteMessageBatchRequestEntry{Id: &id, ReceiptHandle: message.ReceiptHandle}
		}
		if _, err := q.Queues.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{
			QueueUrl: &q.QueueURL,
			Entries:  entries,
		}); err != nil && ctx.Err() == nil {
			q.Trouble("cannot delete messages from the queue " + q.Source.Queue + ", so they will come again: " + err.Error())
		}
		messages = messages[most:]
	}
}

// event returns a message in the form of Lambda's events (Lambda guide, "Example standard queue message event").
func (q *queue) event(message types.Message) map[string]any {
	system := map[string]any{}
	for name, text := range message.Attributes {
		system[name] = text
	}
	own := map[string]any{}
	for name, attribute := range message.MessageAttributes {
		converted := map[string]any{
			"dataType":         value(attribute.DataType),
			"stringListValues": []any{},
			"binaryListValues": []any{},
		}
		if attribute.StringValue != nil {
			converted["stringValue"] = *attribute.StringValue
		}
		if attribute.BinaryValue != nil {
			converted["binaryValue"] = base64.StdEncoding.EncodeToString(attribute.BinaryValue)
		}
		own[name] = converted
	}
	return map[string]any{
		"messageId": value(message.MessageId), "receiptHandle": value(message.ReceiptHandle), "body": value(message.Body),
		"md5OfBody": value(message.MD5OfBody), "attributes": system, "messageAttributes": own,
		"eventSource": "aws:sqs", "eventSourceARN": q.Source.SourceARN, "awsRegion": q.Region,
	}
}

// filterable returns an event whose body is parsed if it is JSON, since patterns may look into the body.
func filterable(event map[string]any) map[string]any {
	result := map[string]any{}
	for key, item := range event {
		result[key] = item
	}
	body, _ := event["body"].(string)
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var parsed any
	if decoder.Decode(&parsed) == nil {
		result["body"] = parsed
	}
	return result
}
