package latency

import (
	"fmt"

	"example.com/recall/performance/growth"
	"example.com/recall/performance/measure"
)

// pageMembers is how many members a page of a large roster has (shared/dynamo).
const pageMembers = 5_000

// Own is what the simulation of growth needs of the report. A figure whose conversation was not measured is 0.
func (r Report) Own() growth.Own {
	own := growth.Own{Source: fmt.Sprintf("recall bench latency, %s", r.Machine)}
	seconds := func(of measure.Summary) float64 { return of.P50.Seconds() }
	direct := 0.0
	for _, m := range r.Measurements {
		switch {
		case m.Scenario.direct():
			direct = seconds(m.Beyond)
			for i, part := range parts() {
				if part.key == "function" {
					own.Seconds = m.Split[i].Seconds()
				}
			}
		case m.Scenario.allOfCall():
			own.PostSeconds = (seconds(m.Beyond) - direct) / float64(m.Scenario.receivers()-1)
		case m.Scenario.queued():
			own.MemberSeconds = seconds(m.BetweenPages) / pageMembers
		}
	}
	return own
}
