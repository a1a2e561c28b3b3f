package gatewayrules

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// sent returns a probe that sends something on a new connection and then checks what happens.
func sent(send func(s *socket) error, then func(s *socket) error) probe {
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

func frame(first byte, payload string) func(s *socket) error {
	return func(s *socket) error { return s.send(first, []byte(payload)) }
}

func unmasked(s *socket) error { return s.sendMasked(final|opText, []byte("{}"), false) }

func answeredOK(s *socket) error { return s.wantMessage("ok") }

func connectionProbes() map[string]probe {
	return map[string]probe{
		"connection.binary":       sent(frame(final|opBinary, "x"), closedWith(1003)),
		"connection.frame":        sent(frame(final|opText, message(32<<10)), answeredOK),
		"connection.long-frame":   sent(frame(final|opText, message(32<<10+1)), closedWith(1009)),
		"connection.message":      sent(func(s *socket) error { return s.pieces(message(128 << 10)) }, answeredOK),
		"connection.long-message": sent(func(s *socket) error { return s.pieces(message(128<<10 + 1)) }, closedWith(1009)),
		"connection.invalid-text": sent(frame(final|opText, "{\"action\":\"ask\xff\"}"), closedWith(1007)),
		"connection.no-mask":      sent(unmasked, closedWith(1002)),
		"connection.ping":         sent(frame(final|opPing, "hello"), pong),
		"connection.close":        sent(frame(final|opClose, "\x03\xe8"), closedWith(1000)),
		"connection.split":        onConnection(split),
		ruleIdle:                  expires(idle),
		rulePingIdle:              expires(pinging),
		ruleDuration:              expires(busy),
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

// The rules about limits, which take long.
const (
	ruleIdle     = "connection.idle"
	rulePingIdle = "connection.ping-idle"
	ruleDuration = "connection.duration"
)

// use is what a client does with a connection until a limit closes it.
type use int

const (
	idle use = iota
	pinging
	busy
)

// expires returns a probe that waits until a limit of the lifetime closes the connection.
func expires(by use) probe {
	return func(ctx context.Context, p *prober) error {
		address, limit := p.target.IdleURL, p.target.IdleLimit
		if by == busy {
			address, limit = p.target.DurationURL, p.target.DurationLimit
		}
		s, err := p.connectTo(ctx, address)
		if err != nil {
			return err
		}
		stop := s.repeat(by, limit/usesInLimit)
		defer stop()
		for {
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

// usesInLimit is how often a client uses a connection until the limit ends.
const usesInLimit = 20

// repeat uses the connection every so often, until stop is called.
func (s *socket) repeat(by use, pause time.Duration) (stop func()) {
	if by == idle {
		return func() {}
	}
	ticker, stopped, ended := time.NewTicker(pause), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticker.C:
			case <-stopped:
				return
			}
			// If the connection has ended, the reader finds out.
			if by == pinging {
				_ = s.send(final|opPing, nil)
			} else {
				_ = s.text(`{"action":"ask","say":"ok"}`)
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(stopped)
		<-ended
	}
}
