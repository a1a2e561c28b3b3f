package recall

import (
	"context"
	"slices"
	"time"
)

// Notice is one event for the devices of a conversation's members. Exactly one of its parts is set.
type Notice struct {
	Conversation Conversation
	// Message is the event message.
	Message *Message
	// Revocations is the event revoked.
	Revocations []Recalled
	// Read is the event read.
	Read *ReadMark
	// Change is the event conversation.
	Change *Change
	// Kicked is the event kicked, which concerns no conversation.
	Kicked Kick
	// CommittedAt is when the message was committed; FreshFor bounds how long its body may be posted unread.
	CommittedAt Instant
	// Renew reads the event again. A notice older than FreshFor must not be posted without it: the message may have been
	// recalled since.
	Renew func(ctx context.Context) (Notice, error)
}

// FreshFor is for how long after its commit a body may be posted without reading the message again.
const FreshFor = 2 * time.Second

// Stale tells whether the notice must be renewed before it is posted.
func (n Notice) Stale(now Instant) bool {
	return n.Message != nil && n.Renew != nil && now.Sub(n.CommittedAt) > FreshFor
}

// ReadMark is how far a user has read a conversation.
type ReadMark struct {
	ReadUpTo MessageID
	Unread   int
}

// Change is what happened to a conversation or its roster.
type Change struct {
	What ChangeKind
	User UserID
	Role MemberRole
}

// ChangeKind is the kind of a change, as on the wire.
type ChangeKind string

// The kinds.
const (
	ChangeJoined   ChangeKind = "joined"
	ChangeLeft     ChangeKind = "left"
	ChangeRole     ChangeKind = "role"
	ChangeSettings ChangeKind = "settings"
)

// recalledOf takes from a tombstone what a revoked event tells.
func recalledOf(message Message) Recalled {
	return Recalled{
		Conversation: message.Conversation,
		MessageID:    message.ID,
		Sender:       message.Sender,
		SentAt:       message.SentAt,
		Revocation:   *message.Revoked,
	}
}

// noticesAbout tells of messages as they are now: of each that is recalled its recall, of each other its arrival.
func (s *Service) noticesAbout(conversation Conversation, messages []Message) []Notice {
	var notices []Notice
	var recalled []Recalled
	for _, message := range messages {
		if message.Revoked != nil {
			recalled = append(recalled, recalledOf(message))
		} else {
			notices = append(notices, s.messageNotice(message))
		}
	}
	return append(notices, revokedNotices(conversation, recalled)...)
}

// revokedNotices tells of recalls, RevocationsPerNotice in each.
func revokedNotices(conversation Conversation, recalled []Recalled) []Notice {
	var notices []Notice
	for some := range slices.Chunk(recalled, RevocationsPerNotice) {
		notices = append(notices, Notice{Conversation: conversation, Revocations: some})
	}
	return notices
}
