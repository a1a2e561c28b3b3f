package recall_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// TestG4ADeviceThatCannotBeReachedIsToldAgainAndThenDisconnected: the device connects again, syncs, and knows.
// Everybody else is told once, and the message is settled at once.
func TestG4ADeviceThatCannotBeReachedIsToldAgainAndThenDisconnected(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.device(bob, "stuck")
		w.device(bob, "well")
		attempts := w.failing("stuck")
		message := w.sent(as(alice, ""), direct)
		began := w.clock.Instant()
		if w.stored(message).Due != recall.DueNothing {
			t.Error("the message is still due")
		}
		w.drains()
		w.wantTold("well message " + string(message.ID))
		var ages []time.Duration
		for _, at := range *attempts {
			ages = append(ages, at.Sub(began))
		}
		want := []time.Duration{0, 4 * time.Second, 12 * time.Second, 28 * time.Second, 60 * time.Second}
		if !slices.Equal(ages, want) {
			t.Errorf("it is told %v after the commit, want %v", ages, want)
		}
		if closed := w.notifier.Disconnected(); len(closed) != 1 || closed[0].ID != "stuck" {
			t.Errorf("closed %v", closed)
		}
	})
}

// failing makes one connection unreachable and returns when it was tried.
func (w *world) failing(id recall.ConnectionID) *[]recall.Instant {
	var attempts []recall.Instant
	w.notifier.Fail = func(connection recall.Connection) bool {
		if connection.ID == id {
			attempts = append(attempts, w.clock.Instant())
		}
		return connection.ID == id
	}
	return &attempts
}

func TestARetryThatReachesTheDeviceIsTheLast(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	w.failing("stuck")
	message := w.sent(as(alice, ""), direct)
	w.notifier.Fail = nil
	w.drains()
	w.wantTold("stuck message " + string(message.ID))
	if closed := w.notifier.Disconnected(); len(closed) != 0 {
		t.Errorf("closed %v", closed)
	}
}

// TestG5ARetryOfARecalledMessageTellsTheRecall: the text is gone by then.
func TestG5ARetryOfARecalledMessageTellsTheRecall(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	w.failing("stuck")
	message := w.sent(as(alice, ""), direct)
	retries := w.queue.Take()
	w.recalls(as(alice, ""), message)
	w.queue.Take()
	w.notifier.Fail = nil
	w.must(w.DeliverChunk(t.Context(), retries[0]))
	w.wantTold("stuck revoked " + string(message.ID))
}

// TestTheFirstRetryAfterAMinuteIsTheLastIfTheQueueIsSlow: so is one that its function did not finish, and that the
// queue brings again after the visibility timeout.
func TestTheFirstRetryAfterAMinuteIsTheLastIfTheQueueIsSlow(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	attempts := w.failing("stuck")
	w.sent(as(alice, ""), direct)
	retry := w.queue.Take()[0]
	w.clock.Advance(59 * time.Second)
	w.must(w.DeliverChunk(t.Context(), retry))
	retry = w.queue.Take()[0]
	w.clock.Advance(time.Second)
	w.must(w.DeliverChunk(t.Context(), retry))
	if closed := w.notifier.Disconnected(); len(closed) != 1 || len(*attempts) != 3 || len(w.queue.Take()) != 0 {
		t.Errorf("closed %v after %d attempts", closed, len(*attempts))
	}
}

// TestALateFirstAttemptStillHasARetry: after an outage much is told late, and one post that fails must not close a
// device.
func TestALateFirstAttemptStillHasARetry(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	message := w.unsettled(direct)
	w.clock.Advance(time.Hour)
	attempts := w.failing("stuck")
	w.must(w.finishes(message))
	if closed := w.notifier.Disconnected(); len(closed) != 1 || len(*attempts) != 2 {
		t.Errorf("closed %v after %d attempts", closed, len(*attempts))
	}
}

func TestAMessageStaysDueIfTheQueueDoesNotTakeItsChunks(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	w.failing("stuck")
	w.Queue = brokenQueue{}
	message := w.sent(as(alice, ""), direct)
	if w.stored(message).Due != recall.DueSent {
		t.Error("nobody will ever tell the device")
	}
	w.Queue = w.queue
	w.must(w.finishes(message))
	if closed := w.notifier.Disconnected(); len(closed) != 1 {
		t.Errorf("closed %v", closed)
	}
}

func TestADisconnectionThatFailsIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "stuck")
	w.failing("stuck")
	w.sent(as(alice, ""), direct)
	retry := w.queue.Take()[0]
	retry.Attempt = recall.Retries
	w.Notifier = deafNotifier{w.notifier}
	wantName(t, w.DeliverChunk(t.Context(), retry), recall.Unavailable)
}

// deafNotifier cannot close connections.
type deafNotifier struct{ recall.Notifier }

func (deafNotifier) Disconnect(context.Context, recall.Connection) error {
	return recall.Unreachable("connection", errors.New("fault of the test"))
}

func TestARetryNamesItsConnectionsAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.crowd(recall.MembersInCall)
	for _, extra := range []recall.ConnectionID{"extra1", "extra2"} {
		w.device("user0001", extra)
	}
	w.notifier.Fail = func(recall.Connection) bool { return true }
	message := w.sent(as(alice, recall.ConnectionID(alice)), group)
	retries := w.queue.Take()
	if len(retries) != 2 || len(retries[0].Connections) != recall.ChunkConnections || len(retries[1].Connections) != 1 {
		t.Fatalf("%d retries", len(retries))
	}
	if last := retries[1].Connections[0]; last.User == alice || last.ConnectedAt == 0 {
		t.Errorf("it names %+v", last)
	}
	retries[1].Connections = nil
	want := recall.Chunk{
		Conversation: group, Due: recall.DueSent, MessageIDs: []recall.MessageID{message.ID}, Attempt: 1,
		Since: message.SentAt, Delay: recall.FirstRetryAfter,
	}
	if difference := cmp.Diff(want, retries[1], cmp.AllowUnexported(recall.Conversation{})); difference != "" {
		t.Error(difference)
	}
}
