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

// scheduled is the event of a schedule, in which nothing is needed.
type scheduled struct{}

// passed is what a run that went well answers: how long the receiver waited for each of the two.
type passed struct {
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
func (h handler) handle(ctx context.Context, _ scheduled) (passed, error) {
	messages, notices := make(chan string, waiting), make(chan string, waiting)
	receiving, err := h.connect(ctx, receiver, client.Listener{
		OnRecvNewMessage:     func(message client.Message) { offer(messages, message.MessageID) },
		OnRecvMessageRevoked: func(messageID, _, _ string) { offer(notices, messageID) },
	})
	if err != nil {
		return passed{}, err
	}
	defer receiving.Logout()
	sending, err := h.connect(ctx, sender, client.Listener{})
	if err != nil {
		return passed{}, err
	}
	defer sending.Logout()

	begun := h.now()
	message, err := sending.SendMessage(ctx, "c2c_"+receiver, map[string]string{"text": text})
	if err != nil {
		return passed{}, failed("send", err)
	}
	if err := await(ctx, messages, message.MessageID); err != nil {
		return passed{}, failed("receive the message", err)
	}
	told := h.now()
	if err := sending.RevokeMessage(ctx, "c2c_"+receiver, message.MessageID, ""); err != nil {
		return passed{}, failed("revoke", err)
	}
	if err := await(ctx, notices, message.MessageID); err != nil {
		return passed{}, failed("receive the notice", err)
	}
	return passed{told.Sub(begun).Milliseconds(), h.now().Sub(told).Milliseconds()}, nil
}

// connect logs a user in and returns when the client has synchronised.
func (h handler) connect(ctx context.Context, user string, listener client.Listener) (*client.Client, error) {
	step := "connect " + user
	connecting, err := client.New(client.Options{URL: h.url, Now: h.now})
	if err != nil {
		return nil, failed(step, err)
	}
	connecting.AddListener(listener)
	token, err := h.token(ctx, user, h.now())
	if err != nil {
		return nil, failed(step, err)
	}
	if err := connecting.Login(ctx, user, token); err != nil {
		return nil, failed(step, err)
	}
	return connecting, nil
}

// waiting is how many message IDs wait at most. More come only from an earlier run, and are not what this one waits
// for.
const waiting = 16

// offer passes a message ID on, unless so many wait already that nobody can be waiting for it.
func offer(to chan<- string, messageID string) {
	select {
	case to <- messageID:
	default:
	}
}

// await waits until a message ID comes; others are of an earlier run that did not come to its end.
func await(ctx context.Context, from <-chan string, messageID string) error {
	for {
		select {
		case came := <-from:
			if came == messageID {
				return nil
			}
		case <-ctx.Done():
			return errors.New("it did not come in time")
		}
	}
}

// failed says at which step a run failed, and why, as far as that holds no text: of the server's errors only code and
// name.
func failed(step string, err error) error {
	var reply *client.Error
	if errors.As(err, &reply) {
		return fmt.Errorf("canary: %s: %d %s", step, reply.Code, reply.Name)
	}
	return fmt.Errorf("canary: %s: %w", step, err)
}
