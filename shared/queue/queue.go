// Package queue puts the notices of big groups into an SQS queue, a part of the group in each message, and reads them back.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/shared/recall"
)

// API is what this package uses of the SDK's client for SQS.
type API interface {
	SendMessageBatch(context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error)
}

// NewClient makes the SDK's client. Without an endpoint it calls the endpoint of the configuration's region.
func NewClient(config aws.Config, endpoint *string) *sqs.Client {
	return sqs.NewFromConfig(config, func(options *sqs.Options) { options.BaseEndpoint = endpoint })
}

// Queue is recall.Queue on SQS.
type Queue struct {
	Client API
	URL    string
}

var _ recall.Queue = (*Queue)(nil)

// Limits of SendMessageBatch: 10 entries, and 256 KB in all (SQS quotas). A chunk of 500 users is at most 33 KB.
const (
	batchEntries = 10
	batchBytes   = 250_000
)

// chunk is a message of the queue. It names, and holds no text.
type chunk struct {
	Conversation string             `json:"conversation"`
	Due          recall.Due         `json:"due"`
	MessageIDs   []recall.MessageID `json:"messageIds"`
	Users        []recall.UserID    `json:"users"`
	Except       string             `json:"except,omitempty"`
	QueuedAt     recall.Instant     `json:"queuedAt"`
}

// Enqueue puts all chunks into the queue. After an error some may be in it: telling twice is harmless, and the caller
// still owes the event.
func (q *Queue) Enqueue(ctx context.Context, chunks []recall.Chunk) error {
	if q.URL == "" {
		return fmt.Errorf("queue: no queue is configured for groups of more than %d members", recall.MembersInCall)
	}
	var batch []types.SendMessageBatchRequestEntry
	size := 0
	for i, each := range chunks {
		body, err := encode(each)
		if err != nil {
			return err
		}
		if len(batch) == batchEntries || size+len(body) > batchBytes {
			if err := q.send(ctx, batch); err != nil {
				return err
			}
			batch, size = nil, 0
		}
		id := strconv.Itoa(i)
		batch = append(batch, types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &body})
		size += len(body)
	}
	if len(batch) == 0 {
		return nil
	}
	return q.send(ctx, batch)
}

func (q *Queue) send(ctx context.Context, batch []types.SendMessageBatchRequestEntry) error {
	answer, err := q.Client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &q.URL, Entries: batch})
	if err != nil {
		return recall.Unreachable("queue", err)
	}
	if refused := len(answer.Failed); refused > 0 {
		return recall.Unreachable("queue", fmt.Errorf("the queue refused %d of %d chunks", refused, len(batch)))
	}
	return nil
}

func encode(from recall.Chunk) (string, error) {
	body, err := json.Marshal(chunk{
		Conversation: from.Conversation.Key(),
		Due:          from.Due,
		MessageIDs:   from.MessageIDs,
		Users:        from.Users,
		Except:       string(from.Except),
		QueuedAt:     from.QueuedAt,
	})
	return string(body), err
}

// Decode reads a message of the queue.
func Decode(body string) (recall.Chunk, error) {
	var read chunk
	if err := json.Unmarshal([]byte(body), &read); err != nil {
		return recall.Chunk{}, fmt.Errorf("queue: not a chunk: %w", err)
	}
	conversation, ok := recall.ConversationOfKey(read.Conversation)
	if !ok {
		return recall.Chunk{}, fmt.Errorf("queue: a chunk without a conversation")
	}
	return recall.Chunk{
		Conversation: conversation,
		Due:          read.Due,
		MessageIDs:   read.MessageIDs,
		Users:        read.Users,
		Except:       recall.ConnectionID(read.Except),
		QueuedAt:     read.QueuedAt,
	}, nil
}
