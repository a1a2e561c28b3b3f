package rig

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/lambda"
	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
	"example.com/recall/performance/measure"
)

func at(milliseconds int) time.Time { return time.Unix(1_700_000_000, int64(milliseconds)*1e6) }

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// recall is a recall of 100 ms: the gateway has it until 2, its process from 5 on, a call of DynamoDB takes from 10 to
// 30 and another from 20 to 40, and the post takes from 50 until the notice is there.
func recall() *Trace {
	trace := &Trace{functions: []string{"revoke"}, complete: make(chan struct{})}
	call := func(from, held, served, to int, traceID string) {
		trace.note(stack.Entry{Kind: stack.KindCall, Call: awsproxy.Call{
			Service: "dynamodb", TraceID: traceID, Started: at(from), Duration: milliseconds(to - from),
			HeldFrom: at(held), HeldUntil: at(served), ServedFrom: at(served),
		}})
	}
	call(10, 11, 15, 30, "a")
	call(20, 21, 25, 40, "a")
	call(0, 1, 2, 100, "of another invocation")
	trace.note(stack.Entry{Kind: stack.KindGateway, Record: websocket.Record{
		Kind: websocket.KindPost, TraceID: "a", At: at(50), Duration: milliseconds(49), HeldFrom: at(52), HeldUntil: at(90),
	}})
	trace.note(stack.Entry{Kind: stack.KindInvocation, Invocation: lambda.Invocation{
		Function: "revoke", TraceID: "a", Started: at(2), Handed: at(5), Answered: at(120),
	}})
	trace.note(stack.Entry{Kind: stack.KindInvocation, Invocation: lambda.Invocation{
		Function: "finish", TraceID: "of another invocation", Started: at(0), Handed: at(0), Answered: at(99),
	}})
	return trace.ofItself()
}

func TestTheTimeOfARecallIsSplitIntoPartsThatAddUpToIt(t *testing.T) {
	window := measure.Span{From: at(0), To: at(100)}
	got := recall().Parts(window)
	want := Parts{
		Injected: milliseconds(4 + 4 + 38), // of the two calls, and of the post
		DynamoDB: milliseconds(21),         // 15 to 21 and 25 to 40
		Proxy:    milliseconds(1),          // 10 to 11
		Posts:    milliseconds(2 + 9),
		Function: milliseconds(5 + 10 + 1),
		Runtime:  milliseconds(3),
		Gateway:  milliseconds(2),
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("-want +got\n%s", difference)
	}
	if got.Own() != milliseconds(21) {
		t.Errorf("own time is %v, want 21ms", got.Own())
	}
}

func TestOnlyTheTimeUntilTheNoticeIsSplit(t *testing.T) {
	got := recall().Parts(measure.Span{From: at(0), To: at(12)})
	want := Parts{
		Injected: milliseconds(1), Proxy: milliseconds(1), Function: milliseconds(5), Runtime: milliseconds(3),
		Gateway: milliseconds(2),
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("-want +got\n%s", difference)
	}
}

func TestTwoCallsSideBySideAreWaitedForOnce(t *testing.T) {
	if wait := recall().DynamoDBWait(measure.Span{From: at(0), To: at(100)}); wait != milliseconds(30) {
		t.Errorf("waits %v, want 30ms: from 10 to 40", wait)
	}
}
