package client

import (
	"context"
	"errors"
	"slices"
	"time"
)

// saveDelay is how long a change that may be lost waits for others, so that one write serves them all.
const saveDelay = 100 * time.Millisecond

// load reads what is stored of the user. A storage that cannot be read is left alone: the session goes on in memory.
func (s *session) load() {
	if s.options.Storage == nil {
		return
	}
	documents, err := s.options.Storage.Load(s.user)
	if err != nil {
		s.storageFailed(err)
		return
	}
	s.changed = map[string]bool{}
	for id, stored := range documents {
		if !s.view.readDocument(id, stored) {
			s.options.Logger.Warn("a stored conversation cannot be read, and is fetched again")
			s.changed[id] = true // The next save replaces it.
		}
		for _, each := range s.view.outbox(id).Sends {
			s.unanswered[each.MessageID] = true
		}
	}
}

// tellUntold makes the callbacks that an earlier session owed when it ended.
func (s *session) tellUntold() {
	s.mutex.Lock()
	var tell []change
	for _, id := range s.view.ids() {
		c := s.view.get(id)
		for _, messageID := range c.order {
			m := c.messages[messageID].clone()
			switch {
			case !c.untold[messageID]:
			case m.Revoked != nil:
				tell = append(tell, change{revoked: &m})
			default:
				tell = append(tell, change{received: &m})
			}
		}
	}
	s.mutex.Unlock()
	s.announce(tell)
}

// toStore notes that a conversation changed. The mutex is held.
func (s *session) toStore(id string) {
	if s.changed != nil {
		s.changed[id] = true
	}
}

// save writes the document of a conversation if it changed, and returns when it is on the disk. Saves run one after
// another, so an older document never replaces a newer one.
func (s *session) save(id string) {
	if err := s.write(id); err != nil {
		s.storageFailed(err)
	}
}

func (s *session) write(id string) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	s.mutex.Lock()
	if !s.changed[id] {
		s.mutex.Unlock()
		return nil
	}
	delete(s.changed, id)
	written, err := s.view.writeDocument(id)
	s.mutex.Unlock()
	switch {
	case err != nil:
	case written == nil:
		err = s.options.Storage.Delete(s.user, id)
	default:
		err = s.options.Storage.Save(s.user, id, written)
	}
	if err == nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.toStore(id) // The next save tries again.
	return err
}

// saveSoon has the changes saved behind the callbacks that report them.
func (s *session) saveSoon() {
	if s.options.Storage == nil {
		return
	}
	s.enqueue(func() {
		select {
		case s.saveWake <- struct{}{}:
		default:
		}
	})
}

// saveAll saves every conversation that changed.
func (s *session) saveAll() {
	s.mutex.Lock()
	ids := make([]string, 0, len(s.changed))
	for id := range s.changed {
		ids = append(ids, id)
	}
	s.mutex.Unlock()
	slices.Sort(ids)
	for _, id := range ids {
		s.save(id)
	}
}

// keepSaving saves what may wait, until the session is left.
func (s *session) keepSaving() {
	for {
		select {
		case <-s.saveWake:
		case <-s.ctx.Done():
			return
		}
		timer := time.NewTimer(saveDelay)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
			return
		}
		s.saveAll()
	}
}

// storageFailed tells the application once that the session goes on in memory.
func (s *session) storageFailed(err error) {
	s.options.Logger.Error("the storage failed; what is new is kept in memory only", "error", err)
	s.failOnce.Do(func() {
		s.enqueue(func() {
			s.listeners.each(func(l Listener) {
				if l.OnStorageFailed != nil {
					l.OnStorageFailed(err)
				}
			})
		})
	})
}

// endStoring notes that every call has failed, and saves for the last time. After it, another session may use the
// storage.
func (s *session) endStoring() {
	s.mutex.Lock()
	for id, box := range s.view.outboxes {
		if box.failCalled(s.reason.Code) {
			s.toStore(id)
		}
	}
	s.mutex.Unlock()
	s.saveAll()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.changed != nil {
		s.leftUnsaved, s.changed = s.changed, nil
	}
}

// storeSend notes a message, and returns when it is on the disk.
func (s *session) storeSend(m draft) {
	s.mutex.Lock()
	if s.changed != nil {
		s.view.openOutbox(m.Conversation).send(
			unansweredSend{
				MessageID: m.MessageID, Body: m.Body, ReplyTo: m.ReplyTo, UnlessRevoked: m.unlessRevoked,
				Attachments: m.Attachments, called: true,
			})
		s.toStore(m.Conversation)
	}
	s.mutex.Unlock()
	s.save(m.Conversation)
}

// failSend notes that the application is told of an unsure end of a send.
func (s *session) failSend(m Message, code int) {
	s.mutex.Lock()
	s.view.outbox(m.Conversation).fail(m.MessageID, code)
	s.toStore(m.Conversation)
	s.mutex.Unlock()
	s.save(m.Conversation)
}

// storeRevoke notes a recall, and returns when it is on the disk.
func (s *session) storeRevoke(conversation string, recall unansweredRevoke) {
	s.mutex.Lock()
	if s.changed != nil {
		box := s.view.openOutbox(conversation)
		box.Revokes = append(box.Revokes, recall)
		s.toStore(conversation)
	}
	s.mutex.Unlock()
	s.save(conversation)
}

// settleRevoke forgets a recall that has ended, and returns when its outcome is on the disk.
func (s *session) settleRevoke(conversation string, messageIDs []string) {
	s.mutex.Lock()
	if s.view.outbox(conversation).removeRevoke(messageIDs) {
		s.toStore(conversation)
	}
	s.mutex.Unlock()
	s.save(conversation)
}

// settleRevoked notes that a message is recalled: neither its text nor the wish to recall it is kept. The mutex is
// held.
func (s *session) settleRevoked(conversation, messageID string) change {
	box := s.view.outbox(conversation)
	before := len(box.Sends)
	s.settle(conversation, messageID)
	gone := change{textGone: len(box.Sends) < before}
	if i := box.findRevoke([]string{messageID}); i >= 0 && !box.Revokes[i].called {
		box.Revokes = slices.Delete(box.Revokes, i, i+1)
		s.toStore(conversation)
	}
	return gone
}

// settleFailed forgets a message that failed and that the server now refuses to recall, because the application has
// dealt with it.
func (s *session) settleFailed(conversation string, refused revokeItem) {
	if refused.Error == nil || refused.Error.Retryable {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, each := range s.view.outbox(conversation).Sends {
		if each.MessageID == refused.MessageID && !each.called {
			s.settle(conversation, each.MessageID)
			return
		}
	}
}

// owe notes the callbacks that are due, until told has noted that they were made.
func (c *conversation) owe(tell []change) {
	for _, one := range tell {
		if one.received != nil {
			c.untold[one.received.MessageID] = true
		} else {
			c.untold[one.revoked.MessageID] = true
		}
	}
}

func (s *session) told(m Message) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if c := s.view.get(m.Conversation); c != nil && c.untold[m.MessageID] {
		delete(c.untold, m.MessageID)
		s.toStore(c.id)
	}
}

// saveBeforeTelling makes sure that a recalled text is off the disk before anybody is told of the recall.
func (s *session) saveBeforeTelling(id string, changes []change) {
	if slices.ContainsFunc(changes, func(one change) bool { return one.textGone }) {
		s.save(id)
	}
}

// interrupted is what an earlier session did not finish.
type interrupted struct {
	conversation string
	outbox
}

// interruptedWork returns what no caller waits for.
func (s *session) interruptedWork() []interrupted {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var work []interrupted
	for id, box := range s.view.outboxes {
		left := interrupted{conversation: id}
		for _, each := range box.Revokes {
			if !each.called {
				left.Revokes = append(left.Revokes, each)
			}
		}
		for _, each := range box.Sends {
			if !each.called && each.Failed == 0 && !box.revoking(each.MessageID) {
				left.Sends = append(left.Sends, each)
			}
		}
		work = append(work, left)
	}
	return work
}

// resume ends what an earlier session began: its recalls first, then its messages in their order.
func (s *session) resume() {
	work := s.interruptedWork()
	for _, each := range work {
		for _, recall := range each.Revokes {
			s.resumeRevoke(each.conversation, recall)
		}
	}
	for _, each := range work {
		for _, message := range each.Sends {
			s.resumeSend(message.draft(each.conversation, s.user))
		}
	}
}

// resumeRevoke repeats a recall. No call gets the result, so the callbacks tell it.
func (s *session) resumeRevoke(id string, recall unansweredRevoke) {
	answer, err := s.askRevoke(context.Background(), id, recall)
	if answer == nil {
		if !mayYetSucceed(err) {
			s.settleRevoke(id, recall.MessageIDs)
		}
		return
	}
	again := false
	s.change(id, func(c *conversation) []change {
		var changes []change
		for _, one := range answer.Results {
			switch {
			case one.OK && one.Revoked != nil:
				c.lastChangeAt = max(c.lastChangeAt, one.Revoked.At)
				changes = append(changes,
					s.settleRevoked(c.id, one.MessageID), c.learnRevocation(one.revocation(), fromEvent))
			case one.Error != nil && one.Error.Retryable:
				again = true
			default:
				s.settle(c.id, one.MessageID)
			}
		}
		return changes
	})
	if !again {
		s.settleRevoke(id, recall.MessageIDs)
	}
}

// mayYetSucceed reports whether a request that failed is made again after the next connect.
func mayYetSucceed(err error) bool {
	var failure *Error
	if !errors.As(err, &failure) {
		return true
	}
	return failure.Retryable || failure.Code == CodeTimeout || failure.Code == CodeNotLoggedIn ||
		failure.Code == CodeTokenExpired
}

// resumeSend sends a message again. No call gets the result, so the callbacks tell it.
func (s *session) resumeSend(m draft) {
	stored, _, err := s.askSend(context.Background(), m)
	switch {
	case err == nil:
		s.change(m.Conversation, func(c *conversation) []change {
			s.settle(c.id, m.MessageID)
			c.lastChangeAt = max(c.lastChangeAt, stored.SentAt)
			return []change{c.learn(stored, fromEvent)}
		})
	case Code(err) == CodeAlreadyRecalled:
		s.settleSend(m.Conversation, m.MessageID)
		s.save(m.Conversation)
	case !mayYetSucceed(err):
		s.failSend(m.Message, Code(err))
	}
}
