package recall

import (
	"context"
	"time"
)

// Instant is a point in time on the server's clock: milliseconds since 1970 UTC.
type Instant int64

// At converts a time; what is finer than a millisecond is cut off.
func At(t time.Time) Instant { return Instant(t.UnixMilli()) }

// Time converts back.
func (i Instant) Time() time.Time { return time.UnixMilli(int64(i)).UTC() }

// Add moves the instant by a duration.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub is the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Millisecond }

// Clock tells the server's time. It is passed in, never taken from the environment, so that a window's edge can be
// tested.
type Clock interface {
	Now() time.Time
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now is time.Now.
func (SystemClock) Now() time.Time { return time.Now() }

// Sleep waits for a duration. It returns the context's error if the context ends before.
func Sleep(ctx context.Context, duration time.Duration) error {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
