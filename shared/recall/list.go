package recall

import (
	"context"
	"encoding/base64"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// ListStore is what Conversations needs of the store, besides counting what is unread.
type ListStore interface {
	// Memberships reads all of a user's rows.
	Memberships(ctx context.Context, user UserID) ([]Membership, error)
	// Heads reads many heads at once; those that do not exist are left out.
	Heads(ctx context.Context, conversations []Conversation) (map[Conversation]Head, error)
}

// ConversationsResult is a page of a user's conversations, latest change first.
type ConversationsResult struct {
	Conversations []ListEntry
	// Next continues the list; empty at its end.
	Next string
}

// ListEntry is one conversation in its user's list.
type ListEntry struct {
	Conversation  Conversation
	LastChangeAt  Instant
	LastMessageID MessageID
	Unread        int
	Role          MemberRole
	Name          string
}

// ConversationsPage is how many conversations one answer lists.
const ConversationsPage = 50

// Conversations lists the caller's conversations a page at a time, the latest change first. It returns invalid_request
// for an after that this server did not give, or unavailable.
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
	ListEntry
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
		rows = append(rows, listedRow{membership: membership, ListEntry: ListEntry{
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

func (s *Service) countAll(ctx context.Context, user UserID, rows []listedRow, now Instant) ([]ListEntry, error) {
	listed := make([]ListEntry, len(rows))
	var group errgroup.Group
	group.SetLimit(countersAtOnce)
	for i, row := range rows {
		group.Go(func() error {
			count, err := s.unread(ctx, row.membership, user, row.Conversation, now)
			listed[i] = row.ListEntry
			listed[i].Unread = len(count.Messages)
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

func (l ListEntry) position() listPosition { return listPosition{l.LastChangeAt, l.Conversation.Key()} }

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
