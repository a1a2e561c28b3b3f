package simulation

import (
	"sync"
	"time"

	"example.com/recall/shared/recall"
)

// ClockRange is how far a machine's clock may be off, to either side, with every guarantee kept.
const ClockRange = 10 * time.Second

// MachineClock is the clock of one machine among many. It is off by By. From its reading number Jump on, it is off by
// Then (the first reading has number 1, and a Jump of 0 means never). A clock that is corrected jumps back.
type MachineClock struct {
	World    recall.Clock
	By, Then time.Duration
	Jump     int

	mutex            sync.Mutex
	readings         int
	earliest, latest recall.Instant
}

// Now implements recall.Clock.
func (c *MachineClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.readings++
	off := c.By
	if c.jumped() {
		off = c.Then
	}
	now := c.World.Now().Add(off)
	at := recall.At(now)
	if c.readings == 1 {
		c.earliest, c.latest = at, at
	}
	c.earliest, c.latest = min(c.earliest, at), max(c.latest, at)
	return now
}

func (c *MachineClock) jumped() bool { return c.Jump > 0 && c.readings >= c.Jump }

// Span returns the earliest and the latest time that was read from the clock.
func (c *MachineClock) Span() (earliest, latest recall.Instant) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.earliest, c.latest
}

// WentBack reports whether a later reading may have been before an earlier one.
func (c *MachineClock) WentBack() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.Jump > 1 && c.jumped() && c.Then < c.By
}
