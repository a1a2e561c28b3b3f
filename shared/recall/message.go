package recall

import (
	"fmt"
	"log/slog"
	"time"
)

// Limits of a message. MaximumBodyBytes leaves room in API Gateway's 32 KB frame for the envelope and for clients that
// escape every character.
const (
	MaximumBodyBytes   = 12_288
	MaximumReasonBytes = 256
)

// Body is a message's content: one JSON object as it was encoded by the sender, opaque to the rules. It prints and logs
// as its size only.
type Body string

// String hides the content, so that no error or log line can carry it.
func (b Body) String() string { return fmt.Sprintf("[%d bytes]", len(b)) }

// GoString hides the content from %#v too.
func (b Body) GoString() string { return b.String() }

// LogValue hides the content from structured logs.
func (b Body) LogValue() slog.Value { return slog.StringValue(b.String()) }

// Reason is why a message was recalled, in the words of whoever did it. It is shown to members and never logged.
type Reason string

// String hides the reason from errors and logs.
func (r Reason) String() string { return fmt.Sprintf("[%d bytes]", len(r)) }

// GoString hides the reason from %#v too.
func (r Reason) GoString() string { return r.String() }

// LogValue hides the reason from structured logs.
func (r Reason) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Role is as what somebody recalled a message.
type Role string

// The roles of a recall, as on the wire.
const (
	RoleSender    Role = "sender"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// Revocation is the accepted recall of a message. It is fixed for ever by the first that is accepted.
type Revocation struct {
	ID     RecallID
	At     Instant
	By     UserID
	Role   Role
	Reason Reason
}

// Special values of RecallableUntil, and of a window in seconds.
const (
	NeverRecallable  Instant = 0
	AlwaysRecallable Instant = -1
)

// Message is a message, or, once Revoked is set, its tombstone, which has no Body.
type Message struct {
	ID           MessageID
	Conversation Conversation
	Sender       UserID
	SentAt       Instant
	// RecallableUntil is the last instant at which the sender may recall it, stamped at send: the promise does not change
	// when the window does. -1 is no limit, 0 is never.
	RecallableUntil Instant
	// ExpiresAt is when retention ends, 0 for never. From then on the message is not there, whether or not the store has deleted it.
	ExpiresAt Instant
	Body      Body
	ReplyTo   MessageID
	Revoked   *Revocation
	Due       Due
}

// Due is the outbox: which event a stored message still owes. The commit sets it, settling removes it.
type Due string

// What can be owed.
const (
	DueNothing Due = ""
	DueSent    Due = "sent"
	DueRevoked Due = "revoked"
)

// Expired tells whether retention has ended.
func (m Message) Expired(now Instant) bool { return m.ExpiresAt != 0 && now >= m.ExpiresAt }

// ChangedAt is when the message last changed: its recall, or its sending.
func (m Message) ChangedAt() Instant {
	if m.Revoked != nil {
		return m.Revoked.At
	}
	return m.SentAt
}

// Window is for how long a sender may recall, in seconds: 0 is not at all, -1 without limit, else 1 to 604,800 (7 days).
type Window int64

// Limits of a window. The default of 2 minutes is Tencent Cloud Chat's.
const (
	DefaultWindow Window = 120
	WindowOff     Window = 0
	Unlimited     Window = -1
	MaximumWindow Window = 604_800
)

// Valid tells whether the window is one that can be set.
func (w Window) Valid() bool { return w >= Unlimited && w <= MaximumWindow }

// Until is the recallableUntil of a message sent at that instant.
func (w Window) Until(sentAt Instant) Instant {
	switch {
	case w < 0:
		return AlwaysRecallable
	case w == 0:
		return NeverRecallable
	}
	return sentAt.Add(time.Duration(w) * time.Second)
}

// Recallable tells whether a sender's recall at that instant is within the promise: up to and including the last millisecond.
func Recallable(until, now Instant) bool { return until == AlwaysRecallable || now <= until }
