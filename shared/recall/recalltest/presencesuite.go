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
		{"nobody is connected before they register", func(t *testing.T, presence recall.Presence, _ *Clock) {
			connected(t, presence, []recall.UserID{alice, bob})
			connected(t, presence, nil)
		}},
		{"all devices of the users are found, and each of them once",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
				phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
				other := register(t, presence, clock, bob, "other=")
				register(t, presence, clock, carol, "carol=")
				connected(t, presence, []recall.UserID{alice, bob, alice}, phone, laptop, other)
				connected(t, presence, []recall.UserID{alice}, phone, laptop)
			}},
		{"registering a connection twice changes nothing", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone := register(t, presence, clock, alice, "phone=")
			register(t, presence, clock, alice, "phone=")
			connected(t, presence, []recall.UserID{alice}, phone)
		}},
		{"forgetting takes that connection and no other", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
			must(t, presence.Forget(t.Context(), alice, phone))
			connected(t, presence, []recall.UserID{alice}, laptop)
			must(t, presence.Forget(t.Context(), alice, phone))
			later := laptop
			later.ConnectedAt++
			must(t, presence.Forget(t.Context(), alice, later))
			connected(t, presence, []recall.UserID{alice}, laptop)
			must(t, presence.Forget(t.Context(), alice, laptop))
			connected(t, presence, []recall.UserID{alice})
			phone = register(t, presence, clock, alice, "phone=")
			connected(t, presence, []recall.UserID{alice}, phone)
		}},
		{"forgetting a connection that was never registered is no error",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
				must(t, presence.Forget(t.Context(), alice, recall.Connection{
					User:        alice,
					ID:          "phone=",
					ConnectedAt: clock.Instant(),
				}))
				connected(t, presence, []recall.UserID{alice})
			}},
		{"a connection older than two hours is dead, one of exactly two hours is not",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
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
		{"several connections are forgotten at once", func(t *testing.T, presence recall.Presence, clock *Clock) {
			phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
			tablet := register(t, presence, clock, alice, "tablet=")
			must(t, presence.Forget(t.Context(), alice, phone, tablet))
			must(t, presence.Forget(t.Context(), alice))
			connected(t, presence, []recall.UserID{alice}, laptop)
		}},
		{"the end of a connection's token is kept, and may be unknown",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
				known := recall.Connection{
					User:           alice,
					ID:             "known=",
					ConnectedAt:    clock.Instant(),
					TokenExpiresAt: clock.Instant() + 1,
				}
				unknown := recall.Connection{User: alice, ID: "unknown=", ConnectedAt: clock.Instant()}
				registered(t, presence, known, 2)
				registered(t, presence, unknown, 2)
				clock.Advance(time.Hour)
				connected(t, presence, []recall.UserID{alice}, known, unknown)
			}},
		{"a user who has all places gets no more, and the connections that hold them are returned",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
				phone, laptop := register(t, presence, clock, alice, "phone="), register(t, presence, clock, alice, "laptop=")
				tablet := recall.Connection{User: alice, ID: "tablet=", ConnectedAt: clock.Instant()}
				holders, err := presence.Register(t.Context(), tablet, 2)
				must(t, err)
				sameConnections(t, holders, []recall.Connection{phone, laptop})
				connected(t, presence, []recall.UserID{alice}, phone, laptop)
				registered(t, presence, phone, 2) // it has its place
				must(t, presence.Forget(t.Context(), alice, phone))
				registered(t, presence, tablet, 2)
				connected(t, presence, []recall.UserID{alice}, laptop, tablet)
				registered(t, presence, recall.Connection{User: bob, ID: "bob=", ConnectedAt: clock.Instant()}, 2)
			}},
		{"a connection older than two hours holds no place", func(t *testing.T, presence recall.Presence, clock *Clock) {
			register(t, presence, clock, alice, "old=")
			clock.Advance(recall.MaximumConnectionAge + time.Millisecond)
			fresh := recall.Connection{User: alice, ID: "fresh=", ConnectedAt: clock.Instant()}
			registered(t, presence, fresh, 1)
			connected(t, presence, []recall.UserID{alice}, fresh)
		}},
		{"devices that register at the same time never get more places than the limit",
			func(t *testing.T, presence recall.Presence, clock *Clock) {
				const limit = 5
				var group sync.WaitGroup
				for i := range 4 * limit {
					group.Go(func() {
						connection := recall.Connection{
							User:        alice,
							ID:          recall.ConnectionID(fmt.Sprintf("device-%d=", i)),
							ConnectedAt: clock.Instant(),
						}
						if _, err := presence.Register(t.Context(), connection, limit); err != nil {
							t.Error(err)
						}
					})
				}
				group.Wait()
				found, err := presence.Connections(t.Context(), []recall.UserID{alice})
				must(t, err)
				if len(found) != limit {
					t.Errorf("%d connections hold %d places", len(found), limit)
				}
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
		{"devices that register at the same time are all found", func(t *testing.T, presence recall.Presence, clock *Clock) {
			all := make([]recall.Connection, 12)
			var group sync.WaitGroup
			for i := range all {
				group.Go(func() {
					all[i] = recall.Connection{
						User:        alice,
						ID:          recall.ConnectionID(fmt.Sprintf("device-%d=", i)),
						ConnectedAt: clock.Instant(),
					}
					if holders, err := presence.Register(t.Context(), all[i], len(all)); err != nil || holders != nil {
						t.Errorf("holders %v, error %v", holders, err)
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

func register(t *testing.T, presence recall.Presence, clock *Clock, user recall.UserID,
	id recall.ConnectionID) recall.Connection {
	t.Helper()
	connection := recall.Connection{
		User: user, ID: id, ConnectedAt: clock.Instant(), TokenExpiresAt: clock.Instant().Add(time.Hour),
	}
	registered(t, presence, connection, recall.DefaultConnectionsPerUser)
	return connection
}

// registered wants a place for the connection.
func registered(t *testing.T, presence recall.Presence, connection recall.Connection, limit int) {
	t.Helper()
	if holders, err := presence.Register(t.Context(), connection, limit); err != nil || holders != nil {
		t.Errorf("no place: held by %v, error %v", holders, err)
	}
}

func connected(t *testing.T, presence recall.Presence, users []recall.UserID, want ...recall.Connection) {
	t.Helper()
	got, err := presence.Connections(t.Context(), users)
	must(t, err)
	sameConnections(t, got, want)
}

func sameConnections(t *testing.T, got, want []recall.Connection) {
	t.Helper()
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
