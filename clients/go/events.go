package client

import (
	"cmp"
	"slices"
)

// receive handles one text frame. Whatever is not understood is ignored.
func (s *session) receive(c *connection, data []byte) {
	f, err := parseFrame(data)
	if err != nil {
		return
	}
	if s.over() {
		return // the next login asks for what comes after the end
	}
	switch f.Type {
	case "":
		s.repeatAll()
	case "reply":
		if !f.OK && f.Error != nil && f.Error.Code == CodeTokenExpired {
			c.dropForToken()
			return
		}
		s.answer(f)
	case "message":
		s.onMessage(f)
	case "revoked":
		s.onRevoked(f)
	case "read":
		s.onRead(f)
	case "conversation":
		s.onConversation(f)
	case "kicked":
		s.onKicked(f)
	}
}

func (s *session) onMessage(f frame) {
	var event messageEvent
	if f.fields(&event) != nil {
		return
	}
	m, err := readMessage(event.Message)
	if err != nil {
		return
	}
	s.change(m.Conversation, func(c *conversation) []change {
		s.settle(c.id, m.MessageID)
		c.lastChangeAt = max(c.lastChangeAt, m.SentAt)
		return []change{c.learn(m, fromEvent)}
	})
}

func (s *session) onRevoked(f frame) {
	var event revokedEvent
	if f.fields(&event) != nil {
		return
	}
	revocations := readRevocations(event.Revocations)
	if len(revocations) == 0 {
		return
	}
	s.change(event.Conversation, func(c *conversation) []change {
		changes := make([]change, 0, len(revocations))
		for _, r := range revocations {
			c.lastChangeAt = max(c.lastChangeAt, r.Revoked.At)
			changes = append(changes, s.settleRevoked(c.id, r.MessageID), c.learnRevocation(r, fromEvent))
		}
		return changes
	})
}

func (s *session) onRead(f frame) {
	var event readReply
	if f.fields(&event) != nil {
		return
	}
	s.takeRead(event.Conversation, event)
}

// takeRead takes the server's read marker and unread number.
func (s *session) takeRead(id string, read readReply) {
	s.change(id, func(c *conversation) []change { return c.takeRead(read) })
}

func (s *session) onConversation(f frame) {
	var event conversationEvent
	if f.fields(&event) != nil || !isIdentifier(event.Conversation) {
		return
	}
	mine := event.User == "" || event.User == s.user
	if mine && event.Change == "left" {
		s.forget(event.Conversation)
		return
	}
	s.change(event.Conversation, func(c *conversation) []change {
		if mine && event.Role != "" {
			c.role = event.Role
		}
		return nil
	})
	if mine && event.Change == "joined" {
		s.want(event.Conversation, fromHistory)
	}
}

// onKicked ends the session: the server closes the connection next, and a client that connected again by itself would
// push out another device of the same user.
func (s *session) onKicked(f frame) {
	var event kickedEvent
	if f.fields(&event) != nil || event.Reason == "" {
		return
	}
	s.enqueue(func() {
		s.listeners.each(func(l Listener) {
			if l.OnKickedOffline != nil {
				l.OnKickedOffline(event.Reason)
			}
		})
	})
	s.end(kickedOffline(event.Reason))
}

// change applies what was learnt of a conversation, and tells the listeners.
func (s *session) change(id string, apply func(*conversation) []change) {
	s.mutex.Lock()
	c := s.view.open(id)
	if c == nil {
		s.mutex.Unlock()
		return
	}
	before := c.entry()
	changes := apply(c)
	s.view.took(len(changes))
	after, cursorless := c.entry(), c.cursor == ""
	tell := s.toTell(changes)
	firstHeard := cursorless && !c.heard && len(tell) > 0
	c.heard = c.heard || firstHeard
	c.owe(tell)
	s.toStore(id)
	s.mutex.Unlock()

	if firstHeard {
		s.save(id) // Otherwise the next login would take the whole conversation for history, and report no recall of it.
	}
	s.saveBeforeTelling(id, changes)
	s.announce(tell)
	s.saveSoon()
	if before != after {
		s.enqueue(func() { s.listeners.changed(after) })
	}
	unsure := slices.ContainsFunc(changes, func(one change) bool { return one.unsure })
	if unsure || (cursorless && len(changes) > 0) {
		s.want(id, fromUnknown)
	}
}

// toTell leaves out the recalls that this client asked for itself: those get their result. The mutex is held.
func (s *session) toTell(changes []change) []change {
	return slices.DeleteFunc(slices.Clone(changes), func(one change) bool {
		own := one.revoked != nil && one.revoked.Revoked.By == s.user && s.revokeCalls[one.revoked.MessageID] > 0
		return own || (one.received == nil && one.revoked == nil)
	})
}

func (s *session) announce(changes []change) {
	for _, one := range changes {
		if one.received != nil {
			s.enqueue(func() {
				s.listeners.received(*one.received)
				s.told(*one.received)
			})
		} else {
			s.enqueue(func() {
				s.listeners.revoked(*one.revoked)
				s.told(*one.revoked)
			})
		}
	}
}

// want asks for a synchronisation of one conversation, on this connection or, failing that, the next one.
func (s *session) want(id string, from origin) {
	s.mutex.Lock()
	if _, already := s.wanted[id]; !already {
		s.wanted[id] = from
	}
	s.mutex.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// forget lets a conversation go that the user is no longer in.
func (s *session) forget(id string) {
	s.mutex.Lock()
	s.view.remove(id)
	s.toStore(id)
	s.mutex.Unlock()
	s.save(id)
}

// inOrder returns the outstanding calls in the order in which they were made. The mutex is held.
func (s *session) inOrder() []*call {
	outstanding := make([]*call, 0, len(s.calls))
	for _, c := range s.calls {
		outstanding = append(outstanding, c)
	}
	slices.SortFunc(outstanding, func(a, b *call) int { return cmp.Compare(a.order, b.order) })
	return outstanding
}
