package websocket

import "time"

// A Clock tells the time and calls back later.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in its own goroutine once d has passed on this clock.
	AfterFunc(d time.Duration, f func()) Timer
}

// A Timer is a call that will be made later.
type Timer interface {
	// Stop prevents the call and reports whether it did.
	Stop() bool
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the machine's time.
func (SystemClock) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc.
func (SystemClock) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }

// Accelerated returns a clock that starts at base's time and runs factor times as fast. A factor of 600 lets the idle
// limit of ten minutes pass in one second. A factor that is not positive means 1.
func Accelerated(base Clock, factor float64) Clock {
	if factor <= 0 {
		factor = 1
	}
	return acceleratedClock{base: base, start: base.Now(), factor: factor}
}

type acceleratedClock struct {
	base   Clock
	start  time.Time
	factor float64
}

func (c acceleratedClock) Now() time.Time {
	return c.start.Add(time.Duration(float64(c.base.Now().Sub(c.start)) * c.factor))
}

func (c acceleratedClock) AfterFunc(d time.Duration, f func()) Timer {
	return c.base.AfterFunc(time.Duration(float64(d)/c.factor), f)
}
