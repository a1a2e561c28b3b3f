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
	// Refused is a call that was not done: throttled, or status 500, after the SDK's own retries.
	Refused Kind = "refused"
	// Lost is a call that was done and whose answer never came.
	Lost Kind = "answer lost"
	// Repeated is the same, and the SDK's own retry meets its first attempt.
	Repeated Kind = "answer lost, tried again"
	// Gone is API Gateway's 410 for a connection that lives.
	Gone Kind = "410 though it lives"
)

// kindsOf are those that a call can have.
func kindsOf(label string) []Kind {
	kinds := []Kind{KilledBefore, KilledAfter, Refused, Lost, Repeated}
	if label == post || label == deleteConnection {
		kinds = append(kinds, Gone)
	}
	return kinds
}

// apart are those that can be told apart: of a call that changes nothing it is all the same whether it was done.
func apart(label string) []Kind {
	for _, reading := range []string{"GetItem", "BatchGetItem", "Query"} {
		if strings.HasPrefix(label, reading) {
			return []Kind{KilledBefore, Refused}
		}
	}
	return kindsOf(label)
}

// Kills tells whether the process ends.
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
		_ = call() // nobody is left to see how it went
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

// errKilled is what a call of a killed process returns; nobody is left to see it.
var errKilled = errors.New("the process was killed")

// Point is a fault of the nth call of a label.
type Point struct {
	Label string
	Nth   int
	Kind  Kind
}

// String names the point.
func (p Point) String() string { return fmt.Sprintf("%s #%d, %s", p.Label, p.Nth, p.Kind) }

// Recorder makes every call and writes down which there were.
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

// Calls is how many calls there were.
func (r *Recorder) Calls() int {
	calls := 0
	for _, count := range r.counts {
		calls += count
	}
	return calls
}

// Operations are how often each kind of call was made, whatever it was about.
func (r *Recorder) Operations() map[string]int {
	operations := make(map[string]int)
	for label, count := range r.counts {
		operation, _, _ := strings.Cut(label, " ")
		operations[operation] += count
	}
	return operations
}

// Places are all calls, as points without a fault.
func (r *Recorder) Places() []Point {
	var places []Point
	for _, point := range r.Points() {
		if point.Kind == KilledBefore {
			places = append(places, Point{Label: point.Label, Nth: point.Nth})
		}
	}
	return places
}

// Points are all faults of all calls, in an order that does not change.
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

// At has the fault of one point, once.
type At struct {
	Point Point

	mutex   sync.Mutex
	seen    int
	reached bool
}

// Around makes the call, or has the fault.
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

// Reached tells whether the point was reached.
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

// Reached tells, after End, whether the call was made, so that the other process ran.
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
