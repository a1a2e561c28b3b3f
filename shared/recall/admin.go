package recall

import (
	"context"
	"encoding/base64"

	"golang.org/x/sync/errgroup"
)

// Admin requests come from callers with IAM rights. They name conversations absolutely and have no connection.

// Limits of admin requests.
const (
	MaximumAdminRevokes = 100
	AuditPageSize       = 100
	MaximumNameBytes    = 256
)

// AdminStore is what recalls by administrators and audits need of the store.
type AdminStore interface {
	MessageRevoker
	RosterReader
	HistoryReader
	// RevocationsBy reads the recalls of an operator (Revocation.ByOperator), across all conversations, in the order of
	// their RevocationIDs. This one read may lag behind the writes by moments.
	RevocationsBy(
		ctx context.Context, operator UserID, after RevocationID, limit int,
	) (Page[RevokedMessage], error)
}

// AdminRevoke recalls any messages of any age, with role admin.
type AdminRevoke struct {
	Conversation Conversation
	MessageIDs   []MessageID
	Reason       Reason
	// Operator is the user who is named as having recalled the messages; empty is AdminOperator.
	Operator UserID
}

// AdminOperator stands for an administrator whose request does not name an operator.
const AdminOperator UserID = "admin"

// AdminRevoke recalls any messages of any age, with role admin, and tells everybody. Each message has a result of its
// own; a failure does not stop the others. A result's error is message_not_found, already_recalled, conversation_full
// or unavailable.
func (s *Service) AdminRevoke(ctx context.Context, request AdminRevoke) []RevokeResult {
	started := s.now()
	roster := beginRoster(ctx, request.Conversation, firstPage(s.Store.RosterPage))
	outcomes := make([]messageResult, len(request.MessageIDs))
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

// repeats reports whether this is an earlier recall of the same administrator.
func (r *Revocation) repeats(operator UserID) bool {
	return r != nil && r.By == operator && r.Role == RoleAdmin
}

func (s *Service) adminRevokeOne(ctx context.Context, request AdminRevoke, id MessageID) messageResult {
	now := s.now()
	operator := request.Operator
	if operator == "" {
		operator = AdminOperator
	}
	outcome, err := s.Store.RevokeMessage(ctx, RevokeCommand{
		Conversation: request.Conversation,
		MessageID:    id,
		Revocation:   Revocation{ID: NewRevocationID(now), At: now, By: operator, Role: RoleAdmin, Reason: request.Reason},
	})
	switch {
	case err != nil:
		return messageResult{id: id, err: err}
	case outcome.Applied:
		return messageResult{id: id, message: outcome.Message, applied: true, owed: outcome.Owed}
	case !outcome.Found:
		return messageResult{
			id:  id,
			err: Fail(MessageNotFound, "no such message in that conversation").In(request.Conversation),
		}
	case outcome.Message.Revoked.repeats(operator):
		return messageResult{id: id, message: outcome.Message}
	}
	return messageResult{
		id:  id,
		err: Fail(AlreadyRecalled, "the message was recalled before by somebody else").In(request.Conversation),
	}
}

// AdminRevokeBySender recalls all messages of one sender, page by page.
type AdminRevokeBySender struct {
	Conversation Conversation
	Sender       UserID
	// Since is the earliest sentAt; 0 is all.
	Since    Instant
	Reason   Reason
	Operator UserID
	// Next continues where the last page ended.
	Next string
}

// AdminRevokePage is one page of recalls.
type AdminRevokePage struct {
	Results []RevokeResult
	// Next continues; empty at the end.
	Next string
}

// AdminRevokeBySender recalls one page of a sender's messages. Next continues. It returns invalid_request for a Next
// that this server did not give, or unavailable before anything of the page was recalled.
func (s *Service) AdminRevokeBySender(ctx context.Context, request AdminRevokeBySender) (AdminRevokePage, error) {
	after := EarliestID(request.Since.Add(-ClockTolerance) - 1)
	if request.Next != "" {
		raw, err := base64.RawURLEncoding.DecodeString(request.Next)
		if err != nil || !MessageID(raw).Valid() {
			return AdminRevokePage{}, Invalid("next", "is not one that this server gave")
		}
		after = string(raw)
	}
	messages, err := s.Store.Messages(
		ctx, request.Conversation, MessageRange{After: after, Limit: MaximumAdminRevokes, Now: s.now()},
	)
	if err != nil {
		return AdminRevokePage{}, err
	}
	var ids []MessageID
	for _, message := range messages.Items {
		if message.Sender == request.Sender && message.Revoked == nil && message.SentAt >= request.Since {
			ids = append(ids, message.ID)
		}
	}
	result := AdminRevokePage{}
	if len(ids) > 0 {
		result.Results = s.AdminRevoke(
			ctx,
			AdminRevoke{
				Conversation: request.Conversation,
				MessageIDs:   ids,
				Reason:       request.Reason,
				Operator:     request.Operator,
			},
		)
	}
	if messages.More {
		last := messages.Items[len(messages.Items)-1]
		result.Next = base64.RawURLEncoding.EncodeToString([]byte(last.ID))
	}
	return result, nil
}

// AdminAudit asks who recalled what, in a conversation or by an operator.
type AdminAudit struct {
	Conversation Conversation // zero if Operator is set
	Operator     UserID
	Since        Instant
	Next         string
}

// AuditPage is a page of recalls in the order in which they were accepted.
type AuditPage struct {
	Recalls []RevokedMessage
	Next    string
}

// Audit returns who recalled which message, when, in which role and why, but never the text. It lists all recalls in a
// conversation, or those that an operator made as a moderator or an administrator. It returns invalid_request for a
// Next that this server did not give, or unavailable.
func (s *Service) Audit(ctx context.Context, request AdminAudit) (AuditPage, error) {
	after := RevocationID(EarliestID(request.Since - 1))
	if request.Next != "" {
		raw, err := base64.RawURLEncoding.DecodeString(request.Next)
		if err != nil || !MessageID(raw).Valid() {
			return AuditPage{}, Invalid("next", "is not one that this server gave")
		}
		after = RevocationID(raw)
	}
	read := func() (Page[RevokedMessage], error) {
		if request.Operator != "" {
			return s.Store.RevocationsBy(ctx, request.Operator, after, AuditPageSize)
		}
		return s.Store.Revocations(ctx, request.Conversation, after, AuditPageSize)
	}
	recalls, err := read()
	if err != nil {
		return AuditPage{}, err
	}
	result := AuditPage{Recalls: recalls.Items}
	if recalls.More {
		last := recalls.Items[len(recalls.Items)-1]
		result.Next = base64.RawURLEncoding.EncodeToString([]byte(last.Revocation.ID))
	}
	return result, nil
}
