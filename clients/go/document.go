package client

import (
	"encoding/json"
	"maps"
	"slices"
)

const (
	documentVersion  = 1
	documentMessages = 200 // the newest, tombstones among them
)

// document is what a [Storage] keeps of one conversation.
type document struct {
	Version int           `json:"version"`
	Held    *heldDocument `json:"held,omitempty"` // nil: only the outbox is stored
	outbox
}

// heldDocument is the part of the view.
type heldDocument struct {
	Conversation
	Cursor   string    `json:"cursor,omitempty"`
	Heard    bool      `json:"heard,omitempty"`
	History  bool      `json:"history,omitempty"`
	Floor    string    `json:"floor,omitempty"` // messages up to this one were let go
	Messages []Message `json:"messages,omitempty"`
	Untold   []string  `json:"untold,omitempty"` // messageIds of which no callback was made yet
}

// writeDocument returns the document of a conversation, nil if there is nothing to store.
func (v *view) writeDocument(id string) ([]byte, error) {
	written := document{Version: documentVersion, outbox: *v.outbox(id)}
	if c := v.get(id); c != nil {
		written.Held = c.document()
	}
	if written.Held == nil && len(written.Sends) == 0 && len(written.Revokes) == 0 {
		return nil, nil
	}
	return json.Marshal(written)
}

func (c *conversation) document() *heldDocument {
	held := &heldDocument{
		Conversation: c.entry(), Cursor: c.cursor, Heard: c.heard, History: c.history, Floor: c.floor,
		Untold: slices.Sorted(maps.Keys(c.untold)),
	}
	newest := c.order
	if over := len(newest) - documentMessages; over > 0 {
		held.Floor = newest[over-1]
		newest = newest[over:]
	}
	for _, id := range newest {
		held.Messages = append(held.Messages, c.messages[id])
	}
	return held
}

// readDocument takes a stored conversation into the view. It reports false for a document that this version cannot
// read.
func (v *view) readDocument(id string, stored []byte) bool {
	var read document
	if json.Unmarshal(stored, &read) != nil || read.Version != documentVersion {
		return false
	}
	if read.Held != nil {
		c := v.open(id)
		if c == nil {
			return false
		}
		c.restore(*read.Held)
		v.took(len(c.order))
	}
	if len(read.Sends) > 0 || len(read.Revokes) > 0 {
		v.outboxes[id] = &read.outbox
	}
	return true
}

func (c *conversation) restore(held heldDocument) {
	c.lastChangeAt, c.lastMessageID, c.role, c.name = held.LastChangeAt, held.LastMessageID, held.Role, held.Name
	c.unread, c.readUpTo = held.Unread, held.ReadUpTo
	c.cursor, c.heard, c.history, c.floor = held.Cursor, held.Heard, held.History, held.Floor
	for _, m := range held.Messages {
		m.Conversation = c.id
		if m.Revoked != nil {
			m = m.tombstone(*m.Revoked)
		}
		c.put(m)
	}
	for _, messageID := range held.Untold {
		c.untold[messageID] = true
	}
}
