package recall_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// finishes calls Finish for a change of the message, and then does what it queued.
func (w *world) finishes(message recall.Message) error {
	w.t.Helper()
	err := w.Finish(w.t.Context(), message)
	w.drains()
	return err
}

// drains delivers the chunks of the queue until it is empty; the clock goes on to the end of each chunk's delay.
func (w *world) drains() {
	w.t.Helper()
	for chunks := w.queue.Take(); len(chunks) > 0; chunks = w.queue.Take() {
		for _, chunk := range chunks {
			w.clock.Advance(chunk.Delay)
			w.must(w.DeliverChunk(w.t.Context(), chunk))
		}
	}
}

// TestG4WhereverAFunctionDiesFinishDoesTheRest: each of a request's calls fails in turn, which is as if the function
// had died there; afterwards the others know, and nothing is due.
func TestG4WhereverAFunctionDiesFinishDoesTheRest(t *testing.T) {
	for _, dies := range []string{"Membership", "Join", "Roster", "Touch", "Settle"} {
		for _, conversation := range []recall.Conversation{direct, group} {
			t.Run(dies+" in "+conversation.Key(), func(t *testing.T) {
				onBoth(t, func(t *testing.T, w *world) {
					w.makeGroup()
					w.Window = recall.Unlimited
					w.device(bob, "bob")
					w.store.failing(dies)
					message := w.sent(as(alice, ""), conversation)
					w.store.failing()
					w.clock.Advance(recall.SameOrder + time.Second)
					w.must(w.finishes(message))
					if told := w.told(); !slices.Contains(told, "bob message "+string(message.ID)) {
						t.Errorf("bob does not know the message: %q", told)
					}
					w.store.failing(dies)
					w.recalls(as(alice, ""), message)
					w.store.failing()
					tombstone := w.stored(message)
					w.must(w.finishes(tombstone))
					if told := w.told(); !slices.Contains(told, "bob revoked "+string(message.ID)) {
						t.Errorf("bob does not know the recall: %q", told)
					}
					if stored := w.stored(message); stored.Due != recall.DueNothing || stored.Body != "" {
						t.Errorf("stored %+v", stored)
					}
					head, found, err := w.store.Head(t.Context(), conversation)
					if err != nil || !found || head.LastMessageID != message.ID || head.LastChangeAt != tombstone.Revoked.At {
						t.Errorf("head %+v, error %v", head, err)
					}
					if _, listed, err := w.store.Store.Membership(t.Context(), bob, conversation); err != nil || !listed {
						t.Errorf("bob's list has no row, error %v", err)
					}
				})
			})
		}
	}
}

func TestFinishWaitsOnlyForMessagesThatAreStillDue(t *testing.T) {
	w := newWorld(t)
	settled := w.sent(as(alice, ""), direct)
	w.store.taken()
	w.must(w.finishes(settled))
	if calls := w.store.taken(); len(w.slept) != 0 || !slices.Equal(calls, []string{"Message"}) {
		t.Errorf("for a settled message it waits %v and calls %v", w.slept, calls)
	}
	for age, want := range map[time.Duration]time.Duration{
		0: 3 * time.Second, 1200 * time.Millisecond: 1800 * time.Millisecond, 3 * time.Second: 0, time.Hour: 0,
		-time.Hour: 3 * time.Second, // a change from a clock that is ahead is not waited for any longer
	} {
		message := w.unsettled(direct)
		w.clock.Advance(age)
		w.slept = nil
		w.must(w.finishes(message))
		var waited time.Duration
		for _, pause := range w.slept {
			waited += pause
		}
		if waited != want {
			t.Errorf("at an age of %s it waits %v, want %v", age, waited, want)
		}
	}
}

func TestFinishLeavesAMessageAloneThatIsSettledWhileItWaits(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	message := w.unsettled(direct)
	looks := 0
	w.Sleep = func(ctx context.Context, _ time.Duration) error { looks++; return w.store.Store.Settle(ctx, message) }
	w.must(w.finishes(message))
	w.wantTold()
	if looks != 1 {
		t.Errorf("it looks %d times", looks)
	}
}

// unsettled is a message whose function died right after the commit.
func (w *world) unsettled(conversation recall.Conversation) recall.Message {
	w.t.Helper()
	w.store.failing("Membership", "Roster")
	message := w.sent(as(alice, ""), conversation)
	w.store.failing()
	return message
}

func TestFinishWithoutWorkTellsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.device(bob, "bob")
		settled := w.sent(as(alice, ""), direct)
		w.told()
		w.must(w.finishes(settled))
		w.must(w.finishes(recall.Message{Conversation: direct, ID: recall.NewMessageID(w.clock.Instant())}))
		w.wantTold()
	})
}

func TestFinishTellsNothingOfAnExpiredMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Retention = 24 * time.Hour
		w.device(bob, "bob")
		message := w.unsettled(direct)
		w.clock.Advance(24 * time.Hour)
		w.must(w.finishes(message))
		w.wantTold()
	})
}

// TestG9FinishPostsToNobody: a device that hangs cannot hold up the stream.
func TestG9FinishPostsToNobody(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	message := w.unsettled(direct)
	w.must(w.Finish(t.Context(), message))
	w.wantTold()
	chunks := w.queue.Take()
	if len(chunks) != 1 || !slices.Contains(chunks[0].Users, bob) || w.stored(message).Due != recall.DueNothing {
		t.Errorf("queued %+v, still due %q", chunks, w.stored(message).Due)
	}
}

func TestFinishFailsAndIsCalledAgainIfItCannotReadOrItsTimeIsOver(t *testing.T) {
	w := newWorld(t)
	message := w.unsettled(direct)
	w.store.failing("Message")
	wantName(t, w.finishes(message), recall.Unavailable)
	w.store.failing()
	cut := errors.New("the function's time is over")
	w.Sleep = func(context.Context, time.Duration) error { return cut }
	if err := w.finishes(message); !errors.Is(err, cut) {
		t.Errorf("error %v", err)
	}
}

// crowd makes the engineers a group of that many, each with one device; alice owns it.
func (w *world) crowd(count int) {
	w.t.Helper()
	w.must(w.store.PutGroup(w.t.Context(), engineers, "", nil, w.clock.Instant()))
	for i := range count {
		user := recall.UserID(fmt.Sprintf("user%04d", i))
		if i == 0 {
			user = alice
		}
		_, err := w.store.PutMember(w.t.Context(), engineers, user, recall.MemberOwner, w.clock.Instant())
		w.must(err)
		w.device(user, recall.ConnectionID(user))
	}
}

func TestUpTo500MembersAreToldInTheCallAndMoreThroughTheQueue(t *testing.T) {
	for _, each := range []struct{ members, inCall, chunks int }{{500, 499, 0}, {501, 0, 2}, {1_200, 0, 3}} {
		t.Run(fmt.Sprint(each.members), func(t *testing.T) {
			w := newWorld(t)
			w.crowd(each.members)
			w.told()
			message := w.sent(as(alice, recall.ConnectionID(alice)), group)
			if told := w.told(); len(told) != each.inCall {
				t.Errorf("%d were told of the message in the call", len(told))
			}
			sendings := w.queue.Take()
			w.recalls(as(alice, recall.ConnectionID(alice)), message)
			if told := w.told(); len(told) != each.inCall {
				t.Errorf("%d were told of the recall in the call", len(told))
			}
			recalls := w.queue.Take()
			if len(sendings) != each.chunks || len(recalls) != each.chunks || w.stored(message).Due != recall.DueNothing {
				t.Errorf("%d and %d chunks, still owed %q", len(sendings), len(recalls), w.stored(message).Due)
			}
			if each.chunks == 0 {
				return
			}
			// The chunks of the sending come after the recall: nobody gets the text any more.
			users := make(map[recall.UserID]bool)
			for _, chunk := range append(sendings, recalls...) {
				if len(chunk.Users) > recall.ChunkUsers {
					t.Errorf("a chunk of %d users", len(chunk.Users))
				}
				w.must(w.DeliverChunk(t.Context(), chunk))
			}
			for _, notified := range w.notifier.Take() {
				if notified.Notice.Message != nil {
					t.Fatal("a recalled text was told")
				}
				users[notified.Connection.User] = true
			}
			if len(users) != each.members-1 || users[alice] {
				t.Errorf("%d users were told, the cause among them: %t", len(users), users[alice])
			}
		})
	}
}

// wakingQueue closes a channel when it has taken the first chunks.
type wakingQueue struct {
	*recalltest.Queue
	taken chan struct{}
	once  sync.Once
}

func (q *wakingQueue) Enqueue(ctx context.Context, chunks []recall.Chunk) error {
	defer q.once.Do(func() { close(q.taken) })
	return q.Queue.Enqueue(ctx, chunks)
}

func TestTheFirstMembersOfALargeGroupAreQueuedWhileTheOthersAreRead(t *testing.T) {
	for _, action := range []string{"a send", "a recall", "finish"} {
		t.Run(action, func(t *testing.T) {
			w := newWorld(t)
			w.crowd(2_100) // three pages of the fake
			message := w.sent(as(alice, ""), group)
			if action == "finish" {
				w.store.failing("RosterStart", "RosterPage")
				w.recalls(as(alice, ""), message)
				w.store.failing()
				message = w.stored(message)
			}
			w.queue.Take()
			queue := &wakingQueue{Queue: w.queue, taken: make(chan struct{})}
			w.Queue = queue
			pages := 0
			w.store.before = func(call string) error {
				if call != "RosterPage" {
					return nil
				}
				if pages++; pages == 1 {
					return nil
				}
				select {
				case <-queue.taken:
					return nil
				case <-time.After(10 * time.Second):
					return errors.New("nothing is queued before the whole roster is read")
				}
			}
			switch action {
			case "a send":
				message = w.sent(as(alice, ""), group)
			case "a recall":
				w.recalls(as(alice, ""), message)
			case "finish":
				w.must(w.Finish(t.Context(), message))
			}
			users := make(map[recall.UserID]bool)
			chunks := w.queue.Take()
			for _, chunk := range chunks {
				for _, user := range chunk.Users {
					users[user] = true
				}
			}
			if pages != 3 || len(chunks) != 5 || len(users) != 2_100 || w.stored(message).Due != recall.DueNothing {
				t.Errorf("%d pages, %d chunks for %d users, still owed %q", pages, len(chunks), len(users), w.stored(message).Due)
			}
		})
	}
}

// Who joins before the version of the roster is read is told. Who joins later learns of the recall when their device
// synchronises the conversation that it has joined.
func TestWhoJoinsALargeGroupWhileItIsReadIsToldToo(t *testing.T) {
	w := newWorld(t)
	w.crowd(1_200)
	message := w.sent(as(alice, ""), group)
	w.queue.Take()
	w.told()
	pages, joined := 0, make(chan struct{})
	w.store.before = func(call string) error {
		switch call {
		case "Touch": // it returns the version of the roster
			select {
			case <-joined:
			case <-time.After(10 * time.Second):
				return errors.New("the version is not read beside the second page")
			}
		case "RosterPage":
			if pages++; pages == 2 { // the page before the newcomer's place is read already
				defer close(joined)
				_, err := w.store.Store.PutMember(t.Context(), engineers, "a newcomer", recall.MemberMember, w.clock.Instant())
				w.device("a newcomer", "newcomer")
				return err
			}
		}
		return nil
	}
	w.recalls(as(alice, ""), message)
	w.wantTold("newcomer revoked " + string(message.ID))
	if chunks := w.queue.Take(); len(chunks) != 3 {
		t.Errorf("%d chunks for those who were members before", len(chunks))
	}
}

func TestARosterThatCannotBeReadToItsEndLeavesTheMessageDue(t *testing.T) {
	w := newWorld(t)
	w.crowd(1_200)
	pages := 0
	w.store.before = func(call string) error {
		if call != "RosterPage" {
			return nil
		}
		if pages++; pages == 2 {
			return errFault
		}
		return nil
	}
	message := w.sent(as(alice, ""), group)
	w.store.failing()
	if w.stored(message).Due != recall.DueSent {
		t.Error("it owes nothing, and some were not told")
	}
	w.queue.Take()
	w.must(w.Finish(t.Context(), w.stored(message)))
	if chunks := w.queue.Take(); w.stored(message).Due != recall.DueNothing || len(chunks) != 3 {
		t.Errorf("finish queued %d chunks", len(chunks))
	}
}

func TestAQueueThatFailsLeavesTheMessageDue(t *testing.T) {
	w := newWorld(t)
	w.crowd(501)
	w.Queue = brokenQueue{}
	message := w.sent(as(alice, ""), group)
	if w.stored(message).Due != recall.DueSent {
		t.Error("it owes nothing")
	}
	wantName(t, w.Finish(t.Context(), message), recall.Unavailable)
	w.Queue = w.queue
	w.must(w.Finish(t.Context(), message))
	if w.stored(message).Due != recall.DueNothing || len(w.queue.Take()) != 2 {
		t.Error("it is not finished")
	}
}

type brokenQueue struct{}

func (brokenQueue) Enqueue(context.Context, []recall.Chunk) error { return errFault }

func TestAChunkOfAMissingMessageTellsNobody(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	message := w.sent(as(alice, ""), direct)
	w.told()
	w.Retention = 0
	gone := recall.Chunk{
		Conversation: direct,
		Due:          recall.DueSent,
		MessageIDs:   []recall.MessageID{recall.NewMessageID(w.clock.Instant())},
		Users:        []recall.UserID{bob},
	}
	w.must(w.DeliverChunk(t.Context(), gone))
	w.wantTold()
	gone.MessageIDs = []recall.MessageID{message.ID}
	w.store.failing("Message")
	wantName(t, w.DeliverChunk(t.Context(), gone), recall.Unavailable)
}

// TestTheStreamsRecordOfASendLeavesARecalledMessageToTheRecordOfTheRecall: both records are in one batch, and each
// would tell everybody.
func TestTheStreamsRecordOfASendLeavesARecalledMessageToTheRecordOfTheRecall(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	w.store.failing("Touch")
	message := w.sent(as(alice, ""), direct)
	sent := w.stored(message)
	w.recalls(as(alice, ""), message)
	w.store.failing()
	w.told()
	w.must(w.finishes(sent))
	w.wantTold()
	w.must(w.finishes(w.stored(message)))
	w.wantTold("bob revoked " + string(message.ID))
}

// TestAFullConversationThatCannotMoveItsHeadStillTellsEverybody: a recall makes a message smaller, so it is stored.
// The write of the head is refused, in the call and whenever somebody finishes.
func TestAFullConversationThatCannotMoveItsHeadStillTellsEverybody(t *testing.T) {
	for _, conversation := range []recall.Conversation{direct, group} {
		w := newWorld(t)
		if conversation == group {
			w.makeGroup()
		}
		w.device(bob, "bob")
		message := w.sent(as(alice, ""), conversation)
		w.told()
		w.store.before = func(call string) error {
			if call == "Touch" {
				return recall.Full(errFault)
			}
			return nil
		}
		w.recalls(as(alice, ""), message)
		w.wantTold("bob revoked " + string(message.ID))
		if w.stored(message).Due != recall.DueNothing {
			t.Errorf("%s: the recall is still due", conversation.Key())
		}
	}
}

// TestOnlyRecallsArePublishedAndFinishPublishesNothing: two functions read the stream, and neither waits for the
// other.
func TestOnlyRecallsArePublishedAndFinishPublishesNothing(t *testing.T) {
	w := newWorld(t)
	bus := &keepingBus{}
	w.Publisher = bus
	message := w.sent(as(alice, ""), direct)
	w.must(w.Publish(t.Context(), w.stored(message)))
	w.recalls(as(alice, ""), message)
	tombstone := w.stored(message)
	w.must(w.finishes(tombstone))
	if len(bus.published) != 0 {
		t.Errorf("published %+v", bus.published)
	}
	w.must(w.Publish(t.Context(), tombstone))
	if len(bus.published) != 1 || bus.published[0].MessageID != message.ID || bus.published[0].Revocation.By != alice {
		t.Errorf("published %+v", bus.published)
	}
	bus.fails = recall.Unreachable("event bus", errFault)
	wantName(t, w.Publish(t.Context(), tombstone), recall.Unavailable)
}

type keepingBus struct {
	published []recall.RevokedMessage
	fails     error
}

func (b *keepingBus) PublishRevoked(_ context.Context, recalled recall.RevokedMessage) error {
	if b.fails == nil {
		b.published = append(b.published, recalled)
	}
	return b.fails
}
