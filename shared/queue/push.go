package queue

import (
	"context"
	"encoding/json"
	"fmt"

	"example.com/recall/shared/recall"
)

// PushQueue is recall.PushQueue on SQS.
type PushQueue struct {
	Client API
	URL    string
}

var _ recall.PushQueue = (*PushQueue)(nil)

// job is a message of the queue. It names users, devices by the hashes of their addresses, and a message. It holds no
// text and no address.
type job struct {
	Conversation string            `json:"conversation"`
	MessageID    recall.MessageID  `json:"messageId"`
	Users        []recall.UserID   `json:"users,omitempty"`
	Devices      []recall.DeviceID `json:"devices,omitempty"`
	Attempt      int               `json:"attempt,omitempty"`
	Since        recall.Instant    `json:"since"`
}

// EnqueuePush puts all jobs into the queue. It returns unavailable if the queue did not take them all.
func (q *PushQueue) EnqueuePush(ctx context.Context, jobs []recall.PushJob) error {
	messages := make([]message, len(jobs))
	for i, each := range jobs {
		body, err := json.Marshal(job{
			Conversation: each.Conversation.Key(),
			MessageID:    each.MessageID,
			Users:        each.Users,
			Devices:      each.Devices,
			Attempt:      each.Attempt,
			Since:        each.Since,
		})
		if err != nil {
			return err
		}
		messages[i] = message{string(body), each.Delay}
	}
	return sendAll(ctx, q.Client, q.URL, messages)
}

// DecodePush reads a message of the queue. It does not return the delay, which is over.
func DecodePush(body string) (recall.PushJob, error) {
	var read job
	if err := json.Unmarshal([]byte(body), &read); err != nil {
		return recall.PushJob{}, fmt.Errorf("queue: not a job: %w", err)
	}
	conversation, ok := recall.ConversationOfKey(read.Conversation)
	if !ok {
		return recall.PushJob{}, fmt.Errorf("queue: a job without a conversation")
	}
	return recall.PushJob{
		Conversation: conversation,
		MessageID:    read.MessageID,
		Users:        read.Users,
		Devices:      read.Devices,
		Attempt:      read.Attempt,
		Since:        read.Since,
	}, nil
}
