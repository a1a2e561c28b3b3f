package websocket

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// PostFault delays posts to a connection or makes them fail.
type PostFault struct {
	// ConnectionID is the connection with the fault; empty = all connections.
	ConnectionID string
	// Delay is how long the gateway waits before it handles the post.
	Delay time.Duration
	// Draw is called for every post, from many goroutines, and returns its delay. If Draw is not nil, Delay is not
	// used.
	Draw func() time.Duration
	// Status is the answer to the post: 410, 429 or 500. The message is then not sent. 0 = it is sent.
	Status int
	// Count is how many posts have the fault; 0 = all until the fault is removed.
	Count int
}

// postFault returns the fault that applies to a post. It is one of Faults, or else the fault of the switches.
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

// Faults are the post faults that are set at the moment. If several match a post, the oldest one applies.
type Faults struct {
	mu     sync.Mutex
	faults []*PostFault
}

// Add sets a fault. The returned function removes it.
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
