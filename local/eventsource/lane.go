package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// maximumPayload is the limit of a batch (Lambda quotas, invocation payload: 6 MB), less some room for the JSON
// around it.
const maximumPayload = 6<<20 - 1<<10

// lane works through the records of one shard, one batch after the other.
type lane struct {
	*stream
	shard   string
	records <-chan record
	next    *record // already read, but too large for the batch before
}

// batch is a group of records that are tried together.
type batch struct {
	records  []record
	attempts int
}

func (l *lane) run(ctx context.Context) {
	for {
		gathered := l.gather(ctx)
		if len(gathered) == 0 {
			return
		}
		l.work(ctx, gathered)
	}
}

// gather takes records until the batch is full, the batching window is over, or the batch would be larger than 6 MB.
func (l *lane) gather(ctx context.Context) []record {
	var gathered []record
	size := 0
	if l.next != nil {
		gathered, size, l.next = []record{*l.next}, l.next.size, nil
	} else {
		select {
		case first, ok := <-l.records:
			if !ok {
				return nil
			}
			gathered, size = []record{first}, first.size
		case <-ctx.Done():
			return nil
		}
	}
	window := time.NewTimer(l.Source.BatchingWindow)
	defer window.Stop()
	for len(gathered) < l.Source.BatchSize {
		var r record
		var ok bool
		select {
		case r, ok = <-l.records:
		default:
			// No record is waiting. Wait for more, but only while the batching window is open.
			select {
			case r, ok = <-l.records:
			case <-window.C:
				return gathered
			case <-ctx.Done():
				return gathered
			}
		}
		if !ok {
			return gathered
		}
		if size += r.size + 1; size > maximumPayload {
			l.next = &r
			return gathered
		}
		gathered = append(gathered, r)
	}
	return gathered
}

// work tries a batch and its parts until every record is done or given up. It tries the parts in order.
func (l *lane) work(ctx context.Context, records []record) {
	pending := []batch{{records: records}}
	delay := l.RetryDelay
	for len(pending) > 0 && ctx.Err() == nil {
		current := l.dropOld(ctx, pending[0])
		pending = pending[1:]
		if len(current.records) == 0 {
			continue
		}
		answer, err := l.Invoke(ctx, l.payload(current.records))
		switch {
		case errors.Is(err, ErrThrottled):
			pending = append([]batch{current}, pending...)
		case ctx.Err() != nil:
			return
		default:
			rest := l.after(ctx, current, answer, err)
			pending = append(rest, pending...)
			if len(rest) == 0 || len(rest[0].records) < len(current.records) {
				delay = l.RetryDelay // some records succeeded
			}
			if len(rest) == 0 {
				continue
			}
		}
		if !pause(ctx, delay) {
			return
		}
		if !l.SteadyRetries {
			delay = min(2*delay, 32*l.RetryDelay)
		}
	}
}

// after returns what remains to be done of a batch that was tried.
func (l *lane) after(ctx context.Context, tried batch, answer Answer, err error) []batch {
	if err == nil && answer.FunctionError == "" {
		if !l.Source.ReportBatchItemFailures {
			return nil
		}
		identifiers, all := failures(answer.Payload)
		checkpoint := l.checkpoint(tried.records, identifiers)
		switch {
		case len(identifiers) == 0 && !all:
			return nil
		case all || checkpoint == 0 || checkpoint < 0:
			return l.again(ctx, batch{tried.records, tried.attempts + 1}, answer)
		default:
			// The records before the checkpoint are done. The record at the checkpoint starts with a new count of
			// attempts.
			return l.again(ctx, batch{tried.records[checkpoint:], 1}, answer)
		}
	}
	if l.Source.BisectOnError && len(tried.records) > 1 {
		// Splitting does not count as an attempt (Lambda guide, "BisectBatchOnFunctionError").
		half := len(tried.records) / 2
		return []batch{{tried.records[:half], tried.attempts}, {tried.records[half:], tried.attempts}}
	}
	return l.again(ctx, batch{tried.records, tried.attempts + 1}, answer)
}

// checkpoint is the place of the lowest sequence number that failed. Everything from there on is tried again. It is
// -1 if an identifier does not belong to the batch.
func (l *lane) checkpoint(records []record, identifiers []string) int {
	lowest := len(records)
	for _, identifier := range identifiers {
		place := slices.IndexFunc(records, func(r record) bool { return r.sequenceNumber == identifier })
		if place < 0 {
			return -1
		}
		lowest = min(lowest, place)
	}
	return lowest
}

// again keeps a batch for another attempt. It gives the batch up if it has had all its attempts.
func (l *lane) again(ctx context.Context, b batch, answer Answer) []batch {
	if most := l.Source.RetryAttempts; most >= 0 && b.attempts > most {
		l.giveUp(ctx, b, "RetryAttemptsExhausted", answer)
		return nil
	}
	return []batch{b}
}

// dropOld gives up the records that are too old.
func (l *lane) dropOld(ctx context.Context, b batch) batch {
	if l.Source.MaximumAge < 0 {
		return b
	}
	oldest := l.Now().Add(-l.Source.MaximumAge)
	kept := slices.IndexFunc(b.records, func(r record) bool { return !r.created.Before(oldest) })
	if kept < 0 {
		kept = len(b.records)
	}
	if kept > 0 {
		l.giveUp(ctx, batch{b.records[:kept], b.attempts}, "RecordAgeExceeded", Answer{})
	}
	return batch{b.records[kept:], b.attempts}
}

// payload is the event of a batch.
func (l *lane) payload(records []record) []byte {
	events := make([]any, len(records))
	for i, r := range records {
		events[i] = r.event
	}
	// A map of these types can always be marshalled.
	encoded, _ := json.Marshal(map[string]any{"Records": events})
	return encoded
}

// giveUp tells the failure destination where the records are. It never sends their content (Lambda guide, "Retaining
// discarded batches").
func (l *lane) giveUp(ctx context.Context, b batch, condition string, answer Answer) {
	l.Trouble(l.Source.LogicalID + " gives records up: " + condition)
	if l.FailureURL == "" {
		return
	}
	first, last := b.records[0], b.records[len(b.records)-1]
	const form = "2006-01-02T15:04:05.000Z"
	response := map[string]any{"statusCode": 200, "executedVersion": "$LATEST"}
	if answer.FunctionError != "" {
		response["functionError"] = answer.FunctionError
	}
	// A map of these types can always be marshalled.
	encoded, _ := json.Marshal(map[string]any{
		"version": "1.0", "timestamp": l.Now().UTC().Format(form),
		"requestContext": map[string]any{
			"requestId":              answer.RequestID,
			"functionArn":            l.Source.FunctionARN,
			"condition":              condition,
			"approximateInvokeCount": b.attempts,
		},
		"responseContext": response,
		"DDBStreamBatchInfo": map[string]any{
			"shardId":                         l.shard,
			"startSequenceNumber":             first.sequenceNumber,
			"endSequenceNumber":               last.sequenceNumber,
			"approximateArrivalOfFirstRecord": first.created.UTC().Format(form),
			"approximateArrivalOfLastRecord":  last.created.UTC().Format(form),
			"batchSize":                       len(b.records),
			"streamArn":                       l.Source.SourceARN,
		},
	})
	body := string(encoded)
	if _, err := l.Queues.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl:    &l.FailureURL,
		MessageBody: &body,
	}); err != nil && ctx.Err() == nil {
		l.Trouble("the failure destination of " + l.Source.LogicalID + " cannot be reached: " + err.Error())
	}
}
