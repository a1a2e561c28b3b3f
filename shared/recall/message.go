package recall

import (
	"context"
	"fmt"
	"log/slog"
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
	// ExpiresAt is when retention ends, 0 for never. From then on the message is not there, whether or not the store has
	// deleted it.
	ExpiresAt Instant
	Body      Body
	ReplyTo   MessageID
	Revoked   *Revocation
	Due       Due
}

// Expired reports whether retention has ended.
func (m Message) Expired(now Instant) bool { return m.ExpiresAt != 0 && now >= m.ExpiresAt }

// ChangedAt is when the message last changed: its recall, or its sending.
func (m Message) ChangedAt() Instant {
	if m.Revoked != nil {
		return m.Revoked.At
	}
	return m.SentAt
}

// Due is the outbox: which event a stored message still owes. The commit sets it, settling removes it.
type Due string

// What can be owed.
const (
	DueNothing Due = ""
	DueSent    Due = "sent"
	DueRevoked Due = "revoked"
)

// Limits of a message. MaximumBodyBytes leaves room in API Gateway's 32 KB frame for the envelope and for clients that
// escape every character.
const (
	MaximumBodyBytes   = 12_288
	MaximumReasonBytes = 256
)

// Body is a message's content: one JSON object as it was encoded by the sender, opaque to the rules. It prints and
// logs as its size only.
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

// MessageStore keeps the messages of conversations.
type MessageStore interface {
	// CreateMessage stores a message, unless its ID is taken in that conversation: then created is false and stored is
	// what is there. A repeat of this very call (the store's own retry) counts as created.
	CreateMessage(ctx context.Context, message Message) (stored Message, created bool, err error)
	// RevokeMessage is the recall: one conditional write. It applies if the command's conditions hold at the write.
	RevokeMessage(ctx context.Context, command RevokeCommand) (RevokeOutcome, error)
	// Message reads one message; found is false if there is none.
	Message(ctx context.Context, conversation Conversation, id MessageID) (message Message, found bool, err error)
	// Settle removes what the message owes, if it still owes just that: a recall that came since keeps its own.
	Settle(ctx context.Context, message Message) error
	// Messages reads a page of messages, tombstones included, expired ones left out.
	Messages(ctx context.Context, conversation Conversation, page MessagePage) (messages []Message, more bool, err error)
	// Revocations reads the recalls of a conversation in the order of their RevocationIDs: at most limit of those behind
	// after.
	Revocations(
		ctx context.Context, conversation Conversation, after RevocationID, limit int,
	) (recalls []RevokedMessage, more bool, err error)
	// Unread counts the messages that the reader has not read: those of others behind after that are neither recalled nor
	// expired. It looks from the newest message backwards, and stops at the reader's own newest message, at
	// MaximumUnread, or after MaximumUnreadRows messages. own is the reader's own newest message if the counting met it.
	Unread(
		ctx context.Context, conversation Conversation, reader UserID, after MessageID, now Instant,
	) (unread int, own MessageID, err error)
}

// Bounds of the counting. MaximumUnread says "more than 99", which a client shows as "99+". MaximumUnreadRows leaves
// room for 300 recalled messages, which are looked at and not counted, among the newest.
const (
	MaximumUnread     = 100
	MaximumUnreadRows = 400
)

// MessagePage says which messages to read, in the order of their IDs.
type MessagePage struct {
	// After and Before bound the page, both exclusive; empty is no bound.
	After, Before string
	// Newest reads from the newest backwards; the page is still returned oldest first.
	Newest bool
	Limit  int
	Now    Instant
}
