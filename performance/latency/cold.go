package latency

import (
	"context"
	"fmt"
	"strings"
	"time"

	"example.com/recall/performance/measure"
)

// Cold is the first recall that a new environment of the function answers, beside a later one of the same environment.
type Cold struct {
	// Start is from the start of the process until it asks for work. In that time it opens its connections.
	Start measure.Summary `json:"start"`
	// First and Later are from when the process had the event to the last notice.
	First measure.Summary `json:"first"`
	Later measure.Summary `json:"later"`
}

// cold has new environments answer two recalls each.
func (c conversation) cold(ctx context.Context, environments int) (Cold, error) {
	function, found := c.stand.Template().Function("RevokeFunction")
	if !found {
		return Cold{}, fmt.Errorf("the template has no RevokeFunction")
	}
	var start, first, later []time.Duration
	for range environments {
		c.stand.Lambda().Renew(function.Name, "")
		both := [2]recalled{}
		for n := range both {
			var err error
			if both[n], err = c.recall(ctx, c.count, func() {}); err != nil {
				return Cold{}, err
			}
		}
		if both[0].start == 0 || both[1].start != 0 {
			return Cold{}, fmt.Errorf("of two recalls, the first took %v to start an environment, and the second %v",
				both[0].start, both[1].start)
		}
		start = append(start, both[0].start)
		first = append(first, both[0].Last-both[0].handed)
		later = append(later, both[1].Last-both[1].handed)
	}
	return Cold{Start: measure.Summarize(start), First: measure.Summarize(first), Later: measure.Summarize(later)}, nil
}

// coldTable is empty if no new environments were measured.
func (r Report) coldTable() string {
	var b strings.Builder
	for _, m := range r.Measurements {
		if m.Cold.First.Count == 0 {
			continue
		}
		if b.Len() == 0 {
			b.WriteString("\n| conversation | new environments | start of the environment | its first recall, from then on " +
				"| a later one | first ÷ later, p50 |\n|---|---:|---|---|---|---:|\n")
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %.2f |\n", m.Scenario.Name(), m.Cold.First.Count, m.Cold.Start.Cells(),
			m.Cold.First.Cells(), m.Cold.Later.Cells(), float64(m.Cold.First.P50)/float64(m.Cold.Later.P50))
	}
	return b.String()
}
