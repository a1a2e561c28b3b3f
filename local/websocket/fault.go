package websocket

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// PostFault makes posts to a connection slow, or fail.
type PostFault struct {
	// ConnectionID is the connection concerned; empty means all.
	ConnectionID string
	// Delay passes before the post is handled.
	Delay time.Duration
	// Draw, when not nil, gives the delay anew for every post, from many goroutines, instead of Delay.
	Draw func() time.Duration
	// Status answers the post instead of sending it: 410, 429 or 500. 0 sends it.
	Status int
	// Count is how many posts are concerned; 0 means all until the fault is removed.
	Count int
}

// postFault returns the fault that applies to a post: one of Faults, else that of the switches.
func (g *Gateway) postFault(connectionID string) PostFault {
	if fault, ok := g.faults.next(connectionID); ok {
		return fault
	}
	fault := PostFault{Delay: g.options.Switches.PostDelay}
	// #nosec G404 -- chance for tests, not for secrets
	if rand.Float64() < g.options.Switches.FailedPosts {
		fault.Status = g.options.Switches.FailedPostStatus
	}
	return fault
}

// Faults are the post faults in force. The oldest that fits a post applies to it.
type Faults struct {
	mu     sync.Mutex
	faults []*PostFault
}

// Add puts a fault in force. The returned function removes it.
func (f *Faults) Add(fault PostFault) (remove func()) {
	added := &fault
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, added)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.delete(added)
	}
}

// Clear removes all faults.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

func (f *Faults) delete(fault *PostFault) {
	f.faults = slices.DeleteFunc(f.faults, func(other *PostFault) bool { return other == fault })
}

// next returns the fault for a post and counts it.
func (f *Faults) next(connectionID string) (PostFault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range f.faults {
		if fault.ConnectionID != "" && fault.ConnectionID != connectionID {
			continue
		}
		current := *fault
		if current.Draw != nil {
			current.Delay = current.Draw()
		}
		if fault.Count > 0 {
			if fault.Count--; fault.Count == 0 {
				f.delete(fault)
			}
		}
		return current, true
	}
	return PostFault{}, false
}
