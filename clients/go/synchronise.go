package client

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

const syncBatchLimit = 20

// synchroniseAll asks for the conversation list and then for what was missed in every conversation, whatever the list
// says about the time of its last change.
func (s *session) synchroniseAll(c *connection) error {
	if err := s.persist(c, func() error { return s.listConversations(c) }); err != nil {
		return err
	}
	from := fromUnknown
	select {
	case <-s.synchronised:
	default:
		from = fromHistory
	}
	s.mutex.Lock()
	clear(s.wanted)
	todo := map[string]origin{}
	for _, id := range s.view.ids() {
		todo[id] = from
	}
	s.mutex.Unlock()
	return s.synchronise(c, todo)
}

// synchroniseWanted synchronises the conversations that want was called for.
func (s *session) synchroniseWanted(c *connection) error {
	s.mutex.Lock()
	todo := s.wanted
	s.wanted = map[string]origin{}
	s.mutex.Unlock()
	return s.synchronise(c, todo)
}

// persist repeats a step of the synchronisation that failed for a while; it ends with the connection. A step without
// any reply ends the connection, which may be half dead.
func (s *session) persist(c *connection, step func() error) error {
	for repeat := 0; ; repeat++ {
		err := step()
		if err == nil || errors.Is(err, errConnectionLost) || s.over() {
			return err
		}
		if Code(err) == CodeTimeout {
			c.drop()
			return err
		}
		s.options.Logger.Info("synchronising failed", "code", Code(err), "repeat", repeat)
		timer := time.NewTimer(s.options.backOff(repeat + 1))
		select {
		case <-timer.C:
		case <-c.gone:
			timer.Stop()
			return errConnectionLost
		case <-s.ended:
			timer.Stop()
			return s.failure()
		}
	}
}

// listConversations fetches all pages of the conversation list.
func (s *session) listConversations(c *connection) error {
	after := ""
	for {
		fields := map[string]any{}
		if after != "" {
			fields["after"] = after
		}
		reply, err := s.request(s.ctx, c, "conversations", fields)
		if err != nil {
			return err
		}
		var page conversationsReply
		if err := reply.fields(&page); err != nil {
			return err
		}
		full := s.takeList(page.Conversations)
		if page.Next == "" || page.Next == after || full {
			return nil
		}
		after = page.Next
	}
}

// takeList takes in a page of the list and reports whether no more conversations can be held.
func (s *session) takeList(entries []json.RawMessage) (full bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, raw := range entries {
		var entry Conversation
		if json.Unmarshal(raw, &entry) != nil {
			continue
		}
		if c := s.view.open(entry.Conversation); c != nil {
			before := c.entry()
			c.lastChangeAt = max(c.lastChangeAt, entry.LastChangeAt)
			c.role, c.name = entry.Role, entry.Name
			c.setRead(entry.ReadUpTo, entry.Unread)
			if c.entry() != before {
				s.toStore(c.id)
			}
		}
	}
	return len(s.view.conversations) >= conversationsLimit
}

// synchronise asks for what changed in the given conversations, in batches, until each is complete. The origin is that
// of what comes for a conversation without a cursor.
func (s *session) synchronise(c *connection, todo map[string]origin) error {
	for len(todo) > 0 {
		batch := s.nextBatch(todo)
		err := s.persist(c, func() error { return s.syncBatch(c, batch, todo) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) nextBatch(todo map[string]origin) []string {
	ids := make([]string, 0, len(todo))
	for id := range todo {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids[:min(len(ids), syncBatchLimit)]
}

// syncBatch makes one sync request and takes in its reply. What is complete leaves todo.
func (s *session) syncBatch(c *connection, batch []string, todo map[string]origin) error {
	reply, err := s.request(s.ctx, c, "sync", map[string]any{"conversations": s.syncItems(batch)})
	if err != nil {
		return err
	}
	var page syncReply
	if err := reply.fields(&page); err != nil {
		return err
	}
	items := readItems(page.Conversations, batch)
	moved := s.moves(items)
	answered := 0
	var failed *Error
	for _, item := range items {
		if item.Error != nil && item.Error.Retryable {
			failed = item.Error.asError()
			continue
		}
		answered++
		if item.Error != nil {
			s.refused(item, todo)
			continue
		}
		if s.takeItem(item, todo[item.Conversation], moved) {
			delete(todo, item.Conversation)
		}
	}
	s.saveSoon()
	if answered > 0 {
		return nil // The conversations that are left are requested again.
	}
	if failed != nil {
		return failed
	}
	return newError(CodeUnavailable, "the server left out the conversations of a sync")
}

func readItems(raw []json.RawMessage, batch []string) []syncItem {
	var items []syncItem
	for _, each := range raw {
		var item syncItem
		if json.Unmarshal(each, &item) == nil && slices.Contains(batch, item.Conversation) {
			items = append(items, item)
		}
	}
	return items
}

// moves reports whether a reply moved the cursor of any of its conversations. A conversation that did not fit into the
// reply is requested again. But a server that always says more and moves nothing must not keep the client busy.
func (s *session) moves(items []syncItem) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.ContainsFunc(items, func(item syncItem) bool {
		if item.Error != nil {
			return !item.Error.Retryable
		}
		c := s.view.get(item.Conversation)
		return !item.More || c == nil || c.newCursor(item)
	})
}

// refused handles a conversation that the server does not give: the user is no longer in it, or the server does not
// know the cursor. Such a cursor is forgotten, and the conversation stays in todo and is asked for without one. The
// application is told of what that brings, as far as it is new.
func (s *session) refused(item syncItem, todo map[string]origin) {
	s.options.Logger.Info("a conversation was refused", "code", item.Error.Code)
	if item.Error.Code == CodeInvalidRequest && s.forgetCursor(item.Conversation) {
		todo[item.Conversation] = fromUnknown
		return
	}
	delete(todo, item.Conversation)
	if item.Error.Code == CodeConversationNotFound {
		s.forget(item.Conversation)
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if c := s.view.get(item.Conversation); c != nil {
		c.syncing, c.touched = false, nil
	}
}

// forgetCursor reports whether there was a cursor to forget.
func (s *session) forgetCursor(conversation string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c := s.view.get(conversation)
	if c == nil || c.cursor == "" {
		return false
	}
	c.cursor, c.history = "", false
	return true
}

// takeItem takes in one conversation of a sync reply, which moved any of them or none. It reports whether the
// conversation is complete.
func (s *session) takeItem(item syncItem, from origin, moved bool) (complete bool) {
	messages, revocations := readMessages(item.Messages), readRevocations(item.Revocations)
	s.mutex.Lock()
	c := s.view.open(item.Conversation)
	if c == nil {
		s.mutex.Unlock()
		return true
	}
	before, cursor := c.entry(), c.cursor
	if c.cursor != "" && !c.history {
		from = fromCursor
	} else if c.heard {
		from = fromUnknown
	} else if from == fromHistory {
		c.history = true
	}
	changes := make([]change, 0, len(messages)+len(revocations))
	for _, m := range messages {
		c.included(m.MessageID, m.Revoked != nil)
		if m.Revoked != nil {
			changes = append(changes, s.settleRevoked(c.id, m.MessageID))
		} else {
			s.settle(c.id, m.MessageID)
		}
		changes = append(changes, c.learn(m, from))
	}
	for _, r := range revocations {
		c.included(r.MessageID, true)
		changes = append(changes, s.settleRevoked(c.id, r.MessageID), c.learnRevocation(r, from))
	}
	complete = !item.More || !moved
	if item.Cursor != "" {
		c.cursor, c.heard = item.Cursor, false
	}
	unsure := complete && c.endSync(item)
	s.view.took(len(changes))
	after := c.entry()
	tell := s.toTell(changes)
	c.owe(tell)
	if before != after || c.cursor != cursor || len(changes) > 0 {
		s.toStore(c.id)
	}
	s.mutex.Unlock()

	s.saveBeforeTelling(c.id, changes)
	s.announce(tell)
	if before != after {
		s.enqueue(func() { s.listeners.changed(after) })
	}
	if unsure {
		s.want(item.Conversation, from)
	}
	return complete
}

// syncItems writes the items of a sync request.
func (s *session) syncItems(batch []string) []map[string]any {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	items := make([]map[string]any, 0, len(batch))
	for _, id := range batch {
		item := map[string]any{"conversation": id}
		if c := s.view.open(id); c != nil {
			c.beginSync()
			if c.cursor != "" {
				item["cursor"] = c.cursor
			}
		}
		items = append(items, item)
	}
	return items
}
