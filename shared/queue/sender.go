package queue

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/shared/awsjson"
	"example.com/recall/shared/recall"
)

// Sender is API on SQS.
type Sender struct{ caller *awsjson.Caller }

var _ API = Sender{}

// NewSender makes a client for an endpoint, such as https://sqs.eu-central-1.amazonaws.com.
func NewSender(config aws.Config, clock recall.Clock, endpoint string) Sender {
	return Sender{awsjson.New(config, clock, endpoint, awsjson.Operation{Service: "sqs", Target: "AmazonSQS.SendMessageBatch", Version: "1.0"})}
}

// batchRequest and batchResult are SendMessageBatch's request and answer (SQS API Reference), of which only this is used.
type (
	batchRequest struct {
		QueueURL string `json:"QueueUrl"`
		Entries  []Entry
	}
	batchResult struct {
		Failed []struct{}
	}
)

// SendMessageBatch implements API. It tries again where that may help.
func (s Sender) SendMessageBatch(ctx context.Context, queueURL string, entries []Entry) (int, error) {
	var result batchResult
	err := s.caller.Call(ctx, batchRequest{QueueURL: queueURL, Entries: entries}, &result)
	return len(result.Failed), err
}
