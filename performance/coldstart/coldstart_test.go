package coldstart

import (
	"strings"
	"testing"
	"time"

	"example.com/recall/performance/measure"
)

func TestAMessageIsTakenFromItsAnswer(t *testing.T) {
	id, err := messageOf([]byte(`{"statusCode":200,"body":"{\"type\":\"reply\",\"message\":{\"messageId\":\"M1\"}}"}`))
	if err != nil || id != "M1" {
		t.Errorf("got %q, %v", id, err)
	}
	for _, payload := range []string{`{"errorMessage":"no"}`, `{"body":"{\"ok\":false}"}`, `x`} {
		if id, err := messageOf([]byte(payload)); err == nil {
			t.Errorf("%s gives %q", payload, id)
		}
	}
}

func TestTheTableHasARowForEachFunction(t *testing.T) {
	start := func(ms int) measure.Summary {
		return measure.Summarize([]time.Duration{time.Duration(ms) * time.Millisecond})
	}
	report := Report{Measurements: []Measurement{
		{Function: bare, Start: start(4)},
		{Function: "SendFunction", Bytes: 9_500_000, Start: start(6), Warmed: start(7), Answer: start(8), Again: start(9)},
	}}
	table := report.Table()
	if !strings.Contains(table, "| send | 9.50 | 6.0 / 6.0 | 7.0 / 7.0 | 8.0 / 8.0 | 9.0 / 9.0 |\n") {
		t.Error(table)
	}
}
