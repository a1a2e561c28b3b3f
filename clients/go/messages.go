package client

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// SendOption changes how a message is sent.
type SendOption func(*sending)

type sending struct {
	messageID     string
	replyTo       string
	unlessRevoked string
	attachments   []Attachment
}

// draft is a message that is being sent, and the condition under which the server stores it.
type draft struct {
	Message
	unlessRevoked string
}

// WithMessageID sends under an ID made before by [Client.NewMessageID], so that the application can recall the message
// while it is still under way, or repeat a send whose outcome is unknown.
func WithMessageID(messageID string) SendOption { return func(s *sending) { s.messageID = messageID } }

// WithReplyTo marks the message as a reply to another one, by its ID.
func WithReplyTo(messageID string) SendOption { return func(s *sending) { s.replyTo = messageID } }

// UnlessRevoked lets the server store the message only if another message of the conversation is not recalled at that
// very moment. An answer to a message names that message, so that nobody answers what was recalled. See also
// [Client.MessageContext].
func UnlessRevoked(messageID string) SendOption {
	return func(s *sending) { s.unlessRevoked = messageID }
}

// NewMessageID makes a messageId on the server's clock: a ULID that sorts after those made before. It fails with
// CodeNotLoggedIn before the first connect.
func (c *Client) NewMessageID() (string, error) {
	s, err := c.current()
	if err != nil {
		return "", err
	}
	return s.newMessageID()
}

func (s *session) newMessageID() (string, error) {
	now, known := s.clock.milliseconds()
	if !known {
		return "", notLoggedIn()
	}
	id, err := s.ids.next(now)
	if err != nil {
		failure := newError(CodeInternal, "no messageId could be made: Options.Entropy failed")
		failure.cause = err
		return "", failure
	}
	return id, nil
}

// SendMessage sends a message and returns it as stored. body is anything that becomes a JSON object of at most 12,288
// bytes. While there is no connection it waits for one, at most three times Options.RequestTimeout.
//
// After CodeTimeout the outcome is unknown: the message may have been stored. Send again with the same messageId
// ([WithMessageID]), or recall it with [Client.RevokeMessage], which works for both outcomes.
//
// Errors: CodeNotLoggedIn, CodeTimeout, CodeTokenExpired, CodeInvalidRequest, CodeBodyTooLarge,
// CodeConversationNotFound, CodeAlreadyRecalled when it was recalled before it was stored, CodeStaleMessageID,
// CodeMessageIDTaken, CodeConversationFull, CodeTooManyRequests, CodeUnavailable, CodeInternal. With [UnlessRevoked]
// also CodeOtherMessageRecalled, and CodeMessageNotFound (CodeGroupMessageNotFound) when there is no such message.
// With [WithAttachments] also CodeAttachmentsOff and CodeAttachmentNotFound, and CodeOtherMessageRecalled when a
// message that it forwards from was recalled.
func (c *Client) SendMessage(
	ctx context.Context, conversation string, body any, options ...SendOption,
) (Message, error) {
	s, err := c.current()
	if err != nil {
		return Message{}, err
	}
	encoded, err := json.Marshal(body)
	if err != nil || firstByte(encoded) != '{' {
		return Message{}, newError(CodeInvalidRequest,
			"body must become a JSON object, e.g. map[string]string{\"text\": \"hi\"}")
	}
	var chosen sending
	for _, option := range options {
		option(&chosen)
	}
	if chosen.messageID == "" {
		if chosen.messageID, err = s.newMessageID(); err != nil {
			return Message{}, err
		}
	}
	m := Message{
		MessageID: chosen.messageID, Conversation: conversation, Sender: s.user, Body: encoded, ReplyTo: chosen.replyTo,
		Attachments: chosen.attachments,
	}
	return s.send(ctx, draft{m, chosen.unlessRevoked}, true)
}

// send sends m. With mayRenew, a stale messageId is replaced once, where it is sure that nothing was stored under it.
func (s *session) send(ctx context.Context, m draft, mayRenew bool) (Message, error) {
	s.storeSend(m)
	earlier := s.beginSend(m.MessageID)
	stored, once, err := s.askSend(ctx, m)
	if Code(err) == CodeTimeout || Code(err) == CodeNotLoggedIn || Code(err) == CodeTokenExpired {
		s.failSend(m.Message, Code(err))
		return Message{}, err // the outcome is unknown: unanswered keeps the ID
	}
	if err == nil {
		return s.keepOwn(stored), nil
	}
	s.settleSend(m.Conversation, m.MessageID)
	if Code(err) == CodeAlreadyRecalled {
		s.save(m.Conversation)
	}
	if Code(err) == CodeStaleMessageID {
		return s.renew(ctx, m, err, mayRenew && !earlier && once)
	}
	return Message{}, err
}

// askSend sends m and returns it as the server has stored it. It also reports whether the frame left only once.
func (s *session) askSend(ctx context.Context, m draft) (kept Message, once bool, err error) {
	fields := map[string]any{"conversation": m.Conversation, "messageId": m.MessageID, "body": m.Body}
	if m.ReplyTo != "" {
		fields["replyTo"] = m.ReplyTo
	}
	if m.unlessRevoked != "" {
		fields["unlessRevoked"] = m.unlessRevoked
	}
	if len(m.Attachments) > 0 {
		fields["attachments"] = attachmentReferences(m.Attachments)
	}
	sendCall, err := s.newCall(nil, "send", fields)
	if err != nil {
		return Message{}, false, err
	}
	reply, err := s.complete(ctx, sendCall)
	s.wantIfUnknown(m.Conversation, sendCall, err)
	if err != nil {
		return Message{}, s.sentOnce(sendCall), err
	}
	var stored sendReply
	if reply.fields(&stored) != nil || stored.Message.MessageID != m.MessageID {
		return Message{}, false, newError(CodeInternal, "the server's reply to a send is not one")
	}
	m.SentAt, m.RecallableUntil = stored.Message.SentAt, stored.Message.RecallableUntil
	m.Attachments = readAttachments(stored.Message.Attachments)
	return m.Message, true, nil
}

// wantIfUnknown asks for a synchronisation where the server may have acted although it said otherwise or nothing: no
// event tells the requesting connection of what its own request did. Where it may still be at work, its late answer
// asks again.
func (s *session) wantIfUnknown(conversation string, made *call, err error) {
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != CodeTimeout && !failure.Retryable {
		return
	}
	if made != nil {
		s.mutex.Lock()
		s.abandoned[made.id] = conversation
		s.mutex.Unlock()
	}
	s.want(conversation, fromUnknown)
}

// wantAbandoned asks again for the conversations of abandoned calls, of all where the ID is empty.
func (s *session) wantAbandoned(id string) {
	s.mutex.Lock()
	var wanted []string
	for each, conversation := range s.abandoned {
		if id == "" || id == each {
			wanted = append(wanted, conversation)
			delete(s.abandoned, each)
		}
	}
	s.mutex.Unlock()
	for _, conversation := range wanted {
		s.want(conversation, fromUnknown)
	}
}

// beginSend notes a send without an answer and reports whether there was one under this ID before.
func (s *session) beginSend(messageID string) (earlier bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	earlier = s.unanswered[messageID]
	if len(s.unanswered) < unansweredMessagesLimit {
		s.unanswered[messageID] = true
	}
	return earlier
}

// settleSend notes that the outcome of a send is known.
func (s *session) settleSend(conversation, messageID string) {
	s.mutex.Lock()
	s.settle(conversation, messageID)
	s.mutex.Unlock()
	s.saveSoon()
}

// settle does the same. The mutex is held.
func (s *session) settle(conversation, messageID string) {
	delete(s.unanswered, messageID)
	if s.view.outbox(conversation).removeSend(messageID) {
		s.toStore(conversation)
	}
}

func (s *session) sentOnce(c *call) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return c.sent == 1
}

// renew corrects the clock after a refusal of a messageId's time and sends once more under a fresh ID.
func (s *session) renew(ctx context.Context, m draft, refusal error, may bool) (Message, error) {
	stale, ok := refusal.(*Error)
	if !ok || stale.ServerTime <= 0 {
		return Message{}, refusal
	}
	now := s.options.Now()
	s.clock.set(now, now, stale.ServerTime)
	s.ids.startOver()
	if !may {
		return Message{}, refusal
	}
	id, err := s.newMessageID()
	if err != nil {
		return Message{}, err
	}
	m.MessageID = id
	return s.send(ctx, m, false)
}

// keepOwn puts a message of this client into the view. It returns what the view holds: the tombstone, if it was
// recalled meanwhile.
func (s *session) keepOwn(m Message) Message {
	defer s.saveSoon()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.settle(m.Conversation, m.MessageID)
	s.toStore(m.Conversation)
	c := s.view.open(m.Conversation)
	if c == nil {
		return m.clone()
	}
	c.lastChangeAt = max(c.lastChangeAt, m.SentAt)
	c.learn(m, fromHistory)
	if held, ok := c.messages[m.MessageID]; ok {
		return held.clone()
	}
	return m.clone()
}

// RevokeResult is the outcome of one recall of [Client.RevokeMessages].
type RevokeResult struct {
	MessageID string
	Revoked   *Revocation // nil if it failed
	Repeated  bool        // this user recalled it before; Revoked is the first recall
	Err       *Error      // nil if it succeeded
}

// RevokeMessage recalls a message by its conversation and ID; the message itself is not needed. reason may be "", and
// is shown to the others. On success the client holds a tombstone, and listeners are not called for it.
//
// A message whose send got no answer can be recalled too: either it is recalled, or it is never stored.
//
// Errors: CodeRecallWindowExpired (in groups CodeGroupRecallWindowExpired), CodeClientWindowOver when the client knows
// it without asking, CodeMessageNotFound (CodeGroupMessageNotFound), CodeAlreadyRecalled by someone else,
// CodeRecallDenied, CodeConversationNotFound, CodeConversationFull, CodeInvalidRequest, CodeNotLoggedIn, CodeTimeout,
// CodeTokenExpired, CodeTooManyRequests, CodeUnavailable, CodeInternal.
func (c *Client) RevokeMessage(ctx context.Context, conversation, messageID, reason string) error {
	s, err := c.current()
	if err != nil {
		return err
	}
	results, err := s.revoke(ctx, conversation, []string{messageID}, reason)
	if err != nil {
		return err
	}
	if results[0].Err != nil {
		return results[0].Err
	}
	return nil
}

// RevokeMessages recalls 1 to 10 messages of a conversation, with a result for each in order. The error is for the
// whole request; the single recalls' errors, those of [Client.RevokeMessage], stand in the results.
func (c *Client) RevokeMessages(
	ctx context.Context, conversation string, messageIDs []string, reason string,
) ([]RevokeResult, error) {
	s, err := c.current()
	if err != nil {
		return nil, err
	}
	if len(messageIDs) == 0 || len(messageIDs) > 10 {
		return nil, newError(CodeInvalidRequest, "messageIDs must be 1 to 10")
	}
	return s.revoke(ctx, conversation, slices.Clone(messageIDs), reason)
}

func (s *session) revoke(
	ctx context.Context, conversation string, messageIDs []string, reason string,
) ([]RevokeResult, error) {
	unsent, over := s.beforeRevoke(conversation, messageIDs)
	if over {
		return nil, newError(CodeClientWindowOver, "the message can no longer be recalled: its recallableUntil is past")
	}
	defer s.afterRevoke(messageIDs)
	recall := unansweredRevoke{MessageIDs: messageIDs, Reason: reason, Unsent: unsent, called: true}
	s.storeRevoke(conversation, recall)
	answer, err := s.askRevoke(ctx, conversation, recall)
	if answer == nil {
		s.settleRevoke(conversation, messageIDs)
		return nil, err
	}
	results := s.takeResults(conversation, *answer)
	s.settleRevoke(conversation, messageIDs)
	return results, nil
}

// askRevoke asks for a recall. The answer is nil if there is no result for any message.
func (s *session) askRevoke(ctx context.Context, conversation string, recall unansweredRevoke) (*revokeReply, error) {
	fields := map[string]any{"conversation": conversation}
	if len(recall.MessageIDs) == 1 {
		fields["messageId"] = recall.MessageIDs[0]
	} else {
		fields["messageIds"] = recall.MessageIDs
	}
	if recall.Reason != "" {
		fields["reason"] = recall.Reason
	}
	if recall.Unsent {
		fields["unsent"] = true
	}
	revokeCall, err := s.newCall(nil, "revoke", fields)
	if err != nil {
		return nil, err
	}
	reply, err := s.complete(ctx, revokeCall)
	s.wantIfUnknown(conversation, revokeCall, err)
	var answer revokeReply
	if reply.contents != nil && reply.fields(&answer) == nil && len(answer.Results) == len(recall.MessageIDs) {
		return &answer, nil
	}
	if err == nil {
		err = newError(CodeInternal, "the server's reply to a revoke is not one")
	}
	return nil, err
}

// beforeRevoke notes what is being recalled. It reports whether a send of it is unanswered, and whether it is sure
// that the window of the only message is over; the server's tolerance for slow clocks is none, the client's is 2 s.
func (s *session) beforeRevoke(conversation string, messageIDs []string) (unsent, over bool) {
	now, known := s.clock.milliseconds()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.view.get(conversation)
	if c != nil && known && len(messageIDs) == 1 && strings.HasPrefix(conversation, "c2c_") {
		m, held := c.messages[messageIDs[0]]
		mine := held && m.Sender == s.user && m.Revoked == nil
		if mine && m.RecallableUntil >= 1 && now > m.RecallableUntil+clientWindowTolerance {
			return false, true
		}
	}
	for _, id := range messageIDs {
		unsent = unsent || s.unanswered[id]
		s.revokeCalls[id]++
	}
	return unsent, false
}

func (s *session) afterRevoke(messageIDs []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, id := range messageIDs {
		if s.revokeCalls[id]--; s.revokeCalls[id] <= 0 {
			delete(s.revokeCalls, id)
		}
	}
}

// takeResults turns what was recalled into tombstones, at once and without callbacks.
func (s *session) takeResults(conversation string, answer revokeReply) []RevokeResult {
	results := make([]RevokeResult, 0, len(answer.Results))
	for _, one := range answer.Results {
		result := RevokeResult{MessageID: one.MessageID, Revoked: one.Revoked, Repeated: one.Repeated}
		if !one.OK || one.Revoked == nil {
			result.Err, result.Revoked = one.Error.asError(), nil
			s.wantIfUnknown(conversation, nil, result.Err)
			s.settleFailed(conversation, one)
			results = append(results, result)
			continue
		}
		s.takeOwnRevocation(conversation, one.revocation())
		results = append(results, result)
	}
	return results
}

func (s *session) takeOwnRevocation(conversation string, r revocation) {
	s.mutex.Lock()
	c := s.view.open(conversation)
	unsure := false
	if c != nil {
		s.settle(conversation, r.MessageID)
		s.toStore(conversation)
		c.lastChangeAt = max(c.lastChangeAt, r.Revoked.At)
		unsure = c.learnRevocation(r, fromEvent).unsure && r.Sender != s.user
	}
	s.mutex.Unlock()
	if unsure {
		s.want(conversation, fromUnknown)
	}
}
