package client

import (
	"encoding/json"
	"slices"
)

// Message is one message of a conversation as its viewer sees it. Once recalled it is a tombstone: Body and
// Attachments are nil, and Revoked says who did it.
type Message struct {
	MessageID       string          `json:"messageId"`       // a ULID; messages sort by it
	Conversation    string          `json:"conversation"`    // c2c_<peer user ID> or group_<group ID>
	Sender          string          `json:"sender"`          // user ID
	SentAt          int64           `json:"sentAt"`          // server time, milliseconds since 1970
	RecallableUntil int64           `json:"recallableUntil"` // the same; -1: no limit, 0: never
	Body            json.RawMessage `json:"body,omitempty"`  // a JSON object, opaque to the server
	ReplyTo         string          `json:"replyTo,omitempty"`
	Attachments     []Attachment    `json:"attachments,omitempty"` // files; [Client.Download] fetches one
	Revoked         *Revocation     `json:"revoked,omitempty"`     // nil unless recalled
}

// Revocation says when, by whom, as what and why a message was recalled.
type Revocation struct {
	At     int64  `json:"at"`               // server time, milliseconds since 1970
	By     string `json:"by"`               // user ID of the operator
	Role   string `json:"role"`             // sender, moderator or admin
	Reason string `json:"reason,omitempty"` // "" without one
}

// Conversation is one entry of the conversation list.
type Conversation struct {
	Conversation  string `json:"conversation"`
	LastChangeAt  int64  `json:"lastChangeAt"` // server time, milliseconds since 1970
	LastMessageID string `json:"lastMessageId,omitempty"`
	Unread        int    `json:"unread"`
	ReadUpTo      string `json:"readUpTo,omitempty"` // messageId
	Role          string `json:"role,omitempty"`     // in a group: owner, admin or member
	Name          string `json:"name,omitempty"`     // a group's; "" without one
}

// clone returns a copy that shares no memory with m, so that what an application does to it changes no view.
func (m Message) clone() Message {
	m.Body = slices.Clone(m.Body)
	m.Attachments = slices.Clone(m.Attachments)
	if m.Revoked != nil {
		revoked := *m.Revoked
		m.Revoked = &revoked
	}
	return m
}

// tombstone returns m without its text and its attachments, recalled by r.
func (m Message) tombstone(r Revocation) Message {
	m.Body = nil
	m.ReplyTo = ""
	m.Attachments = nil
	m.Revoked = &r
	return m
}
