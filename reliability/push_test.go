package reliability

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// phones are the tokens of the phones of the user who is offline.
func (s *scene) phones() []string {
	return []string{"phone of " + string(s.members[1]), "tablet of " + string(s.members[1])}
}

// stageOffline makes a scene whose bystander has phones and no open connection.
func stageOffline(t *testing.T, world *simulation.World, take int) *scene {
	t.Helper()
	s := stage(t, world, action{sent: 1}, take)
	must(t, world.Close(t.Context(), s.healthy(), s.bystander, true))
	for _, token := range s.phones() {
		must(t, registerPhone(t.Context(), s.healthy(), s.bystander.User(), token))
	}
	s.ids[1] = world.NewMessageID()
	return s
}

func newWorldWithPhones(t *testing.T) *simulation.World {
	t.Helper()
	tables := database.Tables(t)
	world := simulation.New(tables.Client, tables.Messages, tables.Connections)
	world.PushTable = tables.Push
	return world
}

func phone(token string) recall.Device {
	return recall.Device{Kind: recall.PushFCM, Address: recall.PushAddress(token)}
}

func registerPhone(ctx context.Context, process *recall.Service, user recall.UserID, token string) error {
	return process.RegisterDevice(ctx, recall.Caller{User: user}, phone(token))
}

// last is the message that the phones are told of.
func (s *scene) last() recall.MessageID { return s.ids[len(s.ids)-1] }

// recallLast recalls that message. Its client asks until it is answered.
func (s *scene) recallLast(ctx context.Context) error {
	return revoke(ctx, s.healthy(), s, s.actor, false, s.last())
}

// wantNotified wants the phones to show the notification of the message.
func wantNotified(t *testing.T, s *scene) {
	t.Helper()
	for _, token := range s.phones() {
		if !s.world.Shows(token, s.last()) {
			t.Errorf("delivery: the %s does not show the notification", token)
		}
	}
}

// wantWithdrawn wants no phone to show the notification of the message, also after the stream and the queue have
// brought everything again.
func wantWithdrawn(t *testing.T, s *scene) {
	t.Helper()
	for _, when := range []string{"at the end", "after everything came again"} {
		for _, token := range s.phones() {
			if s.world.Shows(token, s.last()) {
				t.Errorf("G4: %s the %s shows the notification of a recalled message", when, token)
			}
		}
		s.world.Redeliver(t.Context(), s.healthy())
		must(t, s.world.Deliver(t.Context(), s.healthy))
	}
}

// untilReached makes processes with a fault, until the fault has happened. From then on they have the other one.
func untilReached(s *scene, fault *simulation.At, other simulation.Fault) func() *recall.Service {
	return func() *recall.Service {
		if fault.Reached() {
			return s.world.Process(other)
		}
		return s.world.Process(simulation.Both{Outer: other, Inner: fault})
	}
}

// callsOfPush are the calls by which finish and push tell the phones of the last change.
func callsOfPush(t *testing.T, s *scene, row string) *simulation.Recorder {
	t.Helper()
	recorder := &simulation.Recorder{}
	must(t, s.world.Deliver(t.Context(), func() *recall.Service { return s.world.Process(recorder) }))
	wantCallsOfRow(t, row, recorder)
	return recorder
}

// TestNoNotificationIsLostAndEachIsWithdrawnWhateverHappensToACall lets each call of finish and push have each fault,
// first for a message and then for its recall. Nobody asks again but the stream and the queue.
func TestNoNotificationIsLostAndEachIsWithdrawnWhateverHappensToACall(t *testing.T) {
	t.Parallel()
	var faults atomic.Int64
	t.Cleanup(func() { t.Logf("%d faults enumerated", faults.Load()) })
	world := newWorldWithPhones(t)
	s := stageOffline(t, world, 0)
	must(t, sendLast(t.Context(), s.healthy(), s))
	ofMessage := callsOfPush(t, s, "notifications of a message 1:1").Points()
	wantNotified(t, s)
	must(t, s.recallLast(t.Context()))
	ofRecall := callsOfPush(t, s, "notifications of a recall 1:1").Points()
	wantWithdrawn(t, s)
	take := 0
	run := func(name string, ofMessage, ofRecall simulation.Point) {
		take++
		faults.Add(1)
		t.Run(name, func(t *testing.T) {
			s := stageOffline(t, world, take)
			must(t, sendLast(t.Context(), s.healthy(), s))
			deliverWith(t, s, ofMessage)
			wantNotified(t, s)
			must(t, s.recallLast(t.Context()))
			deliverWith(t, s, ofRecall)
			wantWithdrawn(t, s)
		})
	}
	for _, point := range ofMessage {
		run("message, "+point.String(), point, simulation.Point{})
	}
	for _, point := range ofRecall {
		run("recall, "+point.String(), simulation.Point{}, point)
	}
}

// deliverWith lets the stream and the queues do their work, with one fault. An empty point is none.
func deliverWith(t *testing.T, s *scene, point simulation.Point) {
	t.Helper()
	fault := &simulation.At{Point: point}
	must(t, s.world.Deliver(t.Context(), untilReached(s, fault, simulation.Healthy{})))
	if point.Label != "" && !fault.Reached() {
		t.Fatal("the call was not made this time")
	}
}

// TestARecallNeverLosesToItsNotificationWhateverHappensToACall recalls the message while finish and push tell the
// phones of it, and lets one of their calls have a fault. The phones are told of the recall at that very moment, or
// later.
func TestARecallNeverLosesToItsNotificationWhateverHappensToACall(t *testing.T) {
	t.Parallel()
	var crossings atomic.Int64
	t.Cleanup(func() { t.Logf("%d crossings enumerated", crossings.Load()) })
	world := newWorldWithPhones(t)
	s := stageOffline(t, world, 0)
	must(t, sendLast(t.Context(), s.healthy(), s))
	recorder := callsOfPush(t, s, "notifications of a message 1:1")
	take := 0
	for _, point := range recorder.Points() {
		for _, place := range recallPlaces(recorder, point) {
			for _, atOnce := range []bool{true, false} {
				take++
				crossings.Add(1)
				name := fmt.Sprintf("%s, recalled before %s #%d, told at once %t", point, place.Label, place.Nth, atOnce)
				t.Run(name, func(t *testing.T) {
					recallMeanwhile(t, stageOffline(t, world, take), point, place, atOnce)
				})
			}
		}
	}
}

// recallPlaces are the calls before which the message is recalled: the call that has the fault, and the first
// notification. With -faults.all it is every call.
func recallPlaces(recorder *simulation.Recorder, point simulation.Point) []simulation.Point {
	if *allFaults {
		return recorder.Places()
	}
	own := simulation.Point{Label: point.Label, Nth: point.Nth}
	first := simulation.Point{Label: "notification", Nth: 1}
	if own == first {
		return []simulation.Point{own}
	}
	return []simulation.Point{own, first}
}

func recallMeanwhile(t *testing.T, s *scene, point, place simulation.Point, atOnce bool) {
	t.Helper()
	must(t, sendLast(t.Context(), s.healthy(), s))
	var failed error
	cross := &simulation.Meanwhile{Label: place.Label, Nth: place.Nth, Do: func() {
		if failed = s.recallLast(t.Context()); failed == nil && atOnce {
			failed = s.world.Deliver(t.Context(), s.healthy)
		}
	}}
	fault := &simulation.At{Point: point}
	must(t, s.world.Deliver(t.Context(), untilReached(s, fault, cross)))
	cross.End()
	must(t, failed)
	if !cross.Reached() {
		must(t, s.recallLast(t.Context()))
		must(t, s.world.Deliver(t.Context(), s.healthy))
	}
	wantWithdrawn(t, s)
}

// TestAPhoneBelongsToOneUserWhateverHappensToACall lets each call of a registration have each fault. The phone was
// another user's before. That user gets nothing more on it as soon as the new user has been answered.
func TestAPhoneBelongsToOneUserWhateverHappensToACall(t *testing.T) {
	t.Parallel()
	world := newWorldWithPhones(t)
	const row = "push, a new device"
	recorder := &simulation.Recorder{}
	must(t, registerPhone(t.Context(), world.Process(recorder), "somebody", "some phone"))
	wantCallsOfRow(t, row, recorder)
	for i, point := range recorder.Points() {
		t.Run(point.String(), func(t *testing.T) {
			token := fmt.Sprint("shared phone ", i)
			before, after := recall.UserID(fmt.Sprint("before", i)), recall.UserID(fmt.Sprint("after", i))
			healthy := world.Process(simulation.Healthy{})
			must(t, registerPhone(t.Context(), healthy, before, token))
			fault := &simulation.At{Point: point}
			_ = registerPhone(t.Context(), world.Process(fault), after, token) // An error or none: the client asks again.
			if !fault.Reached() {
				t.Fatal("the call was not made this time")
			}
			if owners := ownersOf(t, healthy, before, after); len(owners) > 1 {
				t.Errorf("G8: the phone belongs to %v", owners)
			}
			must(t, registerPhone(t.Context(), healthy, after, token))
			if owners := ownersOf(t, healthy, before, after); len(owners) != 1 || owners[0] != after {
				t.Errorf("the phone belongs to %v, want %s", owners, after)
			}
		})
	}
}

// ownersOf are the owners of the phones of some users.
func ownersOf(t *testing.T, process *recall.Service, users ...recall.UserID) []recall.UserID {
	t.Helper()
	var owners []recall.UserID
	for _, user := range users {
		devices, err := process.Push.Devices.DevicesOf(t.Context(), []recall.UserID{user})
		must(t, err)
		for _, device := range devices {
			owners = append(owners, device.User)
		}
	}
	return owners
}
