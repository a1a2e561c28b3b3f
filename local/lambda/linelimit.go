package lambda

import (
	"fmt"
	"time"

	"golang.org/x/time/rate"
)

const (
	// linesPerSecond and lineBurst limit how much of the output of one process is passed on.
	linesPerSecond = 200
	lineBurst      = 2000
)

// lineLimit passes lines on at a limited rate and reports how many it dropped.
type lineLimit struct {
	now     func() time.Time
	pass    func([]byte)
	limiter *rate.Limiter
	dropped int
}

func newLineLimit(now func() time.Time, pass func([]byte)) *lineLimit {
	return &lineLimit{now: now, pass: pass, limiter: rate.NewLimiter(linesPerSecond, lineBurst)}
}

// line is called from one goroutine.
func (l *lineLimit) line(line []byte) {
	if !l.limiter.AllowN(l.now(), 1) {
		l.dropped++
		return
	}
	if l.dropped > 0 {
		l.pass(fmt.Appendf(nil, "(%d lines dropped: the function logs too much)", l.dropped))
		l.dropped = 0
	}
	l.pass(line)
}
