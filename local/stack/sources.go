package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"example.com/recall/local/elasticmq"
	"example.com/recall/local/eventsource"
	"example.com/recall/local/lambda"
	"example.com/recall/local/tables"
	"example.com/recall/local/template"
)

// startEventSources starts to read the streams and queues that the template connects to functions.
func (s *Stack) startEventSources(context.Context) error {
	if s.options.NoEventSources {
		return nil
	}
	for _, source := range s.template.EventSources {
		if s.rights == nil {
			break
		}
		function, _ := s.template.Function(source.FunctionARN)
		if err := s.rights.EventSource(function.Name, source.SourceARN, source.OnFailureARN); err != nil {
			return fmt.Errorf("%s: %w", source.LogicalID, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var reading sync.WaitGroup
	for _, source := range s.template.EventSources {
		options := s.eventSource(source)
		reading.Go(func() {
			if err := eventsource.Run(ctx, options); err != nil {
				s.failed <- fmt.Errorf("read the event source: %w", err)
			}
		})
	}
	if !s.options.NoSchedules {
		for _, schedule := range s.template.Schedules {
			if schedule.Permitted {
				reading.Go(func() { s.runSchedule(ctx, schedule) })
			}
		}
	}
	s.onClose(func() {
		cancel()
		reading.Wait()
	})
	return nil
}

// runSchedule invokes a function each time that its schedule is due. The first time is after one interval.
func (s *Stack) runSchedule(ctx context.Context, schedule template.Schedule) {
	function, _ := s.template.Function(schedule.FunctionARN) // the template's reader has checked that it is there
	for {
		due := make(chan struct{})
		timer := s.options.Clock.AfterFunc(schedule.Every, func() { close(due) })
		select {
		case <-due:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		payload := []byte(schedule.Input)
		if len(payload) == 0 {
			payload = s.scheduledEvent(schedule)
		}
		// If the function fails, that is reported as for any other invocation.
		_, _ = s.invokeFrom(ctx, schedule.LogicalID, function.Name, payload)
	}
}

// scheduledEvent returns the event that EventBridge sends for a schedule (EventBridge guide, "Creating a rule that
// runs on a schedule").
func (s *Stack) scheduledEvent(schedule template.Schedule) []byte {
	event, _ := json.Marshal(map[string]any{
		"version":     "0",
		"id":          schedule.LogicalID,
		"detail-type": "Scheduled Event",
		"source":      "aws.events",
		"account":     s.template.AccountID,
		"time":        s.options.Clock.Now().UTC().Format(time.RFC3339),
		"region":      s.template.Region,
		"resources":   []string{schedule.ARN},
		"detail":      map[string]any{},
	}) // a map of texts can always be marshalled
	return event
}

// eventSource connects one source of the template with its function.
func (s *Stack) eventSource(source template.EventSource) eventsource.Options {
	function, _ := s.template.Function(source.FunctionARN) // the template's reader has checked that it is there
	options := eventsource.Options{
		Source: source, Region: s.template.Region, Now: s.options.Clock.Now, FailureURL: s.queueURLs[source.OnFailureARN],
		Invoke: func(ctx context.Context, payload []byte) (eventsource.Answer, error) {
			return s.invokeFrom(ctx, source.LogicalID, function.Name, payload)
		},
		Trouble: s.notice, RetryDelay: s.options.RetryPause, SteadyRetries: s.options.RetryPause > 0,
	}
	if s.dynamodb != nil {
		storage := tables.Client(s.dynamodb.Endpoint(), s.template.Region).Options()
		options.Streams = dynamodbstreams.New(dynamodbstreams.Options{
			Region: storage.Region, BaseEndpoint: aws.String(s.dynamodb.Endpoint()), Credentials: storage.Credentials,
		})
	}
	if s.queues != nil {
		options.Queues = elasticmq.Client(s.queues.Endpoint(), s.template.Region)
		i := slices.IndexFunc(s.template.Queues, func(q template.Queue) bool { return q.Name == source.Queue })
		if i >= 0 {
			options.QueueURL = s.queueURLs[s.template.Queues[i].ARN]
		}
	}
	return options
}

// invokeFrom runs a function for an event source.
func (s *Stack) invokeFrom(ctx context.Context, source, function string, payload []byte) (eventsource.Answer, error) {
	started := s.options.Clock.Now()
	result, err := s.lambda.Invoke(ctx, function, payload)
	if errors.Is(err, lambda.ErrThrottled) {
		err = eventsource.ErrThrottled
	}
	outcome := "ok"
	if err != nil || result.FunctionError != "" {
		outcome = "failed"
	}
	now := s.options.Clock.Now()
	s.reporter.report(Entry{
		Kind:     KindInvocation,
		At:       now,
		Function: function,
		Source:   source,
		Duration: now.Sub(started),
		Outcome:  outcome,
	})
	return eventsource.Answer{
		Payload:       result.Payload,
		FunctionError: result.FunctionError,
		RequestID:     result.RequestID,
	}, err
}
