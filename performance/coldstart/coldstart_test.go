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

func TestTheTableNamesWhatStartsTooSlowly(t *testing.T) {
	start := func(ms int) measure.Summary {
		return measure.Summarize([]time.Duration{time.Duration(ms) * time.Millisecond})
	}
	report := Report{Measurements: []Measurement{{Function: bare, Start: start(4)}, {Function: "SendFunction", Start: start(6)}, {Function: "SyncFunction", Start: start(7)}}}
	table := report.Table()
	if !strings.Contains(table, "SyncFunction starts 1.75 times") || strings.Contains(table, "SendFunction starts") || !strings.Contains(table, "| send | 0.00 | 6.0 / 6.0 | 1.50 |") {
		t.Error(table)
	}
}
