package reliability

import (
	"flag"
	"sync/atomic"
	"testing"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

var allFaults = flag.Bool("faults.all", false,
	"have every fault at every call, not only every kill and each third of the others")

// faultCase is a fault of a run, and whether the devices have been connected for long by then.
type faultCase struct {
	simulation.Point
	aged bool
}

// String names the fault.
func (f faultCase) String() string {
	if f.aged {
		return f.Point.String() + " and is old"
	}
	return f.Point.String()
}

// chosen returns the faults of a run: every kill, every 410 for a connection that is alive (young and old), and every
// third of the other faults, because these repeat the same search.
func chosen(recorder *simulation.Recorder) []faultCase {
	var faults []faultCase
	others := 0
	for _, point := range recorder.Points() {
		switch {
		case point.Kind == simulation.Gone:
			faults = append(faults, faultCase{point, false}, faultCase{point, true})
			continue
		case !point.Kind.Kills():
			others++
		}
		if *allFaults || point.Kind.Kills() || others%3 == 1 {
			faults = append(faults, faultCase{point, false})
		}
	}
	return faults
}

// neverAgain separates the users of the scenes whose client gives up from the users of the other scenes.
const neverAgain = 10_000

// TestEveryGuaranteeHoldsWhateverHappensToACall takes every action of every function, and every outside call that it
// makes, and lets that one call be the last of its process, be refused, or be done without an answer.
func TestEveryGuaranteeHoldsWhateverHappensToACall(t *testing.T) {
	var calls, faults atomic.Int64
	t.Cleanup(func() { t.Logf("%d calls, %d faults of them enumerated", calls.Load(), faults.Load()) })
	for _, a := range actions() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			world := newWorld(t)
			if a.big {
				fillCrowd(t, world)
			}
			s := stage(t, world, a, 0)
			recorder := &simulation.Recorder{}
			must(t, a.act(t.Context(), world.Process(recorder), s))
			settle(t, s, a)
			check(t, s, a)
			wantCallsOfRow(t, a.row, recorder)
			calls.Add(int64(recorder.Calls()))
			for i, each := range chosen(recorder) {
				t.Run(each.String(), func(t *testing.T) {
					a := a
					a.aged = each.aged
					s := stage(t, world, a, i+1)
					fault := &simulation.At{Point: each.Point}
					_ = a.act(t.Context(), world.Process(fault), s) // an error or none: the client asks again
					if !fault.Reached() {
						t.Fatal("the call was not made this time")
					}
					settle(t, s, a)
					hearNext(t, s, a)
					check(t, s, a)
				})
				faults.Add(1)
				if each.Kind != simulation.KilledAfter || a.ends {
					continue
				}
				t.Run(each.String()+", and the client never asks again", func(t *testing.T) {
					s := stage(t, world, a, i+1+neverAgain)
					fault := &simulation.At{Point: each.Point}
					_ = a.act(t.Context(), world.Process(fault), s) // Its process is dead, so nobody gets the error.
					if !fault.Reached() {
						t.Fatal("the call was not made this time")
					}
					settleWithoutClient(t, s, a)
					a := a
					a.check = nil // it may have been done or not
					check(t, s, a)
				})
				faults.Add(1)
			}
		})
	}
}

// TestEveryGuaranteeHoldsWhateverHappensToACallOfDeliver does the same to deliver, after a function that was killed
// right after its commit. The client does not ask again, so that deliver has to do all that is left.
func TestEveryGuaranteeHoldsWhateverHappensToACallOfDeliver(t *testing.T) {
	var calls, faults atomic.Int64
	t.Cleanup(func() { t.Logf("%d calls, %d faults of them enumerated", calls.Load(), faults.Load()) })
	for _, a := range actions() {
		if a.commit == "" || a.big && a.sent == 0 {
			continue // owes nothing to deliver, or owes it as another action does
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			world := newWorld(t)
			if a.big {
				fillCrowd(t, world)
			}
			recorder := &simulation.Recorder{}
			s := abandoned(t, world, a, 0)
			must(t, world.Deliver(t.Context(), func() *recall.Service { return world.Process(recorder) }))
			settleWithoutClient(t, s, a)
			check(t, s, a)
			wantCallsOfDeliver(t, a, recorder)
			calls.Add(int64(recorder.Calls()))
			for i, each := range chosen(recorder) {
				t.Run(each.String(), func(t *testing.T) {
					a := a
					a.aged = each.aged
					s := abandoned(t, world, a, i+1)
					fault := &simulation.At{Point: each.Point}
					must(t, world.Deliver(t.Context(), func() *recall.Service {
						if fault.Reached() {
							return world.Process(simulation.Healthy{})
						}
						return world.Process(fault)
					}))
					if !fault.Reached() {
						t.Fatal("the call was not made this time")
					}
					settleWithoutClient(t, s, a)
					hearNext(t, s, a)
					check(t, s, a)
				})
				faults.Add(1)
			}
		})
	}
}

// abandoned stages an action whose process was killed right after its commit, so that all the rest is deliver's.
func abandoned(t *testing.T, world *simulation.World, a action, take int) *scene {
	t.Helper()
	s := stage(t, world, a, take)
	killer := &simulation.At{Point: simulation.Point{Label: a.commit, Nth: a.nth, Kind: simulation.KilledAfter}}
	_ = a.act(t.Context(), world.Process(killer), s) // Its process is dead, so nobody gets the error.
	if !killer.Reached() {
		t.Fatalf("the action does not commit with %s", a.commit)
	}
	return s
}
