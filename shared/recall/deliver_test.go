package recall_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// finishes is deliver called for a change of the message.
func (w *world) finishes(message recall.Message) error {
	w.t.Helper()
	return w.Finish(w.t.Context(), message.Conversation, message.ID, message.ChangedAt())
}

// TestG4WhereverAFunctionDiesDeliverFinishes: each of a request's calls fails in turn, which is as if the function had
// died there; afterwards the others know, and nothing is owed.
func TestG4WhereverAFunctionDiesDeliverFinishes(t *testing.T) {
	for _, dies := range []string{"Membership", "Join", "Roster", "Touch", "Settle"} {
		for _, conversation := range []recall.Conversation{direct, group} {
			t.Run(dies+" in "+conversation.Key(), func(t *testing.T) {
				onBoth(t, func(t *testing.T, w *world) {
					w.makeGroup()
					w.device(bob, "bob")
					w.store.failing(dies)
					message := w.sent(as(alice, ""), conversation)
					w.store.failing()
					w.clock.Advance(time.Second)
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

func TestDeliverLetsTheCommittingFunctionFinishFirst(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	for age, waits := range map[time.Duration]time.Duration{0: 3 * time.Second, time.Second: 2 * time.Second, 3 * time.Second: 0, time.Hour: 0} {
		w.slept = nil
		committedAt := w.clock.Instant().Add(-age)
		w.must(w.Finish(t.Context(), direct, message.ID, committedAt))
		want := []time.Duration{waits}
		if waits == 0 {
			want = nil
		}
		if !slices.Equal(w.slept, want) {
			t.Errorf("at an age of %s it waits %v", age, w.slept)
		}
	}
	// A record from a clock ahead of this one does not make it wait longer.
	w.slept = nil
	w.must(w.Finish(t.Context(), direct, message.ID, w.clock.Instant().Add(time.Hour)))
	if !slices.Equal(w.slept, []time.Duration{recall.DeliverAfter}) {
		t.Errorf("it waits %v", w.slept)
	}
}

func TestDeliverWithoutWorkTellsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.device(bob, "bob")
		settled := w.sent(as(alice, ""), direct)
		w.told()
		w.must(w.finishes(settled))
		w.must(w.Finish(t.Context(), direct, recall.NewMessageID(w.clock.Instant()), w.clock.Instant()))
		w.wantTold()
	})
}

func TestDeliverTellsNothingOfAnExpiredMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Retention = 24 * time.Hour
		w.device(bob, "bob")
		w.store.failing("Touch")
		message := w.sent(as(alice, ""), direct)
		w.store.failing()
		w.told()
		w.clock.Advance(24 * time.Hour)
		w.must(w.finishes(message))
		w.wantTold()
	})
}

// TestG4WhoCannotBeReachedIsDisconnectedAfterAMinute: his device connects again, syncs, and knows.
func TestG4WhoCannotBeReachedIsDisconnectedAfterAMinute(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.device(bob, "stuck")
		w.device(bob, "well")
		w.notifier.Fail = func(connection recall.Connection) bool { return connection.ID == "stuck" }
		message := w.sent(as(alice, ""), direct)
		w.wantTold("well message " + string(message.ID))
		if w.stored(message).Due != recall.DueSent {
			t.Fatal("it owes nothing")
		}
		w.clock.Advance(59 * time.Second)
		wantName(t, w.finishes(message), recall.Unavailable)
		if closed := w.notifier.Disconnected(); len(closed) != 0 {
			t.Errorf("closed too early: %v", closed)
		}
		w.clock.Advance(time.Second)
		w.must(w.finishes(message))
		if closed := w.notifier.Disconnected(); len(closed) != 1 || closed[0].ID != "stuck" {
			t.Errorf("closed %v", closed)
		}
		if w.stored(message).Due != recall.DueNothing {
			t.Error("it still owes")
		}
	})
}

func TestWhatCannotBeReadIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	w.store.failing("Message")
	wantName(t, w.finishes(message), recall.Unavailable)
	cut := errors.New("the function's time is over")
	w.Sleep = func(context.Context, time.Duration) error { return cut }
	w.store.failing()
	if err := w.Finish(t.Context(), direct, message.ID, w.clock.Instant()); !errors.Is(err, cut) {
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
				w.must(w.DeliverChunk(t.Context(), chunk, false))
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

func TestAQueueThatFailsLeavesTheMessageDue(t *testing.T) {
	w := newWorld(t)
	w.crowd(501)
	w.Queue = brokenQueue{}
	message := w.sent(as(alice, ""), group)
	if w.stored(message).Due != recall.DueSent {
		t.Error("it owes nothing")
	}
	wantName(t, w.finishes(message), recall.Unavailable)
	w.Queue = w.queue
	w.must(w.finishes(message))
	if w.stored(message).Due != recall.DueNothing || len(w.queue.Take()) != 2 {
		t.Error("it is not finished")
	}
}

type brokenQueue struct{}

func (brokenQueue) Enqueue(context.Context, []recall.Chunk) error { return errFault }

func TestAChunkOfWhatIsNotThereTellsNobody(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	message := w.sent(as(alice, ""), direct)
	w.told()
	w.Retention = 0
	gone := recall.Chunk{Conversation: direct, Due: recall.DueSent, MessageIDs: []recall.MessageID{recall.NewMessageID(w.clock.Instant())}, Users: []recall.UserID{bob}}
	w.must(w.DeliverChunk(t.Context(), gone, false))
	w.wantTold()
	gone.MessageIDs = []recall.MessageID{message.ID}
	w.store.failing("Message")
	wantName(t, w.DeliverChunk(t.Context(), gone, true), recall.Unavailable)
}

func TestARecallIsPublishedOnlyWhereABusIsConfigured(t *testing.T) {
	w := newWorld(t)
	recalled := recall.Recalled{Conversation: direct, MessageID: "m"}
	w.must(w.Publish(t.Context(), recalled))
	bus := &keepingBus{}
	w.Publisher = bus
	w.must(w.Publish(t.Context(), recalled))
	if len(bus.published) != 1 || bus.published[0] != recalled {
		t.Errorf("published %+v", bus.published)
	}
}

type keepingBus struct{ published []recall.Recalled }

func (b *keepingBus) PublishRecalled(_ context.Context, recalled recall.Recalled) error {
	b.published = append(b.published, recalled)
	return nil
}
