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
	// ExpiresAt is when retention ends, 0 for never. From then on nobody sees the message, whether or not the store has
	// deleted it.
	ExpiresAt Instant
	Body      Body
	// Attachments are the files of the message. A tombstone has none.
	Attachments []Attachment
	// Objects are the objects that a recall of the message deletes. A tombstone has them until they are deleted.
	Objects []ObjectKey
	ReplyTo MessageID
	Revoked *Revocation
	Due     Due
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

// Due is the mark of the outbox: it names the event that a stored message still owes. The commit sets it, and settling
// removes it.
type Due string

// The values of Due.
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

// MessageReader reads one message.
type MessageReader interface {
	// Message reads one message; found is false if there is none.
	Message(ctx context.Context, conversation Conversation, id MessageID) (message Message, found bool, err error)
}

// HistoryReader reads the messages and the recalls of a conversation, a page at a time.
type HistoryReader interface {
	// Messages reads a page of messages. Tombstones are among them, expired messages are not.
	Messages(ctx context.Context, conversation Conversation, which MessageRange) (Page[Message], error)
	// Revocations reads the recalls of a conversation in the order of their RevocationIDs: at most limit of those that
	// come after the one given.
	Revocations(
		ctx context.Context, conversation Conversation, after RevocationID, limit int,
	) (Page[RevokedMessage], error)
}

// MessageRange says which messages to read, in the order of their IDs.
type MessageRange struct {
	// After and Before bound the range. Neither is part of it. An empty one is no bound.
	After, Before string
	// Newest reads from the newest backwards; the page is still returned oldest first.
	Newest bool
	Limit  int
	Now    Instant
}

// Page is some of the items that were asked for. More reports whether there are others beyond the limit.
type Page[T any] struct {
	Items []T
	More  bool
}
