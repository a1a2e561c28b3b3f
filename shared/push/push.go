// Package push sends notifications through push services: Web Push, Firebase Cloud Messaging, and Apple's. Each is an
// adapter of its own.
package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"example.com/recall/shared/recall"
)

// Services is recall.Pusher. It passes each notification to the adapter of the device's kind.
type Services map[recall.PushKind]recall.Pusher

var _ recall.Pusher = Services(nil)

// Push returns recall.ErrPushRefused for a kind that the deployment does not use any more.
func (s Services) Push(ctx context.Context, device recall.Device, notification recall.Notification) error {
	adapter, ok := s[device.Kind]
	if !ok {
		return fmt.Errorf("%w: the deployment does not use this push service", recall.ErrPushRefused)
	}
	return adapter.Push(ctx, device, notification)
}

// payload is what a device gets.
type payload struct {
	Type         string           `json:"type"` // message or revoked
	MessageID    recall.MessageID `json:"messageId"`
	Conversation string           `json:"conversation,omitempty"`
	Sender       recall.UserID    `json:"sender,omitempty"`
	Text         string           `json:"text,omitempty"`
}

// words are the title and the text that a phone shows, where no code of the app chooses other ones.
func (p payload) words() (title, body string) {
	switch {
	case p.Type == "revoked":
		return "Message recalled", ""
	case p.Text == "":
		return string(p.Sender), "New message"
	}
	return string(p.Sender), p.Text
}

// requestTimeout bounds one request to a push service.
const requestTimeout = 5 * time.Second

// HTTPClient returns a client for push services whose addresses are fixed.
func HTTPClient() *http.Client {
	return &http.Client{
		Timeout:       requestTimeout,
		Transport:     &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute},
		CheckRedirect: noRedirect,
	}
}

// noRedirect stays with the first answer. A push service does not redirect, and a redirection could lead anywhere.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// maximumTextBytes keeps a payload, in which each byte of the text may need six, below the 3,993 bytes that push
// services must take (RFC 8030, 7.2, and RFC 8291, 4).
const maximumTextBytes = 600

func payloadOf(notification recall.Notification) payload {
	if notification.Revoked {
		return payload{Type: "revoked", MessageID: notification.MessageID}
	}
	return payload{
		Type:         "message",
		MessageID:    notification.MessageID,
		Conversation: notification.Conversation,
		Sender:       notification.Sender,
		Text:         textOf(notification.Body),
	}
}

// textOf takes the text out of a body that has one, and cuts it at the end of a character.
func textOf(body recall.Body) string {
	var read struct {
		Text any `json:"text"`
	}
	if body == "" || json.Unmarshal([]byte(body), &read) != nil {
		return ""
	}
	text, _ := read.Text.(string)
	if len(text) <= maximumTextBytes {
		return text
	}
	end := maximumTextBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// outcomeOf says what a status means. 401 and 403 mean that the keys of this deployment are wrong, which can be
// repaired while the notification is tried again.
func outcomeOf(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusNotFound || status == http.StatusGone:
		return recall.ErrDeviceGone
	case status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: status %d", recall.ErrPushRefused, status)
	}
	return fmt.Errorf("the push service answered with status %d", status)
}

// withoutAddress takes the address out of an error of an HTTP client.
func withoutAddress(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
