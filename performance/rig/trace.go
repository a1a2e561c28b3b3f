package rig

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/lambda"
	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
	"example.com/recall/performance/measure"
)

// Trace is what the stack saw of one request: the invocations of the functions that answered it, and the calls that
// these made outside. A call belongs to the invocation whose trace ID it carries.
type Trace struct {
	Invocations []lambda.Invocation
	Calls       []awsproxy.Call
	Posts       []websocket.Record

	functions []string      // their names
	left      int           // how many invocations are still to be reported
	complete  chan struct{} // closed when none is left
}

// Trace begins to watch functions, which are given by their logical IDs. The returned function waits until the stack
// has reported that many of their invocations, and returns what it saw. An invocation is reported when its process
// asks for the next one, and so after all of its calls.
func (r *Rig) Trace(functions ...string) (func(ctx context.Context, invocations int) (*Trace, error), error) {
	trace := &Trace{complete: make(chan struct{})}
	for _, id := range functions {
		function, found := r.Template().Function(id)
		if !found {
			return nil, fmt.Errorf("the template has no %s", id)
		}
		trace.functions = append(trace.functions, function.Name)
	}
	r.mutex.Lock()
	r.trace = trace
	r.mutex.Unlock()
	return func(ctx context.Context, invocations int) (*Trace, error) {
		r.mutex.Lock()
		if trace.left += invocations; trace.left <= 0 {
			close(trace.complete)
		}
		r.mutex.Unlock()
		var err error
		select {
		case <-trace.complete:
		case <-ctx.Done():
			err = fmt.Errorf("wait for the report of %d invocations: %w", invocations, ctx.Err())
		}
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.trace = nil
		return trace.ofItself(), err
	}, nil
}

// note keeps an entry if it may belong to the request.
func (t *Trace) note(entry stack.Entry) {
	switch {
	case entry.Kind == stack.KindInvocation && slices.Contains(t.functions, entry.Invocation.Function):
		t.Invocations = append(t.Invocations, entry.Invocation)
		// left is negative while it is not yet known how many there will be.
		if t.left--; t.left == 0 {
			close(t.complete)
		}
	case entry.Kind == stack.KindCall:
		t.Calls = append(t.Calls, entry.Call)
	case entry.Kind == stack.KindGateway && entry.Record.Kind == websocket.KindPost:
		t.Posts = append(t.Posts, entry.Record)
	}
}

// ofItself leaves out the calls of other invocations.
func (t *Trace) ofItself() *Trace {
	own := map[string]bool{}
	for _, invocation := range t.Invocations {
		own[invocation.TraceID] = true
	}
	t.Calls = slices.DeleteFunc(t.Calls, func(call awsproxy.Call) bool { return !own[call.TraceID] })
	t.Posts = slices.DeleteFunc(t.Posts, func(post websocket.Record) bool { return !own[post.TraceID] })
	return t
}

// Parts are where the time of a request went. Each instant is counted once, in the first part that it belongs to, so
// that the parts add up to the whole.
type Parts struct {
	// Injected is the latency that the benchmark put before DynamoDB and @connections.
	Injected time.Duration
	// DynamoDB is what DynamoDB Local itself took, and Proxy what the stack took before it: signatures, rights, HTTP.
	DynamoDB, Proxy time.Duration
	// Posts is what the gateway took for requests to @connections.
	Posts time.Duration
	// Function is from when a process had the event until it had answered.
	Function time.Duration
	// Runtime is from the invocation until the process had the event. The start of a new process is a part of it.
	Runtime time.Duration
	// Gateway is all else: the gateway's own time, the network of this machine, the device, and the queue of a large
	// group.
	Gateway time.Duration
}

// Own is what does not wait for DynamoDB or @connections.
func (p Parts) Own() time.Duration { return p.Function + p.Runtime + p.Gateway }

// DynamoDBWait is how long a call of DynamoDB was under way within the window, whatever else was.
func (t *Trace) DynamoDBWait(window measure.Span) time.Duration {
	all := measure.Union(window)
	var calls []measure.Span
	for _, call := range t.dynamoDB() {
		calls = append(calls, whole(call))
	}
	return all.Total() - all.Without(measure.Union(calls...)).Total()
}

// BetweenQueries is the longest time from the end of a query until the next one began, and so the work for the largest
// answer that another query followed.
func (t *Trace) BetweenQueries() time.Duration {
	queries := slices.DeleteFunc(t.dynamoDB(), func(call awsproxy.Call) bool { return call.Operation != "Query" })
	slices.SortFunc(queries, func(a, b awsproxy.Call) int { return a.Started.Compare(b.Started) })
	longest := time.Duration(0)
	for i := 1; i < len(queries); i++ {
		longest = max(longest, queries[i].Started.Sub(whole(queries[i-1]).To))
	}
	return longest
}

// Parts are those of a window of time, such as from the frame to the last notice.
func (t *Trace) Parts(window measure.Span) Parts {
	var held, served, calls, posts, functions, invocations []measure.Span
	for _, call := range t.dynamoDB() {
		held = append(held, measure.Span{From: call.HeldFrom, To: call.HeldUntil})
		if !call.ServedFrom.IsZero() {
			served = append(served, measure.Span{From: call.ServedFrom, To: whole(call).To})
		}
		calls = append(calls, whole(call))
	}
	for _, post := range t.Posts {
		held = append(held, measure.Span{From: post.HeldFrom, To: post.HeldUntil})
		posts = append(posts, measure.Span{From: post.At, To: post.At.Add(post.Duration)})
	}
	for _, invocation := range t.Invocations {
		if !invocation.Handed.IsZero() {
			functions = append(functions, measure.Span{From: invocation.Handed, To: invocation.Answered})
		}
		invocations = append(invocations, measure.Span{From: invocation.Started, To: invocation.Answered})
	}
	rest := measure.Union(window)
	take := func(spans []measure.Span) time.Duration {
		before := rest.Total()
		rest = rest.Without(measure.Union(spans...))
		return before - rest.Total()
	}
	return Parts{
		Injected: take(held), DynamoDB: take(served), Proxy: take(calls), Posts: take(posts),
		Function: take(functions), Runtime: take(invocations), Gateway: rest.Total(),
	}
}

func (t *Trace) dynamoDB() []awsproxy.Call {
	return slices.DeleteFunc(slices.Clone(t.Calls), func(call awsproxy.Call) bool { return call.Service != "dynamodb" })
}

func whole(call awsproxy.Call) measure.Span {
	return measure.Span{From: call.Started, To: call.Started.Add(call.Duration)}
}
