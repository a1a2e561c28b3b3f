package elasticmq_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/local/elasticmq"
	"example.com/recall/local/template"
)

func TestAMessageReceivedTooOftenGoesToTheDeadLetterQueue(t *testing.T) {
	server, err := elasticmq.Start(t.Context(), elasticmq.Options{Region: "us-east-1", AccountID: "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	described, err := template.Read([]byte(`
Resources:
  Work:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 0
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2}
  Dead: {Type: AWS::SQS::Queue}
`), template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := elasticmq.Client(server.Endpoint(), "us-east-1")
	urls, err := elasticmq.Create(t.Context(), client, described)
	if err != nil {
		t.Fatal(err)
	}
	work, dead := urls[described.Queues[0].ARN], urls[described.Queues[1].ARN]
	// A function sends to the URL that the queue has on AWS. The last part of the URL identifies the queue.
	if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl:    &described.Queues[0].URL,
		MessageBody: aws.String("hello"),
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		received := receive(t, client, work)
		if len(received) != 1 {
			t.Fatalf("%d messages", len(received))
		}
	}
	if received := receive(t, client, work); len(received) != 0 {
		t.Errorf("a third time: %v", received)
	}
	if received := receive(t, client, dead); len(received) != 1 || received[0] != "hello" {
		t.Errorf("the dead-letter queue holds %v", received)
	}
}

func receive(t *testing.T, client *sqs.Client, url string) []string {
	t.Helper()
	output, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, WaitTimeSeconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, message := range output.Messages {
		bodies = append(bodies, *message.Body)
	}
	return bodies
}

func TestNameIsTheLastPartOfAnAddress(t *testing.T) {
	for _, address := range []string{
		"arn:aws:sqs:us-east-1:123456789012:Work", "http://127.0.0.1:9324/123456789012/Work", "Work",
	} {
		if got := elasticmq.Name(address); got != "Work" {
			t.Errorf("%s gives %s", address, got)
		}
	}
}
