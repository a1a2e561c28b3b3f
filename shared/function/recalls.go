package function

import (
	"context"

	"example.com/recall/shared/recall"
)

// What became of a message, besides an error's name.
const (
	outcomeRecalled = "ok"
	outcomeRepeated = "repeated"
)

// group is the messages of a request that fared alike.
type group struct {
	role    recall.Role
	outcome string
}

// LogRecalls writes what became of a request to recall, one line for each outcome: who, as what, how many messages,
// and, where anything was recalled, how many devices were told and how long the last of them took, in milliseconds
// from the request. `recall tail` shows these lines. They name no message, and hold no reason.
func (f Frames) LogRecalls(ctx context.Context, operator recall.UserID, results []recall.RevokeResult) {
	counts := make(map[group]int)
	var order []group
	for _, result := range results {
		fared := group{role: result.Revoked.Role, outcome: outcomeRecalled}
		switch {
		case result.Err != nil:
			fared = group{outcome: string(recall.NameOf(result.Err))}
		case result.Repeated:
			fared.outcome = outcomeRepeated
		}
		if counts[fared] == 0 {
			order = append(order, fared)
		}
		counts[fared]++
	}
	for _, fared := range order {
		fields := []any{"operator", operator, "role", fared.role, "outcome", fared.outcome, "messages", counts[fared]}
		if fared.outcome == outcomeRecalled {
			fields = append(fields,
				"notices", f.Metrics.Total(recall.MetricNotices),
				"gone", f.Metrics.Total(recall.MetricGone),
				"failed", f.Metrics.Total(recall.MetricNoticesFailed),
				"noticeMilliseconds", f.Metrics.Largest(recall.MetricNoticeMilliseconds))
		}
		f.Log.InfoContext(ctx, "recall", fields...)
	}
}
