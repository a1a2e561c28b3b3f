package simulation

import (
	"fmt"
	"hash/fnv"
	"sync"
)

// Random lets faults happen at random. The seed alone decides which call has which fault, even if calls run in
// parallel in another order. So a run can be repeated.
type Random struct {
	Seed uint64
	// Percent is how many of 100 calls have a fault.
	Percent int
	// Between is done once, before the call of that number (from 1), while the process waits: other processes run there.
	Between       func()
	BetweenNumber int
	// Count is called for every fault.
	Count func(Kind)

	mutex  sync.Mutex
	counts map[string]int
	number int
	dead   bool
}

// Around makes the call, or has a fault.
func (r *Random) Around(label string, do func() error) error {
	r.mutex.Lock()
	if r.dead {
		r.mutex.Unlock()
		return errKilled
	}
	if r.counts == nil {
		r.counts = make(map[string]int)
	}
	r.counts[label]++
	r.number++
	between := r.Between
	if r.number != r.BetweenNumber {
		between = nil
	}
	kind := r.draw(label, r.counts[label])
	r.dead = kind.Kills()
	r.mutex.Unlock()
	if between != nil {
		between()
	}
	if kind != "" && r.Count != nil {
		r.Count(kind)
	}
	return kind.do(label, do)
}

// Killed reports whether the process is dead.
func (r *Random) Killed() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.dead
}

func (r *Random) draw(label string, nth int) Kind {
	hash := fnv.New64a()
	_, _ = fmt.Fprintf(hash, "%d %s %d", r.Seed, label, nth) // a hash takes everything
	drawn := hash.Sum64()
	if int(drawn%100) >= r.Percent {
		return ""
	}
	kinds := kindsOf(label)
	return kinds[(drawn/100)%uint64(len(kinds))]
}
