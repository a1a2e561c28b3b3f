package function

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/aws/aws-lambda-go/events"

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

// Frames answers frames.
type Frames struct {
	Service *recall.Service
	Log     *slog.Logger
	Metrics *Metrics
}

// FrameHandler answers the events of a function's routes.
type FrameHandler = func(ctx context.Context, event Event) (Answer, error)

// Handler answers every frame of a function's routes with these actions.
func (f Frames) Handler(actions []Action) FrameHandler {
	return func(ctx context.Context, event Event) (Answer, error) {
		defer f.Metrics.Flush()
		admit := func() (recall.Caller, error) {
			caller, err := CallerOf(event)
			if err != nil {
				return caller, err
			}
			return caller, f.Service.Admit(caller)
		}
		reply, _ := f.Reply(ctx, "frame", []byte(event.Body), actions, admit,
			slog.String("connectionId", event.RequestContext.ConnectionID), slog.String("route", event.RequestContext.RouteKey))
		return Answer{StatusCode: http.StatusOK, Body: string(reply)}, nil
	}
}

// Reply answers one request: a frame, or the body of an administrator's request. It reads the frame, asks admit who
// the caller is, and calls the action. It answers unknown_action if none of the actions has the frame's name. It
// returns the reply, and the error that the reply tells. It logs one line of that kind.
func (f Frames) Reply(
	ctx context.Context,
	kind string,
	body []byte,
	actions []Action,
	admit func() (recall.Caller, error),
	fields ...slog.Attr,
) ([]byte, error) {
	started := f.Service.Clock.Now()
	call := Call{Frames: f, Reference: RequestID(ctx)}
	var reply []byte
	var err error
	if call.Frame, err = wire.Read(body); err == nil {
		reply, err = call.answer(ctx, actions, admit)
	}
	if err != nil {
		reply = wire.ErrorReply(call.Frame.Envelope, err, call.Reference)
	}
	f.log(ctx, kind, err, append(fields, slog.Int64("milliseconds", f.Service.Clock.Now().Sub(started).Milliseconds())))
	return reply, err
}

func (c Call) answer(ctx context.Context, actions []Action, admit func() (recall.Caller, error)) ([]byte, error) {
	caller, err := admit()
	if err != nil {
		return nil, err
	}
	c.Caller, c.Frame.Viewer = caller, caller.User
	for _, action := range actions {
		if action.Name == c.Frame.Action {
			return action.answer(ctx, c)
		}
	}
	return nil, recall.Fail(recall.UnknownAction, "action: no such action")
}

// CallerOf takes the caller from the context that the authorizer gave at the handshake. API Gateway passes its values
// as strings or in the type that they had.
func CallerOf(event Event) (recall.Caller, error) {
	authorizer, ok := event.RequestContext.Authorizer.(map[string]any)
	if !ok {
		return recall.Caller{}, fmt.Errorf("the event has no authorizer context")
	}
	user := recall.UserID(fmt.Sprint(authorizer[AuthorizerUser]))
	if !user.Valid() {
		return recall.Caller{}, fmt.Errorf("the authorizer context has no user")
	}
	expiresAt, ok := instant(authorizer[AuthorizerExpiresAt])
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
func instant(value any) (recall.Instant, bool) {
	if number, ok := value.(float64); ok {
		return recall.Instant(number), true
	}
	milliseconds, err := strconv.ParseInt(fmt.Sprint(value), 10, 64)
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

// log writes one line for a request: who asked for what, how long it took, and the full error, which the caller does
// not get.
func (f Frames) log(ctx context.Context, kind string, err error, fields []slog.Attr) {
	level, outcome := slog.LevelInfo, "ok"
	if err != nil {
		name := recall.NameOf(err)
		outcome = string(name)
		if name == recall.Internal || name == recall.Unavailable {
			level = slog.LevelError
			fields = append(fields, slog.String("error", err.Error()))
		}
	}
	f.Log.LogAttrs(ctx, level, kind, append(fields, slog.String("outcome", outcome))...)
}
