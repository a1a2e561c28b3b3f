package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/performance/devices"
)

// Caller is a device that sends requests and waits for their replies.
type Caller struct {
	socket  *websocket.Conn
	replies chan arrival
}

type arrival struct {
	frame []byte
	at    time.Time
}

// Reply is an answer and when it came.
type Reply struct {
	Frame    []byte
	Sent, At time.Time
}

// Call connects a caller.
func Call(ctx context.Context, dial devices.Dial) (*Caller, error) {
	socket, _, err := websocket.Dial(ctx, dial.URL, &websocket.DialOptions{HTTPHeader: dial.Header})
	if err != nil {
		return nil, fmt.Errorf("connect the sender: %w", err)
	}
	socket.SetReadLimit(1 << 20)
	c := &Caller{socket: socket, replies: make(chan arrival, 1)}
	go c.read()
	return c, nil
}

// read passes replies on. It drops events of other devices and of earlier requests.
func (c *Caller) read() {
	defer close(c.replies)
	for {
		_, frame, err := c.socket.Read(context.Background())
		if err != nil {
			return
		}
		at := time.Now()
		if bytes.Contains(frame, []byte(`"type":"reply"`)) {
			c.replies <- arrival{frame, at}
		}
	}
}

// errClosed means that the connection ended while a caller waited for a reply.
var errClosed = errors.New("the sender's connection was closed")

// Write sends a frame and returns the time.
func (c *Caller) Write(ctx context.Context, request any) (time.Time, error) {
	frame, err := json.Marshal(request)
	if err != nil {
		return time.Time{}, err
	}
	sent := time.Now()
	if err := c.socket.Write(ctx, websocket.MessageText, frame); err != nil {
		return sent, fmt.Errorf("send: %w", err)
	}
	return sent, nil
}

// Ask sends a request and waits for its reply.
func (c *Caller) Ask(ctx context.Context, request any) (Reply, error) {
	sent, err := c.Write(ctx, request)
	if err != nil {
		return Reply{}, err
	}
	select {
	case reply, open := <-c.replies:
		if !open {
			return Reply{}, errClosed
		}
		return Reply{Frame: reply.frame, Sent: sent, At: reply.at}, nil
	case <-ctx.Done():
		return Reply{}, ctx.Err()
	}
}

// message is the part of a reply to send that is needed.
type message struct {
	OK      bool `json:"ok"`
	Message struct {
		MessageID string `json:"messageId"`
	} `json:"message"`
}

// Send sends a text and gives the message's ID.
func (c *Caller) Send(ctx context.Context, conversation string) (string, error) {
	reply, err := c.Ask(ctx, map[string]any{
		"action":       "send",
		"conversation": conversation,
		"body":         map[string]string{"text": "the meeting is at nine, not at ten"},
	})
	if err != nil {
		return "", err
	}
	var sent message
	if err := json.Unmarshal(reply.Frame, &sent); err != nil || !sent.OK {
		return "", fmt.Errorf("send was answered %s", reply.Frame)
	}
	return sent.Message.MessageID, nil
}

// Revoke recalls a message and waits for the reply.
func (c *Caller) Revoke(ctx context.Context, conversation, messageID string) (Reply, error) {
	reply, err := c.Ask(ctx, map[string]any{"action": "revoke", "conversation": conversation, "messageId": messageID})
	if err == nil && !bytes.Contains(reply.Frame, []byte(`"ok":true`)) {
		err = fmt.Errorf("revoke was answered %s", reply.Frame)
	}
	return reply, err
}

// Close cuts the connection.
func (c *Caller) Close() { _ = c.socket.CloseNow() }
