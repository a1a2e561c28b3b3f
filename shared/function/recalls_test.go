package function

import (
	"encoding/json"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

func TestEachOutcomeOfARequestHasALogLineWithoutReasonOrMessage(t *testing.T) {
	var written strings.Builder
	log := slog.New(slog.NewJSONHandler(&written, nil))
	metrics := &Metrics{Output: io.Discard, Clock: recall.SystemClock{}}
	for _, figure := range []struct {
		metric  recall.Metric
		value   float64
		outcome string
	}{
		{recall.MetricNotices, 2, ""}, {recall.MetricNotices, 1, ""}, {recall.MetricGone, 1, ""},
		{recall.MetricNoticeMilliseconds, 12, "revoked"}, {recall.MetricNoticeMilliseconds, 7, "revoked"},
	} {
		metrics.Observe(figure.metric, figure.value, figure.outcome)
	}
	recalled := recall.Revocation{By: "alice", Role: recall.RoleModerator, Reason: "canary-reason"}
	Frames{Log: log, Metrics: metrics}.LogRecalls(t.Context(), "alice", []recall.RevokeResult{
		{MessageID: "1", Revoked: recalled},
		{MessageID: "2", Err: recall.Fail(recall.RecallWindowExpired, "canary-desc")},
		{MessageID: "3", Revoked: recalled},
		{MessageID: "4", Revoked: recalled, Repeated: true},
	})
	var got []map[string]any
	for line := range strings.Lines(written.String()) {
		var read map[string]any
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatal(err)
		}
		delete(read, "time")
		got = append(got, read)
	}
	common := map[string]any{"level": "INFO", "msg": "recall", "operator": "alice"}
	with := func(fields map[string]any) map[string]any {
		for name, value := range common {
			fields[name] = value
		}
		return fields
	}
	want := []map[string]any{
		with(map[string]any{
			"role":               "moderator",
			"outcome":            "ok",
			"messages":           2.0,
			"notices":            3.0,
			"gone":               1.0,
			"failed":             0.0,
			"noticeMilliseconds": 12.0,
		}),
		with(map[string]any{"role": "", "outcome": "recall_window_expired", "messages": 1.0}),
		with(map[string]any{"role": "moderator", "outcome": "repeated", "messages": 1.0}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if strings.Contains(written.String(), "canary") {
		t.Error("a reason or an error's text is in the log")
	}
}
