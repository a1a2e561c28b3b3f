package client

import (
	"context"
	"encoding/json"
)

// History fetches a page of a conversation from the server, oldest first: the messages just before the messageId
// before, or, with "", the newest. limit is 1 to 100; 0 is the server's default of 50. Recalled messages are
// tombstones. The page is not added to what [Client.Messages] returns, moves no cursor and calls no listener.
//
// Errors: CodeConversationNotFound, CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout, CodeTokenExpired,
// CodeTooManyRequests, CodeUnavailable, CodeInternal.
func (c *Client) History(ctx context.Context, conversation, before string, limit int) ([]Message, error) {
	s, err := c.current()
	if err != nil {
		return nil, err
	}
	item := map[string]any{"conversation": conversation}
	if before != "" {
		item["before"] = before
	}
	if limit != 0 {
		item["limit"] = limit
	}
	reply, err := s.request(ctx, nil, "sync", map[string]any{"conversations": []any{item}})
	if err != nil {
		return nil, err
	}
	var page syncReply
	var answer syncItem
	if reply.fields(&page) != nil || len(page.Conversations) != 1 ||
		json.Unmarshal(page.Conversations[0], &answer) != nil {
		return nil, newError(CodeInternal, "the server's reply to a sync is not one")
	}
	if answer.Error != nil {
		return nil, answer.Error.asError()
	}
	return s.withTombstones(conversation, readMessages(answer.Messages)), nil
}

// withTombstones makes sure that a page, which may have been read before a recall, shows no text of what is known to
// be recalled.
func (s *session) withTombstones(conversation string, messages []Message) []Message {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.view.get(conversation)
	for i, m := range messages {
		m.Conversation = conversation
		if c != nil && m.Revoked == nil {
			if held, ok := c.messages[m.MessageID]; ok && held.Revoked != nil {
				m = m.tombstone(*held.Revoked)
			}
		}
		messages[i] = m
	}
	return messages
}

// MarkRead marks a conversation read up to a message and returns how many are unread after it. The marker never moves
// back. The user's other devices are told.
//
// Errors: CodeConversationNotFound, CodeMessageNotFound, CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout,
// CodeTokenExpired, CodeTooManyRequests, CodeUnavailable, CodeInternal.
func (c *Client) MarkRead(ctx context.Context, conversation, messageID string) (unread int, err error) {
	s, err := c.current()
	if err != nil {
		return 0, err
	}
	reply, err := s.request(ctx, nil, "read", map[string]any{"conversation": conversation, "messageId": messageID})
	if err != nil {
		return 0, err
	}
	var answer readReply
	if reply.fields(&answer) != nil {
		return 0, newError(CodeInternal, "the server's reply to a read is not one")
	}
	s.takeRead(conversation, answer)
	return max(answer.Unread, 0), nil
}
