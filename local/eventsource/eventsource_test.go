package eventsource_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/local/dynamodblocal"
	"example.com/recall/local/elasticmq"
	"example.com/recall/local/eventsource"
	"example.com/recall/local/eventually"
	"example.com/recall/local/tables"
	"example.com/recall/local/template"
)

const source = `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Events:
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            ParallelizationFactor: 2
            MaximumRetryAttempts: 1
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]
            FilterCriteria: {Filters: [{Pattern: '{"dynamodb":{"NewImage":{"due":{"S":[{"exists":true}]}}}}'}]}
            DestinationConfig: {OnFailure: {Destination: !GetAtt Failures.Arn}}
        Work:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 4
            ScalingConfig: {MaximumConcurrency: 2}
            FunctionResponseTypes: [ReportBatchItemFailures]
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      StreamSpecification: {StreamViewType: NEW_IMAGE}
  Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 3}}
  Failures: {Type: AWS::SQS::Queue}
`

// fixture is a template with its DynamoDB Local and ElasticMQ.
type fixture struct {
	template *template.Template
	dynamodb *dynamodb.Client
	streams  *dynamodbstreams.Client
	queues   *sqs.Client
	urls     map[string]string
}

func start(t *testing.T) *fixture {
	t.Helper()
	described, err := template.Read([]byte(source), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	storage, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(storage.Close)
	server, err := elasticmq.Start(t.Context(), elasticmq.Options{
		Region:    described.Region,
		AccountID: described.AccountID,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	f := &fixture{
		template: described,
		dynamodb: tables.Client(storage.Endpoint(), described.Region),
		queues:   elasticmq.Client(server.Endpoint(), described.Region),
	}
	f.streams = dynamodbstreams.New(dynamodbstreams.Options{
		Region:       described.Region,
		BaseEndpoint: aws.String(storage.Endpoint()),
		Credentials:  f.dynamodb.Options().Credentials,
	})
	if err := tables.Create(t.Context(), f.dynamodb, described); err != nil {
		t.Fatal(err)
	}
	if f.urls, err = elasticmq.Create(t.Context(), f.queues, described); err != nil {
		t.Fatal(err)
	}
	return f
}

// run runs the event source number n of the template until the test ends.
func (f *fixture) run(t *testing.T, n int, invoke func([]byte) (eventsource.Answer, error)) {
	t.Helper()
	mapping := f.template.EventSources[n]
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := eventsource.Run(ctx, eventsource.Options{
			Source:       mapping,
			Streams:      f.streams,
			Queues:       f.queues,
			Region:       f.template.Region,
			PollInterval: 10 * time.Millisecond,
			RetryDelay:   time.Millisecond,
			QueueURL:     f.urls["arn:aws:sqs:us-east-1:123456789012:"+mapping.Queue],
			FailureURL:   f.urls[mapping.OnFailureARN],
			Invoke:       func(_ context.Context, payload []byte) (eventsource.Answer, error) { return invoke(payload) },
		})
		if err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
}

func (f *fixture) put(t *testing.T, key string, attributes map[string]string) {
	t.Helper()
	item := map[string]dynamodbtypes.AttributeValue{"pk": &dynamodbtypes.AttributeValueMemberS{Value: key}}
	for name, text := range attributes {
		item[name] = &dynamodbtypes.AttributeValueMemberS{Value: text}
	}
	if _, err := f.dynamodb.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Table"),
		Item:      item,
	}); err != nil {
		t.Fatal(err)
	}
}

func TestAStreamGivesWhatTheFilterPassesAndTheFailureQueueWhatAlwaysFails(t *testing.T) {
	f := start(t)
	var mutex sync.Mutex
	counts := map[string]int{}
	last := map[string]string{}
	f.run(t, 0, func(payload []byte) (eventsource.Answer, error) {
		var event struct {
			Records []struct {
				EventName string
				Dynamodb  struct {
					SequenceNumber string
					Keys           map[string]map[string]string
					NewImage       map[string]map[string]string
				}
			}
		}
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Error(err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		var failures []map[string]string
		for _, r := range event.Records {
			key := r.Dynamodb.Keys["pk"]["S"]
			counts[key]++
			last[key] = r.Dynamodb.NewImage["due"]["S"]
			if key == "poison" {
				failures = append(failures, map[string]string{"itemIdentifier": r.Dynamodb.SequenceNumber})
				break
			}
		}
		answer, err := json.Marshal(map[string]any{"batchItemFailures": failures})
		return eventsource.Answer{Payload: answer, RequestID: "request"}, err
	})
	f.put(t, "plain", nil)
	f.put(t, "poison", map[string]string{"due": "sent"})
	for n := range 20 {
		f.put(t, "item", map[string]string{"due": fmt.Sprint(n)})
	}
	var body string
	eventually.True(t, "the poison record is in the failure queue", func() bool {
		output, err := f.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl:        aws.String(f.urls[f.template.EventSources[0].OnFailureARN]),
			WaitTimeSeconds: 1,
		})
		if err != nil || len(output.Messages) == 0 {
			return false
		}
		body = *output.Messages[0].Body
		return true
	})
	eventually.True(t, "the last change of the item has arrived", func() bool {
		mutex.Lock()
		defer mutex.Unlock()
		return last["item"] == "19"
	})
	var failure struct {
		RequestContext     struct{ Condition string }
		DDBStreamBatchInfo struct{ StartSequenceNumber string }
	}
	if err := json.Unmarshal([]byte(body), &failure); err != nil ||
		failure.RequestContext.Condition != "RetryAttemptsExhausted" ||
		failure.DDBStreamBatchInfo.StartSequenceNumber == "" {
		t.Errorf("the failure queue holds %s", body)
	}
	mutex.Lock()
	defer mutex.Unlock()
	if counts["plain"] != 0 || counts["poison"] < 2 || counts["item"] < 20 {
		t.Errorf("seen: %v", counts)
	}
}

func TestMessagesThatAPartialAnswerNamesComeAgain(t *testing.T) {
	f := start(t)
	var mutex sync.Mutex
	seen := map[string]int{}
	running, most := 0, 0
	f.run(t, 1, func(payload []byte) (eventsource.Answer, error) {
		mutex.Lock()
		running++
		most = max(most, running)
		mutex.Unlock()
		var event struct {
			Records []struct{ MessageID, Body, EventSource string }
		}
		if err := json.Unmarshal(payload, &event); err != nil {
			t.Error(err)
		}
		mutex.Lock()
		defer mutex.Unlock()
		running--
		var failures []map[string]string
		for _, r := range event.Records {
			if seen[r.Body]++; r.Body == "again" && seen[r.Body] == 1 {
				failures = append(failures, map[string]string{"itemIdentifier": r.MessageID})
			}
		}
		answer, err := json.Marshal(map[string]any{"batchItemFailures": failures})
		return eventsource.Answer{Payload: answer}, err
	})
	url := f.urls[f.template.Queues[0].ARN]
	for _, body := range []string{"a", "b", "again", "c", "d"} {
		if _, err := f.queues.SendMessage(t.Context(), &sqs.SendMessageInput{
			QueueUrl:    &url,
			MessageBody: &body,
		}); err != nil {
			t.Fatal(err)
		}
	}
	eventually.True(t, "the message that failed has arrived twice and the queue is empty", func() bool {
		output, err := f.queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
			QueueUrl:       &url,
			AttributeNames: []sqstypes.QueueAttributeName{"All"},
		})
		mutex.Lock()
		defer mutex.Unlock()
		return err == nil && seen["again"] == 2 && output.Attributes["ApproximateNumberOfMessages"] == "0" &&
			output.Attributes["ApproximateNumberOfMessagesNotVisible"] == "0"
	})
	mutex.Lock()
	defer mutex.Unlock()
	for _, body := range []string{"a", "b", "c", "d"} {
		if seen[body] != 1 {
			t.Errorf("%s came %d times", body, seen[body])
		}
	}
	if most > 2 {
		t.Errorf("%d invocations at once", most)
	}
}
