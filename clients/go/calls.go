package client

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

const attemptsLimit = 3

// call is one request until its outcome is known. Its frame never changes, so that a repeat is the same request.
type call struct {
	id       string
	order    uint64
	frame    []byte
	bound    *connection // the only connection it belongs to; nil for the application's calls, which outlive connections
	reply    chan frame
	repeat   chan struct{} // API Gateway's own frame came: the outcome is unknown
	attempts int           // made because of the call itself
	sent     int           // frames written, also those after a reconnect
}

// request makes a call and waits for its reply. The error is an *Error, or errConnectionLost for a bound call.
func (s *session) request(
	ctx context.Context, bound *connection, action string, fields map[string]any,
) (frame, error) {
	c, err := s.newCall(bound, action, fields)
	if err != nil {
		return frame{}, err
	}
	return s.complete(ctx, c)
}

func (s *session) newCall(bound *connection, action string, fields map[string]any) (*call, error) {
	s.mutex.Lock()
	s.callsMade++
	order := s.callsMade
	s.mutex.Unlock()
	id := strconv.FormatUint(order, 10)
	document := map[string]any{"action": action, "id": id}
	for name, value := range fields {
		document[name] = value
	}
	encoded, err := json.Marshal(document)
	if err != nil {
		return nil, newError(CodeInvalidRequest, "the request cannot be written as JSON: "+err.Error())
	}
	return &call{
		id: id, order: order, frame: encoded, bound: bound,
		reply: make(chan frame, 1), repeat: make(chan struct{}, 1),
	}, nil
}

// complete sends the call, again where the protocol says so, until its outcome is known or the attempts are used up.
func (s *session) complete(ctx context.Context, c *call) (frame, error) {
	s.register(c)
	defer s.unregister(c)
	timer := time.NewTimer(s.options.RequestTimeout)
	defer timer.Stop()
	backingOff := false // the timer is that of the wait before the next attempt
	s.attempt(c)
	for {
		select {
		case reply := <-c.reply:
			if reply.OK {
				return reply, nil
			}
			refusal := reply.Error.asError()
			if !refusal.Retryable || c.attempts >= attemptsLimit {
				return reply, refusal
			}
			if !backingOff {
				backingOff = true
				timer.Reset(s.options.backOff(c.attempts - 1))
			}
			continue
		case <-c.repeat:
			// After the last attempt its reply may still come before the time-out.
			if !backingOff && c.attempts < attemptsLimit {
				backingOff = true
				timer.Reset(s.options.backOff(c.attempts - 1))
			}
			continue
		case <-timer.C:
			if c.attempts >= attemptsLimit {
				return frame{}, timedOut()
			}
		case <-c.lost():
			return frame{}, errConnectionLost
		case <-ctx.Done():
			return frame{}, cancelled(ctx.Err())
		case <-s.ended:
			return frame{}, s.failure()
		}
		backingOff = false
		timer.Reset(s.options.RequestTimeout)
		s.attempt(c)
	}
}

// lost is closed when the connection that the call is bound to is gone; nil, which blocks, for an unbound call.
func (c *call) lost() <-chan struct{} {
	if c.bound == nil {
		return nil
	}
	return c.bound.gone
}

func (s *session) register(c *call) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.calls[c.id] = c
}

func (s *session) unregister(c *call) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.calls, c.id)
}

// attempt uses up one attempt and writes the frame where there is a connection. Without one, the frame goes out after
// the next hello.
func (s *session) attempt(c *call) {
	s.mutex.Lock()
	c.attempts++
	connection := s.connection
	if c.bound != nil {
		connection = c.bound
	}
	if connection != nil {
		c.sent++
	}
	s.mutex.Unlock()
	if connection != nil {
		connection.write(c.frame)
	}
}

// answer hands a reply to its call. A second reply is dropped; one to an abandoned call says that there is something
// to learn.
func (s *session) answer(f frame) {
	s.mutex.Lock()
	c := s.calls[f.ID]
	s.mutex.Unlock()
	if c == nil {
		s.wantAbandoned(f.ID)
		return
	}
	select {
	case c.reply <- f:
	default:
	}
}

// repeatAll sends every outstanding call again, after the back-off: a frame without type says that one of them
// failed, but not which.
func (s *session) repeatAll() {
	s.wantAbandoned("")
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, c := range s.calls {
		if c.sent == 0 {
			continue
		}
		select {
		case c.repeat <- struct{}{}:
		default:
		}
	}
}
