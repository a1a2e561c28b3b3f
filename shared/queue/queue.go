// Package queue puts chunks and jobs into SQS queues and reads them back. A chunk names users of a large group, or
// connections that a notice did not reach. A job asks for the notifications of a message.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"example.com/recall/shared/recall"
)

// API is what this package uses of the SDK's client for SQS.
type API interface {
	SendMessageBatch(
		context.Context, *sqs.SendMessageBatchInput, ...func(*sqs.Options),
	) (*sqs.SendMessageBatchOutput, error)
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

// Limits of SendMessageBatch: 10 entries, and 256 KB in all (SQS quotas). A chunk of 500 users is at most 33 KB, one
// of 500 connections at most 120 KB.
const (
	batchEntries = 10
	batchBytes   = 250_000
)

// chunk is a message of the queue. It names users, connections and messages, and holds no text.
type chunk struct {
	Conversation string             `json:"conversation"`
	Due          recall.Due         `json:"due"`
	MessageIDs   []recall.MessageID `json:"messageIds"`
	Users        []recall.UserID    `json:"users,omitempty"`
	Except       string             `json:"except,omitempty"`
	Connections  []connection       `json:"connections,omitempty"`
	Attempt      int                `json:"attempt,omitempty"`
	Since        recall.Instant     `json:"since"`
}

// connection is a recall.Connection, with the same fields.
type connection struct {
	User           recall.UserID       `json:"user"`
	ID             recall.ConnectionID `json:"id"`
	ConnectedAt    recall.Instant      `json:"connectedAt"`
	TokenExpiresAt recall.Instant      `json:"tokenExpiresAt,omitempty"`
}

// Enqueue puts all chunks into the queue. It returns unavailable if the queue did not take them all. Some may be in it
// then, which is harmless: a device may be told twice, and the messages are still due.
func (q *Queue) Enqueue(ctx context.Context, chunks []recall.Chunk) error {
	if q.URL == "" {
		return fmt.Errorf("queue: no queue is configured, which large groups and further attempts need")
	}
	messages := make([]message, len(chunks))
	for i, each := range chunks {
		body, err := encode(each)
		if err != nil {
			return err
		}
		messages[i] = message{body, each.Delay}
	}
	return sendAll(ctx, q.Client, q.URL, messages)
}

// message is what a queue takes.
type message struct {
	body  string
	delay time.Duration
}

// sendAll puts messages into a queue, in as few calls as their sizes allow.
func sendAll(ctx context.Context, client API, url string, messages []message) error {
	var batch []types.SendMessageBatchRequestEntry
	size := 0
	for i, each := range messages {
		if len(batch) == batchEntries || size+len(each.body) > batchBytes {
			if err := send(ctx, client, url, batch); err != nil {
				return err
			}
			batch, size = nil, 0
		}
		id := strconv.Itoa(i)
		batch = append(
			batch, types.SendMessageBatchRequestEntry{Id: &id, MessageBody: &each.body, DelaySeconds: seconds(each.delay)},
		)
		size += len(each.body)
	}
	if len(batch) == 0 {
		return nil
	}
	return send(ctx, client, url, batch)
}

func send(ctx context.Context, client API, url string, batch []types.SendMessageBatchRequestEntry) error {
	answer, err := client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &url, Entries: batch})
	if err != nil {
		return recall.Unreachable("queue", err)
	}
	if refused := len(answer.Failed); refused > 0 {
		return recall.Unreachable("queue", fmt.Errorf("the queue refused %d of %d messages", refused, len(batch)))
	}
	return nil
}

// seconds rounds up: a message must not come earlier than it should.
func seconds(delay time.Duration) int32 {
	return int32((delay + time.Second - 1) / time.Second) // #nosec G115 -- the longest delay is a quarter of an hour
}

func encode(from recall.Chunk) (string, error) {
	to := chunk{
		Conversation: from.Conversation.Key(),
		Due:          from.Due,
		MessageIDs:   from.MessageIDs,
		Users:        from.Users,
		Except:       string(from.Except),
		Attempt:      from.Attempt,
		Since:        from.Since,
	}
	for _, each := range from.Connections {
		to.Connections = append(to.Connections, connection(each))
	}
	body, err := json.Marshal(to)
	return string(body), err
}

// Decode reads a message of the queue. It does not return the delay, which is over.
func Decode(body string) (recall.Chunk, error) {
	var read chunk
	if err := json.Unmarshal([]byte(body), &read); err != nil {
		return recall.Chunk{}, fmt.Errorf("queue: not a chunk: %w", err)
	}
	conversation, ok := recall.ConversationOfKey(read.Conversation)
	if !ok {
		return recall.Chunk{}, fmt.Errorf("queue: a chunk without a conversation")
	}
	decoded := recall.Chunk{
		Conversation: conversation,
		Due:          read.Due,
		MessageIDs:   read.MessageIDs,
		Users:        read.Users,
		Except:       recall.ConnectionID(read.Except),
		Attempt:      read.Attempt,
		Since:        read.Since,
	}
	for _, each := range read.Connections {
		decoded.Connections = append(decoded.Connections, recall.Connection(each))
	}
	return decoded, nil
}
