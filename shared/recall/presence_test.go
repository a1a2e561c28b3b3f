package recall_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// joins connects a device, a second after the one before.
func (w *world) joins(user recall.UserID, id recall.ConnectionID) recall.Connection {
	w.t.Helper()
	w.clock.Advance(time.Second)
	connection := recall.Connection{User: user, ID: id, ConnectedAt: w.clock.Instant()}
	w.must(w.Connect(w.t.Context(), connection))
	return connection
}

// connected are the IDs of a user's connections, sorted.
func (w *world) connected(user recall.UserID) []recall.ConnectionID {
	w.t.Helper()
	found, err := w.Presence.Connections(w.t.Context(), []recall.UserID{user})
	w.must(err)
	ids := make([]recall.ConnectionID, len(found))
	for i, each := range found {
		ids[i] = each.ID
	}
	slices.Sort(ids)
	return ids
}

// closed are the IDs of the connections that were closed, in that order.
func (w *world) closed() []recall.ConnectionID {
	var ids []recall.ConnectionID
	for _, each := range w.notifier.Disconnected() {
		ids = append(ids, each.ID)
	}
	return ids
}

func (w *world) wantClosed(want ...recall.ConnectionID) {
	w.t.Helper()
	if closed := w.closed(); !slices.Equal(closed, want) {
		w.t.Errorf("closed %v, want %v", closed, want)
	}
}

func TestTheNewestConnectionsStayAndTheOldestIsToldWhy(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ConnectionsPerUser = 2
		w.joins(alice, "first")
		w.joins(alice, "second")
		w.joins(bob, "bob")
		w.wantClosed()
		w.joins(alice, "third")
		w.wantTold("first kicked: connection_limit")
		w.wantClosed("first")
		if ids := w.connected(alice); !slices.Equal(ids, []recall.ConnectionID{"second", "third"}) {
			t.Errorf("connected %v", ids)
		}
	})
}

func TestAUserHasTwentyConnectionsWhereNothingElseIsConfigured(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i := range 21 {
			w.joins(alice, recall.ConnectionID(fmt.Sprintf("device%02d", i)))
		}
		w.wantClosed("device00")
		if ids := w.connected(alice); len(ids) != 20 || ids[0] != "device01" {
			t.Errorf("connected %v", ids)
		}
	})
}

func TestAConnectionThatCannotBeClosedKeepsItsPlaceAndTheNewOneMustTryAgain(t *testing.T) {
	w := newWorld(t)
	w.ConnectionsPerUser = 1
	first := w.joins(alice, "first")
	w.notifier.CloseFails = func(connection recall.Connection) bool { return connection == first }
	err := w.Connect(t.Context(), recall.Connection{User: alice, ID: "second", ConnectedAt: w.clock.Instant() + 1})
	wantName(t, err, recall.Unavailable)
	// Forgotten but open, it would never learn of a recall.
	if ids := w.connected(alice); !slices.Equal(ids, []recall.ConnectionID{"first"}) {
		t.Errorf("connected %v", ids)
	}
}

func TestAConnectionThatCannotBeToldIsClosedAllTheSame(t *testing.T) {
	w := newWorld(t)
	w.ConnectionsPerUser = 1
	w.joins(alice, "first")
	w.notifier.Fail = func(recall.Connection) bool { return true }
	w.joins(alice, "second")
	w.wantClosed("first")
}

func TestAHandshakeThatWasOvertakenDoesNotTakeThePlaceOfANewerOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ConnectionsPerUser = 2
		slow := recall.Connection{User: alice, ID: "slow", ConnectedAt: w.clock.Instant()}
		w.joins(alice, "first")
		w.joins(alice, "second")
		wantName(t, w.Connect(t.Context(), slow), recall.Unavailable)
		w.wantClosed()
	})
}

func TestAConnectionWhoseTokenHasEndedLeavesBeforeAnOlderOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ConnectionsPerUser = 2
		w.joins(alice, "older")
		w.must(w.Connect(t.Context(), recall.Connection{
			User: alice, ID: "expired", ConnectedAt: w.clock.Instant() + 1, TokenExpiresAt: w.clock.Instant() + 2,
		}))
		w.joins(alice, "newest")
		w.wantTold() // nothing may be posted to it any more
		if ids := w.connected(alice); !slices.Equal(ids, []recall.ConnectionID{"newest", "older"}) {
			t.Errorf("connected %v", ids)
		}
	})
}

func TestDevicesThatConnectAtOnceEndWithTheNewest(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.ConnectionsPerUser = 5
		const devices = 15
		var group sync.WaitGroup
		for i := range devices {
			group.Go(func() {
				connection := recall.Connection{
					User:        alice,
					ID:          recall.ConnectionID(fmt.Sprintf("device%02d", i)),
					ConnectedAt: w.clock.Instant().Add(time.Duration(i) * time.Millisecond),
				}
				// A device that is not let in tries again, as its client does. The older ones give up once enough newer are in.
				for range 20 {
					if err := w.Connect(t.Context(), connection); err == nil {
						return
					}
				}
			})
		}
		group.Wait()
		want := []recall.ConnectionID{"device10", "device11", "device12", "device13", "device14"}
		if ids := w.connected(alice); !slices.Equal(ids, want) {
			t.Errorf("connected %v", ids)
		}
	})
}

func TestNothingIsPostedToAConnectionWhoseTokenHasEndedAndItIsClosed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.device(bob, "phone")
		w.must(w.Connect(t.Context(), recall.Connection{
			User: bob, ID: "expiring", ConnectedAt: w.clock.Instant(), TokenExpiresAt: w.clock.Instant().Add(time.Minute),
		}))
		before := w.sent(as(alice, ""), direct)
		w.wantTold("expiring message "+string(before.ID), "phone message "+string(before.ID))
		w.clock.Advance(time.Minute)
		after := w.sent(as(alice, ""), direct)
		w.wantTold("phone message " + string(after.ID))
		w.wantClosed("expiring")
	})
}

func TestAnAdministratorClosesAllConnectionsOfOneUser(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.joins(alice, "phone")
		w.joins(alice, "laptop")
		w.joins(bob, "bob")
		count, err := w.AdminDisconnect(t.Context(), alice)
		if count != 2 || err != nil {
			t.Errorf("%d were closed, error %v", count, err)
		}
		w.wantTold("laptop kicked: administrator", "phone kicked: administrator")
		if ids := w.connected(alice); len(ids) != 0 {
			t.Errorf("connected %v", ids)
		}
		if ids := w.connected(bob); len(ids) != 1 {
			t.Errorf("of bob connected %v", ids)
		}
		if count, err := w.AdminDisconnect(t.Context(), alice); count != 0 || err != nil {
			t.Errorf("somebody who is not connected: %d were closed, error %v", count, err)
		}
	})
}

func TestAnAdministratorIsToldWhereSomeConnectionsMayStillBeOpen(t *testing.T) {
	w := newWorld(t)
	w.joins(alice, "phone")
	w.joins(alice, "laptop")
	w.notifier.CloseFails = func(connection recall.Connection) bool { return connection.ID == "phone" }
	_, err := w.AdminDisconnect(t.Context(), alice)
	wantName(t, err, recall.Unavailable)
	if ids := w.connected(alice); !slices.Equal(ids, []recall.ConnectionID{"phone"}) {
		t.Errorf("connected %v", ids)
	}
}
