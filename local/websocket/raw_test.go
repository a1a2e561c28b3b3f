package websocket_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// rawConn is a client that writes any bytes.
type rawConn struct {
	net.Conn
	t        *testing.T
	reader   *bufio.Reader
	response *http.Response
}

func (s *stack) rawDial() *rawConn {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &rawConn{Conn: conn, t: s.t, reader: bufio.NewReader(conn)}
}

// raw sends bytes and reads the HTTP answer.
func (s *stack) raw(request string) *rawConn {
	s.t.Helper()
	c := s.rawDial()
	c.write([]byte(request))
	response, err := http.ReadResponse(c.reader, &http.Request{Method: http.MethodGet})
	if err != nil {
		s.t.Fatalf("reading the answer: %v", err)
	}
	c.response = response
	return c
}

// rawHandshake attempts a handshake with additional header lines.
func (s *stack) rawHandshake(lines string) *rawConn {
	s.t.Helper()
	return s.raw("GET /local HTTP/1.1\r\nHost: api.example.com:3001\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + lines + "\r\n")
}

// rawUpgrade makes a handshake that succeeds.
func (s *stack) rawUpgrade(lines string) *rawConn {
	s.t.Helper()
	c := s.rawHandshake(lines)
	if c.response.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatalf("handshake answered with %d", c.response.StatusCode)
	}
	return c
}

func (c *rawConn) write(data []byte) {
	c.t.Helper()
	if _, err := c.Write(data); err != nil {
		c.t.Fatalf("writing: %v", err)
	}
}

// frame is a WebSocket frame.
type frame struct {
	final   bool
	opcode  byte
	payload []byte
}

// clientFrame encodes a masked frame. first is the first byte of the frame.
func clientFrame(first byte, payload []byte) []byte {
	data := []byte{first}
	switch {
	case len(payload) < 126:
		data = append(data, 0x80|byte(len(payload)))
	case len(payload) < 1<<16:
		data = binary.BigEndian.AppendUint16(append(data, 0x80|126), uint16(len(payload)))
	default:
		data = binary.BigEndian.AppendUint64(append(data, 0x80|127), uint64(len(payload)))
	}
	mask := [4]byte{1, 2, 3, 4}
	data = append(data, mask[:]...)
	for i, b := range payload {
		data = append(data, b^mask[i%4])
	}
	return data
}

// readFrame reads a frame from the server. It returns false at the end of the connection.
func (c *rawConn) readFrame() (frame, bool) {
	c.t.Helper()
	var head [2]byte
	if _, err := io.ReadFull(c.reader, head[:]); err != nil {
		var network net.Error
		if errors.As(err, &network) && network.Timeout() {
			c.t.Fatal("no frame came and the connection was not closed")
		}
		return frame{}, false
	}
	length := uint64(head[1] & 0x7f)
	if head[1]&0x80 != 0 {
		c.t.Fatal("the server masks its frames")
	}
	extended := make([]byte, map[uint64]int{126: 2, 127: 8}[length])
	_, _ = io.ReadFull(c.reader, extended)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(extended))
	case 127:
		length = binary.BigEndian.Uint64(extended)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(c.reader, payload); err != nil {
		c.t.Fatalf("reading a frame: %v", err)
	}
	return frame{final: head[0]&0x80 != 0, opcode: head[0] & 0x0f, payload: payload}, true
}

// closeCode reads up to the close frame and returns its code. It returns 1005 for an empty close frame, and 1006 if
// none comes.
func (c *rawConn) closeCode() (code int, reason string) {
	c.t.Helper()
	for {
		f, ok := c.readFrame()
		switch {
		case !ok:
			return 1006, ""
		case f.opcode != 8:
		case len(f.payload) < 2:
			return 1005, ""
		default:
			return int(binary.BigEndian.Uint16(f.payload)), string(f.payload[2:])
		}
	}
}
