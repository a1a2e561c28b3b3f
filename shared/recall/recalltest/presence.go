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
func (p *Presence) Register(_ context.Context, connection recall.Connection, limit int) ([]recall.Connection, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := recall.At(p.Clock.Now())
	held := slices.DeleteFunc(p.connections[connection.User], func(each recall.Connection) bool {
		return now.Sub(each.ConnectedAt) > recall.MaximumConnectionAge
	})
	p.connections[connection.User] = held
	switch {
	case slices.Contains(held, connection):
	case len(held) >= limit:
		return slices.Clone(held), nil
	default:
		p.connections[connection.User] = append(held, connection)
	}
	return nil, nil
}

// Forget is as recall.Presence says.
func (p *Presence) Forget(_ context.Context, user recall.UserID, connections ...recall.Connection) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.connections[user] = slices.DeleteFunc(p.connections[user], func(each recall.Connection) bool {
		return slices.Contains(connections, each)
	})
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

// Notifier writes down what it posts.
type Notifier struct {
	// Fail makes it fail to reach a connection, and CloseFails to close one. Nil is never.
	Fail, CloseFails func(recall.Connection) bool
	// Presence forgets what is closed; nil where a test does not look.
	Presence recall.Presence
	// Clock tells which connections are expired; nil is none.
	Clock recall.Clock

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
		switch {
		case n.Clock != nil && connection.Expired(recall.At(n.Clock.Now())):
			n.disconnected = append(n.disconnected, connection)
			continue
		case n.Fail != nil && n.Fail(connection):
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

// Kick is as recall.Notifier says.
func (n *Notifier) Kick(
	ctx context.Context, user recall.UserID, connections []recall.Connection, reason recall.Kick,
) (failed []recall.Connection) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	var closed []recall.Connection
	for _, connection := range connections {
		expired := n.Clock != nil && connection.Expired(recall.At(n.Clock.Now()))
		if !expired && (n.Fail == nil || !n.Fail(connection)) {
			n.notified = append(n.notified, Notified{connection, recall.Notice{Kicked: reason}})
		}
		if n.CloseFails != nil && n.CloseFails(connection) {
			failed = append(failed, connection)
			continue
		}
		closed = append(closed, connection)
	}
	n.disconnected = append(n.disconnected, closed...)
	if n.Presence != nil && n.Presence.Forget(ctx, user, closed...) != nil {
		return connections
	}
	return failed
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
