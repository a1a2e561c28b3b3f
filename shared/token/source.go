package token

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall"
)

// ErrUnavailable says that the keys could not be read, so that nobody can tell whether the token is good. The client
// must try again later; the token itself was not refused.
var ErrUnavailable = errors.New("the keys that verify tokens cannot be read")

// How often keys are read when something is wrong. Both bound what a flood of handshakes can cause.
const (
	// failurePause is the time between two attempts while reading fails. It is short, because nobody can connect
	// meanwhile.
	failurePause = time.Second
	// renewPause is the least age of keys before a token that they do not verify makes the function read them again.
	renewPause = 10 * time.Second
)

// source keeps the keys that were read last and reads them again when they are too old. It may be used by many
// goroutines: only one of them reads at a time, and the others share what it gets.
type source struct {
	read  func(context.Context) (jwt.Keyfunc, error)
	clock recall.Clock
	log   *slog.Logger
	// freshFor is for how long keys are used without reading them again.
	freshFor time.Duration
	// usableFor is for how long keys are used while they cannot be read again.
	usableFor time.Duration

	reading sync.Mutex
	latest  atomic.Pointer[readResult]
}

// readResult is the result of the last attempt, and the keys of the last one that succeeded.
type readResult struct {
	keys    jwt.Keyfunc // nil before the first success
	readAt  time.Time
	failure error // nil after a success
	// failedAt is when the last attempt ended, if it failed.
	failedAt time.Time
}

// start reads the keys while the function starts, where it costs no handshake any time. A failure is no error here:
// the first handshake tries again at once.
func (s *source) start(ctx context.Context) {
	begun := &readResult{}
	keys, err := s.read(ctx)
	if err != nil {
		s.log.ErrorContext(ctx, "keys not read", "error", err)
	} else {
		begun.keys, begun.readAt = keys, s.clock.Now()
	}
	s.latest.Store(begun)
}

// current returns keys that are fresh, or still usable where fresh ones cannot be read. Its error is ErrUnavailable.
func (s *source) current(ctx context.Context) (jwt.Keyfunc, error) {
	known := s.latest.Load()
	if known.keys == nil || s.clock.Now().Sub(known.readAt) >= s.freshFor {
		known = s.refresh(ctx, known)
	}
	if known.keys == nil || s.clock.Now().Sub(known.readAt) >= s.usableFor {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, known.failure)
	}
	return known.keys, nil
}

// renewed reads the keys again for a token that the current ones do not verify: they may have been changed. It returns
// nil if the current ones are so young that this is not worth a request. Its error is ErrUnavailable.
func (s *source) renewed(ctx context.Context) (jwt.Keyfunc, error) {
	known := s.latest.Load()
	if known.failure == nil && s.clock.Now().Sub(known.readAt) < renewPause {
		return nil, nil
	}
	if known = s.refresh(ctx, known); known.failure != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, known.failure)
	}
	return known.keys, nil
}

// refresh reads the keys, unless somebody else has done so since the caller looked, or has failed to a moment ago.
func (s *source) refresh(ctx context.Context, seen *readResult) *readResult {
	s.reading.Lock()
	defer s.reading.Unlock()
	known := s.latest.Load()
	began := s.clock.Now()
	if known != seen || known.failure != nil && began.Sub(known.failedAt) < failurePause {
		return known
	}
	next := &readResult{keys: known.keys, readAt: known.readAt}
	if keys, err := s.read(ctx); err != nil {
		// An attempt that hung must not be followed by the next at once, so its end counts.
		next.failure, next.failedAt = err, s.clock.Now()
		s.log.ErrorContext(ctx, "keys not read", "error", err)
	} else {
		next.keys, next.readAt = keys, began
	}
	s.latest.Store(next)
	return next
}
