package recall

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Revocation is the accepted recall of a message. The first one that is accepted stands for ever.
type Revocation struct {
	ID     RevocationID
	At     Instant
	By     UserID
	Role   Role
	Reason Reason
}

// Role says whether the sender, a moderator or an administrator recalled a message.
type Role string

// The roles of a recall, as on the wire.
const (
	RoleSender    Role = "sender"
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin"
)

// ByOperator reports whether a moderator or an administrator recalled the message, and not its sender. The audit by
// operator lists these recalls.
func (r Revocation) ByOperator() bool { return r.Role != RoleSender }

// RevokedMessage is what the list of recalls keeps of a message.
type RevokedMessage struct {
	Conversation Conversation
	MessageID    MessageID
	Sender       UserID
	SentAt       Instant
	Revocation   Revocation
}

// revokedMessageOf takes from a tombstone what a revoked event tells.
func revokedMessageOf(message Message) RevokedMessage {
	return RevokedMessage{
		Conversation: message.Conversation,
		MessageID:    message.ID,
		Sender:       message.Sender,
		SentAt:       message.SentAt,
		Revocation:   *message.Revoked,
	}
}

// RevokeStore is what Revoke needs of the store.
type RevokeStore interface {
	MessageRevoker
	MembershipReader
	RosterReader
	// RosterStart reads a group's head and its first members for at most one read unit.
	RosterStart(ctx context.Context, group GroupID) (Roster, error)
}

// MessageRevoker writes recalls.
type MessageRevoker interface {
	// RevokeMessage is the recall: one conditional write. It applies if the command's conditions hold at the write.
	RevokeMessage(ctx context.Context, command RevokeCommand) (RevokeOutcome, error)
}

// RevokeCommand asks the store for one recall.
type RevokeCommand struct {
	Conversation Conversation
	MessageID    MessageID
	Revocation   Revocation
	// SenderOnly demands that By is the sender and that the window is open. It is open if the message's RecallableUntil
	// is AlwaysRecallable, or not before Revocation.At. Recalls by moderators and administrators do not demand it.
	SenderOnly bool
	// Unsent stores a tombstone, with By as its sender, if no message is stored yet.
	Unsent bool
	// ExpiresAt is when the retention of the tombstone ends that Unsent stores. A message that has an end of its own
	// keeps it. 0 is never.
	ExpiresAt Instant
}

// RevokeOutcome is what the store found and did.
type RevokeOutcome struct {
	// Applied is true if this command recalled the message. This includes the store's own retry of a write whose answer
	// was lost.
	Applied bool
	// Found is false if there is no such message, or it has expired.
	Found bool
	// Message is the stored message as it is now; its body and attachments are not to be used. A recall takes them from
	// it, and leaves its Objects.
	Message Message
	// Owed is what the message still owed when it was recalled. The recall takes that over.
	Owed Due
}

// MaximumRevokes is how many messages one request may recall.
const MaximumRevokes = 10

// RevokeRequest asks to recall one message or several.
type RevokeRequest struct {
	Conversation Conversation
	MessageIDs   []MessageID
	Reason       Reason
	// Unsent recalls messages whose send has no answer yet.
	Unsent bool
}

// RevokeResult is the result for one message. Either Err or Revoked is set.
type RevokeResult struct {
	MessageID MessageID
	Revoked   Revocation
	// Repeated is true if the same operator had recalled the message before. Revoked is then the first recall.
	Repeated bool
	Err      error
}

// Revoke recalls up to MaximumRevokes messages for their sender, or for a moderator of their group, and tells
// everybody who is connected. Each message has a result of its own, in the order of the request.
//
// A result's error is message_not_found (also if the caller is not in the conversation), recall_window_expired,
// already_recalled, recall_denied, stale_message_id (unsent only), conversation_full or unavailable. It is no error if
// the same operator recalls a message again: they get the first result. Once a result has no error, the body is gone,
// and the others will be told, whatever happens to the function.
func (s *Service) Revoke(ctx context.Context, caller Caller, request RevokeRequest) []RevokeResult {
	started := s.now()
	// The first members are read beside the commit. They are all in a small group. In a bigger one the rest is read after
	// the commit, when the caller's right is known: a stranger's request must not cost what a roster costs.
	start := beginRoster(ctx, request.Conversation, s.Store.RosterStart)
	roster := sync.OnceValues(func() (Roster, error) { return s.beyondStart(ctx, request.Conversation, start) })
	attempt := &revokeAttempt{service: s, caller: caller, request: request, start: start, roster: roster}
	outcomes := attempt.revokeAll(ctx)
	s.tellRevoked(ctx, request.Conversation, outcomes, roster, caller.Connection, started)
	return s.resultsOf(ctx, request.Conversation, outcomes)
}

// beyondStart reads the members again if the start does not have all of them.
func (s *Service) beyondStart(
	ctx context.Context, conversation Conversation, start func() (Roster, error),
) (Roster, error) {
	roster, err := start()
	if err != nil || !roster.More {
		return roster, err
	}
	return s.Store.RosterPage(ctx, conversation.Group(), "")
}

// messageResult is the result for one message, with what the outbox needs.
type messageResult struct {
	id      MessageID
	message Message
	applied bool
	// owed is what the message still owed before the recall, which takes it over: the function of the send may have
	// died.
	owed Due
	err  error
}

// revokeAttempt is one request to recall. It reads the caller's role at most once, when it first needs it.
type revokeAttempt struct {
	service *Service
	caller  Caller
	request RevokeRequest
	// start returns the first members, and roster returns all of them. The rest is read when roster is first called.
	start, roster func() (Roster, error)

	reading sync.Once
	role    MemberRole
	roleErr error
}

// revokeAll commits the recalls, side by side.
func (r *revokeAttempt) revokeAll(ctx context.Context) []messageResult {
	outcomes := make([]messageResult, len(r.request.MessageIDs))
	var group sync.WaitGroup
	for i, id := range r.request.MessageIDs {
		group.Go(func() { outcomes[i] = r.revokeOne(ctx, id) })
	}
	group.Wait()
	return outcomes
}

// revokeOne tries as the sender first, which needs no read. What the store finds then decides what else is tried.
func (r *revokeAttempt) revokeOne(ctx context.Context, id MessageID) messageResult {
	unsent, err := r.mayCancel(ctx, id)
	if err != nil {
		return messageResult{id: id, err: err}
	}
	outcome, err := r.write(ctx, id, RoleSender, unsent)
	if err != nil {
		return messageResult{id: id, err: err}
	}
	if !outcome.Applied && outcome.Found && outcome.Message.Revoked == nil && r.request.Conversation.IsGroup() {
		if moderates, err := r.moderates(ctx); err != nil {
			return messageResult{id: id, err: err}
		} else if moderates {
			if outcome, err = r.write(ctx, id, RoleModerator, false); err != nil {
				return messageResult{id: id, err: err}
			}
		}
	}
	if outcome.Applied {
		return messageResult{id: id, message: outcome.Message, applied: true, owed: outcome.Owed}
	}
	return r.refused(ctx, id, outcome)
}

// write makes the conditional write. It asks the clock itself, because earlier reads took time, in which the window
// may have ended.
func (r *revokeAttempt) write(ctx context.Context, id MessageID, role Role, unsent bool) (RevokeOutcome, error) {
	at := r.service.now()
	return r.service.Store.RevokeMessage(ctx, RevokeCommand{
		Conversation: r.request.Conversation,
		MessageID:    id,
		Revocation:   Revocation{ID: NewRevocationID(at), At: at, By: r.caller.User, Role: role, Reason: r.request.Reason},
		SenderOnly:   role == RoleSender,
		Unsent:       unsent,
		ExpiresAt:    r.service.expiresAt(at),
	})
}

// mayCancel reports whether a tombstone may be stored if the message is missing. It must be for a send without an
// answer, by a user who could have sent the message, with an ID that a send could have had.
func (r *revokeAttempt) mayCancel(ctx context.Context, id MessageID) (bool, error) {
	now := r.service.now()
	if !r.request.Unsent || id.Time() > now.Add(ClockTolerance) || id.Time() < now.Add(-UnsentFor) {
		return false, nil
	}
	if !r.request.Conversation.IsGroup() {
		return true, nil
	}
	role, err := r.memberRole(ctx)
	return role != "", err
}

func (r *revokeAttempt) memberRole(ctx context.Context) (MemberRole, error) {
	r.reading.Do(func() {
		membership, _, err := r.service.Store.Membership(ctx, r.caller.User, r.request.Conversation)
		roster, rosterErr := r.start()
		// A group without members does not exist, or its deletion has begun.
		if len(roster.Users) > 0 {
			r.role = membership.Role
		}
		r.roleErr = cmp.Or(err, rosterErr)
	})
	return r.role, r.roleErr
}

func (r *revokeAttempt) moderates(ctx context.Context) (bool, error) {
	role, err := r.memberRole(ctx)
	if role.Moderates() {
		go func() { _, _ = r.roster() }() // beside the second commit
	}
	return role.Moderates(), err
}

// refused says why a recall did not apply. What the store found decides that; nothing but the role is read. A user who
// is not in the conversation gets the same answer after the same reads, whether or not the message exists.
func (r *revokeAttempt) refused(ctx context.Context, id MessageID, outcome RevokeOutcome) messageResult {
	conversation := r.request.Conversation
	fail := func(name Name, desc string) messageResult {
		return messageResult{id: id, err: Fail(name, desc).In(conversation)}
	}
	sender := outcome.Found && outcome.Message.Sender == r.caller.User
	inside := !conversation.IsGroup() || sender
	if !inside {
		role, err := r.memberRole(ctx)
		if err != nil {
			return messageResult{id: id, err: err}
		}
		inside = role != ""
	}
	message, now := outcome.Message, r.service.now()
	switch {
	case !outcome.Found && r.request.Unsent && inside && apart(id.Time(), now) > ClockTolerance:
		stale := Fail(StaleMessageID, "the messageId's time is too far off the server's for a message that was just sent")
		stale.ServerTime = now
		return messageResult{id: id, err: stale}
	case !outcome.Found || !inside:
		return fail(MessageNotFound, "no such message in that conversation")
	case message.Revoked != nil && message.Revoked.By == r.caller.User && message.Revoked.Role != RoleAdmin:
		return messageResult{id: id, message: message}
	case message.Revoked != nil:
		return fail(AlreadyRecalled, "the message was recalled before by somebody else")
	case sender:
		return fail(RecallWindowExpired, "the time in which the message could be recalled is over")
	}
	return fail(RecallDenied, "only the sender or a moderator may recall the message")
}

// tellRevoked tells of all messages that were recalled just now, in as few notices as the size of an event allows.
func (s *Service) tellRevoked(
	ctx context.Context,
	conversation Conversation,
	outcomes []messageResult,
	roster func() (Roster, error),
	except ConnectionID,
	started Instant,
) {
	var messages []Message
	for _, outcome := range outcomes {
		if outcome.applied {
			messages = append(messages, outcome.message)
		}
	}
	if len(messages) == 0 {
		return
	}
	outbox := &outbox{
		service:      s,
		conversation: conversation,
		due:          DueRevoked,
		messages:     messages,
		roster:       roster,
		unlisted:     s.joinForUnfinished(ctx, conversation, outcomes),
		keepsOrder:   !slices.ContainsFunc(outcomes, messageResult.changesOrder),
		except:       except,
		startedAt:    started,
	}
	outbox.deliver(ctx)
}

// SameOrder is how soon after its message a recall leaves the order of lists as the message made it. An ordinary
// recall comes within the default window, and moving the head for it would cost a write unit.
const SameOrder = 2 * time.Minute

// unfinished reports whether a recall came before the send of its message had surely done all of its work: a tombstone
// came without its message, or the send still owed something.
func (r messageResult) unfinished() bool {
	return r.applied && (r.owed == DueSent || r.message.SentAt == r.message.Revoked.At)
}

// changesOrder reports whether a recall moves its conversation in lists. It does if the send may not have done so, and
// if the message is older than SameOrder.
func (r messageResult) changesOrder() bool {
	return r.unfinished() || r.applied && r.message.Revoked.At.Sub(r.message.SentAt) > SameOrder
}

// joinForUnfinished returns a check of the list rows if it is not certain that a send has written them. It checks both
// rows, because one may exist only because its user has read.
func (s *Service) joinForUnfinished(
	ctx context.Context, conversation Conversation, outcomes []messageResult,
) func() (bool, error) {
	for _, outcome := range outcomes {
		if outcome.unfinished() && !conversation.IsGroup() {
			return func() (bool, error) { return s.unlisted(ctx, conversation) }
		}
	}
	return nil
}

// unlisted reports whether one of the users does not have the conversation in their list.
func (s *Service) unlisted(ctx context.Context, conversation Conversation) (bool, error) {
	users := conversation.Users()
	listed := make([]bool, len(users))
	var group errgroup.Group
	for i, user := range users {
		group.Go(func() (err error) {
			_, listed[i], err = s.Store.Membership(ctx, user, conversation)
			return err
		})
	}
	err := group.Wait()
	return slices.Contains(listed, false), err
}

func (s *Service) resultsOf(ctx context.Context, conversation Conversation, outcomes []messageResult) []RevokeResult {
	results := make([]RevokeResult, len(outcomes))
	for i, outcome := range outcomes {
		results[i] = RevokeResult{MessageID: outcome.id, Err: outcome.err}
		s.observe(MetricRecalls, 1, outcomeOf(outcome.err))
		s.observeRefusal(ctx, conversation, outcome.err)
		if outcome.err != nil {
			continue
		}
		results[i].Revoked = *outcome.message.Revoked
		results[i].Repeated = !outcome.applied
	}
	return results
}
