package recall

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter bounds each user's requests a minute, in memory. It needs no round trip. Its price is that every function
// environment counts for itself, so a user whose requests are spread over n environments gets up to n times the rate.
type Limiter struct {
	perMinute int
	mutex     sync.Mutex
	users     map[UserID]*rate.Limiter
}

// maximumUsers bounds the memory. Beyond it, users who may make all their requests again are forgotten.
const maximumUsers = 10_000

// NewLimiter makes a limiter of that many requests a minute for each user. A user may make all of them at once.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, users: make(map[UserID]*rate.Limiter)}
}

// Allow reports whether the user may make one more request, and counts it if so.
func (l *Limiter) Allow(user UserID, now Instant) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	limiter, known := l.users[user]
	if !known {
		l.makeRoom(now)
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(l.perMinute)), l.perMinute)
		l.users[user] = limiter
	}
	return limiter.AllowN(now.Time(), 1)
}

// Users returns how many users are kept in memory.
func (l *Limiter) Users() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.users)
}

func (l *Limiter) makeRoom(now Instant) {
	if len(l.users) < maximumUsers {
		return
	}
	for user, limiter := range l.users {
		if limiter.TokensAt(now.Time()) >= float64(l.perMinute) {
			delete(l.users, user)
		}
	}
	if len(l.users) >= maximumUsers {
		clear(l.users)
	}
}
