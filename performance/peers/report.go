package peers

import (
	"fmt"
	"strings"

	"example.com/recall/performance/chart"
	"example.com/recall/performance/measure"
)

// Table is the report as Markdown.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s. Latency before DynamoDB %s, before @connections %s. "+
			"To the addressed receiver in ms, p50 / max; the rest is per message.\n\n",
		r.Machine, r.Injected.DynamoDB, r.Injected.Post)
	b.WriteString("| connections " +
		"| sample chat: receiver | DynamoDB calls | posts | read, write units | $ per million " +
		"| recall: receiver | DynamoDB calls | posts | read, write units | $ per million | sample ÷ recall: time, $ |\n" +
		"|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for n, sample := range r.Sample {
		recall := r.Recall[n]
		fmt.Fprintf(&b, "| %d | %s | %s | %.1f, %.1f |\n", sample.Connections, columns(sample), columns(recall),
			float64(sample.Addressed.P50)/float64(recall.Addressed.P50), sample.Dollars/recall.Dollars)
	}
	return b.String()
}

func columns(m Measurement) string {
	used := m.PerMessage
	return fmt.Sprintf("%s / %s | %.1f | %.1f | %.1f, %.1f | %.2f", measure.Cell(m.Addressed.P50),
		measure.Cell(m.Addressed.Max), used.DynamoDBCalls, used.Posts, used.ReadUnits, used.WriteUnits, m.Dollars)
}

// Charts are the report's pictures, by file name.
func (r Report) Charts() map[string]chart.Chart {
	draw := func(title, unit string, value func(Measurement) float64) chart.Chart {
		c := chart.Chart{Title: title, X: "connections", Y: unit, LogX: true, LogY: true}
		for _, side := range []struct {
			name     string
			measured []Measurement
		}{{"sample chat", r.Sample}, {"recall", r.Recall}} {
			series := chart.Series{Name: side.name}
			for _, m := range side.measured {
				series.Points = append(series.Points, chart.Point{X: float64(m.Connections), Y: value(m)})
			}
			c.Series = append(c.Series, series)
		}
		return c
	}
	return map[string]chart.Chart{
		"peers-time.svg": draw("Until the addressed receiver has it", "milliseconds, p50", func(m Measurement) float64 {
			return measure.Milliseconds(m.Addressed.P50)
		}),
		"peers-dollars.svg": draw("Cost of a million", "dollars", func(m Measurement) float64 { return m.Dollars }),
	}
}
