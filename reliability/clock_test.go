package reliability

import (
	"testing"
	"time"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// A function that commits may run for 20 s (template.yaml, Globals, Timeout), admin for 29 s. A sync reads
// recall.SyncOverlap behind its cursor; what is left of that is how far the clocks of two machines may differ.
const (
	longestRun      = 20 * time.Second
	longestAdminRun = 29 * time.Second
)

// TestASyncMissesNothingAsLongAsClocksDifferByNoMoreThanPromised lets a slow function with a late clock commit right
// behind a sync whose clock is early, and then the same device sync again.
func TestASyncMissesNothingAsLongAsClocksDifferByNoMoreThanPromised(t *testing.T) {
	send := func(s *scene, process *recall.Service) error {
		id := s.ids[len(s.ids)-1]
		_, err := process.Send(t.Context(), s.actor.Caller(), recall.SendRequest{
			Conversation: s.conversation,
			MessageID:    id,
			Body:         theBody,
		})
		return err
	}
	recallIt := func(s *scene, process *recall.Service) error {
		return revoke(t.Context(), process, s, s.actor, false, s.ids[0])
	}
	adminRecall := func(s *scene, process *recall.Service) error {
		request := recall.AdminRevoke{Conversation: s.conversation, MessageIDs: s.ids[:1], Reason: theReason}
		return process.AdminRevoke(t.Context(), request)[0].Err
	}
	for _, c := range []struct {
		name, commit string
		// differ is by how much the clocks may, behind how old the ID is, and run is how long the function takes.
		differ, behind, run time.Duration
		act                 func(*scene, *recall.Service) error
	}{
		{
			"a message whose ID is as old as it may be", "PutItem msg", 10 * time.Second, recall.ClockTolerance, longestRun,
			send,
		},
		{"a message whose ID is of now", "PutItem msg", 40 * time.Second, 0, longestRun, send},
		{"a recall", "UpdateItem msg", 40 * time.Second, 0, longestRun, recallIt},
		{"an admin's recall", "UpdateItem msg", 31 * time.Second, 0, longestAdminRun, adminRecall},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := newWorld(t)
			s := stage(t, world, action{sent: 1}, 0)
			world.Clock.Advance(90 * time.Second) // what was sent is behind what a sync repeats
			early := &simulation.MachineClock{World: world.Clock, By: c.differ / 2}
			late := &simulation.MachineClock{World: world.Clock, By: -c.differ / 2}
			syncs := func() {
				must(t, s.bystander.Sync(t.Context(), world.ProcessWithClock(simulation.Healthy{}, early), s.conversation))
			}
			must(t, world.Close(t.Context(), s.healthy(), s.bystander, true)) // no event tells it
			s.ids[len(s.ids)-1] = recall.NewMessageID(recall.At(late.Now()).Add(-c.behind))
			slow := &simulation.Meanwhile{Label: c.commit, Nth: 1, Do: func() {
				world.Clock.Advance(c.run)
				syncs()
			}}
			must(t, c.act(s, world.ProcessWithClock(slow, late)))
			world.Clock.Advance(time.Minute)
			syncs()
			finish(t, s)
			_, err := world.Connect(t.Context(), s.healthy(), s.members[1], s.bystander) // with what it holds, for Check
			must(t, err)
			violations, err := world.Check(t.Context(), s.conversation, s.members[1:], "")
			must(t, err)
			for _, violation := range violations {
				t.Error(violation)
			}
		})
	}
}
