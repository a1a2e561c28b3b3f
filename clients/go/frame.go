package client

import (
	"encoding/json"
	"errors"
)

const (
	frameLimitBytes      = 256 << 10 // API Gateway's messages are at most 128 KB
	identifierLimitBytes = 128
)

var errNotAFrame = errors.New("not a frame of the protocol")

// frame is what the server sends: a reply, an event, or, without type, API Gateway's own message. Parts that can be
// ill-typed on their own are kept raw, so that one bad element does not hide the good ones.
type frame struct {
	Type     string     `json:"type"`
	ID       string     `json:"id"`
	OK       bool       `json:"ok"`
	Error    *wireError `json:"error"`
	contents []byte
}

type wireError struct {
	Code       int    `json:"code"`
	Name       string `json:"name"`
	Desc       string `json:"desc"`
	Retryable  bool   `json:"retryable"`
	ServerTime int64  `json:"serverTime"`
}

func (e *wireError) asError() *Error {
	if e == nil {
		return newError(CodeInternal, "the server refused without saying why")
	}
	return &Error{Code: e.Code, Name: e.Name, Desc: e.Desc, Retryable: e.Retryable, ServerTime: e.ServerTime}
}

// parseFrame reads the outer part of a frame. The fields methods read its content. Anything except a JSON object with
// the right types is an error.
func parseFrame(data []byte) (frame, error) {
	if len(data) > frameLimitBytes {
		return frame{}, errNotAFrame
	}
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		return frame{}, errNotAFrame
	}
	if first := firstByte(data); first != '{' {
		return frame{}, errNotAFrame
	}
	f.contents = data
	return f, nil
}

func firstByte(data []byte) byte {
	for _, b := range data {
		if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			return b
		}
	}
	return 0
}

// fields reads the content of the frame into a struct with the wanted fields.
func (f frame) fields(into any) error {
	if err := json.Unmarshal(f.contents, into); err != nil {
		return errNotAFrame
	}
	return nil
}

// readMessage reads a message, refusing one that has no place in a view.
func readMessage(raw json.RawMessage) (Message, error) {
	var read struct {
		Message
		Attachments json.RawMessage `json:"attachments"` // read apart, so that a bad one does not hide the message
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return Message{}, errNotAFrame
	}
	m := read.Message
	m.Attachments = readAttachments(read.Attachments)
	if !isIdentifier(m.MessageID) || !isIdentifier(m.Conversation) || !isIdentifier(m.Sender) {
		return Message{}, errNotAFrame
	}
	if m.Revoked != nil {
		return m.tombstone(*m.Revoked), nil
	}
	if firstByte(m.Body) != '{' {
		return Message{}, errNotAFrame
	}
	return m, nil
}

// revocation is an element of a revoked event and of a sync's revocations: enough to hold a tombstone.
type revocation struct {
	MessageID string      `json:"messageId"`
	Sender    string      `json:"sender"`
	SentAt    int64       `json:"sentAt"`
	Revoked   *Revocation `json:"revoked"`
}

func readRevocation(raw json.RawMessage) (revocation, error) {
	var r revocation
	if err := json.Unmarshal(raw, &r); err != nil {
		return revocation{}, errNotAFrame
	}
	if !isIdentifier(r.MessageID) || !isIdentifier(r.Sender) || r.Revoked == nil || r.Revoked.By == "" {
		return revocation{}, errNotAFrame
	}
	return r, nil
}

// readMessages reads the valid elements of a list and skips the others.
func readMessages(list []json.RawMessage) []Message {
	messages := make([]Message, 0, len(list))
	for _, raw := range list {
		if m, err := readMessage(raw); err == nil {
			messages = append(messages, m)
		}
	}
	return messages
}

// readRevocations reads the valid elements of a list and skips the others.
func readRevocations(list []json.RawMessage) []revocation {
	revocations := make([]revocation, 0, len(list))
	for _, raw := range list {
		if r, err := readRevocation(raw); err == nil {
			revocations = append(revocations, r)
		}
	}
	return revocations
}

func isIdentifier(s string) bool { return s != "" && len(s) <= identifierLimitBytes }

type helloReply struct {
	ServerTime          int64  `json:"serverTime"`
	User                string `json:"user"`
	RecallWindowSeconds int64  `json:"recallWindowSeconds"`
	TokenExpiresAt      int64  `json:"tokenExpiresAt"`
	MaxAttachmentBytes  int64  `json:"maxAttachmentBytes"`
}

type sendReply struct {
	Message struct {
		MessageID       string          `json:"messageId"`
		SentAt          int64           `json:"sentAt"`
		RecallableUntil int64           `json:"recallableUntil"`
		Attachments     json.RawMessage `json:"attachments"`
	} `json:"message"`
}

type revokeReply struct {
	Results []revokeItem `json:"results"`
}

// revokeItem is the result of one recall.
type revokeItem struct {
	MessageID string      `json:"messageId"`
	OK        bool        `json:"ok"`
	Revoked   *Revocation `json:"revoked"`
	Repeated  bool        `json:"repeated"`
	Error     *wireError  `json:"error"`
}

// revocation returns what an event would say of a recall that succeeded.
func (r revokeItem) revocation() revocation {
	made := revocation{MessageID: r.MessageID, Revoked: r.Revoked}
	if r.Revoked.Role == "sender" {
		made.Sender = r.Revoked.By
	}
	return made
}

// syncItem is one conversation of a sync reply.
type syncItem struct {
	Conversation string            `json:"conversation"`
	Messages     []json.RawMessage `json:"messages"`
	Revocations  []json.RawMessage `json:"revocations"`
	Cursor       string            `json:"cursor"`
	More         bool              `json:"more"`
	Unread       int               `json:"unread"`
	ReadUpTo     string            `json:"readUpTo"`
	Error        *wireError        `json:"error"`
}

type syncReply struct {
	Conversations []json.RawMessage `json:"conversations"`
}

type conversationsReply struct {
	Conversations []json.RawMessage `json:"conversations"`
	Next          string            `json:"next"`
}

type readReply struct {
	Conversation string `json:"conversation"`
	ReadUpTo     string `json:"readUpTo"`
	Unread       int    `json:"unread"`
}

type messageEvent struct {
	Message json.RawMessage `json:"message"`
}

type revokedEvent struct {
	Conversation string            `json:"conversation"`
	Revocations  []json.RawMessage `json:"revocations"`
}

type kickedEvent struct {
	Reason string `json:"reason"`
}

type conversationEvent struct {
	Conversation string `json:"conversation"`
	Change       string `json:"change"`
	User         string `json:"user"`
	Role         string `json:"role"`
}
