package reliability

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// meanwhile is what another process does while one stands still before a call.
type meanwhile struct {
	name string
	do   func(ctx context.Context, s *scene) error
}

func (s *scene) healthy() *recall.Service { return s.world.Process(simulation.Healthy{}) }

// others are what may happen in between, as far as it bears on the last or the first message of a scene.
func others() []meanwhile {
	return []meanwhile{
		{"its recall", func(ctx context.Context, s *scene) error {
			return revoke(ctx, s.healthy(), s, s.actor, true, s.ids[len(s.ids)-1])
		}},
		{"its recall, whose process dies after the commit", func(ctx context.Context, s *scene) error {
			dying := &simulation.At{Point: simulation.Point{Label: "UpdateItem msg", Nth: 1, Kind: simulation.KilledAfter}}
			return revoke(ctx, s.world.Process(dying), s, s.actor, true, s.ids[len(s.ids)-1])
		}},
		{"a recall of another", func(ctx context.Context, s *scene) error {
			if len(s.ids) < 3 {
				return nil
			}
			return revoke(ctx, s.healthy(), s, s.actor, false, s.ids[1])
		}},
		{"a device that connects and syncs", func(ctx context.Context, s *scene) error {
			device, err := s.world.Connect(ctx, s.healthy(), s.members[1], nil)
			if err != nil {
				return err
			}
			return device.Sync(ctx, s.healthy(), s.conversation)
		}},
		{"a device that goes and comes back", func(ctx context.Context, s *scene) error {
			if err := s.world.Close(ctx, s.healthy(), s.bystander, true); err != nil {
				return err
			}
			device, err := s.world.Connect(ctx, s.healthy(), s.members[1], s.bystander)
			if err != nil {
				return err
			}
			return device.Sync(ctx, s.healthy(), s.conversation)
		}},
		{"deliver", func(ctx context.Context, s *scene) error {
			s.world.DeliverOnce(ctx, s.healthy)
			return nil
		}},
	}
}

// interrupted are the actions that others may cross. A recall of several and an admin's take the steps of one. A
// recall and an answer after it are two actions.
func interrupted() []action {
	crossed := []action{}
	for _, a := range recalls() {
		if !a.big && a.name != "a recall of three messages" && a.name != "an admin's recall" &&
			a.name != "a recall, and an answer after it" {
			crossed = append(crossed, a)
		}
	}
	return crossed
}

// TestEveryGuaranteeHoldsWhateverOthersDoBetweenTwoCalls lets an action stand still before each of its calls while
// another process does something from its beginning to its end.
func TestEveryGuaranteeHoldsWhateverOthersDoBetweenTwoCalls(t *testing.T) {
	var crossings atomic.Int64
	t.Cleanup(func() { t.Logf("%d crossings enumerated", crossings.Load()) })
	for _, a := range interrupted() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			world := newWorld(t)
			take := 0
			for _, place := range placesOf(t, world, a) {
				for _, other := range others() {
					take++
					crossings.Add(1)
					t.Run(fmt.Sprintf("before %s #%d %s", place.Label, place.Nth, other.name), func(t *testing.T) {
						s := stage(t, world, a, take)
						// Both may fail, because the other may come first.
						cross := &simulation.Meanwhile{Label: place.Label, Nth: place.Nth, Do: func() { _ = other.do(t.Context(), s) }}
						_ = a.act(t.Context(), world.Process(cross), s)
						cross.End()
						if !cross.Reached() {
							t.Fatal("the call was not made this time")
						}
						finish(t, s)
						check(t, s, a)
					})
				}
			}
		})
	}
}

// placesOf are the calls of an action.
func placesOf(t *testing.T, world *simulation.World, a action) []simulation.Point {
	t.Helper()
	recorder := &simulation.Recorder{}
	s := stage(t, world, a, 0)
	must(t, a.act(t.Context(), world.Process(recorder), s))
	finish(t, s)
	check(t, s, a)
	wantCallsOfRow(t, a.row, recorder)
	return recorder.Places()
}

// finish lets the event sources do their work, without a client that asks again.
func finish(t *testing.T, s *scene) {
	t.Helper()
	must(t, s.world.Deliver(t.Context(), s.healthy))
}

// isStored tells whether a message of the scene is stored.
func (s *scene) isStored(t *testing.T, id recall.MessageID) bool {
	t.Helper()
	_, found, err := s.healthy().Store.Message(t.Context(), s.conversation, id)
	must(t, err)
	return found
}

// TestNoAnswerIsStoredAfterTheRecallOfItsQuestion lets an answer stand still before each of its calls while its
// question is recalled, and then lets its client send it again.
func TestNoAnswerIsStoredAfterTheRecallOfItsQuestion(t *testing.T) {
	a := action{name: "an answer", row: "send 1:1, `unlessRevoked`", sent: 2, act: answerFirst}
	world := newWorld(t)
	before, after := 0, 0
	for take, place := range placesOf(t, world, a) {
		t.Run(fmt.Sprintf("before %s #%d", place.Label, place.Nth), func(t *testing.T) {
			s := stage(t, world, a, take+1)
			answer, storedBefore := s.ids[len(s.ids)-1], false
			cross := &simulation.Meanwhile{Label: place.Label, Nth: place.Nth, Do: func() {
				must(t, revoke(t.Context(), s.healthy(), s, s.actor, false, s.ids[0]))
				storedBefore = s.isStored(t, answer)
			}}
			first := a.act(t.Context(), world.Process(cross), s)
			cross.End()
			if !cross.Reached() {
				t.Fatal("the call was not made this time")
			}
			again := a.act(t.Context(), s.healthy(), s)
			for _, err := range []error{first, again} {
				if storedBefore && err != nil || !storedBefore && recall.NameOf(err) != recall.OtherMessageRecalled {
					t.Errorf("stored before the recall: %t, and the client got %v", storedBefore, err)
				}
			}
			if s.isStored(t, answer) != storedBefore {
				t.Errorf("stored before the recall: %t, and now it is the other way", storedBefore)
			}
			if storedBefore {
				before++
			} else {
				after++
			}
			finish(t, s)
			check(t, s, a)
		})
	}
	if before == 0 || after == 0 {
		t.Errorf("%d answers were stored before the recall, and %d came after it", before, after)
	}
}

// TestADeviceWhoseHandshakeCrossesARecallLearnsOfItAndOfTheNext registers a device before each call of a recall and
// ends its handshake before each later one: until then posts to it get 410.
func TestADeviceWhoseHandshakeCrossesARecallLearnsOfItAndOfTheNext(t *testing.T) {
	a := action{name: "a recall", row: "**revoke 1:1**", sent: 2, act: revokeFirst(1)}
	world := newWorld(t)
	places := placesOf(t, world, a)
	crossings := 0
	for i, begin := range places {
		for _, end := range append([]simulation.Point{{Label: "the end"}}, places...) {
			crossings++
			t.Run(fmt.Sprintf("from %s #%d to %s #%d", begin.Label, begin.Nth, end.Label, end.Nth), func(t *testing.T) {
				s := stage(t, world, a, crossings+i*1_000)
				device := s.world.Arrive(s.members[1], s.bystander)
				registered, accepted := false, false
				accept := func() {
					if registered && !accepted {
						accepted = true
						s.world.Accept(device)
						must(t, device.Sync(t.Context(), s.healthy(), s.conversation))
					}
				}
				register := func() {
					must(t, s.world.Register(t.Context(), s.healthy(), device))
					registered = true
				}
				process := world.Process(simulation.Both{
					Outer: &simulation.Meanwhile{Label: begin.Label, Nth: begin.Nth, Do: register},
					Inner: &simulation.Meanwhile{Label: end.Label, Nth: end.Nth, Do: accept},
				})
				must(t, a.act(t.Context(), process, s))
				accept()
				must(t, revoke(t.Context(), s.healthy(), s, s.actor, false, s.ids[1]))
				finish(t, s)
				check(t, s, a)
			})
		}
	}
	t.Logf("%d crossings enumerated", crossings)
}

// TestABodyThatWasHeldUpIsNotPostedAfterItsRecall lets a send stand still before its post for longer than a body is
// fresh.
func TestABodyThatWasHeldUpIsNotPostedAfterItsRecall(t *testing.T) {
	a := action{name: "a message", sent: 1, act: sendLast}
	world := newWorld(t)
	s := stage(t, world, a, 0)
	id := s.ids[len(s.ids)-1]
	held := &simulation.Meanwhile{Label: "BatchGetItem presence", Nth: 1, Do: func() {
		world.Clock.Advance(recall.FreshFor * 3 / 2)
		must(t, revoke(t.Context(), s.healthy(), s, s.actor, false, id))
	}}
	must(t, a.act(t.Context(), world.Process(held), s))
	finish(t, s)
	check(t, s, a)
	if s.bystander.Received(s.conversation, id) {
		t.Error("the body was posted after its recall")
	}
}
