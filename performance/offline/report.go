package offline

import (
	"fmt"
	"strings"

	"example.com/recall/performance/measure"
)

// Table is the report as Markdown. Ratios above 1 are in the local stack's favour.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s. Ratios above 1 are in the local stack's favour; "+
			"memory is without DynamoDB Local (%.0f MB), which the other side has not.\n\n",
		r.Machine, megabytes(r.Ours.Idle.Java))
	b.WriteString("| | local stack | serverless-offline | ratio |\n|---|---|---|---|\n")
	row := func(name string, ours, theirs string, ratio float64) {
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f |\n", name, ours, theirs, ratio)
	}
	o, t := r.Ours, r.Theirs
	row("start-up, s", fmt.Sprintf("%.1f", o.StartMilliseconds/1000), fmt.Sprintf("%.1f", t.StartMilliseconds/1000),
		t.StartMilliseconds/o.StartMilliseconds)
	row("round trip, ms, p50 / p99", pair(o.Echo), pair(t.Echo), float64(t.Echo.P50)/float64(o.Echo.P50))
	row("frames a second, 16 clients", fmt.Sprintf("%.0f", o.FramesPerSecond), fmt.Sprintf("%.0f", t.FramesPerSecond),
		o.FramesPerSecond/t.FramesPerSecond)
	row("memory, one connection, MB", fmt.Sprintf("%.0f", megabytes(o.Idle.Bytes)),
		fmt.Sprintf("%.0f", megabytes(t.Idle.Bytes)), float64(t.Idle.Bytes)/float64(o.Idle.Bytes))
	for n := range min(len(o.Connections), len(t.Connections)) {
		a, c := o.Connections[n], t.Connections[n]
		failed := ""
		if a.Failed != "" || c.Failed != "" {
			failed = " (not all: " + strings.TrimSpace(a.Failed+" "+c.Failed) + ")"
		}
		row(fmt.Sprintf("connecting up to %d, s%s", a.Count, failed), fmt.Sprintf("%.1f", a.Seconds),
			fmt.Sprintf("%.1f", c.Seconds), c.Seconds/a.Seconds)
		row(fmt.Sprintf("memory with %d, MB", a.Count), fmt.Sprintf("%.0f", megabytes(a.Memory.Bytes)),
			fmt.Sprintf("%.0f", megabytes(c.Memory.Bytes)), float64(c.Memory.Bytes)/float64(a.Memory.Bytes))
	}
	return b.String()
}

func pair(s measure.Summary) string {
	return fmt.Sprintf("%.2f / %.2f", measure.Milliseconds(s.P50), measure.Milliseconds(s.P99))
}
