package endtoend

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/local/elasticmq"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// TestARetryIsDelayedByTheQueue lets the adapter ask a real queue for the delay. The queue then counts the chunk as
// delayed.
func TestARetryIsDelayedByTheQueue(t *testing.T) {
	client := elasticmq.Client(shared.Addresses().Queues, shared.Template().Region)
	// No function reads this queue.
	created, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("retries")})
	if err != nil {
		t.Fatal(err)
	}
	url := created.QueueUrl
	retry := recall.Chunk{
		Conversation: recall.Between("alice", "bob"), Due: recall.DueRevoked,
		MessageIDs: []recall.MessageID{"01HF7YATZ8000000000000A1C2"}, Attempt: 4, Delay: 32 * time.Second,
	}
	if err := (&queue.Queue{Client: client, URL: *url}).Enqueue(t.Context(), []recall.Chunk{retry}); err != nil {
		t.Fatal(err)
	}
	name := types.QueueAttributeNameApproximateNumberOfMessagesDelayed
	until(t, "the queue holds the retry back", func() bool {
		read, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
			QueueUrl: url, AttributeNames: []types.QueueAttributeName{name},
		})
		if err != nil {
			t.Fatal(err)
		}
		return read.Attributes[string(name)] == "1"
	})
}
