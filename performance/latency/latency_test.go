package latency

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
)

func injected() measure.Injected {
	return measure.Injected{DynamoDB: measure.Fixed(4 * time.Millisecond), Post: measure.Fixed(15 * time.Millisecond)}
}

func TestFloorsFollowFromTheDependentCalls(t *testing.T) {
	ms := func(first, last, reply int) Floor {
		return Floor{
			time.Duration(first) * time.Millisecond, time.Duration(last) * time.Millisecond,
			time.Duration(reply) * time.Millisecond,
		}
	}
	for _, each := range []struct {
		scenario Scenario
		want     Floor
	}{
		{Scenario{Members: 2, Online: 2}, ms(23, 23, 27)},
		{Scenario{Members: 100, Online: 100}, ms(23, 23, 27)},
		{Scenario{Members: 500, Online: 500}, ms(23, 68, 72)}, // 499 posts are four rounds of 128
		{Scenario{Members: 500, Online: 50}, ms(23, 23, 27)},
		// 20 chunks, 5 at once, of 500 each: 4 + 4 × (8 + 4 × 15)
		{Scenario{Members: 10_000, Online: 10_000}, ms(27, 276, 12)},
		{Scenario{Members: 10_000, Online: 1_000}, ms(27, 96, 12)},
	} {
		if difference := cmp.Diff(each.want, each.scenario.floor(injected(), 1)); difference != "" {
			t.Errorf("%s: -want +got\n%s", each.scenario.Name(), difference)
		}
	}
}

func TestOnlineMembersAreSpreadOverTheRoster(t *testing.T) {
	users := []string{"a", "b", "c", "d", "e", "f"}
	if got := (Scenario{Members: 6, Online: 3}).online(users); !cmp.Equal(got, []string{"a", "c", "e"}) {
		t.Errorf("got %v", got)
	}
}

func TestAGoalAllowsAShareOfTheFloorAndTheHarness(t *testing.T) {
	measured := Measurement{
		Scenario:    Scenario{Members: 2, Online: 2},
		Floor:       Floor{Last: 20 * time.Millisecond},
		Last:        measure.Summary{Count: 1, P50: 27 * time.Millisecond},
		HarnessLast: measure.Summary{Count: 1, P50: 25 * time.Millisecond},
	}
	goals := Report{Measurements: []Measurement{measured}}.Goals()
	if len(goals) != 1 || !goals[0].Kept() || goals[0].Limit != 27*time.Millisecond {
		t.Errorf("goals are %+v", goals)
	}
	if measured.Ratio() != 1.35 || measured.Above() != 1.1 {
		t.Errorf("ratio %v, less the harness %v", measured.Ratio(), measured.Above())
	}
	measured.Last.P50++
	if (Report{Measurements: []Measurement{measured}}).Goals()[0].Kept() {
		t.Error("a nanosecond above the limit is kept")
	}
}

// This is a smoke test of the whole benchmark. With three recalls the figures mean little, but each figure must be
// present, and no figure may be below the floor.
func TestABenchmarkMeasuresEveryScenario(t *testing.T) {
	report, err := Run(t.Context(), Options{
		Injected: measure.Injected{
			DynamoDB: measure.Fixed(time.Millisecond),
			Post:     measure.Fixed(2 * time.Millisecond),
		},
		Scenarios: []Scenario{
			{Members: 2, Online: 2, Samples: 3}, {Members: 6, Online: 3, Samples: 2}, {Members: 501, Online: 4, Samples: 1},
		},
		HangingSamples: 1, Baseline: "../baseline", Seed: 1, Progress: func(string) {},
		Devices: func(int) (devices.Devices, error) { return &devices.Fleet{}, nil },
	})
	if err != nil {
		t.Fatalf("%v (needs scripts/require.sh java dynamodb-local elasticmq)", err)
	}
	for _, m := range report.Measurements {
		if m.First.Count != m.Scenario.Samples || m.First.P50 < m.Floor.First ||
			m.Last.P50 < m.Floor.Last && !m.Scenario.queued() || m.Reply.P50 < m.Floor.Reply {
			t.Errorf("%s: floor %+v, reply %+v, first %+v, last %+v", m.Scenario.Name(), m.Floor, m.Reply, m.First, m.Last)
		}
		if !m.Scenario.queued() && m.HarnessLast.P50 < m.Floor.Last {
			t.Errorf("%s: the harness is faster than the floor: %+v", m.Scenario.Name(), m.HarnessLast)
		}
	}
	if report.Echo.P50 == 0 || report.Hanging.Last.Max == 0 || report.Hanging.Reply.Max < report.Hanging.Last.P50 {
		t.Errorf("echo %+v, hanging %+v", report.Echo, report.Hanging)
	}
	for _, text := range []string{
		"| 1:1 | 3 |", "| group of 6, 3 online | 2 |", "| group of 501, 4 online | 1 |", "hangs: reply",
	} {
		if !strings.Contains(report.Table(), text) {
			t.Errorf("the table lacks %q:\n%s", text, report.Table())
		}
	}
	for name, drawing := range report.Charts() {
		if _, err := drawing.SVG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
