package latency

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/recall/performance/chart"
	"example.com/recall/performance/measure"
)

// Report is everything that was measured.
type Report struct {
	Machine  measure.Machine  `json:"machine"`
	Injected measure.Injected `json:"injected"`
	// Echo is the round trip of a function that answers a frame with itself, without any latency injected.
	Echo         measure.Summary `json:"echo"`
	Measurements []Measurement   `json:"measurements"`
	Hanging      Hanging         `json:"hanging"`
}

// MarshalJSON writes milliseconds.
func (f Floor) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]float64{
		"firstMilliseconds": measure.Milliseconds(f.First),
		"lastMilliseconds":  measure.Milliseconds(f.Last),
		"replyMilliseconds": measure.Milliseconds(f.Reply),
	})
}

// MarshalJSON adds what is computed.
func (m Measurement) MarshalJSON() ([]byte, error) {
	type plain Measurement
	return json.Marshal(struct {
		plain
		Floor Floor   `json:"floor"`
		Ratio float64 `json:"lastToFloor"`
		Above float64 `json:"lastToFloorWithHarness,omitempty"`
	}{plain(m), m.Floor, m.Ratio(), m.Above()})
}

// Ratio is the last notice's median over its floor.
func (m Measurement) Ratio() float64 { return float64(m.Last.P50) / float64(m.Floor.Last) }

// Overhead is what the harness's own calls take above the floor.
func (m Measurement) Overhead() time.Duration { return max(0, m.HarnessLast.P50-m.Floor.Last) }

// Above is the last notice's median, less what the harness takes, over the floor; 0 where the harness was not
// measured.
func (m Measurement) Above() float64 {
	if m.HarnessLast.Count == 0 {
		return 0
	}
	return float64(m.Last.P50-m.Overhead()) / float64(m.Floor.Last)
}

// Goal is a promise and whether it was kept.
type Goal struct {
	Name string
	// Measured must not be above Limit.
	Measured, Limit time.Duration
}

// Kept tells whether it was.
func (g Goal) Kept() bool { return g.Measured <= g.Limit }

// Goals are the project's. Each limit allows a share of the floor, and what the machine itself takes for the same
// calls.
func (r Report) Goals() []Goal {
	var goals []Goal
	for _, m := range r.Measurements {
		share := 0.0
		switch {
		case m.Scenario.direct():
			share = 1.10
		case m.Scenario.Members == membersInCall && m.Scenario.Online == membersInCall:
			share = 1.15
		default:
			continue
		}
		limit := time.Duration(share*float64(m.Floor.Last)) + m.Overhead()
		goals = append(goals, Goal{
			fmt.Sprintf("%s: last notice ≤ %.2f × floor + harness", m.Scenario.Name(), share), m.Last.P50, limit,
		})
	}
	if r.Hanging.Reply.Count > 0 {
		goals = append(goals, Goal{
			"a hanging receiver: reply ≤ commit + NoticeBudget", r.Hanging.Reply.Max, r.Hanging.Bound,
		})
	}
	return goals
}

// Table is the report as Markdown.
func (r Report) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s. Latency before DynamoDB %s, before @connections %s. Milliseconds from the revoke frame, p50 / p99 / max.\n\n",
		r.Machine, r.Injected.DynamoDB, r.Injected.Post)
	b.WriteString("| conversation | recalls | sender's reply | first notice | last notice " +
		"| floor: reply, first, last | harness: last | last ÷ floor | less harness |\n" +
		"|---|---|---|---|---|---|---|---|---|\n")
	for _, m := range r.Measurements {
		harness, above := "–", "–"
		if m.HarnessLast.Count > 0 {
			harness, above = measure.Cell(m.HarnessLast.P50), fmt.Sprintf("%.2f", m.Above())
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s, %s, %s | %s | %.2f | %s |\n", m.Scenario.Name(), m.Scenario.Samples,
			cells(m.Reply), cells(m.First), cells(m.Last),
			measure.Cell(m.Floor.Reply), measure.Cell(m.Floor.First), measure.Cell(m.Floor.Last), harness, m.Ratio(), above)
	}
	fmt.Fprintf(&b,
		"\nEcho function, round trip without latency: %s. "+
			"One of 9 receivers hangs: reply %s, last notice of the others %s.\n\n",
		cells(r.Echo), cells(r.Hanging.Reply), cells(r.Hanging.Last))
	for _, goal := range r.Goals() {
		verdict := "kept"
		if !goal.Kept() {
			verdict = "MISSED"
		}
		fmt.Fprintf(&b, "- %s: %s of %s ms, %s\n", goal.Name, measure.Cell(goal.Measured), measure.Cell(goal.Limit), verdict)
	}
	return b.String()
}

func cells(s measure.Summary) string {
	return measure.Cell(s.P50) + " / " + measure.Cell(s.P99) + " / " + measure.Cell(s.Max)
}

// Charts are the report's pictures, by file name.
func (r Report) Charts() map[string]chart.Chart {
	lines := map[string]*chart.Series{}
	order := []string{"floor, last", "harness, last", "first, p50", "last, p50", "last, p99"}
	for _, name := range order {
		lines[name] = &chart.Series{Name: name, Dashed: name == "floor, last"}
	}
	for _, m := range r.Measurements {
		if m.Scenario.Online != m.Scenario.Members || m.Scenario.queued() {
			continue
		}
		x := float64(m.Scenario.receivers())
		for name, value := range map[string]time.Duration{
			"floor, last":   m.Floor.Last,
			"harness, last": m.HarnessLast.P50,
			"first, p50":    m.First.P50,
			"last, p50":     m.Last.P50,
			"last, p99":     m.Last.P99,
		} {
			lines[name].Points = append(lines[name].Points, chart.Point{X: x, Y: measure.Milliseconds(value)})
		}
	}
	drawn := chart.Chart{
		Title: "From the revoke frame to the notices",
		X:     "receiving devices",
		Y:     "milliseconds",
		LogX:  true,
	}
	for _, name := range order {
		drawn.Series = append(drawn.Series, *lines[name])
	}
	return map[string]chart.Chart{"recall-latency.svg": drawn}
}
