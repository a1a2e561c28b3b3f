package websocket

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"time"
	"unicode/utf8"
)

// These are the messages of the frames that API Gateway itself sends.
const (
	messageForbidden   = "Forbidden"
	messageServerError = "Internal server error"
	messageTimedOut    = "Endpoint request timed out"
)

// receive starts to handle a message. As in API Gateway, messages of one connection are handled at the same time. If
// too many are being handled, the connection is not read further.
func (c *connection) receive(body []byte) {
	c.touch()
	c.slots <- struct{}{}
	previous, done := c.previous, make(chan struct{})
	c.previous = done
	c.gateway.active.Add(1)
	go func() {
		defer c.gateway.active.Done()
		defer func() { <-c.slots }()
		defer close(done)
		switches := c.gateway.options.Switches
		if switches.FrameJitter > 0 {
			c.gateway.wait(c.gateway.running, rand.N(switches.FrameJitter)) // #nosec G404 -- chance for tests, not for secrets
		}
		if switches.Serialize && previous != nil {
			<-previous
		}
		c.gateway.message(c, body)
	}()
}

// wait waits for d on the clock. It returns earlier if ctx or the gateway ends.
func (g *Gateway) wait(ctx context.Context, d time.Duration) {
	passed := make(chan struct{})
	timer := g.options.Clock.AfterFunc(d, func() { close(passed) })
	defer timer.Stop()
	select {
	case <-passed:
	case <-ctx.Done():
	case <-g.running.Done():
	}
}

// message finds the route of a message, runs the route's function and sends the answer, if there is one.
func (g *Gateway) message(c *connection, body []byte) {
	requestID := newIdentifier()
	key, route, ok := g.selection.choose(g.options.API.Routes, body)
	record := Record{
		Kind:         KindFrame,
		ConnectionID: c.connectionID,
		RequestID:    requestID,
		RouteKey:     key,
		Direction:    DirectionIn,
		Bytes:        len(body),
		Outcome:      outcomeOK,
	}
	fail := func(message string) { c.reply(requestID, key, serviceFrame(message, c.connectionID, requestID)) }
	switch {
	case !g.throttles.allowRequest(g.options.Clock, key):
		record.Outcome = "throttled"
		g.observe(record)
		fail(g.options.Switches.ThrottledMessage)
		return
	case !ok:
		record.RouteKey, record.Outcome = "", "no such route and no $default"
		g.observe(record)
		fail(messageForbidden)
		return
	}
	g.observe(record)
	answer := g.invoke(call{
		connectionID: c.connectionID,
		requestID:    requestID,
		routeKey:     key,
		function:     route.Function,
		timeout:      route.timeout(),
	}, g.messageEvent(&c.client, key, requestID, body))
	switch answer.failure {
	case failureNone:
		frame, message := g.routeResponse(route, answer.payload)
		if message != "" {
			fail(message)
		} else if len(frame) > 0 {
			c.reply(requestID, key, frame)
		}
	case failureIntegrationTimeout:
		fail(messageTimedOut)
	case failureFunctionTimeout:
		if g.options.Switches.FunctionTimeoutFrame {
			fail(messageTimedOut)
			return
		}
		fail(messageServerError)
	default:
		fail(messageServerError)
	}
}

// routeResponse returns the frame for a function's answer, if there is one, or the message of a service frame.
func (g *Gateway) routeResponse(route Route, payload []byte) (frame []byte, message string) {
	var answer proxyAnswer
	malformed := json.Unmarshal(payload, &answer) != nil
	if g.options.Switches.FailedStatusFrame && answer.status() >= 400 {
		return nil, messageServerError
	}
	if !route.RouteResponse {
		return nil, ""
	}
	if malformed && len(payload) > 0 {
		return nil, messageServerError
	}
	if answer.Body == nil {
		return nil, ""
	}
	frame = []byte(*answer.Body)
	if answer.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(*answer.Body)
		if err != nil {
			return nil, messageServerError
		}
		frame = decoded
	}
	if len(frame) > g.options.Limits.MessageBytes || !utf8.Valid(frame) {
		return nil, messageServerError
	}
	return frame, ""
}

// reply sends a frame in answer to a message. The frame is lost if the client has left or does not read.
func (c *connection) reply(requestID, routeKey string, frame []byte) {
	outcome := outcomeOK
	if err := c.outbound.send(frame); err != nil {
		outcome = err.Error()
	} else {
		c.touch()
	}
	c.gateway.observe(Record{
		Kind: KindFrame, ConnectionID: c.connectionID, RequestID: requestID, RouteKey: routeKey,
		Direction: DirectionOut, Bytes: len(frame), Outcome: outcome,
	})
}

// disconnected invokes the $disconnect function after a connection has ended, unless a switch prevents that.
func (g *Gateway) disconnected(c *connection, why ending) {
	record := Record{Kind: KindClose, ConnectionID: c.connectionID, Status: why.code, Outcome: outcomeOK}
	route, ok := g.options.API.Routes[routeDisconnect]
	switch {
	case !ok:
		record.Outcome = "no $disconnect route"
	case why.deleted && g.options.Switches.NoDisconnectAfterDelete:
		record.Outcome = "$disconnect left out after DELETE"
	case rand.Float64() < g.options.Switches.DropDisconnect: // #nosec G404 -- chance for tests, not for secrets
		record.Outcome = "$disconnect dropped"
	}
	g.observe(record)
	if record.Outcome != outcomeOK {
		return
	}
	requestID := newIdentifier()
	// Nobody gets the answer of the function. It is in the record of the invocation.
	g.invoke(call{
		connectionID: c.connectionID,
		requestID:    requestID,
		routeKey:     routeDisconnect,
		function:     route.Function,
		timeout:      route.timeout(),
	}, g.disconnectEvent(&c.client, requestID, why.code, why.reason))
}
