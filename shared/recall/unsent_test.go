package recall_test

import (
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// cancel asks to recall a message whose send has no answer.
func (w *world) cancel(caller recall.Caller, conversation recall.Conversation,
	id recall.MessageID) recall.RevokeResult {
	w.t.Helper()
	return w.Revoke(w.t.Context(), caller, recall.RevokeRequest{
		Conversation: conversation,
		MessageIDs:   []recall.MessageID{id},
		Unsent:       true,
	})[0]
}

// TestG6AnUnsentMessageIsNeverStoredOrDelivered: a tombstone stands where it would be, and the late send is refused.
func TestG6AnUnsentMessageIsNeverStoredOrDelivered(t *testing.T) {
	for _, conversation := range []recall.Conversation{direct, group} {
		t.Run(conversation.Key(), func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.makeGroup()
				phone := w.device(alice, "phone")
				w.device(bob, "bob")
				id := recall.NewMessageID(w.clock.Instant())
				result := w.cancel(phone, conversation, id)
				w.must(result.Err)
				w.wantTold("bob revoked " + string(id))
				_, err := w.Send(t.Context(), phone, recall.SendRequest{Conversation: conversation, MessageID: id, Body: `{}`})
				wantName(t, err, recall.AlreadyRecalled)
				w.wantTold()
				synced := w.Sync(t.Context(), as(bob, ""), recall.SyncRequest{
					Conversations: []recall.SyncItem{{Conversation: conversation, Limit: 10}},
				})[0]
				w.must(synced.Err)
				if len(synced.Messages) != 1 || synced.Messages[0].Revoked == nil || synced.Messages[0].Body != "" ||
					synced.Unread != 0 {
					t.Errorf("synced %+v", synced)
				}
				page, err := w.Conversations(t.Context(), as(bob, ""), "")
				w.must(err)
				found := false
				for _, each := range page.Conversations {
					found = found || each.Conversation == conversation
				}
				if !found {
					t.Error("it is not in bob's list, so the next device of bob would not sync it")
				}
				again := w.cancel(phone, conversation, id)
				if again.Err != nil || !again.Repeated || again.Revoked != result.Revoked {
					t.Errorf("again %+v", again)
				}
			})
		})
	}
}

func TestG6SendAndUnsentRecallAtOnceEndWithoutABody(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for range 20 {
			id := recall.NewMessageID(w.clock.Instant())
			var both sync.WaitGroup
			both.Go(func() {
				_, err := w.Send(t.Context(), as(alice, ""), recall.SendRequest{Conversation: direct, MessageID: id, Body: `{}`})
				if err != nil && recall.NameOf(err) != recall.AlreadyRecalled {
					t.Error(err)
				}
			})
			both.Go(func() {
				if result := w.cancel(as(alice, ""), direct, id); result.Err != nil {
					t.Error(result.Err)
				}
			})
			both.Wait()
			if stored := w.stored(recall.Message{ID: id, Conversation: direct}); stored.Body != "" || stored.Revoked == nil {
				t.Errorf("stored %+v", stored)
			}
		}
	})
}

func TestAnUnsentRecallOfAStoredMessageIsAnOrdinaryOne(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	w.must(w.cancel(as(alice, ""), direct, message.ID).Err)
	foreign := w.sent(as(bob, ""), direct)
	wantName(t, w.cancel(as(alice, ""), direct, foreign.ID).Err, recall.RecallDenied)
	late := w.sent(as(alice, ""), direct)
	w.clock.Advance(121 * time.Second)
	wantName(t, w.cancel(as(alice, ""), direct, late.ID).Err, recall.RecallWindowExpired)
}

func TestAnUnsentRecallsIDIsOfTheLastDayAndNotOfTheFuture(t *testing.T) {
	for _, each := range []struct {
		off     time.Duration
		refused bool
	}{
		{30 * time.Second, false}, {30*time.Second + time.Millisecond, true},
		{-24 * time.Hour, false}, {-24*time.Hour - time.Millisecond, true},
	} {
		w := newWorld(t)
		id := recall.NewMessageID(w.clock.Instant().Add(each.off))
		result := w.cancel(as(alice, ""), direct, id)
		if !each.refused {
			w.must(result.Err)
			continue
		}
		wantName(t, result.Err, recall.StaleMessageID)
		if failure, ok := result.Err.(*recall.Error); !ok || failure.ServerTime != w.clock.Instant() {
			t.Errorf("%s off: no server time in %v", each.off, result.Err)
		}
		if _, found, err := w.store.Message(t.Context(), direct, id); err != nil || found {
			t.Errorf("%s off: found=%t, error %v", each.off, found, err)
		}
	}
}

func TestARecallWithoutUnsentMakesNoTombstone(t *testing.T) {
	w := newWorld(t)
	id := recall.NewMessageID(w.clock.Instant())
	wantName(t, w.revokes(as(alice, ""), direct, id)[0].Err, recall.MessageNotFound)
	_, err := w.Send(t.Context(), as(alice, ""), recall.SendRequest{Conversation: direct, MessageID: id, Body: `{}`})
	if err != nil {
		t.Errorf("the message that comes then: %v", err)
	}
}

// TestARecallFinishesTheSendOfItsMessage: the send died right after its commit, and its debt went over to the
// recall.
func TestARecallFinishesTheSendOfItsMessage(t *testing.T) {
	recallOfUnfinished(t, func(*world, recall.Message) {})
}

// The mark of who has read makes a row of their own list, but of nobody else's.
func TestARecallFinishesTheSendOfItsMessageEvenIfTheSenderHasRead(t *testing.T) {
	recallOfUnfinished(t, func(w *world, message recall.Message) {
		_, err := w.Read(t.Context(), as(alice, ""), recall.ReadRequest{Conversation: direct, MessageID: message.ID})
		w.must(err)
	})
}

func recallOfUnfinished(t *testing.T, before func(*world, recall.Message)) {
	t.Helper()
	onBoth(t, func(t *testing.T, w *world) {
		message := recall.Message{
			ID: recall.NewMessageID(w.clock.Instant()), Conversation: direct, Sender: alice, SentAt: w.clock.Instant(),
			RecallableUntil: w.clock.Instant().Add(time.Minute), Body: `{}`, Due: recall.DueSent,
		}
		_, err := w.Store.CreateMessage(t.Context(), message)
		w.must(err)
		before(w, message)
		w.clock.Advance(time.Second)
		w.must(w.recalls(as(alice, ""), message).Err)
		for _, user := range []recall.UserID{alice, bob} {
			page, err := w.Conversations(t.Context(), as(user, ""), "")
			w.must(err)
			if len(page.Conversations) != 1 || page.Conversations[0].Conversation != direct {
				t.Errorf("%s's list is %+v, so the next device would not sync it", user, page.Conversations)
			}
		}
	})
}
