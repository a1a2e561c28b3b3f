package websocket

import (
	"encoding/json"
	"strings"
	"time"
)

// failure is how an invocation failed.
type failure string

const (
	failureNone failure = outcomeOK
	// failureFunction is an error that the function returned, a panic or a crash.
	failureFunction failure = "function error"
	// failureUnauthorized is the refusal of an authorizer. In Lambda an authorizer can refuse only by an error.
	failureUnauthorized failure = "refused"
	// failureFunctionTimeout means that the function's own time-out is over.
	failureFunctionTimeout failure = "function timed out"
	// failureIntegrationTimeout means that the integration's time-out is over. The function runs on.
	failureIntegrationTimeout failure = "integration timed out"
	// failureInvoke means that the function could not be run.
	failureInvoke failure = "could not be invoked"
)

// functionError is the payload of a failed invocation.
type functionError struct {
	ErrorMessage string `json:"errorMessage"`
	ErrorType    string `json:"errorType"`
}

// call says which function to invoke, and for which client.
type call struct {
	connectionID string
	requestID    string
	routeKey     string
	function     string
	timeout      time.Duration
}

// result is the answer to an invocation. failed is set if failure is failureFunction.
type result struct {
	payload []byte
	failed  functionError
	failure failure
}

// invoke runs a function and waits for it, but no longer than the integration's time-out. As on AWS, that time-out
// does not stop the function.
func (g *Gateway) invoke(c call, event []byte) result {
	started := g.options.Clock.Now()
	answered := make(chan result, 1)
	g.active.Add(1)
	go func() {
		defer g.active.Done()
		answered <- g.run(c, event)
	}()
	timedOut := make(chan struct{})
	timer := g.options.Clock.AfterFunc(c.timeout, func() { close(timedOut) })
	defer timer.Stop()
	var r result
	select {
	case r = <-answered:
	case <-timedOut:
		r = result{failure: failureIntegrationTimeout}
	}
	g.observe(Record{
		Kind:         KindInvocation,
		At:           started,
		ConnectionID: c.connectionID,
		RequestID:    c.requestID,
		RouteKey:     c.routeKey,
		Function:     c.function,
		Bytes:        len(r.payload),
		Duration:     g.options.Clock.Now().Sub(started),
		Outcome:      string(r.failure),
	})
	return r
}

func (g *Gateway) run(c call, event []byte) result {
	payload, kind, err := g.options.Invoker.Invoke(g.running, c.function, event)
	switch {
	case err != nil:
		return result{failure: failureInvoke}
	case kind == "":
		return result{payload: payload, failure: failureNone}
	}
	r := result{failure: failureFunction}
	if json.Unmarshal(payload, &r.failed) != nil {
		return r // a function may fail with anything; only JSON can say more
	}
	if authorizer := g.options.API.Authorizer; authorizer != nil && c.function == authorizer.Function &&
		r.failed.ErrorMessage == "Unauthorized" {
		r.failure = failureUnauthorized
	}
	if strings.Contains(r.failed.ErrorMessage, "Task timed out after") || r.failed.ErrorType == "Sandbox.Timedout" {
		r.failure = failureFunctionTimeout
	}
	return r
}

// proxyAnswer is what a function returns to a Lambda proxy integration.
type proxyAnswer struct {
	StatusCode        json.RawMessage            `json:"statusCode"`
	Headers           map[string]json.RawMessage `json:"headers"`
	MultiValueHeaders map[string][]string        `json:"multiValueHeaders"`
	Body              *string                    `json:"body"`
	IsBase64Encoded   bool                       `json:"isBase64Encoded"`
}

// status returns the HTTP status, which may be a number or a string of digits. It returns 0 if it is neither, or not
// a final status.
func (a proxyAnswer) status() int {
	var status int
	text := strings.Trim(string(a.StatusCode), `"`)
	if json.Unmarshal([]byte(text), &status) != nil || status < 200 || status > 599 {
		return 0
	}
	return status
}
