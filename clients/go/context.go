package client

import "context"

// MessageContext returns a context for work on a message, such as an answer that takes its time. It ends when the
// client learns that the message is recalled, and with ctx. After a recall, the [Code] of [context.Cause] is
// CodeOtherMessageRecalled. Call cancel when the work is done.
//
// The context ends at once and waits for no callback, so also a [Listener] that is busy with the work is told. A
// client without a connection learns of the recall when it has one again, and the recall may be on its way when the
// answer is sent. So send the answer with [UnlessRevoked], and with a context that does not end by the recall.
func (c *Client) MessageContext(
	ctx context.Context, conversation, messageID string,
) (_ context.Context, cancel context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	remove := c.listeners.contexts.add(messageContext{conversation, messageID, end})
	if s, err := c.current(); err == nil && s.isRecalled(conversation, messageID) {
		end(recalled(messageID))
	}
	return ctx, func() {
		remove()
		end(context.Canceled)
	}
}

// isRecalled reports whether the client holds the tombstone of a message.
func (s *session) isRecalled(conversation, messageID string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.view.get(conversation)
	return c != nil && c.messages[messageID].Revoked != nil
}

func recalled(messageID string) *Error {
	return newError(CodeOtherMessageRecalled, "message "+messageID+" was recalled")
}

// messageContext is a context that has not been given back, and the message that it is about.
type messageContext struct {
	conversation, messageID string
	end                     context.CancelCauseFunc
}

// messageContexts are those of a client. They stay when a session ends, so that the next one can end them.
type messageContexts struct{ registry[messageContext] }

// recalled ends the contexts of a message.
func (m *messageContexts) recalled(conversation, messageID string) {
	m.each(func(one messageContext) {
		if one.conversation == conversation && one.messageID == messageID {
			one.end(recalled(messageID))
		}
	})
}
