package recall

import (
	"context"
	"time"
)

// SendStore is what Send needs of the store.
type SendStore interface {
	MessageReader
	MembershipReader
	RosterReader
	// CreateMessage stores a message, unless its ID is taken in that conversation.
	CreateMessage(ctx context.Context, message Message) (CreateOutcome, error)
	// CreateMessageUnlessRevoked is CreateMessage under one more condition: another message of the conversation is there,
	// is not revoked, and has not expired when this message is sent. This is checked at the very moment of the write.
	CreateMessageUnlessRevoked(ctx context.Context, message Message, other MessageID) (CreateOutcome, error)
}

// CreateOutcome is what the store found and did.
type CreateOutcome struct {
	// Created is false if the ID was taken. A repeat of the very same call, which is the store's own retry, counts as
	// created.
	Created bool
	// Message is what is stored under the ID now.
	Message Message
	// Other says why the other message of CreateMessageUnlessRevoked kept this one from being stored. Nothing is stored
	// under the ID then. If something is, the other message does not matter.
	Other OtherMessage
}

// OtherMessage is the state of another message, as far as it keeps a message from being stored.
type OtherMessage string

// The states of another message.
const (
	OtherIsNoObstacle OtherMessage = ""
	OtherIsMissing    OtherMessage = "missing"
	OtherIsRevoked    OtherMessage = "revoked"
)

// SendRequest asks to store and deliver a message.
type SendRequest struct {
	Conversation Conversation
	Body         Body
	// MessageID is empty if the server is to make one.
	MessageID MessageID
	ReplyTo   MessageID
	// UnlessRevoked names another message of the conversation. The message is stored only if that one is not revoked. It
	// is usually the message that this one answers. Empty means that there is no such condition.
	UnlessRevoked MessageID
	// Attachments are up to MaximumAttachments different ones.
	Attachments []SendAttachment
}

// SendResult is the stored message. Duplicate is true if it was stored before.
type SendResult struct {
	Message   Message
	Duplicate bool
}

// Send stores a message and delivers it. A repeat of the same send stores and delivers nothing, and returns the stored
// message.
//
// It returns conversation_not_found, stale_message_id, message_id_taken, already_recalled (the ID was recalled,
// perhaps before the message came), message_not_found (there is no message with the ID in UnlessRevoked, or none from
// which an attachment is forwarded), other_message_recalled (that message was recalled), attachments_off,
// attachment_not_found, conversation_full or unavailable. Once it returns a message, that message is stored and will
// be delivered, whatever happens to the function.
func (s *Service) Send(ctx context.Context, caller Caller, request SendRequest) (SendResult, error) {
	result, err := s.send(ctx, caller, request)
	s.observe(MetricSends, 1, outcomeOf(err))
	s.observeRefusal(ctx, request.Conversation, err)
	return result, err
}

func (s *Service) send(ctx context.Context, caller Caller, request SendRequest) (SendResult, error) {
	if len(request.Attachments) > 0 && s.Objects == nil {
		return SendResult{}, attachmentsOff()
	}
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
		Attachments:     wanted(request.Attachments),
	}
	if apart(id.Time(), now) > ClockTolerance {
		return s.sendLate(ctx, message, now)
	}
	if len(request.Attachments) > 0 {
		return s.sendWithAttachments(ctx, caller, message, request)
	}
	return s.commitSend(ctx, caller, message, request.UnlessRevoked)
}

// apart is the time between two instants, whichever is first.
func apart(a, b Instant) time.Duration {
	if a < b {
		a, b = b, a
	}
	return a.Sub(b)
}

// sendLate answers a send whose ID is too old or too new. It accepts the send only as the retry of a message that is
// stored.
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
	case stored.Body != message.Body || stored.ReplyTo != message.ReplyTo,
		!sameAttachments(stored.Attachments, message.Attachments):
		return SendResult{}, Fail(MessageIDTaken, "the messageId is taken by another message of yours")
	}
	return SendResult{Message: stored, Duplicate: true}, nil
}

// commitSend commits the message, and has the outbox tell of it.
func (s *Service) commitSend(
	ctx context.Context, caller Caller, message Message, unlessRevoked MessageID,
) (SendResult, error) {
	direct := !message.Conversation.IsGroup()
	listed := begin(func() (bool, error) {
		if !direct {
			return true, nil
		}
		_, found, err := s.Store.Membership(ctx, message.Sender, message.Conversation)
		return found, err
	})
	roster := beginRoster(ctx, message.Conversation, firstPage(s.Store.RosterPage))
	outcome, err := s.create(ctx, message, unlessRevoked)
	if err != nil {
		return SendResult{}, err
	}
	if !outcome.Created {
		return repeatedSend(outcome.Message, message)
	}
	outbox := &outbox{
		service:      s,
		conversation: message.Conversation,
		due:          DueSent,
		messages:     []Message{outcome.Message},
		roster:       roster,
		unlisted:     func() (bool, error) { known, err := listed(); return !known, err },
		except:       caller.Connection,
		startedAt:    message.SentAt,
	}
	outbox.deliver(ctx)
	return SendResult{Message: outcome.Message}, nil
}

// create stores the message. A send without a condition does not pay for the check of one.
func (s *Service) create(ctx context.Context, message Message, unlessRevoked MessageID) (CreateOutcome, error) {
	if unlessRevoked == "" {
		return s.Store.CreateMessage(ctx, message)
	}
	outcome, err := s.Store.CreateMessageUnlessRevoked(ctx, message, unlessRevoked)
	if err != nil {
		return CreateOutcome{}, err
	}
	switch outcome.Other {
	case OtherIsMissing:
		return CreateOutcome{}, Fail(MessageNotFound, "unlessRevoked: no such message in that conversation").
			In(message.Conversation)
	case OtherIsRevoked:
		return CreateOutcome{}, Fail(OtherMessageRecalled, "unlessRevoked: message "+string(unlessRevoked)+" was recalled")
	}
	return outcome, nil
}
