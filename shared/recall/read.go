package recall

import "context"

// ReadStore is what reading needs of the store: moving the mark, and counting what is unread behind it.
type ReadStore interface {
	MessageReader
	// MarkRead moves the user's mark forward, never back.
	MarkRead(ctx context.Context, user UserID, conversation Conversation, upTo MessageID) (MarkOutcome, error)
	// Unread counts the messages that the reader has not read. These are the messages of others that come after the one
	// given and are neither recalled nor expired. It looks from the newest message backwards, and stops at the reader's
	// own newest message, at MaximumUnread, or after MaximumUnreadRows messages.
	Unread(
		ctx context.Context, conversation Conversation, reader UserID, after MessageID, now Instant,
	) (UnreadCount, error)
}

// MarkOutcome is what the store found and did.
type MarkOutcome struct {
	// ReadUpTo is where the mark is now.
	ReadUpTo MessageID
	// Moved is false if the mark was there before, or further.
	Moved bool
}

// UnreadCount is what a user has not read.
type UnreadCount struct {
	// Messages are the unread ones, the newest first.
	Messages []MessageID
	// Own is the reader's own newest message, if the counting met it.
	Own MessageID
}

// Bounds of the counting. MaximumUnread says "more than 99", which a client shows as "99+". MaximumUnreadRows leaves
// room for 300 recalled messages, which are looked at and not counted, among the newest.
const (
	MaximumUnread     = 100
	MaximumUnreadRows = 400
)

// ReadMark is how far a user has read a conversation.
type ReadMark struct {
	ReadUpTo MessageID
	Unread   int
}

// ReadRequest marks a conversation read up to a message.
type ReadRequest struct {
	Conversation Conversation
	MessageID    MessageID
}

// Read moves the caller's mark in a conversation forward, never back, and tells their other devices. It returns
// conversation_not_found, message_not_found or unavailable.
func (s *Service) Read(ctx context.Context, caller Caller, request ReadRequest) (ReadMark, error) {
	now := s.now()
	if err := s.checkMember(ctx, caller.User, request.Conversation); err != nil {
		return ReadMark{}, err
	}
	message, found, err := s.Store.Message(ctx, request.Conversation, request.MessageID)
	if err != nil {
		return ReadMark{}, err
	}
	if !found || message.Expired(now) {
		return ReadMark{}, Fail(MessageNotFound, "no such message in that conversation").In(request.Conversation)
	}
	outcome, err := s.Store.MarkRead(ctx, caller.User, request.Conversation, request.MessageID)
	if err != nil {
		return ReadMark{}, err
	}
	row := Membership{ReadUpTo: outcome.ReadUpTo}
	count, err := s.unread(ctx, row, caller.User, request.Conversation, now)
	if err != nil {
		return ReadMark{}, err
	}
	mark := count.mark(row)
	if outcome.Moved {
		s.tellOnce(ctx, []UserID{caller.User}, Notice{Conversation: request.Conversation, Read: &mark}, caller.Connection)
	}
	return mark, nil
}

func (s *Service) unread(
	ctx context.Context, membership Membership, user UserID, conversation Conversation, now Instant,
) (UnreadCount, error) {
	return s.Store.Unread(ctx, conversation, user, membership.readBefore(conversation), now)
}

// readBefore is the mark behind which messages are unread. In a group without a mark, what was said before the user
// joined is not unread.
func (m Membership) readBefore(conversation Conversation) MessageID {
	if m.ReadUpTo == "" && conversation.IsGroup() {
		return MessageID(EarliestID(m.JoinedAt))
	}
	return m.ReadUpTo
}

// mark is what a client is told of a count. A user who writes has read what came before. Their own newest message
// therefore counts as a mark, too, and needs no write.
func (c UnreadCount) mark(membership Membership) ReadMark {
	return ReadMark{ReadUpTo: max(membership.ReadUpTo, c.Own), Unread: len(c.Messages)}
}
