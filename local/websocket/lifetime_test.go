package websocket_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	coder "github.com/coder/websocket"

	"example.com/recall/local/websocket"
)

// manualClock moves only when a test moves it.
type manualClock struct {
	mu     sync.Mutex
	now    time.Time
	timers []*manualTimer
}

type manualTimer struct {
	clock *manualClock
	at    time.Time
	f     func()
}

func newManualClock() *manualClock { return &manualClock{now: time.Unix(1_700_000_000, 0)} }

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) AfterFunc(d time.Duration, f func()) websocket.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	timer := &manualTimer{clock: c, at: c.now.Add(d), f: f}
	c.timers = append(c.timers, timer)
	return timer
}

func (t *manualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	i := slices.Index(t.clock.timers, t)
	if i >= 0 {
		t.clock.timers = slices.Delete(t.clock.timers, i, i+1)
	}
	return i >= 0
}

// advance moves the clock and runs everything that is due by then.
func (c *manualClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []*manualTimer
	c.timers = slices.DeleteFunc(c.timers, func(t *manualTimer) bool {
		if t.at.After(c.now) {
			return false
		}
		due = append(due, t)
		return true
	})
	c.mu.Unlock()
	for _, t := range due {
		t.f()
	}
}

func (c *manualClock) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// waitsFor reports whether a timer runs out exactly after the duration. Timers that a test does not wait for may run
// at the same time, such as the one that limits how long a request's body may take.
func (c *manualClock) waitsFor(d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.timers, func(t *manualTimer) bool { return t.at.Equal(c.now.Add(d)) })
}

// startTimed starts a gateway whose connection limits run on a manual clock.
func startTimed(t *testing.T, change func(*websocket.Options)) (*stack, *manualClock) {
	clock := newManualClock()
	s := start(t, func(o *websocket.Options) {
		o.LifetimeClock = clock
		if change != nil {
			change(o)
		}
	}, map[string]function{"echo": echo})
	return s, clock
}

func TestAnIdleConnectionIsClosedAfterTenMinutes(t *testing.T) {
	s, clock := startTimed(t, nil)
	p := s.connect()
	s.waitForConnections(1)
	clock.advance(10*time.Minute - time.Millisecond)
	if s.gateway.Connections() != 1 {
		t.Fatal("closed too early")
	}
	clock.advance(time.Millisecond)
	p.wantClose(coder.StatusGoingAway, "Going away")
	context := contextOf(t, s.functions.waitForCalls(t, "disconnect", 1)[0])
	if context["disconnectStatusCode"] != 1001.0 || context["disconnectReason"] != "Going away" {
		t.Errorf("$disconnect has %v %v", context["disconnectStatusCode"], context["disconnectReason"])
	}
}

func TestAMessageInEitherDirectionKeepsAConnectionAlive(t *testing.T) {
	s, clock := startTimed(t, nil)
	p := s.connect()
	s.waitForConnections(1)
	for range 3 {
		clock.advance(9 * time.Minute)
		p.send(`{"action":"echo"}`)
		p.receive()
		clock.advance(9 * time.Minute)
		if err := s.post(p.id, []byte("hello")); err != nil {
			t.Fatal(err)
		}
		p.receive()
	}
	if s.gateway.Connections() != 1 {
		t.Error("the connection was closed")
	}
}

func TestEveryConnectionIsClosedAfterTwoHours(t *testing.T) {
	s, clock := startTimed(t, nil)
	p := s.connect()
	s.waitForConnections(1)
	for range 13 {
		clock.advance(9 * time.Minute)
		p.send(`{"action":"echo"}`)
		p.receive()
	}
	clock.advance(3 * time.Minute)
	p.wantClose(coder.StatusGoingAway, "Going away")
}

func TestPingsKeepAConnectionAliveOnlyWithTheSwitch(t *testing.T) {
	for why, counts := range map[string]bool{"by default": false, "with the switch": true} {
		t.Run(why, func(t *testing.T) {
			s, clock := startTimed(t, func(o *websocket.Options) { o.Switches.PingKeepsAlive = counts })
			conn := s.rawUpgrade("")
			s.waitForConnections(1)
			clock.advance(9 * time.Minute)
			conn.write(clientFrame(finalPing, nil))
			conn.readFrame()
			clock.advance(time.Minute)
			if open := s.gateway.Connections() == 1; open != counts {
				t.Errorf("open is %v, want %v", open, counts)
			}
			conn.write(clientFrame(finalClose, nil))
		})
	}
}

func TestOneTimerServesAllConnections(t *testing.T) {
	s, clock := startTimed(t, nil)
	const count = 20
	for range count {
		s.connect()
	}
	s.waitForConnections(count)
	if waiting := clock.waiting(); waiting != 1 {
		t.Errorf("%d timers for %d connections, want 1", waiting, count)
	}
	clock.advance(10 * time.Minute)
	s.waitForConnections(0)
}

func TestAnAcceleratedClockRunsFaster(t *testing.T) {
	base := newManualClock()
	clock := websocket.Accelerated(base, 600)
	called := false
	clock.AfterFunc(10*time.Minute, func() { called = true })
	before := clock.Now()
	base.advance(time.Second)
	if passed := clock.Now().Sub(before); passed != 10*time.Minute {
		t.Errorf("%v passed in one second, want 10 minutes", passed)
	}
	if !called {
		t.Error("the timer did not fire")
	}
}

func TestSwitchesChangeHowAConnectionExpires(t *testing.T) {
	s, clock := startTimed(t, func(o *websocket.Options) {
		o.Switches.ExpiredCloseCode, o.Switches.ExpiredCloseReason = 1000, "idle"
	})
	p := s.connect()
	s.waitForConnections(1)
	clock.advance(10 * time.Minute)
	p.wantClose(coder.StatusNormalClosure, "idle")
}
