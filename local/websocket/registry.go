package websocket

import (
	"maps"
	"slices"
	"sync"
)

// registry holds the connections that can be posted to. A connection is in it from when the 101 is written until the
// connection begins to close.
type registry struct {
	mu          sync.RWMutex
	connections map[string]*connection
	// opening are the connections whose 101 is being written. Each channel is closed when that is done.
	opening map[string]chan struct{}
}

// open announces a connection whose 101 is written next. Its client may act on the 101 before this process goes on.
// Whoever looks for the connection in between waits until the returned function is called.
func (r *registry) open(id string) (opened func()) {
	over := make(chan struct{})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opening[id] = over
	return sync.OnceFunc(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.opening, id)
		close(over)
	})
}

// add makes it possible to post to a connection, unless it is already closing.
func (r *registry) add(c *connection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.cause.Load() == nil {
		r.connections[c.connectionID] = c
	}
}

func (r *registry) remove(c *connection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.connections, c.connectionID)
}

func (r *registry) find(id string) *connection {
	r.mu.RLock()
	over := r.opening[id]
	r.mu.RUnlock()
	if over != nil {
		<-over
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.connections[id]
}

func (r *registry) count() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.connections)
}

func (r *registry) all() []*connection {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Collect(maps.Values(r.connections))
}
