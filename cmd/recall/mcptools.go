package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	client "example.com/recall/clients/go"
)

const (
	mcpConversations = 100 // listed at most
	mcpHistoryPage   = 20
)

type mcpSend struct {
	Conversation  string `json:"conversation" jsonschema:"c2c_ and a user ID, or group_ and a group ID"`
	Text          string `json:"text" jsonschema:"what everybody in the conversation will read"`
	ReplyTo       string `json:"replyTo,omitempty" jsonschema:"messageId of the message that this one answers"`
	UnlessRevoked string `json:"unlessRevoked,omitempty" jsonschema:"a messageId: nothing is sent if it is recalled"`
}

type mcpSent struct {
	MessageID       string `json:"messageId" jsonschema:"recall takes it"`
	RecallableUntil string `json:"recallableUntil" jsonschema:"until then it can be recalled, or: always, never"`
}

type mcpRecall struct {
	Conversation string `json:"conversation" jsonschema:"c2c_ and a user ID, or group_ and a group ID"`
	MessageID    string `json:"messageId" jsonschema:"of the message to recall"`
	Reason       string `json:"reason,omitempty" jsonschema:"why; everybody in the conversation can read it"`
}

type mcpRecalled struct {
	MessageID string `json:"messageId"`
	Revoked   bool   `json:"revoked" jsonschema:"true: the message is recalled"`
}

type mcpPage struct {
	Conversation string `json:"conversation" jsonschema:"c2c_ and a user ID, or group_ and a group ID"`
	Before       string `json:"before,omitempty" jsonschema:"a messageId: reads what is before it; absent: the newest"`
	Limit        int    `json:"limit,omitempty" jsonschema:"at most so many messages, 1 to 100; absent: 20"`
}

type mcpHistory struct {
	Messages []mcpMessage `json:"messages" jsonschema:"oldest first"`
	Next     string       `json:"next,omitempty" jsonschema:"is the before of the page before this one"`
}

// mcpMessage is a message as an agent reads it. Its times are text, because a model reads milliseconds badly.
type mcpMessage struct {
	MessageID       string         `json:"messageId"`
	Sender          string         `json:"sender" jsonschema:"user ID"`
	SentAt          string         `json:"sentAt" jsonschema:"the server's time"`
	RecallableUntil string         `json:"recallableUntil" jsonschema:"until then it can be recalled, or: always, never"`
	Body            map[string]any `json:"body,omitempty" jsonschema:"the text is in text; absent: it is recalled"`
	ReplyTo         string         `json:"replyTo,omitempty" jsonschema:"of the message that it answers"`
	Revoked         *mcpRevocation `json:"revoked,omitempty" jsonschema:"given when the message is recalled"`
}

type mcpRevocation struct {
	At     string `json:"at" jsonschema:"the server's time"`
	By     string `json:"by" jsonschema:"user ID"`
	Role   string `json:"role" jsonschema:"as what: sender, moderator or admin"`
	Reason string `json:"reason,omitempty"`
}

type mcpConversation struct {
	Conversation string `json:"conversation"`
	Name         string `json:"name,omitempty" jsonschema:"of a group"`
	Role         string `json:"role,omitempty" jsonschema:"the user's own, in a group: owner, admin or member"`
	Unread       int    `json:"unread" jsonschema:"100 means more than 99"`
	LastChangeAt string `json:"lastChangeAt" jsonschema:"the server's time"`
}

type mcpList struct {
	Conversations []mcpConversation `json:"conversations"`
	Total         int               `json:"total" jsonschema:"how many there are, listed or not"`
}

func (t *mcpTools) send(
	ctx context.Context, _ *mcp.CallToolRequest, in mcpSend,
) (*mcp.CallToolResult, mcpSent, error) {
	id, err := t.client.NewMessageID()
	if err != nil {
		return nil, mcpSent{}, t.failure("not sent", err)
	}
	options := []client.SendOption{client.WithMessageID(id)}
	if in.ReplyTo != "" {
		options = append(options, client.WithReplyTo(in.ReplyTo))
	}
	if in.UnlessRevoked != "" {
		options = append(options, client.UnlessRevoked(in.UnlessRevoked))
	}
	sent, err := t.client.SendMessage(ctx, in.Conversation, map[string]string{"text": in.Text}, options...)
	if client.Code(err) == client.CodeTimeout {
		return nil, mcpSent{}, errors.New("no answer, so it is not known whether message " + id + " was sent; " +
			"to undo it, call recall with this messageId, which works in both cases; history shows whether it is there")
	}
	if err != nil {
		return nil, mcpSent{}, t.failure("not sent", err)
	}
	return nil, mcpSent{sent.MessageID, mcpUntil(sent.RecallableUntil)}, nil
}

func (t *mcpTools) recall(
	ctx context.Context, _ *mcp.CallToolRequest, in mcpRecall,
) (*mcp.CallToolResult, mcpRecalled, error) {
	if err := t.client.RevokeMessage(ctx, in.Conversation, in.MessageID, in.Reason); err != nil {
		return nil, mcpRecalled{}, t.failure("not recalled", err)
	}
	return nil, mcpRecalled{in.MessageID, true}, nil
}

func (t *mcpTools) history(
	ctx context.Context, _ *mcp.CallToolRequest, in mcpPage,
) (*mcp.CallToolResult, mcpHistory, error) {
	if in.Limit == 0 {
		in.Limit = mcpHistoryPage
	}
	page, err := t.client.History(ctx, in.Conversation, in.Before, in.Limit)
	if err != nil {
		return nil, mcpHistory{}, t.failure("not read", err)
	}
	read := mcpHistory{Messages: make([]mcpMessage, len(page))}
	for i, message := range page {
		read.Messages[i] = mcpMessageOf(message)
	}
	if len(page) > 0 {
		read.Next = page[0].MessageID
	}
	return nil, read, nil
}

func (t *mcpTools) conversations(
	context.Context, *mcp.CallToolRequest, struct{},
) (*mcp.CallToolResult, mcpList, error) {
	if t.ended.Load() != nil {
		return nil, mcpList{}, t.failure("not listed", nil)
	}
	all := t.client.Conversations()
	list := mcpList{Conversations: []mcpConversation{}, Total: len(all)}
	for _, entry := range all[:min(len(all), mcpConversations)] {
		list.Conversations = append(list.Conversations, mcpConversation{
			entry.Conversation, entry.Name, entry.Role, entry.Unread, mcpTime(entry.LastChangeAt),
		})
	}
	return nil, list, nil
}

func mcpMessageOf(m client.Message) mcpMessage {
	read := mcpMessage{
		MessageID: m.MessageID, Sender: m.Sender, SentAt: mcpTime(m.SentAt), RecallableUntil: mcpUntil(m.RecallableUntil),
		ReplyTo: m.ReplyTo,
	}
	if r := m.Revoked; r != nil {
		read.Revoked = &mcpRevocation{mcpTime(r.At), r.By, r.Role, r.Reason}
		return read
	}
	_ = json.Unmarshal(m.Body, &read.Body) // The client takes in only objects.
	return read
}

func mcpTime(milliseconds int64) string {
	return time.UnixMilli(milliseconds).UTC().Format("2006-01-02T15:04:05.000Z")
}

func mcpUntil(recallableUntil int64) string {
	switch recallableUntil {
	case -1:
		return "always"
	case 0:
		return "never"
	}
	return mcpTime(recallableUntil)
}

// failure returns an error that says what was not done, why, and what an agent can do next.
func (t *mcpTools) failure(what string, err error) error {
	if ended := t.ended.Load(); ended != nil {
		return errors.New(what + ": " + *ended)
	}
	return errors.New(what + ": " + why(err) + mcpNextSteps(client.Code(err)))
}

// mcpNextSteps returns what an agent can do after an error.
func mcpNextSteps(code int) string {
	switch code {
	case client.CodeOtherMessageRecalled:
		return "; do not answer it in another way, and read with history what is there now"
	case client.CodeRecallWindowExpired, client.CodeGroupRecallWindowExpired, client.CodeClientWindowOver:
		return "; it stays, so send a correction"
	case client.CodeMessageNotFound, client.CodeGroupMessageNotFound:
		return "; history shows the messageIds of a conversation"
	case client.CodeConversationNotFound:
		return "; the tool conversations lists the user's groups"
	case client.CodeBodyTooLarge:
		return "; send it in several messages"
	case client.CodeTimeout, client.CodeUnavailable, client.CodeInternal:
		return "; call the tool again, and if that does not help, ask whether the server is running"
	}
	return ""
}
