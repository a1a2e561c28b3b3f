package function_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

type stoppedClock struct{}

func (stoppedClock) Now() time.Time { return time.UnixMilli(1700000000000) }

// flushed are the lines that a function writes for these figures.
func flushed(t *testing.T, observe func(*function.Metrics)) []map[string]any {
	t.Helper()
	var output bytes.Buffer
	metrics := &function.Metrics{Function: "revoke", Output: &output, Clock: stoppedClock{}}
	observe(metrics)
	metrics.Flush()
	metrics.Flush() // there is nothing left to write twice
	var lines []map[string]any
	for decoder := json.NewDecoder(&output); decoder.More(); {
		var line map[string]any
		if err := decoder.Decode(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestMetricsAreWrittenInCloudWatchsEmbeddedMetricFormat(t *testing.T) {
	lines := flushed(t, func(m *function.Metrics) {
		m.Observe(recall.MetricRecalls, 1, "ok")
		m.Observe(recall.MetricRecalls, 2, "ok")
		m.Observe(recall.MetricNoticeMilliseconds, 12, "ok")
		m.Observe(recall.MetricNoticeMilliseconds, 9, "ok")
	})
	want := []map[string]any{{
		"Function": "revoke", "Outcome": "ok", "Recalls": []any{3.0}, "NoticeMilliseconds": []any{12.0, 9.0},
		"_aws": map[string]any{
			"Timestamp": 1700000000000.0,
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  "Recall",
				"Dimensions": []any{[]any{"Function"}, []any{"Function", "Outcome"}},
				"Metrics": []any{
					map[string]any{"Name": "NoticeMilliseconds", "Unit": "Milliseconds"},
					map[string]any{"Name": "Recalls", "Unit": "Count"},
				},
			}},
		},
	}}
	if difference := cmp.Diff(want, lines); difference != "" {
		t.Error(difference)
	}
}

func TestAMetricWithoutAnOutcomeHasTheFunctionAsItsOnlyDimension(t *testing.T) {
	lines := flushed(t, func(m *function.Metrics) { m.Observe(recall.MetricGone, 1, "") })
	directive := lines[0]["_aws"].(map[string]any)["CloudWatchMetrics"].([]any)[0].(map[string]any)
	if difference := cmp.Diff([]any{[]any{"Function"}}, directive["Dimensions"]); difference != "" || len(lines) != 1 {
		t.Errorf("%d lines; %s", len(lines), difference)
	}
}

func TestNoMetricOfABusyInvocationIsLost(t *testing.T) {
	lines := flushed(t, func(m *function.Metrics) {
		for i := range 250 {
			m.Observe(recall.MetricDueFound, 1, "")
			m.Observe(recall.MetricNoticeMilliseconds, float64(i), "")
		}
	})
	counted, times := 0.0, 0
	for _, line := range lines {
		for name, values := range line {
			list, isList := values.([]any)
			if isList && len(list) > 100 {
				t.Errorf("%s has %d values in a line, over the format's limit", name, len(list))
			}
			switch name {
			case "DueFound":
				counted += list[0].(float64)
			case "NoticeMilliseconds":
				times += len(list)
			}
		}
	}
	if counted != 250 || times != 250 {
		t.Errorf("counted %v, %d times", counted, times)
	}
}
