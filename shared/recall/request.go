package recall

// Caller is who asks: a user on a connection, proved by his token. Nothing in a frame can change it.
type Caller struct {
	User       UserID
	Connection ConnectionID
	// TokenExpiresAt is the token's exp; every request is held against it.
	TokenExpiresAt Instant
}

// SendRequest asks to store and deliver a message.
type SendRequest struct {
	Conversation Conversation
	Body         Body
	// MessageID is empty if the server shall make one.
	MessageID MessageID
	ReplyTo   MessageID
}

// SendResult is the stored message; Duplicate tells that it was stored before.
type SendResult struct {
	Message   Message
	Duplicate bool
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

// RevokeResult is what became of one message: Err, or Revoked.
type RevokeResult struct {
	MessageID MessageID
	Revoked   Revocation
	// Repeated tells that the same operator had recalled it before; Revoked is the first result.
	Repeated bool
	Err      error
}

// Hello is what a client learns about the server and itself.
type Hello struct {
	ServerTime     Instant
	User           UserID
	RecallWindow   Window
	MaxBodyBytes   int
	TokenExpiresAt Instant
}

// SyncRequest asks for what changed in up to MaximumSyncs conversations.
type SyncRequest struct {
	Conversations []SyncItem
}

// Limits of a sync.
const (
	MaximumSyncs       = 20
	DefaultSyncLimit   = 50
	MaximumSyncLimit   = 100
	MaximumCursorBytes = 256
)

// SyncItem asks for one conversation: since a cursor, the newest without one, or, alone in its request, those before a message.
type SyncItem struct {
	Conversation Conversation
	Cursor       string
	Before       MessageID
	Limit        int
}

// SyncResult is one conversation's changes.
type SyncResult struct {
	Conversation Conversation
	Messages     []Message
	Revocations  []Recalled
	// Cursor continues from here; empty when paging back and when nothing was read yet.
	Cursor string
	// More tells that there is more to read: since the cursor, or, paging back, before the first message.
	More bool
	// Older tells, without a cursor, that there are messages before the first.
	Older    bool
	Unread   int
	ReadUpTo MessageID
	Err      error

	// next is the cursor before the answer is cut to its size; postponed tells that nothing of it fitted.
	next      cursor
	postponed bool
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
