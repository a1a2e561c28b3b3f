package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
)

// Dial says where a device connects, and with which header.
type Dial struct {
	URL    string      `json:"url"`
	Header http.Header `json:"header,omitempty"`
}

// Rates of connecting: below API Gateway's 500 new connections a second, with as many handshakes at once as keep the
// machine busy.
const (
	connectsPerSecond = 350
	connectsAtOnce    = 24
	connectTries      = 20
	retryAfter        = 200 * time.Millisecond
)

// Arrivals is when a frame that was waited for came. Times are this machine's.
type Arrivals struct {
	Received int       `json:"received"`
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
}

// Devices are connected clients.
type Devices interface {
	// Connect connects a device each and gives their numbers, from the count so far.
	Connect(ctx context.Context, dials []Dial) error
	// Expect begins to wait for count frames that contain all parts, on any device. The returned function waits until
	// they came, or until patience is over, which is an error that says how many came.
	Expect(ctx context.Context, count int, patience time.Duration, parts ...string) (func() (Arrivals, error), error)
	// Close cuts all connections.
	Close() error
}

// Fleet is Devices in this process.
type Fleet struct {
	// PerSecond is how many devices connect in a second; 0 = somewhat less than API Gateway's quota of 500.
	PerSecond float64

	mutex       sync.Mutex
	sockets     []*websocket.Conn
	expectation atomic.Pointer[expectation]
	readers     sync.WaitGroup
}

var _ Devices = (*Fleet)(nil)

// Connect implements Devices. A throttled handshake is tried again, as clients do.
func (f *Fleet) Connect(ctx context.Context, dials []Dial) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(connectsAtOnce)
	perSecond := rate.Limit(connectsPerSecond)
	if f.PerSecond > 0 {
		perSecond = rate.Limit(f.PerSecond)
	}
	limiter := rate.NewLimiter(perSecond, connectsAtOnce)
	for _, dial := range dials {
		group.Go(func() error {
			socket, err := connect(ctx, dial, limiter)
			if err != nil {
				return err
			}
			f.mutex.Lock()
			f.sockets = append(f.sockets, socket)
			f.mutex.Unlock()
			f.readers.Go(func() { f.read(socket) })
			return nil
		})
	}
	return group.Wait()
}

func connect(ctx context.Context, dial Dial, limiter *rate.Limiter) (*websocket.Conn, error) {
	for try := 1; ; try++ {
		if err := limiter.Wait(ctx); err != nil {
			return nil, err
		}
		socket, _, err := websocket.Dial(ctx, dial.URL, &websocket.DialOptions{HTTPHeader: dial.Header})
		if err == nil {
			socket.SetReadLimit(1 << 20)
			return socket, nil
		}
		if try == connectTries {
			return nil, fmt.Errorf("connect: %w", err)
		}
		select {
		case <-time.After(retryAfter):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// read looks at each frame for what is expected; it parses nothing, so that thousands of devices cost little.
func (f *Fleet) read(socket *websocket.Conn) {
	for {
		_, frame, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		at := time.Now()
		if wanted := f.expectation.Load(); wanted != nil {
			wanted.see(frame, at)
		}
	}
}

// Expect implements Devices. There is one expectation at a time.
func (f *Fleet) Expect(_ context.Context, count int, patience time.Duration,
	parts ...string) (func() (Arrivals, error), error) {
	wanted := &expectation{count: count, complete: make(chan struct{})}
	for _, part := range parts {
		wanted.parts = append(wanted.parts, []byte(part))
	}
	f.expectation.Store(wanted)
	return func() (Arrivals, error) { return wanted.wait(patience) }, nil
}

// Close implements Devices.
func (f *Fleet) Close() error {
	f.mutex.Lock()
	for _, socket := range f.sockets {
		_ = socket.CloseNow() // It is closed now or was closed before.
	}
	f.sockets = nil
	f.mutex.Unlock()
	f.readers.Wait()
	return nil
}

// expectation is the set of frames that a caller waits for.
type expectation struct {
	parts    [][]byte
	count    int
	complete chan struct{}

	mutex    sync.Mutex
	arrivals Arrivals
}

func (e *expectation) see(frame []byte, at time.Time) {
	for _, part := range e.parts {
		if !bytes.Contains(frame, part) {
			return
		}
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.arrivals.Received == e.count {
		return // what comes later, such as a second attempt, was not waited for
	}
	if e.arrivals.Received == 0 || at.Before(e.arrivals.First) {
		e.arrivals.First = at
	}
	if at.After(e.arrivals.Last) {
		e.arrivals.Last = at
	}
	if e.arrivals.Received++; e.arrivals.Received == e.count {
		close(e.complete)
	}
}

// errMissing is a wait that ended before everything came.
var errMissing = errors.New("frames did not come")

func (e *expectation) wait(patience time.Duration) (Arrivals, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var err error
	select {
	case <-e.complete:
	case <-timer.C:
		err = errMissing
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if err != nil {
		err = fmt.Errorf("%w: %d of %d within %v", err, e.arrivals.Received, e.count, patience)
	}
	return e.arrivals, err
}
