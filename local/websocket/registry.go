package websocket

import (
	"maps"
	"slices"
	"sync"
)

// registry holds the connections that can be posted to: from when the 101 is written until the connection begins to close.
type registry struct {
	mu          sync.RWMutex
	connections map[string]*connection
}

// add makes a connection reachable, unless it is closing already.
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
