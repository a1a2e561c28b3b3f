package recall

import (
	"context"
	"slices"
	"sync"
)

// telling is what a commit owes: list rows, the head, the notices, and then that it owes nothing any more.
type telling struct {
	conversation Conversation
	due          Due
	messages     []Message
	notices      []Notice
	roster       func() (Roster, error)
	// joinFirst reports whether the rows of the conversation's users must be written; nil is no.
	joinFirst func() (bool, error)
	except    ConnectionID
	startedAt Instant
	// failed takes over the connections that could not be reached; nil leaves the messages due.
	failed func(ctx context.Context, connections []Connection) error
}

// beginRoster reads a group's roster beside the commit.
func (s *Service) beginRoster(ctx context.Context, conversation Conversation) func() (Roster, error) {
	if !conversation.IsGroup() {
		return func() (Roster, error) { return Roster{Users: conversation.Users()}, nil }
	}
	return begin(func() (Roster, error) { return s.Store.Roster(ctx, conversation.Group()) })
}

// tell does what a commit owes, in the order that misses nobody: who registers before the look gets the notice, who
// registers after it finds the change when he syncs. What fails stays due and is logged: the commit stands.
func (s *Service) tell(ctx context.Context, t telling) {
	ctx, cancel := context.WithTimeout(ctx, NoticeBudget)
	defer cancel()
	if err := s.finishTelling(ctx, t); err != nil {
		s.unfinished(ctx, string(t.due), t.conversation, err)
	}
}

func (s *Service) finishTelling(ctx context.Context, t telling) error {
	if err := s.joinIfFirst(ctx, t); err != nil {
		return err
	}
	roster, err := t.roster()
	if err != nil {
		return err
	}
	head := begin(func() (Head, error) { return s.touch(ctx, t) })
	if err := s.post(ctx, t, roster.Users); err != nil {
		_, _ = head() // its failure would only repeat
		return err
	}
	current, err := head()
	if err != nil {
		return err
	}
	if t.conversation.IsGroup() && current.RosterVersion != roster.Version {
		if err := s.postToNewcomers(ctx, t, roster); err != nil {
			return err
		}
	}
	return s.settle(ctx, t.messages)
}

// joinIfFirst lists the conversation for both users before anybody is looked up, so that a device which registers after
// the look finds it in its list.
func (s *Service) joinIfFirst(ctx context.Context, t telling) error {
	if t.joinFirst == nil || t.conversation.IsGroup() {
		return nil
	}
	first, err := t.joinFirst()
	if err != nil || !first {
		return err
	}
	sender := t.messages[0].Sender
	for _, user := range t.conversation.Users() {
		if user == sender {
			continue
		}
		if err := s.Store.Join(ctx, user, t.conversation, t.startedAt); err != nil {
			return err
		}
	}
	// The sender's own row last: it stands for both.
	return s.Store.Join(ctx, sender, t.conversation, t.startedAt)
}

func (s *Service) touch(ctx context.Context, t telling) (Head, error) {
	latest := t.messages[0]
	for _, message := range t.messages[1:] {
		if message.ChangedAt() > latest.ChangedAt() {
			latest = message
		}
	}
	lastMessage := MessageID("")
	if t.due == DueSent {
		lastMessage = latest.ID
	}
	return s.Store.Touch(ctx, t.conversation, latest.ChangedAt(), lastMessage)
}

// post tells the devices of the users, in this call or, for many users, through the queue.
func (s *Service) post(ctx context.Context, t telling, users []UserID) error {
	if len(users) > MembersInCall {
		return s.Queue.Enqueue(ctx, chunksOf(t, users))
	}
	connections, err := s.Presence.Connections(ctx, users)
	if err != nil {
		return err
	}
	failed := s.notify(ctx, t.notices, without(connections, t.except))
	s.observe(MetricNoticeMilliseconds, float64(s.now()-t.startedAt), string(t.due))
	if len(failed) == 0 {
		return nil
	}
	if t.failed == nil {
		return Fail(Unavailable, "some connections could not be reached")
	}
	return t.failed(ctx, failed)
}

// notify posts notices one behind the other and returns the connections that could not be reached. One that fails gets
// no further notice, and keeps none from the others.
func (s *Service) notify(ctx context.Context, notices []Notice, to []Connection) (failed []Connection) {
	for _, notice := range notices {
		missed := s.Notifier.Notify(ctx, notice, to)
		s.observe(MetricNotices, float64(len(to)-len(missed)), "")
		if len(missed) == 0 {
			continue
		}
		s.observe(MetricNoticesFailed, float64(len(missed)), "")
		failed = append(failed, missed...)
		to = slices.DeleteFunc(slices.Clone(to), func(each Connection) bool { return slices.Contains(missed, each) })
	}
	return failed
}

// postToNewcomers tells those who joined the group while its roster was read.
func (s *Service) postToNewcomers(ctx context.Context, t telling, before Roster) error {
	now, err := s.Store.Roster(ctx, t.conversation.Group())
	if err != nil {
		return err
	}
	told := make(map[UserID]bool, len(before.Users))
	for _, user := range before.Users {
		told[user] = true
	}
	var newcomers []UserID
	for _, user := range now.Users {
		if !told[user] {
			newcomers = append(newcomers, user)
		}
	}
	if len(newcomers) == 0 {
		return nil
	}
	return s.post(ctx, t, newcomers)
}

// settle ends the debt of the messages; the first failure leaves the rest to deliver.
func (s *Service) settle(ctx context.Context, messages []Message) error {
	return each(messages, func(message Message) error { return s.Store.Settle(ctx, message) })
}

func chunksOf(t telling, users []UserID) []Chunk {
	ids := make([]MessageID, len(t.messages))
	for i, message := range t.messages {
		ids[i] = message.ID
	}
	var chunks []Chunk
	for start := 0; start < len(users); start += ChunkUsers {
		end := min(start+ChunkUsers, len(users))
		chunks = append(chunks, Chunk{
			Conversation: t.conversation,
			Due:          t.due,
			MessageIDs:   ids,
			Users:        users[start:end],
			Except:       t.except,
			QueuedAt:     t.startedAt,
		})
	}
	return chunks
}

func without(connections []Connection, except ConnectionID) []Connection {
	kept := connections[:0:0]
	for _, connection := range connections {
		if connection.ID != except || except == "" {
			kept = append(kept, connection)
		}
	}
	return kept
}

// each runs work for every item at once and returns the first error.
func each[T any](items []T, work func(T) error) error {
	errs := make([]error, len(items))
	var group sync.WaitGroup
	for i, item := range items {
		group.Go(func() { errs[i] = work(item) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
