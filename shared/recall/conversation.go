package recall

import (
	"context"
	"strings"
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

// HeadReader reads the head of a conversation.
type HeadReader interface {
	// Head reads a conversation's head; found is false if it has none.
	Head(ctx context.Context, conversation Conversation) (head Head, found bool, err error)
}

// MembershipReader reads the row of one conversation in a user's list.
type MembershipReader interface {
	// Membership reads a user's row; found is false if there is none.
	Membership(ctx context.Context, user UserID, conversation Conversation) (membership Membership, found bool, err error)
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
