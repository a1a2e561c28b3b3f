package recalltest

import (
	"context"
	"slices"
	"sort"
	"sync"

	"example.com/recall/shared/recall"
)

// Store is a recall.Store in memory.
type Store struct {
	mutex    sync.Mutex
	messages map[recall.Conversation]map[recall.MessageID]recall.Message
	heads    map[recall.Conversation]recall.Head
	lists    map[recall.UserID]map[recall.Conversation]recall.Membership
	rosters  map[recall.GroupID]map[recall.UserID]recall.MemberRole
	window   *recall.Window
}

var _ recall.Store = (*Store)(nil)

// NewStore makes an empty store.
func NewStore() *Store {
	return &Store{
		messages: make(map[recall.Conversation]map[recall.MessageID]recall.Message),
		heads:    make(map[recall.Conversation]recall.Head),
		lists:    make(map[recall.UserID]map[recall.Conversation]recall.Membership),
		rosters:  make(map[recall.GroupID]map[recall.UserID]recall.MemberRole),
	}
}

func (s *Store) put(message recall.Message) {
	if s.messages[message.Conversation] == nil {
		s.messages[message.Conversation] = make(map[recall.MessageID]recall.Message)
	}
	s.messages[message.Conversation][message.ID] = message
}

// CreateMessage is as recall.SendStore says.
func (s *Store) CreateMessage(_ context.Context, message recall.Message) (recall.CreateOutcome, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if stored, exists := s.messages[message.Conversation][message.ID]; exists {
		return recall.CreateOutcome{Message: stored}, nil
	}
	s.put(message)
	return recall.CreateOutcome{Created: true, Message: message}, nil
}

// CreateMessageUnlessRevoked is as recall.SendStore says.
func (s *Store) CreateMessageUnlessRevoked(
	_ context.Context, message recall.Message, other recall.MessageID,
) (recall.CreateOutcome, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if stored, exists := s.messages[message.Conversation][message.ID]; exists {
		return recall.CreateOutcome{Message: stored}, nil
	}
	switch found, exists := s.messages[message.Conversation][other]; {
	case !exists || found.Expired(message.SentAt):
		return recall.CreateOutcome{Other: recall.OtherIsMissing}, nil
	case found.Revoked != nil:
		return recall.CreateOutcome{Other: recall.OtherIsRevoked}, nil
	}
	s.put(message)
	return recall.CreateOutcome{Created: true, Message: message}, nil
}

// RevokeMessage is as recall.MessageRevoker says.
func (s *Store) RevokeMessage(_ context.Context, command recall.RevokeCommand) (recall.RevokeOutcome, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := command.Revocation.At
	message, exists := s.messages[command.Conversation][command.MessageID]
	switch {
	case !exists && command.Unsent:
		message = recall.Message{
			ID: command.MessageID, Conversation: command.Conversation, Sender: command.Revocation.By,
			SentAt: now, RecallableUntil: now, ExpiresAt: command.ExpiresAt,
		}
	case !exists || message.Expired(now):
		return recall.RevokeOutcome{}, nil
	case message.Revoked != nil:
		return recall.RevokeOutcome{Found: true, Applied: message.Revoked.ID == command.Revocation.ID, Message: message}, nil
	case command.SenderOnly && (message.Sender != command.Revocation.By || !recallable(message, now)):
		message.Body, message.Attachments = "", nil
		return recall.RevokeOutcome{Found: true, Message: message}, nil
	}
	revocation, owed := command.Revocation, message.Due
	message.Body, message.Revoked, message.Due = "", &revocation, recall.DueRevoked
	message.Attachments = nil
	if command.Unsent && message.ExpiresAt == 0 {
		message.ExpiresAt = command.ExpiresAt
	}
	s.put(message)
	return recall.RevokeOutcome{Found: true, Applied: true, Message: message, Owed: owed}, nil
}

// recallable reports whether the window is open: up to and including the last millisecond. The DynamoDB store has the
// same rule as a condition of its write, and the conformance suite holds both to it.
func recallable(message recall.Message, now recall.Instant) bool {
	return message.RecallableUntil == recall.AlwaysRecallable || now <= message.RecallableUntil
}

// Message is as recall.MessageReader says.
func (s *Store) Message(_ context.Context, conversation recall.Conversation,
	id recall.MessageID) (recall.Message, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	message, found := s.messages[conversation][id]
	return message, found, nil
}

// Settle is as recall.OutboxStore says.
func (s *Store) Settle(_ context.Context, message recall.Message) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	stored, exists := s.messages[message.Conversation][message.ID]
	if exists && stored.Due == message.Due {
		stored.Due = recall.DueNothing
		if stored.Revoked != nil {
			stored.Objects = nil
		}
		s.put(stored)
	}
	return nil
}

func (s *Store) sorted(conversation recall.Conversation) []recall.Message {
	all := make([]recall.Message, 0, len(s.messages[conversation]))
	for _, message := range s.messages[conversation] {
		all = append(all, message)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

// Messages is as recall.HistoryReader says.
func (s *Store) Messages(_ context.Context, conversation recall.Conversation,
	which recall.MessageRange) (recall.Page[recall.Message], error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var within []recall.Message
	for _, message := range s.sorted(conversation) {
		after := which.After == "" || string(message.ID) > which.After
		before := which.Before == "" || string(message.ID) < which.Before
		if after && before && !message.Expired(which.Now) {
			within = append(within, message)
		}
	}
	if len(within) <= which.Limit {
		return recall.Page[recall.Message]{Items: within}, nil
	}
	if which.Newest {
		return recall.Page[recall.Message]{Items: within[len(within)-which.Limit:], More: true}, nil
	}
	return recall.Page[recall.Message]{Items: within[:which.Limit], More: true}, nil
}

// Revocations is as recall.HistoryReader says.
func (s *Store) Revocations(_ context.Context, conversation recall.Conversation, after recall.RevocationID,
	limit int) (recall.Page[recall.RevokedMessage], error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return firstRevocations(s.sorted(conversation),
		func(message recall.Message) bool { return message.Revoked.ID > after }, limit), nil
}

// RevocationsBy is as recall.AdminStore says.
func (s *Store) RevocationsBy(_ context.Context, operator recall.UserID, after recall.RevocationID,
	limit int) (recall.Page[recall.RevokedMessage], error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var all []recall.Message
	for conversation := range s.messages {
		all = append(all, s.sorted(conversation)...)
	}
	return firstRevocations(all, func(message recall.Message) bool {
		return message.Revoked.ByOperator() && message.Revoked.By == operator && message.Revoked.ID > after
	}, limit), nil
}

func firstRevocations(messages []recall.Message, wanted func(recall.Message) bool,
	limit int) recall.Page[recall.RevokedMessage] {
	var recalls []recall.RevokedMessage
	for _, message := range messages {
		if message.Revoked != nil && wanted(message) {
			recalls = append(recalls, recall.RevokedMessage{
				Conversation: message.Conversation, MessageID: message.ID, Sender: message.Sender,
				SentAt: message.SentAt, Revocation: *message.Revoked,
			})
		}
	}
	sort.Slice(recalls, func(i, j int) bool { return recalls[i].Revocation.ID < recalls[j].Revocation.ID })
	if len(recalls) > limit {
		return recall.Page[recall.RevokedMessage]{Items: recalls[:limit], More: true}
	}
	return recall.Page[recall.RevokedMessage]{Items: recalls}
}

// Unread is as recall.ReadStore says.
func (s *Store) Unread(_ context.Context, conversation recall.Conversation, reader recall.UserID,
	after recall.MessageID, now recall.Instant) (recall.UnreadCount, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var count recall.UnreadCount
	rows := 0
	for _, message := range slices.Backward(s.sorted(conversation)) {
		if message.ID <= after || len(count.Messages) == recall.MaximumUnread || rows == recall.MaximumUnreadRows {
			break
		}
		if message.Sender == reader {
			count.Own = message.ID
			return count, nil
		}
		if message.Revoked == nil && !message.Expired(now) {
			count.Messages = append(count.Messages, message.ID)
		}
		rows++
	}
	return count, nil
}

// Head is as recall.HeadReader says.
func (s *Store) Head(_ context.Context, conversation recall.Conversation) (recall.Head, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	head, found := s.heads[conversation]
	return head, found, nil
}

// Heads is as recall.ListStore says.
func (s *Store) Heads(_ context.Context,
	conversations []recall.Conversation) (map[recall.Conversation]recall.Head, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	heads := make(map[recall.Conversation]recall.Head)
	for _, conversation := range conversations {
		if head, found := s.heads[conversation]; found {
			heads[conversation] = head
		}
	}
	return heads, nil
}

// Touch is as recall.OutboxStore says.
func (s *Store) Touch(_ context.Context, conversation recall.Conversation, at recall.Instant,
	lastMessage recall.MessageID) (recall.Head, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	head, found := s.heads[conversation]
	if conversation.IsGroup() && (!found || head.Deleted) {
		return recall.Head{}, nil
	}
	head.Conversation = conversation
	head.LastChangeAt = max(head.LastChangeAt, at)
	head.LastMessageID = max(head.LastMessageID, lastMessage)
	s.heads[conversation] = head
	return head, nil
}

func (s *Store) join(user recall.UserID, conversation recall.Conversation, at recall.Instant, role recall.MemberRole) {
	if s.lists[user] == nil {
		s.lists[user] = make(map[recall.Conversation]recall.Membership)
	}
	membership, exists := s.lists[user][conversation]
	if !exists {
		membership = recall.Membership{User: user, Conversation: conversation, JoinedAt: at}
	}
	membership.Role = role
	s.lists[user][conversation] = membership
}

// Join is as recall.OutboxStore says.
func (s *Store) Join(_ context.Context, user recall.UserID, conversation recall.Conversation,
	at recall.Instant) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.join(user, conversation, at, "")
	return nil
}

// Membership is as recall.MembershipReader says.
func (s *Store) Membership(_ context.Context, user recall.UserID,
	conversation recall.Conversation) (recall.Membership, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	membership, found := s.lists[user][conversation]
	return membership, found, nil
}

// Memberships is as recall.ListStore says.
func (s *Store) Memberships(_ context.Context, user recall.UserID) ([]recall.Membership, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var memberships []recall.Membership
	for _, membership := range s.lists[user] {
		memberships = append(memberships, membership)
	}
	return memberships, nil
}

// MarkRead is as recall.ReadStore says.
func (s *Store) MarkRead(_ context.Context, user recall.UserID, conversation recall.Conversation,
	upTo recall.MessageID) (recall.MarkOutcome, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	membership, exists := s.lists[user][conversation]
	switch {
	case !exists && conversation.IsGroup():
		return recall.MarkOutcome{ReadUpTo: upTo}, nil
	case !exists:
		s.join(user, conversation, 0, "")
		membership = s.lists[user][conversation]
	}
	if membership.ReadUpTo >= upTo {
		return recall.MarkOutcome{ReadUpTo: membership.ReadUpTo}, nil
	}
	membership.ReadUpTo = upTo
	s.lists[user][conversation] = membership
	return recall.MarkOutcome{ReadUpTo: upTo, Moved: true}, nil
}

// DefaultWindow is as recall.WindowStore says.
func (s *Store) DefaultWindow(context.Context) (recall.Window, bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.window == nil {
		return 0, false, nil
	}
	return *s.window, true, nil
}

// SetDefaultWindow is as recall.WindowStore says.
func (s *Store) SetDefaultWindow(_ context.Context, window recall.Window) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.window = &window
	return nil
}
