package recalltest

import (
	"sync"
	"time"

	"example.com/recall/shared/recall"
)

// Clock stands still until it is moved.
type Clock struct {
	mutex sync.Mutex
	now   time.Time
}

// NewClock starts at a fixed instant.
func NewClock() *Clock { return &Clock{now: time.UnixMilli(1_790_000_000_000).UTC()} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

// Instant is where the clock stands.
func (c *Clock) Instant() recall.Instant { return recall.At(c.Now()) }

// Advance moves the clock.
func (c *Clock) Advance(duration time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(duration)
}
