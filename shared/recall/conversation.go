package recall

import (
	"context"
	"encoding/base64"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Conversation is where messages are: between two users, or in a group. It is the same value for every viewer.
// Its zero value is no conversation.
type Conversation struct {
	first, second UserID // sorted; empty for a group
	group         GroupID
}

// Prefixes of the form in which a viewer names a conversation, V2TIM's conversationID.
const (
	directPrefix = "c2c_"
	groupPrefix  = "group_"
)

// Between is the conversation of two users, the same whoever is named first.
func Between(a, b UserID) Conversation {
	if b < a {
		a, b = b, a
	}
	return Conversation{first: a, second: b}
}

// InGroup is the conversation of a group.
func InGroup(group GroupID) Conversation { return Conversation{group: group} }

// ParseConversation reads c2c_<peer> or group_<group> as its viewer wrote it.
// It returns invalid_request for any other form, and for a conversation with oneself.
func ParseConversation(viewer UserID, text string) (Conversation, error) {
	switch {
	case strings.HasPrefix(text, directPrefix):
		peer := UserID(text[len(directPrefix):])
		if !peer.Valid() {
			return Conversation{}, Invalid(
				"conversation", "the user ID after c2c_ must be 1 to 64 characters of A-Z a-z 0-9 . _ - @",
			)
		}
		if peer == viewer {
			return Conversation{}, Invalid("conversation", "a conversation with oneself does not exist")
		}
		return Between(viewer, peer), nil
	case strings.HasPrefix(text, groupPrefix):
		group := GroupID(text[len(groupPrefix):])
		if !group.Valid() {
			return Conversation{}, Invalid(
				"conversation", "the group ID after group_ must be 1 to 64 characters of A-Z a-z 0-9 . _ - @",
			)
		}
		return InGroup(group), nil
	}
	return Conversation{}, Invalid("conversation", "must be c2c_<peer user ID> or group_<group ID>")
}

// IsGroup reports whether the conversation is a group's.
func (c Conversation) IsGroup() bool { return c.group != "" }

// IsZero reports whether this is no conversation.
func (c Conversation) IsZero() bool { return c == Conversation{} }

// Group is the group's ID, empty for two users.
func (c Conversation) Group() GroupID { return c.group }

// Users are the two users of a direct conversation, nil for a group.
func (c Conversation) Users() []UserID {
	if c.IsGroup() || c.IsZero() {
		return nil
	}
	return []UserID{c.first, c.second}
}

// SeenBy names the conversation as that viewer sees it: Alice's c2c_bob is Bob's c2c_alice.
func (c Conversation) SeenBy(viewer UserID) string {
	if c.IsGroup() {
		return groupPrefix + string(c.group)
	}
	if viewer == c.first {
		return directPrefix + string(c.second)
	}
	return directPrefix + string(c.first)
}

// Key is the conversation's name in storage: c2c#alice#bob, sorted, or group#eng. # is in no ID, so keys cannot
// collide.
func (c Conversation) Key() string {
	if c.IsGroup() {
		return "group#" + string(c.group)
	}
	return "c2c#" + string(c.first) + "#" + string(c.second)
}

// ConversationOfKey reads what Key wrote. ok is false for anything else.
func ConversationOfKey(key string) (conversation Conversation, ok bool) {
	parts := strings.Split(key, "#")
	switch {
	case len(parts) == 3 && parts[0] == "c2c":
		a, b := UserID(parts[1]), UserID(parts[2])
		return Between(a, b), a.Valid() && b.Valid() && a < b
	case len(parts) == 2 && parts[0] == "group":
		return InGroup(GroupID(parts[1])), GroupID(parts[1]).Valid()
	}
	return Conversation{}, false
}

// ConversationStore keeps heads and users' lists of conversations.
type ConversationStore interface {
	// Head reads a conversation's head; found is false if it has none.
	Head(ctx context.Context, conversation Conversation) (head Head, found bool, err error)
	// Heads reads many heads at once; those that do not exist are left out.
	Heads(ctx context.Context, conversations []Conversation) (map[Conversation]Head, error)
	// Touch moves a head's last change and its newest message forward, each by itself and never back, and returns the
	// head as it is then; lastMessage is empty for a recall. It does not bring back a deleted group's head: then it
	// returns a zero Head.
	Touch(ctx context.Context, conversation Conversation, at Instant, lastMessage MessageID) (Head, error)
	// Join writes the list row of a user, if there is none.
	Join(ctx context.Context, user UserID, conversation Conversation, at Instant) error
	// Membership reads a user's row; found is false if there is none.
	Membership(ctx context.Context, user UserID, conversation Conversation) (membership Membership, found bool, err error)
	// Memberships reads all of a user's rows.
	Memberships(ctx context.Context, user UserID) ([]Membership, error)
	// MarkRead moves the user's mark forward and returns where it is; moved is false if it was there or further.
	MarkRead(
		ctx context.Context, user UserID, conversation Conversation, upTo MessageID,
	) (readUpTo MessageID, moved bool, err error)
	// DefaultWindow reads the settings; found is false if nobody has set any.
	DefaultWindow(ctx context.Context) (window Window, found bool, err error)
	// SetDefaultWindow changes the settings.
	SetDefaultWindow(ctx context.Context, window Window) error
}

// Head is what all members share of a conversation.
type Head struct {
	Conversation  Conversation
	LastChangeAt  Instant
	LastMessageID MessageID
	Name          string
	// Window is the group's own; nil is the default.
	Window *Window
	// RosterVersion counts the changes of a group's roster.
	RosterVersion int64
	// Deleted marks a group whose deletion has begun: it is not there for anybody.
	Deleted bool
}

// Membership is the row of one conversation in a user's list.
type Membership struct {
	User         UserID
	Conversation Conversation
	JoinedAt     Instant
	ReadUpTo     MessageID
	// Role is set in groups.
	Role MemberRole
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
	readUpTo, moved, err := s.Store.MarkRead(ctx, caller.User, request.Conversation, request.MessageID)
	if err != nil {
		return ReadMark{}, err
	}
	mark, err := s.unread(ctx, Membership{ReadUpTo: readUpTo}, caller.User, request.Conversation, now)
	if err != nil {
		return ReadMark{}, err
	}
	if moved {
		s.tellOnce(ctx, []UserID{caller.User}, Notice{Conversation: request.Conversation, Read: &mark}, caller.Connection)
	}
	return mark, nil
}

// ConversationsPage is how many conversations one answer lists.
const ConversationsPage = 50

// Conversations lists the caller's conversations, latest change first, a page at a time. It returns invalid_request
// for an after that is none, or unavailable.
func (s *Service) Conversations(ctx context.Context, caller Caller, after string) (ConversationsResult, error) {
	now := s.now()
	start, err := decodeListPosition(after)
	if err != nil {
		return ConversationsResult{}, err
	}
	memberships, err := s.Store.Memberships(ctx, caller.User)
	if err != nil {
		return ConversationsResult{}, err
	}
	rows, err := s.listed(ctx, memberships)
	if err != nil {
		return ConversationsResult{}, err
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].position().before(rows[j].position()) })
	first := sort.Search(len(rows), func(i int) bool { return start.before(rows[i].position()) })
	rows = rows[first:]
	result := ConversationsResult{}
	if len(rows) > ConversationsPage {
		rows = rows[:ConversationsPage]
		result.Next = rows[len(rows)-1].position().encode()
	}
	result.Conversations, err = s.countAll(ctx, caller.User, rows, now)
	return result, err
}

// listedRow is a list row before its unread messages are counted.
type listedRow struct {
	Listed
	membership Membership
}

func (s *Service) listed(ctx context.Context, memberships []Membership) ([]listedRow, error) {
	conversations := make([]Conversation, len(memberships))
	for i, membership := range memberships {
		conversations[i] = membership.Conversation
	}
	heads, err := s.Store.Heads(ctx, conversations)
	if err != nil {
		return nil, err
	}
	rows := make([]listedRow, 0, len(memberships))
	for _, membership := range memberships {
		head := heads[membership.Conversation]
		if head.Deleted {
			continue
		}
		rows = append(rows, listedRow{membership: membership, Listed: Listed{
			Conversation:  membership.Conversation,
			LastChangeAt:  max(head.LastChangeAt, membership.JoinedAt),
			LastMessageID: head.LastMessageID,
			Role:          membership.Role,
			Name:          head.Name,
		}})
	}
	return rows, nil
}

// countersAtOnce bounds how many conversations are counted side by side.
const countersAtOnce = 10

func (s *Service) countAll(ctx context.Context, user UserID, rows []listedRow, now Instant) ([]Listed, error) {
	listed := make([]Listed, len(rows))
	var group errgroup.Group
	group.SetLimit(countersAtOnce)
	for i, row := range rows {
		group.Go(func() error {
			mark, err := s.unread(ctx, row.membership, user, row.Conversation, now)
			listed[i] = row.Listed
			listed[i].Unread = mark.Unread
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return listed, nil
}

// listPosition orders the list: latest change first, then by key.
type listPosition struct {
	changeAt Instant
	key      string
}

func (l Listed) position() listPosition { return listPosition{l.LastChangeAt, l.Conversation.Key()} }

// The zero position is before all others.
func (p listPosition) before(other listPosition) bool {
	if p == (listPosition{}) || other == (listPosition{}) {
		return p != other && p == listPosition{}
	}
	if p.changeAt != other.changeAt {
		return p.changeAt > other.changeAt
	}
	return p.key < other.key
}

func (p listPosition) encode() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(p.changeAt), 10) + ":" + p.key))
}

func decodeListPosition(text string) (listPosition, error) {
	if text == "" {
		return listPosition{}, nil
	}
	bad := Invalid("after", "is not a next that this server gave")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > MaximumCursorBytes {
		return listPosition{}, bad
	}
	at, key, found := strings.Cut(string(raw), ":")
	changeAt, err := strconv.ParseInt(at, 10, 64)
	if _, ok := ConversationOfKey(key); err != nil || !found || !ok {
		return listPosition{}, bad
	}
	return listPosition{Instant(changeAt), key}, nil
}

// ReadRequest marks a conversation read up to a message.
type ReadRequest struct {
	Conversation Conversation
	MessageID    MessageID
}

// ConversationsResult is a page of a user's conversations, latest change first.
type ConversationsResult struct {
	Conversations []Listed
	// Next continues the list; empty at its end.
	Next string
}

// Listed is one conversation in its user's list.
type Listed struct {
	Conversation  Conversation
	LastChangeAt  Instant
	LastMessageID MessageID
	Unread        int
	Role          MemberRole
	Name          string
}
