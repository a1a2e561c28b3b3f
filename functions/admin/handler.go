package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// answerer answers a request that was invoked directly or came by the function's URL.
type answerer = func(ctx context.Context, event json.RawMessage) (json.RawMessage, error)

type handler struct{ frames function.Frames }

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
	defer h.frames.Metrics.Flush()
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

// answer returns the reply, and the error that it tells. IAM has admitted the caller already.
func (h handler) answer(ctx context.Context, body []byte) ([]byte, error) {
	admit := func() (recall.Caller, error) { return recall.Caller{}, nil }
	return h.frames.Reply(ctx, "admin", body, action.AnsweredBy("admin"), admit)
}
