package websocket

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	coder "github.com/coder/websocket"
)

// These are close codes of RFC 6455, and the reasons that captured $disconnect events have for them.
const (
	closeGoingAway   = 1001
	closeProtocol    = 1002
	closeUnsupported = 1003
	closeNoStatus    = 1005
	closeAbnormal    = 1006
	closeInvalidText = 1007
	closeTooBig      = 1009

	reasonNoStatus = "Client-side close frame status not set"
	reasonAbnormal = "Connection closed abnormally"
)

// ending is the reason why a connection ends.
type ending struct {
	code    int
	reason  string
	deleted bool // by DELETE @connections
	remote  bool // the client or the network closed it, so nothing is left to close
}

// connection is one connected client.
type connection struct {
	client
	gateway  *Gateway
	socket   *coder.Conn
	outbound *outbound

	// slots limits how many frames are handled at the same time. previous is the frame before this one, for
	// Serialize.
	slots    chan struct{}
	previous chan struct{}
	cause    atomic.Pointer[ending]
	// shutDone is closed when the closing handshake has ended.
	shutDone chan struct{}

	// lastActive is a time of Options.Clock, and lifetimeActive one of the lifetime clock. Both are nanoseconds since
	// 1970.
	lastActive     atomic.Int64
	lifetimeActive atomic.Int64

	// lifetimes.mu guards what follows.
	lifetimeStart time.Time
	lookAt        time.Time
	lifetimeIndex int
}

func newConnection(g *Gateway, from client) *connection {
	c := &connection{
		client: from, gateway: g, lifetimeIndex: -1,
		slots: make(chan struct{}, g.options.Limits.ConcurrentFrames), shutDone: make(chan struct{}),
	}
	c.lastActive.Store(from.connectedAt.UnixNano())
	return c
}

// touch records that a message went in either direction.
func (c *connection) touch() {
	c.lastActive.Store(c.gateway.options.Clock.Now().UnixNano())
	c.lifetimeActive.Store(c.gateway.options.LifetimeClock.Now().UnixNano())
}

// control records a ping or pong.
func (c *connection) control() {
	if c.gateway.options.Switches.PingKeepsAlive {
		c.touch()
	}
}

// serve reads until the connection ends. Then it invokes the $disconnect function.
func (c *connection) serve() {
	defer c.gateway.active.Done()
	why := c.read()
	if c.settle(why) {
		c.shut(why)
	}
	<-c.shutDone
	c.gateway.disconnected(c, *c.cause.Load())
}

// end closes the connection from this side, unless it is closing already. It does not wait.
func (c *connection) end(why ending) bool {
	if !c.settle(why) {
		return false
	}
	c.gateway.active.Add(1) // serve is still counted, since it waits for shut: this does not raise it from zero
	go func() {
		defer c.gateway.active.Done()
		c.shut(why)
	}()
	return true
}

// settle sets the reason why the connection ends. From then on posts do not reach it. It returns false if that was
// already done.
func (c *connection) settle(why ending) bool {
	if !c.cause.CompareAndSwap(nil, &why) {
		return false
	}
	c.gateway.registry.remove(c)
	c.gateway.lifetimes.remove(c)
	return true
}

// shut performs the closing handshake. It takes no longer than the close time-out, whatever the client does.
func (c *connection) shut(why ending) {
	defer close(c.shutDone)
	if why.remote {
		_ = c.socket.CloseNow() // the connection has already ended
		return
	}
	guard := c.gateway.options.Clock.AfterFunc(c.gateway.options.Limits.CloseTimeout, c.outbound.abort)
	defer guard.Stop()
	_ = c.socket.Close(coder.StatusCode(why.code), why.reason) // a client may leave without answering
}

// read reads messages until something ends the connection. It returns the reason.
func (c *connection) read() ending {
	for {
		kind, reader, err := c.socket.Reader(context.Background())
		if err != nil {
			return endingOf(err)
		}
		if kind != coder.MessageText {
			return ending{code: closeUnsupported}
		}
		body, why := c.readMessage(reader)
		if why != nil {
			return *why
		}
		if c.cause.Load() != nil {
			return ending{} // it is closing: further messages are not handled, and the reason is known
		}
		c.receive(body)
	}
}

// frameBuffers holds buffers. Each is one byte larger than the largest frame.
type frameBuffers struct{ pool sync.Pool }

func (b *frameBuffers) get(size int) []byte {
	if buffer, ok := b.pool.Get().(*[]byte); ok && len(*buffer) == size {
		return *buffer
	}
	return make([]byte, size)
}

func (b *frameBuffers) put(buffer []byte) { b.pool.Put(&buffer) }

// readMessage reads one message within the limits. The library's reader never returns bytes of two frames at once,
// and it fills the buffer from the current frame. So if the buffer, which is one byte larger than the limit, is full,
// the frame is over the limit.
func (c *connection) readMessage(reader io.Reader) ([]byte, *ending) {
	limits := c.gateway.options.Limits
	buffer := c.gateway.buffers.get(limits.FrameBytes + 1)
	defer c.gateway.buffers.put(buffer)
	var body []byte
	for {
		n, err := reader.Read(buffer)
		if n > limits.FrameBytes || len(body)+n > limits.MessageBytes {
			return nil, &ending{code: closeTooBig}
		}
		body = append(body, buffer[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			why := endingOf(err)
			return nil, &why
		}
	}
	if !utf8.Valid(body) && !c.gateway.options.Switches.AcceptInvalidText {
		return nil, &ending{code: closeInvalidText}
	}
	return body, nil
}

// endingOf returns the reason for an error of reading: a close frame of the client, a lost connection, or bytes that
// are not WebSocket.
func endingOf(err error) ending {
	var closed coder.CloseError
	if errors.As(err, &closed) {
		if closed.Code == coder.StatusNoStatusRcvd {
			return ending{code: closeNoStatus, reason: reasonNoStatus, remote: true}
		}
		return ending{code: int(closed.Code), reason: closed.Reason, remote: true}
	}
	var network net.Error
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.As(err, &network) {
		return ending{code: closeAbnormal, reason: reasonAbnormal, remote: true}
	}
	return ending{code: closeProtocol}
}
