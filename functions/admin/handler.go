package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
	metrics *function.Metrics
}

// call is the shape of a function URL's event, as far as it tells one from a request that was invoked directly.
type call struct {
	Version        string `json:"version"`
	RequestContext *struct {
		HTTP *struct {
			Method string `json:"method"`
			Path   string `json:"path"`
		} `json:"http"`
	} `json:"requestContext"`
	Body            string `json:"body"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

func (c call) byURL() bool {
	return c.Version == "2.0" && c.RequestContext != nil && c.RequestContext.HTTP != nil
}

// handle answers a request, and wraps the reply with a status where it came by URL.
func (h handler) handle(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	defer h.metrics.Flush()
	var url call
	if err := json.Unmarshal(event, &url); err != nil || !url.byURL() {
		reply, _ := h.answer(ctx, event)
		return reply, nil
	}
	if method := url.RequestContext.HTTP.Method; method != http.MethodPost {
		return response(http.StatusMethodNotAllowed, []byte(`{"message":"POST a request as JSON"}`))
	}
	body := []byte(url.Body)
	if url.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(url.Body)
		if err != nil {
			return response(http.StatusBadRequest, []byte(`{"message":"the body is not base64"}`))
		}
		body = decoded
	}
	reply, err := h.answer(ctx, body)
	return response(wire.HTTPStatus(err), reply)
}

func response(status int, body []byte) (json.RawMessage, error) {
	return json.Marshal(events.LambdaFunctionURLResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json"},
		Body:       string(body),
	})
}

// answer returns the reply, and the error that it tells.
func (h handler) answer(ctx context.Context, body []byte) ([]byte, error) {
	started := h.service.Clock.Now()
	reference := function.RequestID(ctx)
	envelope, err := wire.DecodeAdmin(body)
	var reply []byte
	if err == nil {
		action, known := h.actions()[envelope.Action]
		if known {
			reply, err = action(ctx, envelope, body, reference)
		} else {
			err = recall.Fail(recall.UnknownAction, "action: no such action")
		}
	}
	outcome := "ok"
	if err != nil {
		outcome = string(recall.NameOf(err))
		reply = wire.ErrorReply(envelope, err, reference)
	}
	fields := []any{"outcome", outcome, "milliseconds", h.service.Clock.Now().Sub(started).Milliseconds()}
	if name := recall.NameOf(err); err != nil && (name == recall.Internal || name == recall.Unavailable) {
		h.log.ErrorContext(ctx, "admin", append(fields, "error", err)...)
	} else {
		h.log.InfoContext(ctx, "admin", fields...)
	}
	return reply, err
}
