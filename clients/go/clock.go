package client

import (
	"crypto/rand"
	"io"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"
)

// serverClock tells the server's time from one comparison with the machine's clock, which may be wrong by any amount.
type serverClock struct {
	now    func() time.Time
	mutex  sync.Mutex
	known  bool
	local  time.Time // the machine's clock, monotonic, at the comparison
	server int64     // the server's at the same moment, milliseconds since 1970
}

// set takes the server's time for the moment half way between the request and its reply.
func (c *serverClock) set(asked, answered time.Time, serverTime int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.known = true
	c.local = asked.Add(answered.Sub(asked) / 2)
	c.server = serverTime
}

// milliseconds returns the server's time, and false while it is unknown.
func (c *serverClock) milliseconds() (int64, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.known {
		return 0, false
	}
	return c.server + c.now().Sub(c.local).Milliseconds(), true
}

// messageIDs makes monotonic ULIDs: a later one sorts after an earlier one, also within a millisecond and when the
// clock was set back a little.
type messageIDs struct {
	mutex   sync.Mutex
	entropy *ulid.MonotonicEntropy
	last    uint64
}

func newMessageIDs(random io.Reader) *messageIDs {
	if random == nil {
		random = rand.Reader
	}
	return &messageIDs{entropy: ulid.Monotonic(random, 0)}
}

func (m *messageIDs) next(serverTime int64) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	at := max(uint64(max(serverTime, 0)), m.last) // #nosec G115 -- not negative
	id, err := ulid.New(at, m.entropy)
	if err != nil { // the millisecond's random part is used up
		at++
		id, err = ulid.New(at, m.entropy)
	}
	if err != nil {
		return "", err
	}
	m.last = at
	return id.String(), nil
}

// startOver gives up the order with IDs made before: they were made on a wrong clock, and the server refused one.
func (m *messageIDs) startOver() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.last = 0
}
