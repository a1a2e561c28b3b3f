// Package frame answers one WebSocket frame: it knows who sent it, holds it against the token and the rate limit, and
// turns what the action returns, or its error, into the reply frame. It is the same for every function behind a route.
package frame

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// Event and Answer are what API Gateway passes to a route's function and takes as its reply.
type (
	Event  = events.APIGatewayWebsocketProxyRequest
	Answer = events.APIGatewayProxyResponse
)

// Keys of the authorizer's context, which API Gateway adds to every event of the connection.
const (
	AuthorizerUser      = "userId"
	AuthorizerExpiresAt = "expiresAt"
)

// Request is one decoded frame.
type Request struct {
	Caller    recall.Caller
	Envelope  wire.Envelope
	Body      []byte
	Reference string
}

// Action answers a request with a reply frame, or an error that becomes one.
type Action func(ctx context.Context, request Request) ([]byte, error)

// Frames answers frames.
type Frames struct {
	Service *recall.Service
	Log     *slog.Logger
	Metrics *function.Metrics
}

// Handler answers every frame of a function's routes: actions has one entry for each; another action is unknown_action.
func (f Frames) Handler(actions map[string]Action) func(context.Context, Event) (Answer, error) {
	return func(ctx context.Context, event Event) (Answer, error) {
		defer f.Metrics.Flush()
		started := f.Service.Clock.Now()
		reference := function.RequestID(ctx)
		envelope, reply, err := f.answer(ctx, event, actions, reference)
		f.log(ctx, event, started, err)
		if err != nil {
			reply = wire.ErrorReply(envelope, err, reference)
		}
		return Answer{StatusCode: http.StatusOK, Body: string(reply)}, nil
	}
}

func (f Frames) answer(ctx context.Context, event Event, actions map[string]Action, reference string) (wire.Envelope, []byte, error) {
	body := []byte(event.Body)
	envelope, err := wire.DecodeEnvelope(body)
	if err != nil {
		return envelope, nil, err
	}
	caller, err := CallerOf(event)
	if err != nil {
		return envelope, nil, err
	}
	if err := f.Service.Admit(caller); err != nil {
		return envelope, nil, err
	}
	action, known := actions[envelope.Action]
	if !known {
		return envelope, nil, recall.Fail(recall.UnknownAction, "action: no such action")
	}
	reply, err := action(ctx, Request{Caller: caller, Envelope: envelope, Body: body, Reference: reference})
	return envelope, reply, err
}

// CallerOf takes the caller from what the authorizer said at the handshake. Values come as strings or as they were.
func CallerOf(event Event) (recall.Caller, error) {
	said, ok := event.RequestContext.Authorizer.(map[string]any)
	if !ok {
		return recall.Caller{}, fmt.Errorf("the event has no authorizer context")
	}
	user := recall.UserID(fmt.Sprint(said[AuthorizerUser]))
	if !user.Valid() {
		return recall.Caller{}, fmt.Errorf("the authorizer context has no user")
	}
	expiresAt, ok := instant(said[AuthorizerExpiresAt])
	if !ok {
		return recall.Caller{}, fmt.Errorf("the authorizer context has no expiry")
	}
	return recall.Caller{
		User:           user,
		Connection:     recall.ConnectionID(event.RequestContext.ConnectionID),
		TokenExpiresAt: expiresAt,
	}, nil
}

// instant reads milliseconds as a string or as JSON's number.
func instant(said any) (recall.Instant, bool) {
	if number, ok := said.(float64); ok {
		return recall.Instant(number), true
	}
	milliseconds, err := strconv.ParseInt(fmt.Sprint(said), 10, 64)
	return recall.Instant(milliseconds), err == nil
}

// ConnectionOf is the event's connection.
func ConnectionOf(event Event, caller recall.Caller) recall.Connection {
	return recall.Connection{
		User:           caller.User,
		ID:             caller.Connection,
		ConnectedAt:    recall.Instant(event.RequestContext.ConnectedAt),
		TokenExpiresAt: caller.TokenExpiresAt,
	}
}

// log writes one line a frame: who, what, how long, and the error in full, which the caller does not get.
func (f Frames) log(ctx context.Context, event Event, started time.Time, err error) {
	level, outcome := slog.LevelInfo, "ok"
	fields := []slog.Attr{
		slog.String("connectionId", event.RequestContext.ConnectionID),
		slog.String("route", event.RequestContext.RouteKey),
		slog.Int64("milliseconds", f.Service.Clock.Now().Sub(started).Milliseconds()),
	}
	if err != nil {
		name := recall.NameOf(err)
		outcome = string(name)
		if name == recall.Internal || name == recall.Unavailable {
			level = slog.LevelError
			fields = append(fields, slog.String("error", err.Error()))
		}
	}
	f.Log.LogAttrs(ctx, level, "frame", append(fields, slog.String("outcome", outcome))...)
}
