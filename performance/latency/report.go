package latency

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/recall/local/stack"
	"example.com/recall/performance/chart"
	"example.com/recall/performance/measure"
)

// Report is everything that was measured.
type Report struct {
	Machine      measure.Machine  `json:"machine"`
	Injected     measure.Injected `json:"injected"`
	TLS          stack.TLS        `json:"tls,omitempty"`
	Measurements []Measurement    `json:"measurements"`
	Hanging      Hanging          `json:"hanging"`
}

// MarshalJSON writes milliseconds.
func (f Floor) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]float64{
		"firstMilliseconds": measure.Milliseconds(f.First),
		"lastMilliseconds":  measure.Milliseconds(f.Last),
		"replyMilliseconds": measure.Milliseconds(f.Reply),
	})
}

// MarshalJSON adds the floor.
func (m Measurement) MarshalJSON() ([]byte, error) {
	type plain Measurement
	return json.Marshal(struct {
		plain
		Floor Floor `json:"floor"`
	}{plain(m), m.Floor})
}

// Goal is a promise and whether it was kept.
type Goal struct {
	Name string
	// Measured must not be above Limit.
	Measured, Limit time.Duration
}

// Kept tells whether it was.
func (g Goal) Kept() bool { return g.Measured <= g.Limit }

// The project's goals for own time, on two cores.
const (
	ownGoal    = 1500 * time.Microsecond
	ownGoal99  = 5 * time.Millisecond
	beyondGoal = 15 * time.Millisecond
)

// Goals are the project's. A 99th percentile has one only where there are enough recalls for it.
func (r Report) Goals() []Goal {
	var goals []Goal
	for _, m := range r.Measurements {
		name := m.Scenario.Name()
		if m.Scenario.direct() {
			goals = append(goals, Goal{name + ": own time, p50", m.Own.P50, ownGoal})
			if m.Own.P99 > 0 {
				goals = append(goals, Goal{name + ": own time, p99", m.Own.P99, ownGoal99})
			}
		}
		if m.Scenario.allOfCall() {
			goals = append(goals, Goal{name + ": beyond DynamoDB and the rounds of posts, p50", m.Beyond.P50, beyondGoal})
			if m.Cold.First.Count > 0 {
				goals = append(goals, Goal{
					name + ": the first fan-out of an environment, ≤ 1.3 × a later one", m.Cold.First.P50,
					m.Cold.Later.P50 * 13 / 10,
				})
			}
		}
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
		"%s. Latency before DynamoDB %s, before @connections %s%s. Milliseconds from the revoke frame, p50 / p99 / max.\n\n",
		r.Machine, r.Injected.DynamoDB, r.Injected.Post, r.encryption())
	b.WriteString("| conversation | recalls | sender's reply | first notice | last notice " +
		"| floor: reply, first, last | own time | beyond the posts |\n" + "|---|---|---|---|---|---|---|---|\n")
	for _, m := range r.Measurements {
		beyond := "–"
		if m.Beyond.Count > 0 {
			beyond = m.Beyond.Cells()
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s, %s, %s | %s | %s |\n", m.Scenario.Name(), m.Scenario.Samples,
			m.Reply.Cells(), m.First.Cells(), m.Last.Cells(),
			measure.Cell(m.Floor.Reply), measure.Cell(m.Floor.First), measure.Cell(m.Floor.Last), m.Own.Cells(), beyond)
	}
	fmt.Fprintf(&b, "\nOne of 9 receivers hangs: reply %s, last notice of the others %s.\n\n",
		r.Hanging.Reply.Cells(), r.Hanging.Last.Cells())
	for _, goal := range r.Goals() {
		verdict := "kept"
		if !goal.Kept() {
			verdict = "MISSED"
		}
		fmt.Fprintf(&b, "- %s: %s of %s ms, %s\n", goal.Name, measure.Cell(goal.Measured), measure.Cell(goal.Limit), verdict)
	}
	b.WriteString("\n" + r.splitTable() + r.coldTable())
	return b.String()
}

func (r Report) encryption() string {
	switch r.TLS {
	case stack.TLSWithHTTP1:
		return ", both behind TLS, HTTP/1.1"
	case stack.TLSWithHTTP2:
		return ", both behind TLS, @connections with HTTP/2"
	default:
		return ""
	}
}

// splitTable says where the time until the last notice went.
func (r Report) splitTable() string {
	var b strings.Builder
	b.WriteString("| conversation | last notice ")
	for _, part := range parts() {
		b.WriteString("| " + part.name + " ")
	}
	b.WriteString("| last notice without DynamoDB Local |\n|---|---:|" + strings.Repeat("---:|", len(parts())+1) + "\n")
	two := func(d time.Duration) string { return fmt.Sprintf("%.2f", measure.Milliseconds(d)) }
	for _, m := range r.Measurements {
		fmt.Fprintf(&b, "| %s | %s ", m.Scenario.Name(), two(m.Last.P50))
		for _, median := range m.Split {
			fmt.Fprintf(&b, "| %s ", two(median))
		}
		fmt.Fprintf(&b, "| %s |\n", two(m.Bound.P50))
	}
	return b.String()
}

// Charts are the report's pictures, by file name.
func (r Report) Charts() map[string]chart.Chart {
	lines := map[string]*chart.Series{}
	order := []string{"floor, last", "own time, p50", "first, p50", "last, p50", "last, maximum"}
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
			"own time, p50": m.Own.P50,
			"first, p50":    m.First.P50,
			"last, p50":     m.Last.P50,
			"last, maximum": m.Last.Max,
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
