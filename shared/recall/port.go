package recall

import (
	"context"
	"time"
)

// Store keeps messages, rosters and lists of conversations. recalltest.RunStore is its conformance suite; the DynamoDB
// adapter and the fake in recalltest pass the same one.
//
// Every method returns unavailable when the store cannot be reached; other failures are plain errors. Reads are
// consistent: what a returned write stored is found by every later read.
type Store interface {
	MessageStore
	ConversationStore
	GroupStore
	AuditStore
}

// MessageStore keeps the messages of conversations.
type MessageStore interface {
	// CreateMessage stores a message, unless its ID is taken in that conversation: then created is false and stored is
	// what is there. A repeat of this very call (the store's own retry) counts as created.
	CreateMessage(ctx context.Context, message Message) (stored Message, created bool, err error)
	// RevokeMessage is the recall: one conditional write. It applies if the command's conditions hold at the write.
	RevokeMessage(ctx context.Context, command RevokeCommand) (RevokeOutcome, error)
	// Message reads one message; found is false if there is none.
	Message(ctx context.Context, conversation Conversation, id MessageID) (message Message, found bool, err error)
	// Settle removes what the message owes, if it still owes just that: a recall that came since keeps its own.
	Settle(ctx context.Context, message Message) error
	// Messages reads a page of messages, tombstones included, expired ones left out.
	Messages(ctx context.Context, conversation Conversation, page MessagePage) (messages []Message, more bool, err error)
	// Recalls reads the recalls of a conversation in the order of their RecallIDs: at most limit of those behind after.
	Recalls(ctx context.Context, conversation Conversation, after RecallID, limit int) (recalls []Recalled, more bool, err error)
	// Unread counts the messages that the reader has not read: those of others behind after that are neither recalled nor
	// expired. It looks from the newest message backwards, and stops at the reader's own newest message, at MaximumUnread,
	// or after MaximumUnreadRows messages. own is the reader's own newest message if the counting met it.
	Unread(ctx context.Context, conversation Conversation, reader UserID, after MessageID, now Instant) (unread int, own MessageID, err error)
}

// Bounds of the counting. MaximumUnread says "more than 99", which a client shows as "99+". MaximumUnreadRows leaves room
// for 300 recalled messages, which are looked at and not counted, among the newest.
const (
	MaximumUnread     = 100
	MaximumUnreadRows = 400
)

// RevokeCommand asks the store for one recall.
type RevokeCommand struct {
	Conversation Conversation
	MessageID    MessageID
	Revocation   Revocation
	// SenderOnly demands that By is the sender and the window is open; a moderator's or admin's recall does without.
	SenderOnly bool
	// Unsent stores a tombstone of By where no message is stored yet.
	Unsent bool
	// ExpiresAt is the retention of a tombstone that Unsent leaves and that has none of its own; 0 is for ever.
	ExpiresAt Instant
}

// RevokeOutcome is what the store found and did.
type RevokeOutcome struct {
	// Applied is true if this command recalled the message, also when the store's own retry met its first attempt.
	Applied bool
	// Found is false if there is no such message, or it has expired.
	Found bool
	// Message is the stored message as it is now; its body is not to be used.
	Message Message
	// Owed is what the message still owed when it was recalled: the recall takes that over.
	Owed Due
}

// Recalled is what the list of recalls keeps of a message.
type Recalled struct {
	Conversation Conversation
	MessageID    MessageID
	Sender       UserID
	SentAt       Instant
	Revocation   Revocation
}

// MessagePage says which messages to read, in the order of their IDs.
type MessagePage struct {
	// After and Before bound the page, both exclusive; empty is no bound.
	After, Before string
	// Newest reads from the newest backwards; the page is still returned oldest first.
	Newest bool
	Limit  int
	Now    Instant
}

// ConversationStore keeps heads and users' lists of conversations.
type ConversationStore interface {
	// Head reads a conversation's head; found is false if it has none.
	Head(ctx context.Context, conversation Conversation) (head Head, found bool, err error)
	// Heads reads many heads at once; those that do not exist are left out.
	Heads(ctx context.Context, conversations []Conversation) (map[Conversation]Head, error)
	// Touch moves a head's last change and its newest message forward, each by itself and never back, and returns the head
	// as it is then; lastMessage is empty for a recall. It does not bring back a deleted group's head: then it returns a zero Head.
	Touch(ctx context.Context, conversation Conversation, at Instant, lastMessage MessageID) (Head, error)
	// Join writes the list row of a user, if there is none.
	Join(ctx context.Context, user UserID, conversation Conversation, at Instant) error
	// Membership reads a user's row; found is false if there is none.
	Membership(ctx context.Context, user UserID, conversation Conversation) (membership Membership, found bool, err error)
	// Memberships reads all of a user's rows.
	Memberships(ctx context.Context, user UserID) ([]Membership, error)
	// MarkRead moves the user's mark forward and returns where it is; moved is false if it was there or further.
	MarkRead(ctx context.Context, user UserID, conversation Conversation, upTo MessageID) (readUpTo MessageID, moved bool, err error)
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

// Membership is a user's row in his list of conversations.
type Membership struct {
	User         UserID
	Conversation Conversation
	JoinedAt     Instant
	ReadUpTo     MessageID
	// Role is set in groups.
	Role MemberRole
}

// MemberRole is what a member is in a group.
type MemberRole string

// The roles, as on the wire.
const (
	MemberOwner  MemberRole = "owner"
	MemberAdmin  MemberRole = "admin"
	MemberMember MemberRole = "member"
)

// Valid tells whether the role exists.
func (r MemberRole) Valid() bool { return r == MemberOwner || r == MemberAdmin || r == MemberMember }

// Moderates tells whether the role may recall others' messages.
func (r MemberRole) Moderates() bool { return r == MemberOwner || r == MemberAdmin }

// GroupStore keeps groups and their rosters.
type GroupStore interface {
	// HeadAndMembership reads a group's head and a user's list row in one call. The row is zero for who is no member,
	// found is false if there is no group.
	HeadAndMembership(ctx context.Context, group GroupID, user UserID) (head Head, found bool, membership Membership, err error)
	// PutGroup creates a group or changes its name and window. It returns group_deleted for a group that was deleted: its
	// ID is never used again.
	PutGroup(ctx context.Context, group GroupID, name string, window *Window, at Instant) error
	// DeleteGroup deletes a group step by step; done is false while there is more to delete, and the caller calls again.
	// The head stays, marked as deleted. A deletion that is repeated removes what late sends have stored since.
	DeleteGroup(ctx context.Context, group GroupID) (done bool, err error)
	// PutMember writes a member and their list row together; before is their role until now, empty if he was none.
	PutMember(ctx context.Context, group GroupID, user UserID, role MemberRole, at Instant) (before MemberRole, err error)
	// DeleteMember removes both; was is false if he was none.
	DeleteMember(ctx context.Context, group GroupID, user UserID) (was bool, err error)
	// Roster reads all members; a group whose deletion has begun has none.
	Roster(ctx context.Context, group GroupID) (Roster, error)
	// RosterStart reads a group's head and its first members for at most one read unit.
	RosterStart(ctx context.Context, group GroupID) (Roster, error)
}

// Roster is who was in a group. A member who joins while it is read may be missing; then the head's version is higher.
type Roster struct {
	Users []UserID
	// Roles has the role of each of Users, in their order.
	Roles   []MemberRole
	Version int64
	// More is true if a RosterStart left members out.
	More bool
}

// AuditStore reads the recalls of one operator across all conversations.
type AuditStore interface {
	// RecallsBy reads the recalls of an operator in the order of their RecallIDs. This one read may lag behind the writes by moments.
	RecallsBy(ctx context.Context, operator UserID, after RecallID, limit int) (recalls []Recalled, more bool, err error)
}

// Presence knows which devices are connected. recalltest.RunPresence is its conformance suite.
type Presence interface {
	// Register adds a connection if its user has fewer than limit; it is seen by every look-up that begins after Register
	// returns. Else it changes nothing and returns the connections that hold the places. Connections older than
	// MaximumConnectionAge are removed and do not count. Registering again what is registered is no error.
	Register(ctx context.Context, connection Connection, limit int) (holders []Connection, err error)
	// Forget removes those connections of one user and no others. Forgetting an unknown one is no error.
	Forget(ctx context.Context, user UserID, connections ...Connection) error
	// Connections finds the connections of the users, those older than MaximumConnectionAge left out.
	Connections(ctx context.Context, users []UserID) ([]Connection, error)
}

// Connection is one device's WebSocket connection.
type Connection struct {
	User        UserID
	ID          ConnectionID
	ConnectedAt Instant
	// TokenExpiresAt is the exp of the token that opened it. 0 is unknown: an earlier version registered it.
	TokenExpiresAt Instant
}

// Expired tells whether the token that opened the connection has ended: from then on nothing may be posted to it.
func (c Connection) Expired(now Instant) bool {
	return c.TokenExpiresAt != 0 && now >= c.TokenExpiresAt
}

// Notifier posts events to connections.
type Notifier interface {
	// Notify posts the notice to each connection and returns those it could not reach although they are not gone. It
	// forgets connections that are gone, and closes those that are Expired instead of posting to them. One slow connection
	// delays no other.
	Notify(ctx context.Context, notice Notice, to []Connection) (failed []Connection)
	// Disconnect closes a connection that could not be reached, so that its device connects again and syncs.
	Disconnect(ctx context.Context, connection Connection) error
	// Kick tells connections of one user why they end, since DELETE @connections cannot say why. It closes and forgets them,
	// and returns those that it could not close. A connection whose handshake may still run cannot be closed yet.
	Kick(ctx context.Context, user UserID, connections []Connection, reason Kick) (failed []Connection)
}

// Queue keeps what is to be told later: the notices of large groups in chunks, and further attempts to tell connections
// that could not be reached.
type Queue interface {
	// Enqueue takes all chunks, or returns an error; after an error it may have taken some.
	Enqueue(ctx context.Context, chunks []Chunk) error
}

// Chunk is a part of those who must be told of a change: users of a large group at the first attempt, connections that
// could not be reached at a retry. It carries no text: whoever delivers it reads the messages.
type Chunk struct {
	Conversation Conversation
	Due          Due
	MessageIDs   []MessageID
	// Users are told on all of their connections but Except, which asked for the change and has its answer.
	Users  []UserID
	Except ConnectionID
	// Connections are those that a retry tells.
	Connections []Connection
	// Attempt is 0 for users, and counts the retries for connections.
	Attempt int
	// Since is when the change began, since when they have not been told.
	Since Instant
	// Delay is how long the queue keeps the chunk back.
	Delay time.Duration
}

// Publisher tells other systems of recalls.
type Publisher interface {
	// PublishRecalled tells of one recall, never of its text or reason. At least once. It returns unavailable if the other
	// systems cannot be reached; then it is to be called again.
	PublishRecalled(ctx context.Context, recalled Recalled) error
}
