package client

import (
	"encoding/json"
	"slices"
)

// outbox holds what the server has not answered of one conversation: what a client with a storage must not forget.
type outbox struct {
	Sends   []unansweredSend   `json:"sends,omitempty"`
	Revokes []unansweredRevoke `json:"revokes,omitempty"`
}

// unansweredSend is a message whose send has no sure answer.
type unansweredSend struct {
	MessageID string          `json:"messageId"`
	Body      json.RawMessage `json:"body"`
	ReplyTo   string          `json:"replyTo,omitempty"`
	Failed    int             `json:"failed,omitempty"` // the code that the application knows; 0: go on sending

	UnlessRevoked string       `json:"unlessRevoked,omitempty"`
	Attachments   []Attachment `json:"attachments,omitempty"` // uploaded before

	called bool // a caller waits for the result
}

// unansweredRevoke is a recall that has no answer.
type unansweredRevoke struct {
	MessageIDs []string `json:"messageIds"`
	Reason     string   `json:"reason,omitempty"`
	Unsent     bool     `json:"unsent,omitempty"`

	called bool // a caller waits for the result
}

// send notes a message before its frame leaves.
func (o *outbox) send(message unansweredSend) {
	o.removeSend(message.MessageID)
	place, _ := slices.BinarySearchFunc(o.Sends, message.MessageID, func(each unansweredSend, id string) int {
		if each.MessageID < id {
			return -1
		}
		return 1
	})
	o.Sends = slices.Insert(o.Sends, place, message)
}

// removeSend reports whether there was one.
func (o *outbox) removeSend(messageID string) bool {
	before := len(o.Sends)
	o.Sends = slices.DeleteFunc(o.Sends, func(each unansweredSend) bool { return each.MessageID == messageID })
	return len(o.Sends) < before
}

// fail notes the error with which a send ended, and that the client does not send it again by itself.
func (o *outbox) fail(messageID string, code int) {
	for i := range o.Sends {
		if o.Sends[i].MessageID == messageID {
			o.Sends[i].Failed, o.Sends[i].called = code, false
		}
	}
}

// failCalled ends everything that a caller waits for. It reports whether there was anything.
func (o *outbox) failCalled(code int) (found bool) {
	for i := range o.Sends {
		if o.Sends[i].called {
			o.Sends[i].Failed, o.Sends[i].called = code, false
			found = true
		}
	}
	before := len(o.Revokes)
	o.Revokes = slices.DeleteFunc(o.Revokes, func(each unansweredRevoke) bool { return each.called })
	return found || len(o.Revokes) < before
}

// findRevoke returns the place of the recall of exactly these messages, and -1 if there is none.
func (o *outbox) findRevoke(messageIDs []string) int {
	return slices.IndexFunc(o.Revokes, func(each unansweredRevoke) bool {
		return slices.Equal(each.MessageIDs, messageIDs)
	})
}

// removeRevoke forgets the recall of exactly these messages, and reports whether there was one.
func (o *outbox) removeRevoke(messageIDs []string) bool {
	place := o.findRevoke(messageIDs)
	if place < 0 {
		return false
	}
	o.Revokes = slices.Delete(o.Revokes, place, place+1)
	return true
}

// revoking reports whether there is a recall of a message.
func (o *outbox) revoking(messageID string) bool {
	return slices.ContainsFunc(o.Revokes, func(each unansweredRevoke) bool {
		return slices.Contains(each.MessageIDs, messageID)
	})
}

func (o *outbox) unsent(conversation, self string) []UnsentMessage {
	messages := make([]UnsentMessage, 0, len(o.Sends))
	for _, each := range o.Sends {
		messages = append(messages, UnsentMessage{
			Message: each.draft(conversation, self).clone(), Failed: each.Failed, UnlessRevoked: each.UnlessRevoked,
		})
	}
	return messages
}

func (u unansweredSend) draft(conversation, self string) draft {
	return draft{
		Message{
			MessageID: u.MessageID, Conversation: conversation, Sender: self, Body: u.Body, ReplyTo: u.ReplyTo,
			Attachments: u.Attachments,
		},
		u.UnlessRevoked,
	}
}
