package latency

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/stack"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
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
		// 20 chunks, 3 at once, of 500 each: 4 + 7 × (8 + 4 × 15)
		{Scenario{Members: 10_000, Online: 10_000}, ms(27, 480, 12)},
		{Scenario{Members: 10_000, Online: 1_000}, ms(27, 165, 12)},
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

func TestTheGoalsAreAboutOwnTime(t *testing.T) {
	own := func(count int, took time.Duration) measure.Summary {
		return measure.Summarize(slices.Repeat([]time.Duration{took}, count))
	}
	measurements := []Measurement{
		{Scenario: Scenario{Members: 2, Online: 2}, Own: own(500, ownGoal)},
		{Scenario: Scenario{Members: 500, Online: 50}, Own: own(9, time.Second), Beyond: own(9, time.Second)},
		{Scenario: Scenario{Members: 500, Online: 500}, Beyond: own(9, beyondGoal+1)},
	}
	var kept []bool
	for _, goal := range (Report{Measurements: measurements}).Goals() {
		kept = append(kept, goal.Kept())
	}
	if want := []bool{true, true, false}; !slices.Equal(kept, want) {
		t.Errorf("p50 and p99 between two people and the last of 500 are kept: %v, want %v", kept, want)
	}
	measurements[0].Own = own(499, ownGoal)
	if goals := (Report{Measurements: measurements[:1]}).Goals(); len(goals) != 1 {
		t.Errorf("499 recalls are judged by a 99th percentile: %+v", goals)
	}
}

func TestWhatARecallTookIsSummarized(t *testing.T) {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	recall := recalled{
		Floor:        Floor{First: ms(30), Last: ms(50), Reply: ms(60)},
		parts:        rig.Parts{Injected: ms(19), DynamoDB: ms(8), Proxy: 1, Posts: ms(20), Function: ms(2), Gateway: ms(1)},
		dynamoDBWait: ms(16),
	}
	m := Measurement{Scenario: Scenario{Members: 6, Online: 6}}
	m.summarize([]recalled{recall}, ms(15))
	if m.Own.P50 != ms(3) || m.Bound.P50 != ms(42) || m.Beyond.P50 != ms(50-16-15) {
		t.Errorf("own time %v, without DynamoDB Local %v, beyond the posts %v", m.Own.P50, m.Bound.P50, m.Beyond.P50)
	}
	content, err := json.Marshal(m.Split)
	if err != nil || !strings.Contains(string(content), `"dynamodbMilliseconds":8`) {
		t.Errorf("the split is %s, %v", content, err)
	}
}

func TestWhatTheSimulationNeedsIsTakenFromTheReport(t *testing.T) {
	ms := func(n int) measure.Summary {
		return measure.Summarize([]time.Duration{time.Duration(n) * time.Millisecond})
	}
	split := make(Split, len(parts()))
	for i := range split {
		split[i] = 2 * time.Millisecond
	}
	report := Report{Measurements: []Measurement{
		{Scenario: Scenario{Members: 2, Online: 2}, Beyond: ms(3), Split: split},
		{Scenario: Scenario{Members: 500, Online: 500}, Beyond: ms(3 + 2*498)},
		{Scenario: Scenario{Members: 10_000, Online: 1_000}, BetweenPages: ms(10_000)},
	}}
	own, err := report.Own()
	if err != nil || own.Seconds != 0.002 || own.PostSeconds != 0.002 || own.MemberSeconds != 0.002 {
		t.Errorf("%+v, %v; want 2 ms of each", own, err)
	}
	report.Measurements = report.Measurements[:2]
	if _, err := report.Own(); err == nil {
		t.Error("without a large group there is no error")
	}
}

func TestTheUsualSamplesAreEnoughForThePercentilesThatAreShown(t *testing.T) {
	enough := map[string]bool{}
	for _, scenario := range Scenarios([]int{10, 100, 500, 10_000}, measure.SampleForP99) {
		enough[scenario.Name()] = scenario.Samples >= measure.SampleForP99
	}
	want := map[string]bool{
		"1:1": true, "group of 10": false, "group of 10, 2 online": false, "group of 100": true,
		"group of 100, 10 online": false, "group of 500": false, "group of 500, 50 online": false,
		"group of 10000, 1000 online": false,
	}
	if difference := cmp.Diff(want, enough); difference != "" {
		t.Errorf("-want +got\n%s", difference)
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
		TLS: stack.TLSWithHTTP2, Environments: 1, HangingSamples: 1, Seed: 1, Progress: func(string) {},
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
		if m.Own.P50 <= 0 || m.Own.P50+m.Floor.First > m.Last.Max {
			t.Errorf("%s: own time %+v of %+v, of which the floor is %v", m.Scenario.Name(), m.Own, m.Last, m.Floor.First)
		}
		for place, part := range parts() {
			if m.Split[place] <= 0 {
				t.Errorf("%s: nothing is known of %s: %v", m.Scenario.Name(), part.name, m.Split)
			}
		}
	}
	if report.Hanging.Last.Max == 0 || report.Hanging.Reply.Max < report.Hanging.Last.P50 {
		t.Errorf("hanging %+v", report.Hanging)
	}
	for _, text := range []string{
		"| 1:1 | 3 |", "| 1:1 | 1 |", "| group of 6, 3 online | 2 |", "| group of 501, 4 online | 1 |", "hangs: reply",
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
