package lambda

import (
	"fmt"
	"time"
)

const (
	// linesPerSecond and lineBurst bound what is passed on of one process's output.
	linesPerSecond = 200
	lineBurst      = 2000
)

// lineLimit passes lines on at a bounded rate and says how many it dropped.
type lineLimit struct {
	now     func() time.Time
	pass    func([]byte)
	tokens  float64
	last    time.Time
	dropped int
}

func newLineLimit(now func() time.Time, pass func([]byte)) *lineLimit {
	return &lineLimit{now: now, pass: pass, tokens: lineBurst, last: now()}
}

// line is called from one goroutine.
func (l *lineLimit) line(line []byte) {
	now := l.now()
	l.tokens = min(lineBurst, l.tokens+now.Sub(l.last).Seconds()*linesPerSecond)
	l.last = now
	if l.tokens < 1 {
		l.dropped++
		return
	}
	l.tokens--
	if l.dropped > 0 {
		l.pass(fmt.Appendf(nil, "(%d lines dropped: the function logs too much)", l.dropped))
		l.dropped = 0
	}
	l.pass(line)
}
