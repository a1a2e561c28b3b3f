package coldstart

import (
	"fmt"
	"strings"

	"example.com/recall/performance/measure"
)

// LargestStart is the goal: how many times as long as the program that does nothing a function may take to start.
const LargestStart = 1.5

// Ratio is a function's start over that of the program that does nothing.
func (r Report) Ratio(m Measurement) float64 {
	return float64(m.Start.P50) / float64(r.Measurements[0].Start.P50)
}

// Table is the report as Markdown.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %d starts of each, in turns. Milliseconds, p50 / p99.\n\n", r.Machine, r.Rounds)
	b.WriteString("| function | MB here | exec → next | ÷ bare | exec → next, warming TLS | exec → first answer | second answer |\n|---|---|---|---|---|---|---|\n")
	for _, m := range r.Measurements {
		name := strings.ToLower(strings.TrimSuffix(m.Function, "Function"))
		fmt.Fprintf(&b, "| %s | %.2f | %s | %.2f | %s | %s | %s |\n", name, float64(m.Bytes)/1e6, two(m.Start), r.Ratio(m), two(m.Warmed), two(m.Answer), two(m.Again))
	}
	for _, m := range r.Measurements[1:] {
		if ratio := r.Ratio(m); ratio > LargestStart {
			fmt.Fprintf(&b, "\n%s starts %.2f times as long as the bare program: MISSED (%.1f)\n", m.Function, ratio, LargestStart)
		}
	}
	return b.String()
}

func two(s measure.Summary) string { return measure.Cell(s.P50) + " / " + measure.Cell(s.P99) }
