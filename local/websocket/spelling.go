package websocket

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
)

// maximumHeadBytes is the limit for the first line and the headers of a request. API Gateway accepts 10,240 bytes of
// headers and 4,096 of URL.
const maximumHeadBytes = 16 << 10

// headConn keeps the head of the first request on a connection. net/http changes the casing of header names, but API
// Gateway passes them on as the client wrote them. A function that looks for "Authorization" therefore fails there if
// a client writes "authorization".
type headConn struct {
	net.Conn
	mu   sync.Mutex
	head []byte
	done bool
}

type headListener struct{ net.Listener }

func (l headListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &headConn{Conn: conn}, nil
}

func (c *headConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.keep(p[:n])
	}
	return n, err
}

func (c *headConn) keep(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done {
		return
	}
	c.head = append(c.head, p...)
	if end := bytes.Index(c.head, []byte("\r\n\r\n")); end >= 0 {
		c.head, c.done = c.head[:end], true
	} else if len(c.head) > maximumHeadBytes {
		c.head, c.done = nil, true
	}
}

// take returns the head once and then frees it.
func (c *headConn) take() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	head := c.head
	c.head, c.done = nil, true
	return head
}

// SetWriteBuffer limits how much the kernel buffers for a client that does not read, if the connection below can do
// that.
func (c *headConn) SetWriteBuffer(bytes int) error {
	if conn, ok := c.Conn.(interface{ SetWriteBuffer(int) error }); ok {
		return conn.SetWriteBuffer(bytes)
	}
	return nil
}

type headConnKey struct{}

func withHeadConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, headConnKey{}, conn)
}

// headerSpelling returns a function that turns net/http's name of a header into the client's name. There is no
// headConn if another server than Serve calls the handler. Then the function corrects only the WebSocket headers,
// which all clients spell in the same way.
func headerSpelling(r *http.Request) func(string) string {
	spellings := map[string]string{}
	if conn, ok := r.Context().Value(headConnKey{}).(*headConn); ok {
		for line := range strings.SplitSeq(string(conn.take()), "\r\n") {
			if name, _, found := strings.Cut(line, ":"); found {
				spellings[textproto.CanonicalMIMEHeaderKey(name)] = name
			}
		}
	}
	return func(name string) string {
		if spelling, ok := spellings[name]; ok {
			return spelling
		}
		if rest, found := strings.CutPrefix(name, "Sec-Websocket-"); found {
			return "Sec-WebSocket-" + rest
		}
		return name
	}
}
