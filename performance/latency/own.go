package latency

import (
	"errors"
	"fmt"

	"example.com/recall/performance/growth"
	"example.com/recall/performance/measure"
)

// pageMembers is how many members a page of a large roster has (shared/dynamo).
const pageMembers = 5_000

// errNotMeasured says which conversations the simulation needs.
var errNotMeasured = errors.New("the simulation of growth needs 1:1, a group of 500, and one of over 5,000 members")

// Own is what the simulation of growth needs of the report.
func (r Report) Own() (growth.Own, error) {
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
		case m.Scenario.Members > pageMembers:
			own.MemberSeconds = seconds(m.BetweenPages) / pageMembers
		}
	}
	if own.Seconds <= 0 || own.PostSeconds <= 0 || own.MemberSeconds <= 0 {
		return own, errNotMeasured
	}
	return own, nil
}
