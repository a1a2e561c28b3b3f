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
	Revocations []RevokedMessage
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

// Stale reports whether the notice must be renewed before it may be posted.
func (n Notice) Stale(now Instant) bool {
	return n.Message != nil && n.Renew != nil && now.Sub(n.CommittedAt) > FreshFor
}

// Change is what happened to a conversation or its roster.
type Change struct {
	What ChangeKind
	User UserID
	Role MemberRole
}

// ChangeKind is the kind of a change, as on the wire.
type ChangeKind string

// The kinds of changes.
const (
	ChangeJoined   ChangeKind = "joined"
	ChangeLeft     ChangeKind = "left"
	ChangeRole     ChangeKind = "role"
	ChangeSettings ChangeKind = "settings"
)

// Notifier posts events to connections.
type Notifier interface {
	// Notify posts the notice to each connection and returns those it could not reach although they are not gone. It
	// forgets connections that are gone, and closes those that are Expired instead of posting to them. One slow
	// connection delays no other.
	Notify(ctx context.Context, notice Notice, to []Connection) (failed []Connection)
	// Disconnect closes a connection that could not be reached, so that its device connects again and syncs.
	Disconnect(ctx context.Context, connection Connection) error
	// Kick tells connections of one user why they end, since DELETE @connections cannot say why. It closes and forgets
	// them, and returns those that it could not close. A connection whose handshake may still run cannot be closed yet.
	Kick(ctx context.Context, user UserID, connections []Connection, reason Kick) (failed []Connection)
}

// noticesAbout makes notices of messages as they are now. They tell of the recall of a recalled message, and of the
// arrival of any other message.
func (s *Service) noticesAbout(conversation Conversation, messages []Message) []Notice {
	var notices []Notice
	var recalled []RevokedMessage
	for _, message := range messages {
		if message.Revoked != nil {
			recalled = append(recalled, revokedMessageOf(message))
		} else {
			notices = append(notices, s.messageNotice(message))
		}
	}
	return append(notices, revokedNotices(conversation, recalled)...)
}

// revokedNotices makes notices of recalls, RevocationsPerNotice in each.
func revokedNotices(conversation Conversation, recalled []RevokedMessage) []Notice {
	var notices []Notice
	for some := range slices.Chunk(recalled, RevocationsPerNotice) {
		notices = append(notices, Notice{Conversation: conversation, Revocations: some})
	}
	return notices
}

// messageNotice makes the notice of a message. If the message has been recalled when the notice is renewed, the notice
// tells of the recall instead.
func (s *Service) messageNotice(message Message) Notice {
	notice := Notice{Conversation: message.Conversation, Message: &message, CommittedAt: message.SentAt}
	notice.Renew = func(ctx context.Context) (Notice, error) {
		current, found, err := s.Store.Message(ctx, message.Conversation, message.ID)
		switch {
		case err != nil:
			return Notice{}, err
		case !found || current.Expired(s.now()):
			return Notice{Conversation: message.Conversation}, nil
		case current.Revoked != nil:
			return Notice{Conversation: message.Conversation, Revocations: []RevokedMessage{revokedMessageOf(current)}}, nil
		}
		renewed := s.messageNotice(current)
		renewed.CommittedAt = s.now()
		return renewed, nil
	}
	return notice
}

// notify posts notices one after the other and returns the connections that could not be reached. A connection that
// fails gets no further notice. The others get all of them.
func (s *Service) notify(ctx context.Context, notices []Notice, to []Connection) (failed []Connection) {
	for _, notice := range notices {
		unreachable := s.Notifier.Notify(ctx, notice, to)
		s.observe(MetricNotices, float64(len(to)-len(unreachable)), "")
		if len(unreachable) == 0 {
			continue
		}
		s.observe(MetricNoticesFailed, float64(len(unreachable)), "")
		failed = append(failed, unreachable...)
		to = slices.DeleteFunc(slices.Clone(to), func(each Connection) bool { return slices.Contains(unreachable, each) })
	}
	return failed
}

// tellOnce posts a notice whose content a sync tells as well, so that a failure needs no retry.
func (s *Service) tellOnce(ctx context.Context, users []UserID, notice Notice, except ConnectionID) {
	ctx, cancel := context.WithTimeout(ctx, NoticeBudget)
	defer cancel()
	connections, err := s.Presence.Connections(ctx, users)
	if err != nil {
		s.unfinished(ctx, "tell", notice.Conversation, err)
		return
	}
	s.notify(ctx, []Notice{notice}, without(connections, except))
}

// Publisher tells other systems of recalls.
type Publisher interface {
	// PublishRevoked tells of one recall, never of its text or reason. It may tell of the same recall more than once. It
	// returns unavailable if the other systems cannot be reached; then it is to be called again.
	PublishRevoked(ctx context.Context, recalled RevokedMessage) error
}

// Publish is called for every change of a message that was due, with the message as the change left it. It tells the
// event bus if the change is a recall. It uses no other part of the service and no function that finishes notices
// calls it, so a bus that cannot be reached delays nobody's notice. It returns unavailable if the bus cannot be
// reached; then it is to be called again. A recall may be published more than once.
func (s *Service) Publish(ctx context.Context, changed Message) error {
	if changed.Revoked == nil {
		return nil
	}
	return s.Publisher.PublishRevoked(ctx, revokedMessageOf(changed))
}
