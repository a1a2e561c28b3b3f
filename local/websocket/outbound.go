package websocket

import (
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"sync"
	"time"
)

var (
	errBufferFull = errors.New("the client does not read and its buffer is full")
	errGone       = errors.New("the connection is closed")
)

// These are first bytes of frames (RFC 6455, section 5.2).
const (
	finalBit    = 0x80
	opcodeMask  = 0x0f
	opcodeText  = 0x1
	opcodeClose = 0x8
)

// kernelWriteBuffer is how much the kernel may buffer for a client that does not read. It is small compared with the
// buffer here.
const kernelWriteBuffer = 64 << 10

// outbound is the socket that the WebSocket library writes to. It is a bounded buffer in front of the real socket. It
// has a goroutine only while there is something to write.
type outbound struct {
	net.Conn
	early      []byte // what the HTTP server had read after the handshake
	clock      Clock
	linger     time.Duration
	frameBytes int
	limit      int

	mu       sync.Mutex
	pending  []byte
	inFlight int
	writing  bool
	ended    bool // a close frame is queued or the socket is closed: no more data frames
	closed   bool
}

func newOutbound(conn net.Conn, early []byte, clock Clock, limits Limits) *outbound {
	if tcp, ok := conn.(interface{ SetWriteBuffer(int) error }); ok {
		_ = tcp.SetWriteBuffer(kernelWriteBuffer) // only a hint to the kernel
	}
	return &outbound{
		Conn: conn, early: early, clock: clock, linger: limits.CloseTimeout,
		frameBytes: limits.FrameBytes, limit: limits.OutboundBytes,
	}
}

// Read first returns what the HTTP server had already read.
func (o *outbound) Read(p []byte) (int, error) {
	if len(o.early) > 0 {
		n := copy(p, o.early)
		o.early = o.early[n:]
		return n, nil
	}
	return o.Conn.Read(p)
}

// Write takes a control frame from the library. Control frames come whole, since the library's buffer is larger than
// any of them. They are never refused: they are small, and no more pongs are sent once full() returns true.
func (o *outbound) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return 0, net.ErrClosed
	}
	if len(p) > 0 && p[0]&opcodeMask == opcodeClose {
		o.ended = true
	}
	o.pending = append(o.pending, p...)
	o.startWriting()
	return len(p), nil
}

// send queues a text message. It never blocks.
func (o *outbound) send(payload []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended || o.closed {
		return errGone
	}
	waiting := len(o.pending) + o.inFlight
	if waiting > 0 && waiting+len(payload) > o.limit {
		return errBufferFull
	}
	o.pending = appendTextMessage(o.pending, payload, o.frameBytes)
	o.startWriting()
	return nil
}

// full reports whether so much is waiting for the client that even pongs are dropped.
func (o *outbound) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.pending)+o.inFlight > o.limit
}

func (o *outbound) startWriting() {
	if !o.writing {
		o.writing = true
		go o.drain()
	}
}

// drain writes until nothing is waiting. Then it finishes a Close that was called in the meantime.
func (o *outbound) drain() {
	for {
		o.mu.Lock()
		chunk := o.pending
		o.pending, o.inFlight = nil, len(chunk)
		if len(chunk) == 0 {
			o.writing = false
			closed := o.closed
			o.mu.Unlock()
			if closed {
				_ = o.Conn.Close() // the connection is over whatever this returns
			}
			return
		}
		o.mu.Unlock()
		if _, err := o.Conn.Write(chunk); err != nil {
			o.abort()
		}
	}
}

// abort drops what is waiting and closes the socket at once.
func (o *outbound) abort() {
	o.mu.Lock()
	o.ended, o.closed, o.pending = true, true, nil
	o.mu.Unlock()
	_ = o.Conn.Close() // the connection is over whatever this returns
}

// Close lets what is waiting be sent, for as long as a closing handshake may take. It wakes the reader at once.
func (o *outbound) Close() error {
	o.mu.Lock()
	o.ended, o.closed = true, true
	writing := o.writing
	o.mu.Unlock()
	if !writing {
		return o.Conn.Close()
	}
	o.clock.AfterFunc(o.linger, func() { _ = o.Conn.Close() })
	return o.Conn.SetReadDeadline(time.Unix(1, 0))
}

// appendTextMessage appends a message in frames of at most frameBytes.
func appendTextMessage(buffer, payload []byte, frameBytes int) []byte {
	opcode := byte(opcodeText)
	buffer = slices.Grow(buffer, len(payload)+10*(1+len(payload)/frameBytes))
	for len(payload) > frameBytes {
		buffer = appendFrame(buffer, opcode, payload[:frameBytes])
		payload, opcode = payload[frameBytes:], 0
	}
	return appendFrame(buffer, opcode|finalBit, payload)
}

func appendFrame(buffer []byte, first byte, payload []byte) []byte {
	buffer = append(buffer, first)
	switch {
	case len(payload) < 126:
		buffer = append(buffer, byte(len(payload)))
	case len(payload) < 1<<16:
		buffer = append(buffer, 126)
		buffer = binary.BigEndian.AppendUint16(buffer, uint16(len(payload))) // #nosec G115 -- the length was just compared
	default:
		buffer = append(buffer, 127)
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(payload)))
	}
	return append(buffer, payload...)
}
