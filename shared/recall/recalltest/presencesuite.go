package recalltest

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// RunPresence holds a recall.Presence against everything that the interface promises. open makes one with nobody
// connected, whose time is the clock's.
func RunPresence(t *testing.T, open func(t *testing.T, clock recall.Clock) recall.Presence) {
	for _, each := range []struct {
		name string
		test func(t *testing.T, presence recall.Presence, clock *Clock)
	}{
		{"nobody is connected before he registers", func(t *testing.T, presence recall.Presence, _ *Clock) {
			connected(t, presence, []recall.UserID{alice, bob})
			connected(t, presence, nil)
		}},
		{"all devices of all users asked for are found, each once", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
			other := register(t, presence, clock, bob, "other=")
			register(t, presence, clock, carol, "carol=")
			connected(t, presence, []recall.UserID{alice, bob, alice}, phone, laptop, other)
			connected(t, presence, []recall.UserID{alice}, phone, laptop)
		}},
		{"registering twice is registering once", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone := register(t, presence, clock, alice, "phone=")
			register(t, presence, clock, alice, "phone=")
			connected(t, presence, []recall.UserID{alice}, phone)
		}},
		{"forgetting takes that connection and no other", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
			must(t, presence.Forget(t.Context(), phone))
			connected(t, presence, []recall.UserID{alice}, laptop)
			must(t, presence.Forget(t.Context(), phone))
			later := laptop
			later.ConnectedAt++
			must(t, presence.Forget(t.Context(), later))
			connected(t, presence, []recall.UserID{alice}, laptop)
			must(t, presence.Forget(t.Context(), laptop))
			connected(t, presence, []recall.UserID{alice})
			phone = register(t, presence, clock, alice, "phone=")
			connected(t, presence, []recall.UserID{alice}, phone)
		}},
		{"forgetting somebody who never came is no error", func(t *testing.T, presence recall.Presence, clock *Clock) {
			must(t, presence.Forget(t.Context(), recall.Connection{User: alice, ID: "phone=", ConnectedAt: clock.Instant()}))
			connected(t, presence, []recall.UserID{alice})
		}},
		{"a connection older than two hours is dead, one of exactly two hours is not", func(t *testing.T, presence recall.Presence, clock *Clock) {
			old := register(t, presence, clock, alice, "old=")
			clock.Advance(time.Millisecond)
			young := register(t, presence, clock, alice, "young=")
			clock.Advance(recall.MaximumConnectionAge - time.Millisecond)
			connected(t, presence, []recall.UserID{alice}, old, young)
			clock.Advance(time.Millisecond)
			connected(t, presence, []recall.UserID{alice}, young)
			clock.Advance(time.Millisecond)
			fresh := register(t, presence, clock, alice, "fresh=")
			connected(t, presence, []recall.UserID{alice}, fresh)
		}},
		{"150 users are looked up at once", func(t *testing.T, presence recall.Presence, clock *Clock) {
			var users []recall.UserID
			var all []recall.Connection
			for i := range 150 { // beyond one batch of 100
				user := recall.UserID(fmt.Sprintf("user-%03d", i))
				users = append(users, user)
				if i%2 == 0 {
					all = append(all, register(t, presence, clock, user, recall.ConnectionID(fmt.Sprintf("connection-%d=", i))))
				}
			}
			connected(t, presence, users, all...)
		}},
		{"devices that register at once are all found", func(t *testing.T, presence recall.Presence, clock *Clock) {
			all := make([]recall.Connection, 12)
			var group sync.WaitGroup
			for i := range all {
				group.Go(func() {
					all[i] = recall.Connection{User: alice, ID: recall.ConnectionID(fmt.Sprintf("device-%d=", i)), ConnectedAt: clock.Instant()}
					if err := presence.Register(t.Context(), all[i]); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			connected(t, presence, []recall.UserID{alice}, all...)
		}},
	} {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			clock := NewClock()
			each.test(t, open(t, clock), clock)
		})
	}
}

func register(t *testing.T, presence recall.Presence, clock *Clock, user recall.UserID, id recall.ConnectionID) recall.Connection {
	t.Helper()
	connection := recall.Connection{User: user, ID: id, ConnectedAt: clock.Instant()}
	must(t, presence.Register(t.Context(), connection))
	return connection
}

func connected(t *testing.T, presence recall.Presence, users []recall.UserID, want ...recall.Connection) {
	t.Helper()
	got, err := presence.Connections(t.Context(), users)
	must(t, err)
	order := func(a, b recall.Connection) int {
		return slices.Compare([]string{string(a.User), string(a.ID)}, []string{string(b.User), string(b.ID)})
	}
	slices.SortFunc(got, order)
	want = slices.Clone(want)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("connections %v, want %v", got, want)
	}
}
