package recall

import (
	"context"
	"encoding/base64"

	"golang.org/x/sync/errgroup"
)

// AdminRevoke recalls any messages of any age, with role admin, and tells everybody. Each message has a result of its
// own; a failure does not stop the others. A result's error is message_not_found, already_recalled, conversation_full or
// unavailable.
func (s *Service) AdminRevoke(ctx context.Context, request AdminRevoke) []RevokeResult {
	started := s.now()
	roster := beginRoster(ctx, request.Conversation, s.Store.Roster)
	outcomes := make([]revoked, len(request.MessageIDs))
	var group errgroup.Group
	group.SetLimit(adminRevokesAtOnce)
	for i, id := range request.MessageIDs {
		group.Go(func() error {
			outcomes[i] = s.adminRevokeOne(ctx, request, id)
			return nil // each message has a result of its own
		})
	}
	_ = group.Wait()
	s.tellRevoked(ctx, request.Conversation, outcomes, roster, "", started)
	return s.resultsOf(ctx, request.Conversation, outcomes)
}

// adminRevokesAtOnce bounds the writes side by side on one conversation's partition.
const adminRevokesAtOnce = 25

func (s *Service) adminRevokeOne(ctx context.Context, request AdminRevoke, id MessageID) revoked {
	now := s.now()
	operator := request.Operator
	if operator == "" {
		operator = AdminOperator
	}
	outcome, err := s.Store.RevokeMessage(ctx, RevokeCommand{
		Conversation: request.Conversation,
		MessageID:    id,
		Revocation:   Revocation{ID: NewRecallID(now), At: now, By: operator, Role: RoleAdmin, Reason: request.Reason},
	})
	switch {
	case err != nil:
		return revoked{id: id, err: err}
	case outcome.Applied:
		return revoked{id: id, message: outcome.Message, applied: true, owed: outcome.Owed}
	case !outcome.Found:
		return revoked{id: id, err: Fail(MessageNotFound, "no such message in that conversation").In(request.Conversation)}
	case outcome.Message.Revoked != nil && outcome.Message.Revoked.By == operator && outcome.Message.Revoked.Role == RoleAdmin:
		return revoked{id: id, message: outcome.Message}
	}
	return revoked{id: id, err: Fail(AlreadyRecalled, "the message was recalled before by somebody else").In(request.Conversation)}
}

// AdminRevokeBySender recalls one page of a sender's messages; Next continues. It returns invalid_request for a next
// that is none, or unavailable before anything of the page was recalled.
func (s *Service) AdminRevokeBySender(ctx context.Context, request AdminRevokeBySender) (AdminRevokePage, error) {
	after := EarliestID(request.Since.Add(-ClockTolerance) - 1)
	if request.Next != "" {
		raw, err := base64.RawURLEncoding.DecodeString(request.Next)
		if err != nil || !MessageID(raw).Valid() {
			return AdminRevokePage{}, Invalid("next", "is not one that this server gave")
		}
		after = string(raw)
	}
	messages, more, err := s.Store.Messages(ctx, request.Conversation, MessagePage{After: after, Limit: MaximumAdminRevokes, Now: s.now()})
	if err != nil {
		return AdminRevokePage{}, err
	}
	var ids []MessageID
	for _, message := range messages {
		if message.Sender == request.Sender && message.Revoked == nil && message.SentAt >= request.Since {
			ids = append(ids, message.ID)
		}
	}
	result := AdminRevokePage{}
	if len(ids) > 0 {
		result.Results = s.AdminRevoke(ctx, AdminRevoke{Conversation: request.Conversation, MessageIDs: ids, Reason: request.Reason, Operator: request.Operator})
	}
	if more {
		result.Next = base64.RawURLEncoding.EncodeToString([]byte(messages[len(messages)-1].ID))
	}
	return result, nil
}

// PutGroup creates a group or changes its name and window. A change of the window is told to the members and does not
// alter what earlier messages were promised. It returns group_deleted: the ID of a deleted group is never used again.
func (s *Service) PutGroup(ctx context.Context, request AdminPutGroup) error {
	if err := s.Store.PutGroup(ctx, request.Group, request.Name, request.Window, s.now()); err != nil {
		return err
	}
	s.tellChange(ctx, request.Group, Change{What: ChangeSettings}, nil)
	return nil
}

// Group tells a group's name, window and members. It returns conversation_not_found.
func (s *Service) Group(ctx context.Context, group GroupID) (GroupDescription, error) {
	head, found, err := s.Store.Head(ctx, InGroup(group))
	if err != nil {
		return GroupDescription{}, err
	}
	if !found || head.Deleted {
		return GroupDescription{}, Fail(ConversationNotFound, "no such group")
	}
	roster, err := s.Store.Roster(ctx, group)
	return GroupDescription{Name: head.Name, Window: head.Window, Roster: roster}, err
}

// DeleteGroup deletes a group with its roster and messages. done is false while there is more to delete: the group is
// gone for its members from the first call on, and the caller calls again. A send that was under way may store its
// message after the last step. Nobody can read that message, and a repeated deletion removes it.
func (s *Service) DeleteGroup(ctx context.Context, group GroupID) (done bool, err error) {
	return s.Store.DeleteGroup(ctx, group)
}

// PutMember adds a member or changes their role, and tells the group. It returns conversation_not_found.
func (s *Service) PutMember(ctx context.Context, request AdminPutMember) error {
	head, found, err := s.Store.Head(ctx, InGroup(request.Group))
	if err != nil {
		return err
	}
	if !found || head.Deleted {
		return Fail(ConversationNotFound, "no such group; putGroup creates it")
	}
	before, err := s.Store.PutMember(ctx, request.Group, request.User, request.Role, s.now())
	if err != nil || before == request.Role {
		return err
	}
	what := ChangeRole
	if before == "" {
		what = ChangeJoined
	}
	s.tellChange(ctx, request.Group, Change{What: what, User: request.User, Role: request.Role}, nil)
	return nil
}

// DeleteMember removes a member and tells the group and him. Removing who is none is no error.
func (s *Service) DeleteMember(ctx context.Context, group GroupID, user UserID) error {
	was, err := s.Store.DeleteMember(ctx, group, user)
	if err != nil || !was {
		return err
	}
	s.tellChange(ctx, group, Change{What: ChangeLeft, User: user}, []UserID{user})
	return nil
}

// tellChange tells a roster's devices of a change, once: a sync or the list tells it too. In a group beyond
// MembersInCall only the user concerned is told.
func (s *Service) tellChange(ctx context.Context, group GroupID, change Change, others []UserID) {
	conversation := InGroup(group)
	roster, err := s.Store.Roster(ctx, group)
	if err != nil {
		s.unfinished(ctx, "change", conversation, err)
		return
	}
	users := append(roster.Users, others...)
	if len(users) > MembersInCall {
		if change.User == "" {
			return
		}
		users = []UserID{change.User}
	}
	s.tellOnce(ctx, users, Notice{Conversation: conversation, Change: &change}, "")
}

// Settings is the default window in force.
func (s *Service) Settings(ctx context.Context) (Window, error) {
	window, found, err := s.Store.DefaultWindow(ctx)
	if err != nil || found {
		return window, err
	}
	return s.Window, nil
}

// PutSettings changes the default window. It is in force everywhere within 10 s; messages sent before keep what they
// were promised.
func (s *Service) PutSettings(ctx context.Context, window Window) error {
	if !window.Valid() {
		return Invalid("recallWindowSeconds", "must be -1 (no limit), 0 (off) or 1 to 604800")
	}
	return s.Store.SetDefaultWindow(ctx, window)
}

// Audit tells who recalled what, when, as what and why: in a conversation, or by an operator. Never the text.
func (s *Service) Audit(ctx context.Context, request AdminAudit) (AuditPage, error) {
	after := RecallID(EarliestID(request.Since - 1))
	if request.Next != "" {
		raw, err := base64.RawURLEncoding.DecodeString(request.Next)
		if err != nil || !MessageID(raw).Valid() {
			return AuditPage{}, Invalid("next", "is not one that this server gave")
		}
		after = RecallID(raw)
	}
	read := func() ([]Recalled, bool, error) {
		if request.Operator != "" {
			return s.Store.RecallsBy(ctx, request.Operator, after, AuditPageSize)
		}
		return s.Store.Recalls(ctx, request.Conversation, after, AuditPageSize)
	}
	recalls, more, err := read()
	if err != nil {
		return AuditPage{}, err
	}
	result := AuditPage{Recalls: recalls}
	if more {
		result.Next = base64.RawURLEncoding.EncodeToString([]byte(recalls[len(recalls)-1].Revocation.ID))
	}
	return result, nil
}
