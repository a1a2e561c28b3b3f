package growth

import (
	"fmt"
	"strings"
	"time"

	"example.com/recall/performance/chart"
)

// Report is a simulated day at each size, and where each quota ends.
type Report struct {
	Workload Workload  `json:"workload"`
	Days     []Day     `json:"days"`
	UsedUp   []float64 `json:"usedUp"`
	Quotas   []Quota   `json:"quotas"`
	// Own is what the functions' own work takes, as the simulation uses it.
	Own   Own           `json:"own"`
	Large []LargeRecall `json:"large"`
}

// Run simulates the sizes. It calls progress for each step.
func Run(w Workload, sizes []float64, seed uint64, progress func(string)) Report {
	report := Report{Workload: w, Quotas: Quotas(), Own: own(), Large: LargeRecalls()}
	for _, users := range sizes {
		progress(fmt.Sprintf("a day of %s connected users", count(users)))
		report.Days = append(report.Days, Simulate(w, users, seed))
	}
	for place, quota := range report.Quotas {
		progress("where is the end of: " + quota.Name)
		report.UsedUp = append(report.UsedUp, UsedUpAt(w, place, seed))
	}
	return report
}

// Table is the report as Markdown.
func (r Report) Table() string {
	var b strings.Builder
	b.WriteString("| connected at the top | requests a second | of the quota | longest wait, nothing raised " +
		"| all back after an outage | $ a month | frames | connections | DynamoDB units | Lambda | all else |\n")
	b.WriteString("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, day := range r.Days {
		wait := duration(day.LongestWaitSeconds)
		if day.Endless {
			wait = "grows daily"
		}
		month := day.Month
		share := func(dollars float64) string { return percent(dollars / month.Total()) }
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
			count(day.Users), count(day.RequestsPerSecond), percent(day.Used[Requests]), wait,
			duration(day.ReconnectSeconds), dollars(month.Total()), share(month.Frames), share(month.ConnectionMinutes),
			share(month.DynamoDB), share(month.Lambda+month.Finish), share(month.besides()))
	}
	b.WriteString("\n| quota of an account and region | default | used up at | raisable | then |\n" +
		"|---|---:|---:|---|---|\n")
	for i, quota := range r.Quotas {
		raisable := "no"
		if quota.Raisable {
			raisable = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s users | %s | %s |\n", quota.Name, count(quota.PerSecond), count(r.UsedUp[i]),
			raisable, quota.Then)
	}
	return b.String()
}

// Charts are how much of each quota is used, and what a month costs, over the number of users.
func (r Report) Charts() map[string]chart.Chart {
	used := chart.Chart{
		Title: "Quotas used in the busiest minute",
		X:     "users connected at the top of the day",
		Y:     "share of the default quota",
		LogX:  true,
		LogY:  true,
	}
	for place, quota := range r.Quotas {
		line := chart.Series{Name: quota.Name}
		for _, day := range r.Days {
			line.Points = append(line.Points, chart.Point{X: day.Users, Y: day.Used[place]})
		}
		used.Series = append(used.Series, line)
	}
	all := chart.Series{Name: "the whole quota", Dashed: true}
	cost := chart.Chart{
		Title: "Cost of a month",
		X:     "users connected at the top of the day",
		Y:     "dollars",
		LogX:  true,
		LogY:  true,
	}
	parts := []struct {
		name string
		of   func(Month) float64
	}{
		{"all", Month.Total},
		{"frames", func(m Month) float64 { return m.Frames }},
		{"connection minutes", func(m Month) float64 { return m.ConnectionMinutes }},
		{"DynamoDB", func(m Month) float64 { return m.DynamoDB }},
		{"Lambda", func(m Month) float64 { return m.Lambda + m.Finish }},
		{"all else", Month.besides},
	}
	for _, part := range parts {
		line := chart.Series{Name: part.name}
		for _, day := range r.Days {
			line.Points = append(line.Points, chart.Point{X: day.Users, Y: part.of(day.Month)})
		}
		cost.Series = append(cost.Series, line)
	}
	for _, day := range r.Days {
		all.Points = append(all.Points, chart.Point{X: day.Users, Y: 1})
	}
	used.Series = append(used.Series, all)
	return map[string]chart.Chart{"growth-quotas.svg": used, "growth-dollars.svg": cost}
}

func count(value float64) string {
	text := fmt.Sprintf("%.0f", value)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "< 1 %"
	}
	return count(100*share) + " %"
}

func dollars(value float64) string { return "$" + count(value) }

// duration returns a duration that is rounded for people.
func duration(seconds float64) string {
	switch d := time.Duration(seconds * float64(time.Second)); {
	case d < time.Second:
		return "< 1 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	default:
		return fmt.Sprintf("%.0f h", d.Hours())
	}
}
