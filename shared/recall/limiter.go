package recall

import "sync"

// Limiter bounds each user's requests a minute with a token bucket in memory. It needs no round trip; its price is that
// every function environment counts for itself, so a user spread over n environments gets up to n times the rate.
type Limiter struct {
	perMinute int
	mutex     sync.Mutex
	buckets   map[UserID]bucket
}

type bucket struct {
	tokens float64
	at     Instant
}

// maximumBuckets bounds the memory; beyond it full buckets are dropped.
const maximumBuckets = 10_000

// NewLimiter makes a limiter of that many requests a minute and user, with a burst of as many.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, buckets: make(map[UserID]bucket)}
}

// Allow takes one request of the user's, if he has one left.
func (l *Limiter) Allow(user UserID, now Instant) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	current, known := l.buckets[user]
	if !known {
		l.makeRoom(now)
		current = bucket{tokens: float64(l.perMinute), at: now}
	}
	current = l.refill(current, now)
	allowed := current.tokens >= 1
	if allowed {
		current.tokens--
	}
	l.buckets[user] = current
	return allowed
}

// Users is how many users are kept in memory.
func (l *Limiter) Users() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.buckets)
}

func (l *Limiter) refill(b bucket, now Instant) bucket {
	if now > b.at {
		b.tokens = min(float64(l.perMinute), b.tokens+float64(l.perMinute)*float64(now-b.at)/60_000)
	}
	b.at = now
	return b
}

func (l *Limiter) makeRoom(now Instant) {
	if len(l.buckets) < maximumBuckets {
		return
	}
	for user, b := range l.buckets {
		if l.refill(b, now).tokens >= float64(l.perMinute) {
			delete(l.buckets, user)
		}
	}
	if len(l.buckets) >= maximumBuckets {
		clear(l.buckets)
	}
}
