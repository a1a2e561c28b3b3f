package client

import "slices"

// origin says how the client learnt of something, which decides whether the application is told.
type origin int

const (
	fromEvent   origin = iota // a live event
	fromCursor                // a sync with a cursor: what changed since
	fromHistory               // the first synchronisation without a cursor: what was there before
	fromUnknown               // a later sync without a cursor: a conversation that began while nothing was held of it
)

// change is what a callback reports of one message or recall.
type change struct {
	received *Message // a new message
	revoked  *Message // a tombstone
	textGone bool     // there was a text, which may be stored
	unsure   bool     // the number of unread messages is not known any more: ask the server for it
}

// unreadExactLimit is how far the server counts unread messages. The next number stands for all that are larger, so
// nothing can be subtracted from it.
const unreadExactLimit = 99

// conversation is the view of one conversation. It holds no lock; the session guards it.
type conversation struct {
	id            string
	self          string // user ID of the viewer
	cursor        string // "" until synchronised
	heard         bool   // the application was told of something here before there was a cursor
	unread        int
	readUpTo      string
	lastChangeAt  int64
	lastMessageID string
	role          string
	name          string // a group's

	messages map[string]Message
	order    []string // the messageIds of messages, sorted
	floor    string   // messages up to this one were let go; they are not taken in again
	limit    int      // the most messages held

	history    bool                   // the first synchronisation, without a cursor, has pages left
	syncing    bool                   // a sync is under way
	recalled   func(messageID string) // is told of each recall at once; nil: nobody
	touched    map[string]bool        // messageIds that events brought meanwhile, and whether they brought the recall
	readBefore string                 // readUpTo when the sync began
	untold     map[string]bool        // messageIds whose callback waits
}

func newConversation(id, self string, limit int) *conversation {
	return &conversation{id: id, self: self, limit: limit, messages: map[string]Message{}, untold: map[string]bool{}}
}

// list returns copies of the messages, oldest first.
func (c *conversation) list() []Message {
	messages := make([]Message, 0, len(c.order))
	for _, id := range c.order {
		messages = append(messages, c.messages[id].clone())
	}
	return messages
}

// learn takes in a message or tombstone. A repeat changes nothing, and a tombstone stays one.
func (c *conversation) learn(m Message, from origin) change {
	m.Conversation = c.id
	if m.Revoked != nil {
		early := revocation{MessageID: m.MessageID, Sender: m.Sender, SentAt: m.SentAt, Revoked: m.Revoked}
		return c.learnRevocation(early, from)
	}
	c.touch(m.MessageID, false, from)
	if _, held := c.messages[m.MessageID]; held || m.MessageID <= c.floor {
		return change{}
	}
	c.put(m)
	if from == fromEvent && c.counts(m) {
		c.unread++
	}
	if from == fromHistory {
		return change{}
	}
	return change{received: &m}
}

// learnRevocation turns a message into its tombstone, or keeps the tombstone of a message that is not held, so that
// its body is not shown when it comes late.
func (c *conversation) learnRevocation(r revocation, from origin) change {
	c.touch(r.MessageID, true, from)
	if c.recalled != nil {
		c.recalled(r.MessageID)
	}
	m, held := c.messages[r.MessageID]
	if held && m.Revoked != nil {
		return change{}
	}
	if !held {
		m = Message{MessageID: r.MessageID, Conversation: c.id, Sender: r.Sender, SentAt: r.SentAt}
	}
	counted := held && from == fromEvent && c.counts(m)
	if counted && c.unread > 0 && c.unread <= unreadExactLimit {
		c.unread--
	}
	m = m.tombstone(*r.Revoked)
	if held {
		c.messages[m.MessageID] = m
	} else if m.MessageID > c.floor {
		c.put(m)
	}
	unheld := !held && from == fromEvent && m.MessageID > c.readUpTo
	result := change{unsure: unheld || counted && c.unread > unreadExactLimit, textGone: held}
	if held || from != fromHistory {
		result.revoked = &m
	}
	return result
}

// counts reports whether a message that is not recalled counts as unread.
func (c *conversation) counts(m Message) bool {
	return m.Sender != c.self && m.MessageID > c.readUpTo
}

// put stores a message, and drops the oldest messages if there are too many.
func (c *conversation) put(m Message) {
	place, held := slices.BinarySearch(c.order, m.MessageID)
	if !held {
		c.order = slices.Insert(c.order, place, m.MessageID)
	}
	c.messages[m.MessageID] = m
	if m.MessageID > c.lastMessageID {
		c.lastMessageID = m.MessageID
	}
	if len(c.order) > c.limit {
		c.letGo(len(c.order) - c.limit + c.limit/10)
	}
}

// letGo drops the oldest messages. The floor remembers them, so that a late repeat is not taken for a new message.
func (c *conversation) letGo(count int) {
	count = min(count, len(c.order))
	if count == 0 {
		return
	}
	for _, id := range c.order[:count] {
		delete(c.messages, id)
	}
	c.floor = c.order[count-1]
	c.order = slices.Clone(c.order[count:])
}

// touch notes a message or recall that an event brought during a sync, because the unread number of the sync may not
// include it.
func (c *conversation) touch(messageID string, revoked bool, from origin) {
	if c.syncing && from == fromEvent && len(c.touched) < syncTouchedLimit {
		c.touched[messageID] = c.touched[messageID] || revoked
	}
}

const syncTouchedLimit = 1_000

// newCursor reports whether a sync reply moves the conversation's cursor.
func (c *conversation) newCursor(item syncItem) bool {
	return item.Cursor != "" && item.Cursor != c.cursor
}

func (c *conversation) beginSync() {
	if !c.syncing {
		c.syncing = true
		c.touched, c.readBefore = map[string]bool{}, c.readUpTo
	}
}

// included notes that a sync reply contains a message, or its recall, that an event may have brought, too. A reply
// that has the message and not yet the recall does not know all that the event told.
func (c *conversation) included(messageID string, revoked bool) {
	if revoked || !c.touched[messageID] {
		delete(c.touched, messageID)
	}
}

// endSync takes the server's read marker and unread number at the end of a sync. It reports whether the client has
// learnt something meanwhile that the replies did not have: a message or recall from an event, or that the user has
// read further. Then the client keeps the number that it counted itself, and synchronises the conversation again.
func (c *conversation) endSync(item syncItem) (unsure bool) {
	readMeanwhile := c.readUpTo > c.readBefore && c.readUpTo > item.ReadUpTo
	unsure = len(c.touched) > 0 || readMeanwhile
	if unsure {
		item.Unread = c.unread
	}
	c.setRead(item.ReadUpTo, item.Unread)
	c.syncing, c.history, c.touched = false, false, nil
	return unsure
}

// takeRead takes the server's read marker and unread number from the reply to a read, or from the event of one. The
// client cannot know which of the events before and after it the server has counted. So if the number is not that of
// the messages held, the server is asked for it: the number of a sync belongs to the messages of the same reply.
func (c *conversation) takeRead(read readReply) []change {
	c.setRead(read.ReadUpTo, read.Unread)
	if c.unread > unreadExactLimit || c.unread == c.unreadHeld() {
		return nil
	}
	return []change{{unsure: true}}
}

// unreadHeld returns how many of the messages held are unread. It counts no further than the server does.
func (c *conversation) unreadHeld() int {
	count := 0
	for _, id := range slices.Backward(c.order) {
		if id <= c.readUpTo || count > unreadExactLimit {
			break
		}
		if m := c.messages[id]; m.Revoked == nil && c.counts(m) {
			count++
		}
	}
	return count
}

// setRead takes the server's read marker, which never moves back, and its unread number.
func (c *conversation) setRead(readUpTo string, unread int) {
	if readUpTo > c.readUpTo {
		c.readUpTo = readUpTo
	}
	c.unread = max(unread, 0)
}

func (c *conversation) entry() Conversation {
	return Conversation{
		Conversation: c.id, LastChangeAt: c.lastChangeAt, LastMessageID: c.lastMessageID,
		Unread: c.unread, ReadUpTo: c.readUpTo, Role: c.role, Name: c.name,
	}
}
