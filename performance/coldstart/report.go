package coldstart

import (
	"fmt"
	"strings"

	"example.com/recall/performance/measure"
)

// Table is the report as Markdown.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %d starts of each, in turns. Milliseconds, p50 / max.\n\n", r.Machine, r.Rounds)
	b.WriteString("| function | MB here | exec → next | exec → next, warming TLS | exec → first answer " +
		"| second answer |\n|---|---|---|---|---|---|\n")
	for _, m := range r.Measurements {
		name := strings.ToLower(strings.TrimSuffix(m.Function, "Function"))
		fmt.Fprintf(&b, "| %s | %.2f | %s | %s | %s | %s |\n", name, float64(m.Bytes)/1e6, two(m.Start), two(m.Warmed),
			two(m.Answer), two(m.Again))
	}
	return b.String()
}

func two(s measure.Summary) string { return measure.Cell(s.P50) + " / " + measure.Cell(s.Max) }
