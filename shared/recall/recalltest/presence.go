package recalltest

import (
	"context"
	"slices"
	"sync"

	"example.com/recall/shared/recall"
)

// Presence is a recall.Presence in memory.
type Presence struct {
	Clock       recall.Clock
	mutex       sync.Mutex
	connections map[recall.UserID][]recall.Connection
}

var _ recall.Presence = (*Presence)(nil)

// NewPresence makes one with nobody connected.
func NewPresence(clock recall.Clock) *Presence {
	return &Presence{Clock: clock, connections: make(map[recall.UserID][]recall.Connection)}
}

// Register is as recall.Presence says.
func (p *Presence) Register(_ context.Context, connection recall.Connection) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !slices.Contains(p.connections[connection.User], connection) {
		p.connections[connection.User] = append(p.connections[connection.User], connection)
	}
	return nil
}

// Forget is as recall.Presence says.
func (p *Presence) Forget(_ context.Context, connection recall.Connection) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.connections[connection.User] = slices.DeleteFunc(p.connections[connection.User], func(each recall.Connection) bool { return each == connection })
	return nil
}

// Connections is as recall.Presence says.
func (p *Presence) Connections(_ context.Context, users []recall.UserID) ([]recall.Connection, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := recall.At(p.Clock.Now())
	var found []recall.Connection
	seen := make(map[recall.UserID]bool)
	for _, user := range users {
		if seen[user] {
			continue
		}
		seen[user] = true
		for _, connection := range p.connections[user] {
			if now.Sub(connection.ConnectedAt) <= recall.MaximumConnectionAge {
				found = append(found, connection)
			}
		}
	}
	return found, nil
}

// Notified is one notice that one connection got.
type Notified struct {
	Connection recall.Connection
	Notice     recall.Notice
}

// Notifier writes down what it posts. Fail makes it fail for a connection.
type Notifier struct {
	Fail func(recall.Connection) bool

	mutex        sync.Mutex
	notified     []Notified
	disconnected []recall.Connection
}

var _ recall.Notifier = (*Notifier)(nil)

// Notify is as recall.Notifier says.
func (n *Notifier) Notify(_ context.Context, notice recall.Notice, to []recall.Connection) []recall.Connection {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	var failed []recall.Connection
	for _, connection := range to {
		if n.Fail != nil && n.Fail(connection) {
			failed = append(failed, connection)
			continue
		}
		n.notified = append(n.notified, Notified{connection, notice})
	}
	return failed
}

// Disconnect is as recall.Notifier says.
func (n *Notifier) Disconnect(_ context.Context, connection recall.Connection) error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.disconnected = append(n.disconnected, connection)
	return nil
}

// Notified is everything posted so far.
func (n *Notifier) Notified() []Notified {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(n.notified)
}

// Take is everything posted since the last time.
func (n *Notifier) Take() []Notified {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	notified := n.notified
	n.notified = nil
	return notified
}

// Disconnected is every connection that was closed.
func (n *Notifier) Disconnected() []recall.Connection {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(n.disconnected)
}

// Queue keeps chunks.
type Queue struct {
	mutex  sync.Mutex
	chunks []recall.Chunk
}

var _ recall.Queue = (*Queue)(nil)

// Enqueue is as recall.Queue says.
func (q *Queue) Enqueue(_ context.Context, chunks []recall.Chunk) error {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.chunks = append(q.chunks, chunks...)
	return nil
}

// Take empties the queue.
func (q *Queue) Take() []recall.Chunk {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	chunks := q.chunks
	q.chunks = nil
	return chunks
}
