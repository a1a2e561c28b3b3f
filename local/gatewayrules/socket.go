package gatewayrules

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// The opcodes of frames (RFC 6455, section 5.2).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// socket is a WebSocket connection that is read and written frame by frame.
type socket struct {
	net.Conn
	reader *bufio.Reader
	answer *http.Response
	prober *prober
}

// send sends one frame.
func (s *socket) send(first byte, payload []byte) error { return s.sendMasked(first, payload, true) }

const final = 0x80

func (s *socket) sendMasked(first byte, payload []byte, masked bool) error {
	frame := []byte{first}
	bit := byte(0)
	if masked {
		bit = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		frame = append(frame, bit|byte(n))
	case n < 1<<16:
		frame = append(frame, bit|126, byte(n>>8), byte(n&0xff))
	default:
		frame = append(frame, bit|127)
		frame = binary.BigEndian.AppendUint64(frame, uint64(n))
	}
	if masked {
		frame = append(frame, 0, 0, 0, 0) // a mask of zeros changes nothing
	}
	_, err := s.Write(append(frame, payload...))
	return err
}

// text sends a message of one frame.
func (s *socket) text(message string) error { return s.send(final|opText, []byte(message)) }

// pieces sends a message in frames of at most 32 KB.
func (s *socket) pieces(message string) error {
	const size = 32 << 10
	opcode := byte(opText)
	for {
		part := message[:min(size, len(message))]
		message = message[len(part):]
		if message == "" {
			return s.send(final|opcode, []byte(part))
		}
		if err := s.send(opcode, []byte(part)); err != nil {
			return err
		}
		opcode = opContinuation
	}
}

// frame reads one frame.
func (s *socket) frame() (first byte, payload []byte, err error) {
	if first, err = s.reader.ReadByte(); err != nil {
		return 0, nil, err
	}
	second, err := s.reader.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	length := uint64(second & 0x7f)
	switch length {
	case 126:
		var long [2]byte
		_, err = io.ReadFull(s.reader, long[:])
		length = uint64(binary.BigEndian.Uint16(long[:]))
	case 127:
		var long [8]byte
		_, err = io.ReadFull(s.reader, long[:])
		length = binary.BigEndian.Uint64(long[:])
	}
	if err != nil {
		return 0, nil, err
	}
	if length > 1<<20 {
		return 0, nil, fmt.Errorf("a frame of %d bytes came", length)
	}
	payload = make([]byte, length)
	_, err = io.ReadFull(s.reader, payload)
	return first, payload, err
}

// closed is the error for a close frame that was received.
type closed struct {
	code   int
	reason string
}

func (c closed) Error() string {
	return fmt.Sprintf("the connection is closed with %d %q", c.code, c.reason)
}

// read reads the next message, and the sizes of its frames.
func (s *socket) read() (message string, sizes []int, err error) {
	for {
		first, payload, err := s.frame()
		if err != nil {
			return "", nil, err
		}
		switch first & 0xf {
		case opClose:
			end := closed{code: 1005} // RFC 6455, section 7.1.5: the frame has no code
			if len(payload) >= 2 {
				end = closed{int(binary.BigEndian.Uint16(payload)), string(payload[2:])}
			}
			s.prober.note("closed with %d %q", end.code, end.reason)
			return "", nil, end
		case opText, opBinary, opContinuation:
			message += string(payload)
			sizes = append(sizes, len(payload))
			if first&final != 0 {
				return message, sizes, nil
			}
		}
	}
}

// wantMessage checks that the next message is this one.
func (s *socket) wantMessage(wanted string) error {
	got, _, err := s.read()
	if err != nil {
		return err
	}
	if got != wanted {
		return fmt.Errorf("what comes is %s, not %s", brief(got), brief(wanted))
	}
	return nil
}

// wantClosed checks that the connection is closed with a code.
func (s *socket) wantClosed(code int) error {
	message, _, err := s.read()
	var end closed
	switch {
	case err == nil:
		return fmt.Errorf("it is not closed, and %s comes", brief(message))
	case errors.As(err, &end) && end.code == code:
		return nil
	default:
		return err
	}
}

// wantNothing checks that nothing arrives for a while and that the connection stays open.
func (s *socket) wantNothing(quiet time.Duration) error {
	if err := s.SetReadDeadline(time.Now().Add(quiet)); err != nil {
		return err
	}
	message, _, err := s.read()
	var timeout net.Error
	switch {
	case err == nil:
		return fmt.Errorf("%s comes", brief(message))
	case errors.As(err, &timeout) && timeout.Timeout():
		return s.SetReadDeadline(time.Time{})
	default:
		return err
	}
}

// alive checks that the connection still works.
func (s *socket) alive() error {
	if err := s.text(`{"action":"ask","say":"alive"}`); err != nil {
		return err
	}
	return s.wantMessage("alive")
}
