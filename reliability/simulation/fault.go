package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/aws/smithy-go"
)

// Fault stands around every outside call of a process. label names the call and what it is about; do makes it.
type Fault interface {
	Around(label string, do func() error) error
}

// Healthy makes every call.
type Healthy struct{}

// Around makes the call.
func (Healthy) Around(_ string, do func() error) error { return do() }

// Kind is what can go wrong with one call.
type Kind string

// The kinds.
const (
	// KilledBefore and KilledAfter end the process: no call is made any more, and nobody is answered.
	KilledBefore Kind = "killed before"
	KilledAfter  Kind = "killed after"
	// Refused is a call that was not executed: it was throttled or got status 500 after all retries of the SDK.
	Refused Kind = "refused"
	// Lost is a call that was executed but whose answer was lost.
	Lost Kind = "answer lost"
	// Repeated is the same, and the SDK's own retry meets its first attempt.
	Repeated Kind = "answer lost, tried again"
	// Gone is a 410 of API Gateway for a connection that is alive.
	Gone Kind = "410 though it lives"
)

// kindsOf returns the kinds of fault that a call can have.
func kindsOf(label string) []Kind {
	kinds := []Kind{KilledBefore, KilledAfter, Refused, Lost, Repeated}
	if label == post || label == deleteConnection {
		kinds = append(kinds, Gone)
	}
	return kinds
}

// apart returns the kinds that have different effects. For a call that changes nothing, it does not matter whether it
// was executed.
func apart(label string) []Kind {
	for _, reading := range []string{"GetItem", "BatchGetItem", "Query", "HeadObject"} {
		if strings.HasPrefix(label, reading) {
			return []Kind{KilledBefore, Refused}
		}
	}
	return kindsOf(label)
}

// Kills reports whether the fault ends the process.
func (k Kind) Kills() bool { return k == KilledBefore || k == KilledAfter }

const (
	post             = "PostToConnection"
	deleteConnection = "DeleteConnection"
)

// do makes the call as the kind lets it.
func (k Kind) do(label string, call func() error) error {
	switch k {
	case KilledBefore:
		return errKilled
	case KilledAfter:
		_ = call() // The process is dead, so nobody gets the result.
		return errKilled
	case Refused:
		if label == post {
			return &types.LimitExceededException{}
		}
		return &smithy.GenericAPIError{Code: "ProvisionedThroughputExceededException", Message: "the simulation refuses it"}
	case Gone:
		return &types.GoneException{}
	case Lost:
		_ = call()
		return context.DeadlineExceeded
	case Repeated:
		_ = call()
		return call()
	}
	return call()
}

// errKilled is the error of a call in a killed process. No caller sees it.
var errKilled = errors.New("the process was killed")

// Point is a fault of the nth call of a label.
type Point struct {
	Label string
	Nth   int
	Kind  Kind
}

// String names the point.
func (p Point) String() string { return fmt.Sprintf("%s #%d, %s", p.Label, p.Nth, p.Kind) }

// Recorder makes every call and records it.
type Recorder struct {
	mutex  sync.Mutex
	counts map[string]int
}

// Around makes the call.
func (r *Recorder) Around(label string, do func() error) error {
	r.mutex.Lock()
	if r.counts == nil {
		r.counts = make(map[string]int)
	}
	r.counts[label]++
	r.mutex.Unlock()
	return do()
}

// Calls returns the number of calls.
func (r *Recorder) Calls() int {
	calls := 0
	for _, count := range r.counts {
		calls += count
	}
	return calls
}

// Operations returns how often each operation was called, on any item.
func (r *Recorder) Operations() map[string]int {
	operations := make(map[string]int)
	for label, count := range r.counts {
		operation, _, _ := strings.Cut(label, " ")
		operations[operation] += count
	}
	return operations
}

// Places returns all calls as points without a fault.
func (r *Recorder) Places() []Point {
	var places []Point
	for _, point := range r.Points() {
		if point.Kind == KilledBefore {
			places = append(places, Point{Label: point.Label, Nth: point.Nth})
		}
	}
	return places
}

// Points returns all faults of all calls, always in the same order.
func (r *Recorder) Points() []Point {
	var points []Point
	for label, count := range r.counts {
		for nth := 1; nth <= count; nth++ {
			for _, kind := range apart(label) {
				points = append(points, Point{label, nth, kind})
			}
		}
	}
	slices.SortFunc(points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.Label, b.Label), cmp.Compare(a.Nth, b.Nth), cmp.Compare(a.Kind, b.Kind))
	})
	return points
}

// At is a fault that occurs once, at one point.
type At struct {
	Point Point

	mutex   sync.Mutex
	seen    int
	reached bool
}

// Around makes the call, or lets the fault happen.
func (a *At) Around(label string, do func() error) error {
	a.mutex.Lock()
	if a.reached && a.Point.Kind.Kills() {
		a.mutex.Unlock()
		return errKilled
	}
	here := false
	if label == a.Point.Label && !a.reached {
		a.seen++
		here = a.seen == a.Point.Nth
		a.reached = here
	}
	a.mutex.Unlock()
	if !here {
		return do()
	}
	return a.Point.Kind.do(label, do)
}

// Reached reports whether the point was reached.
func (a *At) Reached() bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.reached
}

// Meanwhile does something once, before a call, while the process waits: other processes run there.
type Meanwhile struct {
	Label string
	Nth   int
	Do    func()

	mutex   sync.Mutex
	seen    int
	once    sync.Once
	reached bool
}

// End waits for what is under way, and lets nothing begin any more: a read that an action began and no longer waits
// for may come after the action's end.
func (m *Meanwhile) End() { m.once.Do(func() {}) }

// Reached reports, after End, whether the call was made and so the other process ran.
func (m *Meanwhile) Reached() bool { return m.reached }

// Around makes the call.
func (m *Meanwhile) Around(label string, do func() error) error {
	m.mutex.Lock()
	here := false
	if label == m.Label {
		m.seen++
		here = m.seen == m.Nth
	}
	m.mutex.Unlock()
	if here {
		m.once.Do(func() { m.reached = true; m.Do() })
	}
	return do()
}

// Both are two faults around the same calls.
type Both struct{ Outer, Inner Fault }

// Around makes the call.
func (b Both) Around(label string, do func() error) error {
	return b.Outer.Around(label, func() error { return b.Inner.Around(label, do) })
}
