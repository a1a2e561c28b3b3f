package websocket

import (
	"container/heap"
	"sync"
	"time"
)

// lifetimes ends connections that are idle or too old. One timer serves all connections. A heap holds the time at
// which each connection has to be looked at next, and activity only stores a time.
type lifetimes struct {
	clock    Clock
	idle     time.Duration
	duration time.Duration
	expire   func(*connection)

	mu      sync.Mutex
	queue   lifetimeQueue
	timer   Timer
	timerAt time.Time
}

func (l *lifetimes) add(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.cause.Load() != nil {
		return
	}
	c.lifetimeStart = l.clock.Now()
	c.touch()
	c.lookAt = l.deadline(c)
	heap.Push(&l.queue, c)
	l.arm()
}

func (l *lifetimes) remove(c *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.lifetimeIndex >= 0 {
		heap.Remove(&l.queue, c.lifetimeIndex)
	}
}

// deadline returns when a connection ends if nothing more happens on it.
func (l *lifetimes) deadline(c *connection) time.Time {
	idleEnd := time.Unix(0, c.lifetimeActive.Load()).Add(l.idle)
	if end := c.lifetimeStart.Add(l.duration); end.Before(idleEnd) {
		return end
	}
	return idleEnd
}

// arm sets the timer for the connection that must be looked at first.
func (l *lifetimes) arm() {
	if len(l.queue) == 0 {
		return
	}
	first := l.queue[0].lookAt
	if l.timer != nil {
		if !first.Before(l.timerAt) {
			return
		}
		l.timer.Stop()
	}
	l.timerAt = first
	l.timer = l.clock.AfterFunc(max(first.Sub(l.clock.Now()), 0), l.sweep)
}

func (l *lifetimes) sweep() {
	l.mu.Lock()
	now := l.clock.Now()
	var expired []*connection
	for len(l.queue) > 0 && !l.queue[0].lookAt.After(now) {
		c := l.queue[0]
		if end := l.deadline(c); end.After(now) {
			c.lookAt = end
			heap.Fix(&l.queue, 0)
			continue
		}
		heap.Pop(&l.queue)
		expired = append(expired, c)
	}
	l.timer = nil
	l.arm()
	l.mu.Unlock()
	for _, c := range expired {
		l.expire(c)
	}
}

func (l *lifetimes) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
	}
}

// lifetimeQueue is a heap of connections by lookAt.
type lifetimeQueue []*connection

func (q lifetimeQueue) Len() int           { return len(q) }
func (q lifetimeQueue) Less(i, j int) bool { return q[i].lookAt.Before(q[j].lookAt) }
func (q lifetimeQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].lifetimeIndex, q[j].lifetimeIndex = i, j
}

func (q *lifetimeQueue) Push(x any) {
	c := x.(*connection)
	c.lifetimeIndex = len(*q)
	*q = append(*q, c)
}

func (q *lifetimeQueue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	c.lifetimeIndex = -1
	return c
}
