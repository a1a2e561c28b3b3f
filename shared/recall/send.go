package recall

import (
	"context"
	"time"
)

// Send stores a message once and delivers it.
//
// It returns conversation_not_found, stale_message_id, message_id_taken, already_recalled (the ID was recalled, perhaps before it came),
// conversation_full or unavailable. Once it returns a message, that message is stored and its delivery is owed, whatever happens to the
// function.
func (s *Service) Send(ctx context.Context, caller Caller, request SendRequest) (SendResult, error) {
	result, err := s.send(ctx, caller, request)
	s.observe(MetricSends, 1, outcomeOf(err))
	s.observeRefusal(ctx, request.Conversation, err)
	return result, err
}

func (s *Service) send(ctx context.Context, caller Caller, request SendRequest) (SendResult, error) {
	now := s.now()
	id := request.MessageID
	if id == "" {
		id = NewMessageID(now)
	}
	window, err := s.windowFor(ctx, caller.User, request.Conversation)
	if err != nil {
		return SendResult{}, err
	}
	message := Message{
		ID:              id,
		Conversation:    request.Conversation,
		Sender:          caller.User,
		SentAt:          now,
		RecallableUntil: window.Until(now),
		ExpiresAt:       s.expiresAt(now),
		Body:            request.Body,
		ReplyTo:         request.ReplyTo,
		Due:             DueSent,
	}
	if apart(id.Time(), now) > ClockTolerance {
		return s.sendLate(ctx, message, now)
	}
	return s.commitSend(ctx, caller, message)
}

// windowFor is the window in force for a message sent now; it also tells whether the sender may send there.
func (s *Service) windowFor(ctx context.Context, user UserID, conversation Conversation) (Window, error) {
	if conversation.IsGroup() {
		head, _, err := s.member(ctx, conversation.Group(), user)
		if err != nil {
			return 0, err
		}
		if head.Window != nil {
			return *head.Window, nil
		}
	}
	return s.defaultWindow(ctx)
}

// member reads a group as one of its members; anybody else gets conversation_not_found, whether or not it exists.
func (s *Service) member(ctx context.Context, group GroupID, user UserID) (Head, Membership, error) {
	head, found, membership, err := s.Store.HeadAndMembership(ctx, group, user)
	if err != nil {
		return Head{}, Membership{}, err
	}
	if !found || head.Deleted || membership.Role == "" {
		return Head{}, Membership{}, Fail(ConversationNotFound, "no such conversation")
	}
	return head, membership, nil
}

// checkMember returns conversation_not_found if the user is not in the conversation. Between two users nothing needs to be read.
func (s *Service) checkMember(ctx context.Context, user UserID, conversation Conversation) error {
	if !conversation.IsGroup() {
		return nil
	}
	_, _, err := s.member(ctx, conversation.Group(), user)
	return err
}

// apart is the time between two instants, whichever is first.
func apart(a, b Instant) time.Duration {
	if a < b {
		a, b = b, a
	}
	return a.Sub(b)
}

// sendLate answers a send whose ID is too old or too new: right only as the retry of a stored message.
func (s *Service) sendLate(ctx context.Context, message Message, now Instant) (SendResult, error) {
	stored, found, err := s.Store.Message(ctx, message.Conversation, message.ID)
	if err != nil {
		return SendResult{}, err
	}
	if found && stored.Sender == message.Sender && !stored.Expired(now) {
		return repeatedSend(stored, message)
	}
	stale := Fail(StaleMessageID, "the messageId's time is more than 30 s off the server's; set the clock by serverTime")
	stale.ServerTime = now
	return SendResult{}, stale
}

// repeatedSend compares a send with what is stored under its ID.
func repeatedSend(stored, message Message) (SendResult, error) {
	switch {
	case stored.Sender != message.Sender:
		return SendResult{}, Fail(MessageIDTaken, "the messageId is taken")
	case stored.Revoked != nil:
		return SendResult{}, Fail(AlreadyRecalled, "the message was recalled").In(stored.Conversation)
	case stored.Body != message.Body || stored.ReplyTo != message.ReplyTo:
		return SendResult{}, Fail(MessageIDTaken, "the messageId is taken by another message of yours")
	}
	return SendResult{Message: stored, Duplicate: true}, nil
}

func (s *Service) commitSend(ctx context.Context, caller Caller, message Message) (SendResult, error) {
	direct := !message.Conversation.IsGroup()
	listed := begin(func() (bool, error) {
		if !direct {
			return true, nil
		}
		_, found, err := s.Store.Membership(ctx, message.Sender, message.Conversation)
		return found, err
	})
	roster := beginRoster(ctx, message.Conversation, s.Store.Roster)
	stored, created, err := s.Store.CreateMessage(ctx, message)
	if err != nil {
		return SendResult{}, err
	}
	if !created {
		return repeatedSend(stored, message)
	}
	outbox := &outbox{
		service:      s,
		conversation: message.Conversation,
		due:          DueSent,
		messages:     []Message{stored},
		roster:       roster,
		unlisted:     func() (bool, error) { known, err := listed(); return !known, err },
		except:       caller.Connection,
		startedAt:    message.SentAt,
	}
	outbox.deliver(ctx)
	return SendResult{Message: stored}, nil
}

// messageNotice tells of a message for as long as it is there: renewed, it tells of the recall instead.
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
			return Notice{Conversation: message.Conversation, Revocations: []Recalled{recalledOf(current)}}, nil
		}
		renewed := s.messageNotice(current)
		renewed.CommittedAt = s.now()
		return renewed, nil
	}
	return notice
}
