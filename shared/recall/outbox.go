package recall

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"
)

// OutboxStore is what the outbox needs of the store.
type OutboxStore interface {
	HeadReader
	RosterReader
	// Join writes the list row of a user, if there is none.
	Join(ctx context.Context, user UserID, conversation Conversation, at Instant) error
	// Touch moves a head's last change and its newest message forward, each by itself and never back, and returns the
	// head as it is then; lastMessage is empty for a recall. It does not bring back the head of a deleted group: then it
	// returns a zero Head.
	Touch(ctx context.Context, conversation Conversation, at Instant, lastMessage MessageID) (Head, error)
	// Settle removes what the message owes, if it still owes just that: a recall that came since keeps its own. With it
	// go the Objects of a tombstone.
	Settle(ctx context.Context, message Message) error
}

// outbox carries one change from its commit to its notices. The steps follow one another in an order that misses
// nobody:
//
//  1. commit: Send and Revoke write the change. The same write marks the message: its notices are due.
//  2. look up: deliver reads who is connected, consistently.
//  3. post: deliver posts the notices, or queues them where a group is large.
//  4. settle: deliver queues the connections that could not be reached, and removes the mark.
//
// The objects of recalled messages are deleted beside steps 2 and 3, and before the mark is removed.
//
// A device that registers before the look-up gets the notice. A device that registers after it finds the change when
// it syncs. If a step fails, or the function dies, the mark stays and Finish takes over.
type outbox struct {
	service      *Service
	conversation Conversation
	due          Due
	// messages are those that were committed, as the store has them now.
	messages []Message
	// roster reads who is in the conversation, or the first of them. It begins beside the commit.
	roster func() (Roster, error)
	// unlisted reports whether one of two users may not have the conversation in their list. Nil is no.
	unlisted func() (bool, error)
	// keepsOrder is true if the change leaves the order of lists as it is, so that the head is not written.
	keepsOrder bool
	// except is the connection that asked for the change and gets its answer.
	except ConnectionID
	// startedAt is when the request began.
	startedAt Instant
}

// deliver does steps 2 to 4 for what was committed just now. A failure is logged and not returned, since the commit
// stands and Finish does the rest.
func (o *outbox) deliver(ctx context.Context) {
	removed := o.removeObjects(ctx)
	failed, err := o.tell(ctx)
	err = errors.Join(err, removed())
	if err == nil {
		err = o.settle(ctx, failed)
	}
	if err != nil {
		o.service.unfinished(ctx, string(o.due), o.conversation, err)
	}
}

// tell does steps 2 and 3 for all users of the conversation, within NoticeBudget. It returns the connections that
// could not be reached. Beside these steps it keeps the lists of conversations up to date.
func (o *outbox) tell(ctx context.Context) (failed []Connection, err error) {
	ctx, cancel := context.WithTimeout(ctx, NoticeBudget)
	defer cancel()
	if err := o.list(ctx); err != nil {
		return nil, err
	}
	roster, err := o.roster()
	if err != nil {
		return nil, err
	}
	head := begin(func() (Head, error) { return o.touch(ctx) })
	told, failed, err := o.tellRoster(ctx, roster)
	if err != nil {
		_, _ = head() // it would only fail again
		return nil, err
	}
	current, err := head()
	if err != nil {
		return nil, err
	}
	if !o.conversation.IsGroup() || current.RosterVersion == roster.Version {
		return failed, nil
	}
	newcomers, err := o.newcomers(ctx, told)
	if err != nil {
		return nil, err
	}
	_, more, err := o.tellRoster(ctx, Roster{Users: newcomers})
	return append(failed, more...), err
}

// tellRoster looks up the connections of the users and posts to them. If the users are many, it queues both steps. It
// returns the users too, because it reads those of whom the roster is only the first part.
func (o *outbox) tellRoster(ctx context.Context, roster Roster) (told []UserID, failed []Connection, err error) {
	switch {
	case len(roster.Users) == 0:
		return nil, nil, nil
	case roster.More || len(roster.Users) > MembersInCall:
		told, err = o.queueRoster(ctx, roster)
		return told, nil, err
	}
	connections, err := o.lookUp(ctx, roster.Users)
	if err != nil {
		return nil, nil, err
	}
	return roster.Users, o.post(ctx, connections), nil
}

// queueRoster queues the users of a large group in chunks. While the queue takes those of one page, and the first of
// them are told, the next page is read.
func (o *outbox) queueRoster(ctx context.Context, page Roster) (queued []UserID, err error) {
	var queueing errgroup.Group
	for {
		users := page.Users
		queued = append(queued, users...)
		queueing.Go(func() error { return o.service.Queue.Enqueue(ctx, o.chunks(users)) })
		if !page.More {
			return queued, queueing.Wait()
		}
		page, err = o.service.Store.RosterPage(ctx, o.conversation.Group(), users[len(users)-1])
		if err != nil {
			_ = queueing.Wait() // what it queued is told, and the message is still due
			return nil, err
		}
	}
}

// lookUp is step 2. It leaves out the connection that asked for the change.
func (o *outbox) lookUp(ctx context.Context, users []UserID) ([]Connection, error) {
	connections, err := o.service.Presence.Connections(ctx, users)
	return without(connections, o.except), err
}

// post is step 3. It returns the connections that could not be reached.
func (o *outbox) post(ctx context.Context, to []Connection) (failed []Connection) {
	s := o.service
	failed = s.notify(ctx, s.noticesAbout(o.conversation, o.messages), to)
	s.observe(MetricNoticeMilliseconds, float64(s.now()-o.startedAt), string(o.due))
	return failed
}

// settle is step 4. It queues the connections that could not be reached, and removes the mark. If the queue does not
// take them, the messages stay due. It has a time of its own, since devices that hang use up the time of the posts.
func (o *outbox) settle(ctx context.Context, failed []Connection) error {
	ctx, cancel := context.WithTimeout(ctx, SettleBudget)
	defer cancel()
	if err := o.service.tellLater(ctx, o.chunk(), failed); err != nil {
		return err
	}
	var group errgroup.Group
	for _, message := range o.messages {
		group.Go(func() error { return o.service.Store.Settle(ctx, message) })
	}
	return group.Wait()
}

// removeObjects deletes the objects of recalled messages beside the other steps, so that storage that cannot be
// reached delays no notice. The returned function waits for it. The messages are settled only after it: until then
// they are due, and Finish deletes what a function that died has left.
func (o *outbox) removeObjects(ctx context.Context) (wait func() error) {
	var keys []ObjectKey
	for _, message := range o.messages {
		if message.Revoked != nil {
			keys = append(keys, message.Objects...)
		}
	}
	if len(keys) == 0 {
		return func() error { return nil }
	}
	ctx, cancel := context.WithTimeout(ctx, NoticeBudget)
	removed := begin(func() (struct{}, error) {
		defer cancel()
		return struct{}{}, o.service.deleteObjects(ctx, keys)
	})
	return func() error { _, err := removed(); return err }
}

// list writes the conversation into the lists of both users before anybody is looked up: a device that registers after
// the look-up then finds it there.
func (o *outbox) list(ctx context.Context) error {
	if o.unlisted == nil || o.conversation.IsGroup() {
		return nil
	}
	missing, err := o.unlisted()
	if err != nil || !missing {
		return err
	}
	sender := o.messages[0].Sender
	for _, user := range o.conversation.Users() {
		if user == sender {
			continue
		}
		if err := o.service.Store.Join(ctx, user, o.conversation, o.startedAt); err != nil {
			return err
		}
	}
	// The sender's own row is the last: while it is missing, the next send writes both.
	return o.service.Store.Join(ctx, sender, o.conversation, o.startedAt)
}

// touch moves the head, by which lists of conversations are sorted. Where the order stays, it only reads the head of a
// group, which has the version of the roster.
func (o *outbox) touch(ctx context.Context) (Head, error) {
	if o.keepsOrder {
		if !o.conversation.IsGroup() {
			return Head{}, nil
		}
		head, _, err := o.service.Store.Head(ctx, o.conversation)
		return head, err
	}
	latest := o.messages[0]
	for _, message := range o.messages[1:] {
		if message.ChangedAt() > latest.ChangedAt() {
			latest = message
		}
	}
	lastMessage := MessageID("")
	if o.due == DueSent {
		lastMessage = latest.ID
	}
	head, err := o.service.Store.Touch(ctx, o.conversation, latest.ChangedAt(), lastMessage)
	if NameOf(err) == ConversationFull {
		// A full conversation takes no write that may make it larger. The order of lists stays as it is, and everybody is
		// told.
		head, _, err = o.service.Store.Head(ctx, o.conversation)
	}
	return head, err
}

// newcomers are those who joined the group while its roster was read, and so were not told.
func (o *outbox) newcomers(ctx context.Context, told []UserID) ([]UserID, error) {
	now, err := members(ctx, o.service.Store, o.conversation.Group())
	if err != nil {
		return nil, err
	}
	known := make(map[UserID]bool, len(told))
	for _, user := range told {
		known[user] = true
	}
	return slices.DeleteFunc(now.Users, func(user UserID) bool { return known[user] }), nil
}

// chunk is what the queue needs to know of the change.
func (o *outbox) chunk() Chunk {
	ids := make([]MessageID, len(o.messages))
	for i, message := range o.messages {
		ids[i] = message.ID
	}
	return Chunk{Conversation: o.conversation, Due: o.due, MessageIDs: ids, Except: o.except, Since: o.startedAt}
}

// chunks share the users out, ChunkUsers to each chunk.
func (o *outbox) chunks(users []UserID) []Chunk {
	var chunks []Chunk
	for some := range slices.Chunk(users, ChunkUsers) {
		chunk := o.chunk()
		chunk.Users = some
		chunks = append(chunks, chunk)
	}
	return chunks
}

// queueAll does what is left to do after a commit, the posts through the queue. The roster is read after the commit
// here, so nobody can join while it is read.
func (o *outbox) queueAll(ctx context.Context) error {
	removed := o.removeObjects(ctx)
	err := o.queueNotices(ctx)
	if err := errors.Join(err, removed()); err != nil {
		return err
	}
	return o.settle(ctx, nil)
}

func (o *outbox) queueNotices(ctx context.Context) error {
	if err := o.list(ctx); err != nil {
		return err
	}
	if _, err := o.touch(ctx); err != nil {
		return err
	}
	roster, err := readRoster(ctx, o.conversation, firstPage(o.service.Store.RosterPage))
	if err != nil {
		return err
	}
	_, err = o.queueRoster(ctx, roster)
	return err
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

// begin runs work beside what follows; the returned function waits for its result. The work ends when its context
// does, also if nobody waits for it.
func begin[T any](work func() (T, error)) func() (T, error) {
	var group errgroup.Group
	var value T
	group.Go(func() (err error) {
		value, err = work()
		return err
	})
	return func() (T, error) {
		err := group.Wait()
		return value, err
	}
}
