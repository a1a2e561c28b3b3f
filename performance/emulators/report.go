package emulators

import (
	"fmt"
	"strings"

	"example.com/recall/performance/measure"
)

// Table is the report as Markdown: a row for each figure, a column for each emulator, and the rules that each breaks.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s. %d rounds in turns. All run the same function in Node.js behind the same API. "+
		"Memory is that of all processes of a side.\n\n|", r.Machine, r.Rounds)
	row := func(name string, value func(s *Side) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, side := range r.Sides {
			fmt.Fprintf(&b, " %s |", value(side))
		}
		b.WriteString("\n")
	}
	for _, side := range r.Sides {
		fmt.Fprintf(&b, " | %s", side.Name)
	}
	b.WriteString(" |\n|---|" + strings.Repeat("---|", len(r.Sides)) + "\n")
	row("rules kept, of those probed", func(s *Side) string {
		return figure(s.Rules > 0, "not probed", "%d of %d", s.Kept, s.Rules)
	})
	row("start-up, ms", func(s *Side) string {
		return figure(s.StartMilliseconds > 0, "did not start", "%.0f", s.StartMilliseconds)
	})
	row("round trip, ms, p50 / p99", func(s *Side) string {
		if s.Echo.Count > 0 && s.Echo.Count < measure.SampleForP99 {
			return fmt.Sprintf("%.2f / –", measure.Milliseconds(s.Echo.P50))
		}
		return figure(len(s.sample) > 0, "did not answer", "%.2f / %.2f",
			measure.Milliseconds(s.Echo.P50), measure.Milliseconds(s.Echo.P99))
	})
	row("frames a second, 16 clients", func(s *Side) string {
		return figure(s.FramesPerSecond > 0, "did not answer all", "%.0f", s.FramesPerSecond)
	})
	row("memory with 1 connection, MB", func(s *Side) string {
		return figure(s.Idle > 0, "not measured", "%.0f", s.Idle.megabytes())
	})
	for n, crowd := range longest(r.Sides) {
		row(fmt.Sprintf("connecting up to %d, s", crowd.Count), func(s *Side) string {
			return s.ofCrowd(n, func(c Crowd) float64 { return c.Seconds })
		})
		row(fmt.Sprintf("memory with %d, MB", crowd.Count), func(s *Side) string {
			return s.ofCrowd(n, func(c Crowd) float64 { return c.Memory.megabytes() })
		})
	}
	for _, side := range r.Sides {
		list(&b, "What "+side.Name+" could not do", side.Failures)
		list(&b, "Rules that "+side.Name+" breaks", side.Broken)
	}
	return b.String()
}

// figure is a cell of the table: the figure, or words where there is none.
func figure(measured bool, otherwise, format string, values ...any) string {
	if !measured {
		return otherwise
	}
	return fmt.Sprintf(format, values...)
}

func list(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n\n", title)
	for _, line := range lines {
		fmt.Fprintf(b, "- %s\n", strings.Join(strings.Fields(line), " "))
	}
}

// longest is the crowds of the side that took the most.
func longest(sides []*Side) []Crowd {
	var most []Crowd
	for _, side := range sides {
		if len(side.Connections) > len(most) {
			most = side.Connections
		}
	}
	return most
}

func (s *Side) ofCrowd(n int, value func(Crowd) float64) string {
	switch {
	case n >= len(s.Connections):
		return "not measured"
	case s.Connections[n].Failed != "":
		return "did not all connect"
	default:
		return figure(value(s.Connections[n]) > 0, "not measured", "%.1f", value(s.Connections[n]))
	}
}
