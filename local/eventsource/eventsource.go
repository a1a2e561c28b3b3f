// Package eventsource reads DynamoDB streams and SQS queues and invokes functions with what it finds, as Lambda's
// event source mappings do. It filters, forms batches, understands partial answers, retries, splits failing batches
// and sends what it gives up to failure destinations.
//
// It imitates what these pages of the Lambda guide describe: "Using AWS Lambda with Amazon DynamoDB", "Using Lambda
// with Amazon SQS" and "Lambda event filtering". Names and limits are those of CreateEventSourceMapping in the API
// reference.
package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/local/template"
)

// Answer is what a function returned.
type Answer struct {
	Payload       []byte
	FunctionError string // empty = the function succeeded
	RequestID     string
}

// ErrThrottled is what Invoke returns if the function cannot be invoked at the moment. It does not count as an
// attempt.
var ErrThrottled = errors.New("the function is throttled")

// Options connect one event source with one function.
type Options struct {
	Source template.EventSource
	// Invoke runs the function.
	Invoke func(ctx context.Context, payload []byte) (Answer, error)
	// Streams reads the table's stream; for streams only.
	Streams *dynamodbstreams.Client
	// Queues reads the queue. It also sends to the failure destination.
	Queues *sqs.Client
	// QueueURL is the URL of the queue, for queues only. FailureURL is the URL of the failure destination; empty =
	// none.
	QueueURL, FailureURL string
	// Region is the region in the events.
	Region string
	// Trouble is called with what went wrong, as a text for people; nil = no call.
	Trouble func(string)
	// Now is the time.
	Now func() time.Time
	// PollInterval is how long to wait before a stream that had nothing new is read again; 0 = 250 ms, since Lambda
	// reads four times a second.
	PollInterval time.Duration
	// RetryDelay is the pause before the first retry. It is doubled for each further retry, up to 32 times its
	// length; 0 = 100 ms.
	RetryDelay time.Duration
	// SteadyRetries makes every pause as long as the first one. It is for streams only.
	SteadyRetries bool
}

// Run reads the source until ctx ends. It returns an error only if it cannot work with the mapping.
func Run(ctx context.Context, options Options) error {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Trouble == nil {
		options.Trouble = func(string) {}
	}
	if options.PollInterval == 0 {
		options.PollInterval = 250 * time.Millisecond
	}
	if options.RetryDelay == 0 {
		options.RetryDelay = 100 * time.Millisecond
	}
	filter, err := newFilter(options.Source.Filters)
	if err != nil {
		return fmt.Errorf("%s: %w", options.Source.LogicalID, err)
	}
	switch {
	case !options.Source.Enabled:
		return nil
	case options.Source.Table != "":
		runStream(ctx, options, filter)
	default:
		runQueue(ctx, options, filter)
	}
	return nil
}

// failures reads a partial batch response. If all is true, the whole batch failed.
//
// An empty or null list, and an empty or null answer, means success. An identifier that is empty, null or under
// another name fails the whole batch (Lambda guide, "Configuring partial batch response").
func failures(payload []byte) (identifiers []string, all bool) {
	var answer struct {
		BatchItemFailures []map[string]json.RawMessage `json:"batchItemFailures"`
	}
	if len(payload) == 0 || json.Unmarshal(payload, &answer) != nil {
		// Anything else than such an object, for example a text, counts as success.
		return nil, false
	}
	for _, failure := range answer.BatchItemFailures {
		var identifier string
		if json.Unmarshal(failure["itemIdentifier"], &identifier) != nil || identifier == "" {
			return nil, true
		}
		identifiers = append(identifiers, identifier)
	}
	return identifiers, false
}

// pause waits for a time. It returns false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
