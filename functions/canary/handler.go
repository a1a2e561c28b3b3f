package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	client "example.com/recall/clients/go"
)

// The two users of the canary. They talk to nobody else.
const (
	sender   = "canary-sender"
	receiver = "canary-receiver"
)

// text is what the sender sends. No reason of a failure holds it.
const text = "a message of the canary"

// schedule is the event of a schedule. The function needs nothing of it.
type schedule struct{}

// result is the answer of a run that succeeded: how long the receiver waited for the message, and for the notice.
type result struct {
	MessageMilliseconds int64 `json:"messageMilliseconds"`
	NoticeMilliseconds  int64 `json:"noticeMilliseconds"`
}

// handler goes through a recall with the Go client, as an application does.
type handler struct {
	url   string
	token func(ctx context.Context, user string, now time.Time) (string, error)
	now   func() time.Time
}

// handle connects both users, sends, waits for the message, recalls, and waits for the notice. The first step that
// does not come to its end before the context does fails the run. The error names the step and the error's code, and
// never a text or a token.
func (h handler) handle(ctx context.Context, _ schedule) (result, error) {
	messages, notices := make(chan string, backlog), make(chan string, backlog)
	receiving, err := h.connect(ctx, receiver, client.Listener{
		OnRecvNewMessage:     func(message client.Message) { offer(messages, message.MessageID) },
		OnRecvMessageRevoked: func(messageID, _, _ string) { offer(notices, messageID) },
	})
	if err != nil {
		return result{}, err
	}
	defer receiving.Logout()
	sending, err := h.connect(ctx, sender, client.Listener{})
	if err != nil {
		return result{}, err
	}
	defer sending.Logout()

	sentAt := h.now()
	message, err := sending.SendMessage(ctx, "c2c_"+receiver, map[string]string{"text": text})
	if err != nil {
		return result{}, failed("send", err)
	}
	if err := await(ctx, messages, message.MessageID); err != nil {
		return result{}, failed("receive the message", err)
	}
	receivedAt := h.now()
	if err := sending.RevokeMessage(ctx, "c2c_"+receiver, message.MessageID, ""); err != nil {
		return result{}, failed("revoke", err)
	}
	if err := await(ctx, notices, message.MessageID); err != nil {
		return result{}, failed("receive the notice", err)
	}
	return result{receivedAt.Sub(sentAt).Milliseconds(), h.now().Sub(receivedAt).Milliseconds()}, nil
}

// connect logs a user in and returns when the client has synchronised.
func (h handler) connect(ctx context.Context, user string, listener client.Listener) (*client.Client, error) {
	step := "connect " + user
	connection, err := client.New(client.Options{URL: h.url, Now: h.now})
	if err != nil {
		return nil, failed(step, err)
	}
	connection.AddListener(listener)
	token, err := h.token(ctx, user, h.now())
	if err != nil {
		return nil, failed(step, err)
	}
	if err := connection.Login(ctx, user, token); err != nil {
		return nil, failed(step, err)
	}
	return connection, nil
}

// backlog is how many message IDs are kept until they are read. More of them come only from an earlier run.
const backlog = 16

// offer passes a message ID on. It drops the ID if the backlog is full.
func offer(to chan<- string, messageID string) {
	select {
	case to <- messageID:
	default:
	}
}

// await waits for a message ID. It ignores others, which are of an earlier run that did not come to its end.
func await(ctx context.Context, from <-chan string, messageID string) error {
	for {
		select {
		case id := <-from:
			if id == messageID {
				return nil
			}
		case <-ctx.Done():
			return errors.New("it did not come in time")
		}
	}
}

// failed makes the error of a run: the step and the cause. Of an error of the server it has only the code and the
// name, so that it holds no text.
func failed(step string, err error) error {
	var reply *client.Error
	if errors.As(err, &reply) {
		return fmt.Errorf("canary: %s: %d %s", step, reply.Code, reply.Name)
	}
	return fmt.Errorf("canary: %s: %w", step, err)
}
