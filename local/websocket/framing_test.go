package websocket_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"example.com/recall/local/websocket"
)

const (
	finalText   = 0x81
	finalBinary = 0x82
	finalClose  = 0x88
	finalPing   = 0x89
)

// quickClose shortens the wait for clients that do not answer a close frame.
func quickClose(o *websocket.Options) { o.Limits.CloseTimeout = 50 * time.Millisecond }

func closePayload(code int, reason string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
}

func TestWhatAClientMayNotSendClosesTheConnectionWithItsCode(t *testing.T) {
	text := func(size int) []byte { return []byte(strings.Repeat("x", size)) }
	var long []byte // 129 KB in frames of 32 KB
	long = append(long, clientFrame(0x01, text(32<<10))...)
	for range 3 {
		long = append(long, clientFrame(0x00, text(32<<10))...)
	}
	long = append(long, clientFrame(0x80, text(1))...)
	for _, c := range []struct {
		why  string
		data []byte
		code int
	}{
		{"a binary message", clientFrame(finalBinary, []byte("x")), 1003},
		{"an empty binary message", clientFrame(finalBinary, nil), 1003},
		{"a frame over 32 KB", clientFrame(finalText, text(32<<10+1)), 1009},
		{"a continuation frame over 32 KB", append(clientFrame(0x01, text(1)), clientFrame(0x80, text(32<<10+1))...), 1009},
		{"a message over 128 KB", long, 1009},
		{
			"a frame that claims 8 exabytes",
			append([]byte{finalText, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}, text(40<<10)...),
			1009,
		},
		{"text that is not UTF-8", clientFrame(finalText, []byte{'x', 0xff}), 1007},
		{"text cut within a character", clientFrame(finalText, []byte{0xe2, 0x82}), 1007},
		{"an unmasked frame", []byte{finalText, 1, 'x'}, 1002},
		{"a reserved bit", clientFrame(0xc1, []byte("x")), 1002},
		{"an unknown opcode", clientFrame(0x83, []byte("x")), 1002},
		{"an unknown control opcode", clientFrame(0x8b, []byte("x")), 1002},
		{"a continuation of nothing", clientFrame(0x80, []byte("x")), 1002},
		{"a new message within one", append(clientFrame(0x01, []byte("x")), clientFrame(finalText, []byte("x"))...), 1002},
		{"a fragmented ping", clientFrame(0x09, []byte("x")), 1002},
		{"a long ping", clientFrame(finalPing, text(126)), 1002},
		{"a close frame of one byte", clientFrame(finalClose, []byte{3}), 1002},
		{"a close code that may not be sent", clientFrame(finalClose, closePayload(1005, "")), 1002},
	} {
		t.Run(c.why, func(t *testing.T) {
			s := start(t, quickClose, nil)
			conn := s.rawUpgrade("")
			conn.write(c.data)
			if code, _ := conn.closeCode(); code != c.code {
				t.Errorf("closed with %d, want %d", code, c.code)
			}
			event := s.functions.waitForCalls(t, "disconnect", 1)[0]
			if code := contextOf(t, event)["disconnectStatusCode"]; code != float64(c.code) {
				t.Errorf("$disconnect has %v, want %d", code, c.code)
			}
			if len(s.functions.calls("default")) != 0 {
				t.Error("a function got the message")
			}
		})
	}
}

func TestMessagesAtTheLimitsArriveWhole(t *testing.T) {
	for why, sizes := range map[string][]int{
		"a frame of 32 KB":                  {32 << 10},
		"a message of 128 KB":               {32 << 10, 32 << 10, 32 << 10, 32 << 10},
		"a message with empty frames":       {0, 5, 0, 0, 7, 0},
		"a message with a frame of 1 byte":  {1},
		"a message of frames of odd length": {126, 127, 65, 32767},
	} {
		t.Run(why, func(t *testing.T) {
			s := start(t, nil, nil)
			conn := s.rawUpgrade("")
			total := 0
			for i, size := range sizes {
				first := byte(0)
				if i == 0 {
					first = 0x01
				}
				if i == len(sizes)-1 {
					first |= 0x80
				}
				conn.write(clientFrame(first, []byte(strings.Repeat("x", size))))
				conn.write(clientFrame(finalPing, []byte("between"))) // control frames may come between
				total += size
			}
			body := object(t, s.functions.waitForCalls(t, "default", 1)[0])["body"].(string)
			if body != strings.Repeat("x", total) {
				t.Errorf("body has %d bytes, want %d", len(body), total)
			}
		})
	}
}

func TestAFrameSentTogetherWithTheHandshakeIsHandled(t *testing.T) {
	s := start(t, nil, nil)
	conn := s.rawDial()
	conn.write(append([]byte("GET /local HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
		clientFrame(finalText, []byte("early"))...))
	if body := object(t, s.functions.waitForCalls(t, "default", 1)[0])["body"]; body != "early" {
		t.Errorf("body is %q", body)
	}
}

func TestAPingIsAnsweredWithItsPayload(t *testing.T) {
	s := start(t, nil, nil)
	conn := s.rawUpgrade("")
	conn.write(clientFrame(finalPing, []byte("are you there")))
	if f, _ := conn.readFrame(); f.opcode != 10 || string(f.payload) != "are you there" {
		t.Errorf("answered with opcode %d %q", f.opcode, f.payload)
	}
}

func TestWithASwitchTextThatIsNotUTF8IsTaken(t *testing.T) {
	s := start(t, func(o *websocket.Options) { o.Switches.AcceptInvalidText = true }, nil)
	conn := s.rawUpgrade("")
	conn.write(clientFrame(finalText, []byte{'x', 0xff}))
	if body := object(t, s.functions.waitForCalls(t, "default", 1)[0])["body"]; body != "x\ufffd" {
		t.Errorf("body is %q", body)
	}
}

func TestAnAnswerOver32KBComesInFramesOf32KB(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	s := start(t, nil, map[string]function{"default": answer(map[string]any{"body": long})})
	conn := s.rawUpgrade("")
	conn.write(clientFrame(finalText, []byte("give")))
	var sizes []int
	var whole strings.Builder
	for {
		f, ok := conn.readFrame()
		if !ok {
			t.Fatal("the connection ended")
		}
		if want := byte(0); len(sizes) > 0 && f.opcode != want {
			t.Fatalf("a continuation has opcode %d", f.opcode)
		}
		sizes = append(sizes, len(f.payload))
		whole.Write(f.payload)
		if f.final {
			break
		}
	}
	if whole.String() != long || len(sizes) != 4 || sizes[0] != 32<<10 || sizes[3] != 100_000-3*(32<<10) {
		t.Errorf("frames of %v bytes", sizes)
	}
}
