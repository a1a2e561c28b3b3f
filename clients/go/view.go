package client

import (
	"cmp"
	"slices"
)

const (
	conversationsLimit      = 10_000  // held at once
	conversationMessages    = 10_000  // held of one conversation
	viewMessages            = 100_000 // held in all
	unansweredMessagesLimit = 1_000
)

// view is the state of all conversations in the client. Its size is bounded, whatever the server sends.
type view struct {
	self          string
	conversations map[string]*conversation
	outboxes      map[string]*outbox // also of conversations that the view does not have
	held          int
	recalled      func(conversation, messageID string) // is told of each recall at once; nil: nobody
}

func newView(self string) *view {
	return &view{self: self, conversations: map[string]*conversation{}, outboxes: map[string]*outbox{}}
}

// outbox returns what is unanswered of a conversation. It is empty if there is nothing.
func (v *view) outbox(id string) *outbox {
	if box := v.outboxes[id]; box != nil {
		return box
	}
	return &outbox{}
}

// openOutbox returns the outbox of a conversation to put something into it.
func (v *view) openOutbox(id string) *outbox {
	if v.outboxes[id] == nil {
		v.outboxes[id] = &outbox{}
	}
	return v.outboxes[id]
}

// get returns a conversation, or nil if the view does not have it.
func (v *view) get(id string) *conversation { return v.conversations[id] }

// open returns a conversation, and creates it if it does not exist. It returns nil if there are too many.
func (v *view) open(id string) *conversation {
	if c := v.conversations[id]; c != nil {
		return c
	}
	if len(v.conversations) >= conversationsLimit || !isIdentifier(id) {
		return nil
	}
	c := newConversation(id, v.self, conversationMessages)
	if v.recalled != nil {
		c.recalled = func(messageID string) { v.recalled(id, messageID) }
	}
	v.conversations[id] = c
	return c
}

func (v *view) remove(id string) {
	delete(v.conversations, id)
	delete(v.outboxes, id)
}

// trim keeps the whole view bounded. It drops half of the messages of the fullest conversation.
func (v *view) trim() {
	total := 0
	var fullest *conversation
	for _, c := range v.conversations {
		total += len(c.order)
		if fullest == nil || len(c.order) > len(fullest.order) {
			fullest = c
		}
	}
	if total > viewMessages {
		fullest.letGo(len(fullest.order)/2 + 1)
	}
	v.held = min(total, viewMessages)
}

// took counts messages taken in since the last look, so that trim runs rarely.
func (v *view) took(count int) {
	v.held += count
	if v.held > viewMessages {
		v.trim()
	}
}

// ids returns the conversations that have a cursor and those that were listed: all that a connect must
// synchronise.
func (v *view) ids() []string {
	ids := make([]string, 0, len(v.conversations))
	for id := range v.conversations {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// list returns the conversation list, latest change first.
func (v *view) list() []Conversation {
	entries := make([]Conversation, 0, len(v.conversations))
	for _, c := range v.conversations {
		entries = append(entries, c.entry())
	}
	slices.SortFunc(entries, func(a, b Conversation) int {
		return cmp.Or(cmp.Compare(b.LastChangeAt, a.LastChangeAt), cmp.Compare(a.Conversation, b.Conversation))
	})
	return entries
}
