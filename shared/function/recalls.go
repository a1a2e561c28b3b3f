package function

import (
	"context"

	"example.com/recall/shared/recall"
)

// Outcomes of a message, besides the name of an error.
const (
	outcomeRecalled = "ok"
	outcomeRepeated = "repeated"
)

// recallOutcome is what became of a message. Messages of a request that have the same one share a log line.
type recallOutcome struct {
	role recall.Role
	name string
}

// LogRecalls writes what became of a request to recall, one line for each outcome: who recalled, in which role, and
// how many messages. If messages were recalled, the line also says how many devices were told and how many
// milliseconds after the request the last of them was told. `recall tail` shows these lines. They name no message and
// hold no reason.
func (f Frames) LogRecalls(ctx context.Context, operator recall.UserID, results []recall.RevokeResult) {
	counts := make(map[recallOutcome]int)
	var order []recallOutcome
	for _, result := range results {
		outcome := recallOutcome{role: result.Revoked.Role, name: outcomeRecalled}
		switch {
		case result.Err != nil:
			outcome = recallOutcome{name: string(recall.NameOf(result.Err))}
		case result.Repeated:
			outcome.name = outcomeRepeated
		}
		if counts[outcome] == 0 {
			order = append(order, outcome)
		}
		counts[outcome]++
	}
	for _, outcome := range order {
		fields := []any{"operator", operator, "role", outcome.role, "outcome", outcome.name, "messages", counts[outcome]}
		if outcome.name == outcomeRecalled {
			fields = append(fields,
				"notices", f.Metrics.Total(recall.MetricNotices),
				"gone", f.Metrics.Total(recall.MetricGone),
				"failed", f.Metrics.Total(recall.MetricNoticesFailed),
				"noticeMilliseconds", f.Metrics.Largest(recall.MetricNoticeMilliseconds))
		}
		f.Log.InfoContext(ctx, "recall", fields...)
	}
}
