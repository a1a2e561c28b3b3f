package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

var (
	errConnectionLost = errors.New("the connection was lost")
	errTokenRefused   = errors.New("the token was refused")
)

// connection is one WebSocket connection.
type connection struct {
	socket       *websocket.Conn
	ctx          context.Context
	cancel       context.CancelFunc
	writeTimeout time.Duration
	gone         chan struct{} // closed when the connection is over
	leaving      sync.Once
	// wrote and heard have an element after a frame was written or received. They are not filled up.
	wrote, heard chan struct{}

	mutex        sync.Mutex
	tokenExpired bool
}

// connect makes a connection with the token in the Authorization header. It returns errTokenRefused for a 401.
func (s *session) connect(token string) (*connection, error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.options.RequestTimeout)
	defer cancel()
	socket, response, err := websocket.Dial(ctx, s.options.URL, &websocket.DialOptions{
		HTTPClient: s.options.HTTPClient,
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		if response != nil && response.StatusCode == http.StatusUnauthorized {
			return nil, errTokenRefused
		}
		return nil, err
	}
	socket.SetReadLimit(frameLimitBytes)
	c := &connection{
		socket: socket, writeTimeout: s.options.RequestTimeout, gone: make(chan struct{}),
		wrote: make(chan struct{}, 1), heard: make(chan struct{}, 1),
	}
	c.ctx, c.cancel = context.WithCancel(s.ctx)
	return c, nil
}

// read hands every text frame to receive until the connection ends. Binary frames are ignored.
func (c *connection) read(receive func([]byte)) {
	defer close(c.gone)
	defer c.cancel()
	for {
		kind, data, err := c.socket.Read(c.ctx)
		if err != nil {
			_ = c.socket.CloseNow() // the read error has said all there is to say
			return
		}
		note(c.heard)
		if kind == websocket.MessageText {
			receive(data)
		}
	}
}

// write sends a text frame. A failure ends the connection, and what is unanswered goes out on the next one.
func (c *connection) write(frame []byte) {
	ctx, cancel := context.WithTimeout(c.ctx, c.writeTimeout)
	defer cancel()
	if err := c.socket.Write(ctx, websocket.MessageText, frame); err != nil {
		c.drop()
	}
	note(c.wrote)
}

func note(what chan<- struct{}) {
	select {
	case what <- struct{}{}:
	default:
	}
}

// ping reports whether the server answers a ping in time.
func (c *connection) ping(timeout time.Duration) bool {
	ctx, cancel := context.WithTimeout(c.ctx, timeout)
	defer cancel()
	return c.socket.Ping(ctx) == nil
}

// drop ends the connection at once.
func (c *connection) drop() { c.cancel() }

// leaveTimeout bounds how long a logout waits for the server's part of the closing handshake.
const leaveTimeout = time.Second

// leave ends the connection with a close frame, so that the server knows that the end was meant. A second caller waits
// until the first one is done, and so does not drop the connection before the close frame.
func (c *connection) leave() {
	c.leaving.Do(func() {
		timer := time.AfterFunc(leaveTimeout, c.drop)
		defer timer.Stop()
		_ = c.socket.Close(websocket.StatusNormalClosure, "") // a server that does not answer is left all the same
		c.drop()
	})
}

// dropForToken ends the connection because the server says that the token is over.
func (c *connection) dropForToken() {
	c.mutex.Lock()
	c.tokenExpired = true
	c.mutex.Unlock()
	c.drop()
}

func (c *connection) needsToken() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.tokenExpired
}
