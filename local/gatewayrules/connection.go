package gatewayrules

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// sent returns a probe that sends something on a new connection and then checks what happens.
func sent(send func(s *socket) error, then func(s *socket) error) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		s, err := p.connect(ctx)
		if err != nil {
			return err
		}
		if err := send(s); err != nil {
			return err
		}
		return then(s)
	}
}

func closedWith(code int) func(s *socket) error {
	return func(s *socket) error { return s.wantClosed(code) }
}

func answeredOK(s *socket) error { return s.wantMessage("ok") }

func connectionRules() []Rule {
	const quotas = "WebSocket API quotas"
	return []Rule{
		{
			Text:   "A binary frame closes with 1003",
			Source: "Developer Guide, binary media types", Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.send(final|opBinary, []byte("x")) }, closedWith(1003))},
		{
			Text:   "A frame of 32 KB is taken",
			Source: quotas, Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.text(message(32 << 10)) }, answeredOK),
		},
		{
			Text:   "A frame over 32 KB closes with 1009",
			Source: quotas, Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.text(message(32<<10 + 1)) }, closedWith(1009)),
		},
		{
			Text:   "A message of 128 KB is taken in frames of 32 KB",
			Source: quotas, Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.pieces(message(128 << 10)) }, answeredOK),
		},
		{
			Text:   "A message over 128 KB closes with 1009",
			Source: quotas, Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.pieces(message(128<<10 + 1)) }, closedWith(1009)),
		},
		{
			Text:   "A text that is not UTF-8 closes with 1007",
			Source: "RFC 6455, section 8.1", Certainty: Unknown,
			probe: sent(func(s *socket) error { return s.text("{\"action\":\"ask\xff\"}") }, closedWith(1007))},
		{
			Text:   "A frame without a mask closes with 1002",
			Source: "RFC 6455, section 5.1", Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.sendMasked(final|opText, []byte("{}"), false) }, closedWith(1002))},
		{
			Text:   "A ping is answered with a pong of the same content",
			Source: "RFC 6455, section 5.5.2", Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.send(final|opPing, []byte("hello")) }, pong)},
		{
			Text:   "A close frame is answered with one of the same code",
			Source: "RFC 6455, section 5.5.1", Certainty: Confirmed,
			probe: sent(func(s *socket) error { return s.send(final|opClose, []byte{0x03, 0xe8}) }, closedWith(1000))},
		{
			Text:   "What is posted and over 32 KB comes in frames of at most 32 KB",
			Source: quotas, Certainty: Confirmed,
			probe: onConnection(split),
		},
		{
			Text:   "10 minutes without a message close with 1001 `Going away`",
			Source: quotas + "; the code: other emulators", Certainty: Unknown,
			probe: expires(false), needs: idleLimit,
		},
		{
			Text:   "2 hours close with 1001 `Going away`, whatever is sent",
			Source: quotas + "; the code: other emulators", Certainty: Unknown,
			probe: expires(true), needs: durationLimit,
		},
	}
}

func pong(s *socket) error {
	first, payload, err := s.frame()
	if err != nil {
		return err
	}
	if first != final|opPong || string(payload) != "hello" {
		return fmt.Errorf("what comes is a frame %#x with %q", first, payload)
	}
	return nil
}

func split(ctx context.Context, p *prober, s *socket, id string) error {
	text := strings.Repeat("0123456789", 10<<10)
	answer, _, err := p.manage(ctx, http.MethodPost, p.connection(id), []byte(text), true)
	if err != nil {
		return err
	}
	if err := wantStatus(answer, http.StatusOK); err != nil {
		return err
	}
	got, sizes, err := s.read()
	if err != nil {
		return err
	}
	if got != text || slices.Max(sizes) > 32<<10 {
		return fmt.Errorf("%d bytes come in frames of %v", len(got), sizes)
	}
	return nil
}

// expires returns a probe that waits until a limit of the lifetime closes the connection. If busy is true, it sends
// messages until then.
func expires(busy bool) func(context.Context, *prober) error {
	return func(ctx context.Context, p *prober) error {
		address := p.target.IdleURL
		if busy {
			address = p.target.DurationURL
		}
		s, err := p.connectTo(ctx, address)
		if err != nil {
			return err
		}
		for {
			if busy {
				if err := s.text(`{"action":"ask","say":"ok"}`); err != nil {
					return fmt.Errorf("the connection ends without a close frame: %w", err)
				}
			}
			_, _, err := s.read()
			if end, ok := err.(closed); ok {
				if end != (closed{1001, "Going away"}) {
					return end
				}
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
}
