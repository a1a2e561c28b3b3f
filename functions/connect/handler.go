package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

// subprotocol is what the server selects where a client offers it. Browsers put the token beside it, and fail the
// handshake if nothing they offered comes back (RFC 6455, section 4.1).
const (
	subprotocol       = "recall.v1"
	subprotocolHeader = "Sec-WebSocket-Protocol"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
	frames  func(context.Context, function.Event) (function.Answer, error)
}

func (h handler) handle(ctx context.Context, event function.Event) (function.Answer, error) {
	switch event.RequestContext.EventType {
	case "CONNECT":
		return h.connect(ctx, event)
	case "DISCONNECT":
		return h.disconnect(ctx, event)
	}
	return h.frames(ctx, event)
}

// connect registers the device before the handshake is answered. An error refuses the handshake with 502. The status
// 503 asks the client to try again.
func (h handler) connect(ctx context.Context, event function.Event) (function.Answer, error) {
	caller, err := function.CallerOf(event)
	if err != nil {
		return function.Answer{}, err
	}
	connection := function.ConnectionOf(event, caller)
	if err := h.service.Connect(ctx, connection); err != nil {
		h.log.ErrorContext(ctx, "connection not registered", "connectionId", string(connection.ID), "error", err)
		return function.Answer{StatusCode: http.StatusServiceUnavailable}, nil
	}
	answer := function.Answer{StatusCode: http.StatusOK}
	if offers(event.Headers, subprotocol) {
		answer.Headers = map[string]string{subprotocolHeader: subprotocol}
	}
	h.log.InfoContext(ctx, "connected", "connectionId", string(connection.ID))
	return answer, nil
}

// disconnect forgets the device. Nobody waits for its answer. If it fails, the entry is dropped when a notice meets
// it.
func (h handler) disconnect(ctx context.Context, event function.Event) (function.Answer, error) {
	caller, err := function.CallerOf(event)
	if err != nil {
		return function.Answer{}, err
	}
	connection := function.ConnectionOf(event, caller)
	if err := h.service.ForgetConnection(ctx, connection); err != nil {
		return function.Answer{}, err
	}
	h.log.InfoContext(
		ctx, "disconnected", "connectionId", string(connection.ID), "code", event.RequestContext.DisconnectStatusCode,
	)
	return function.Answer{StatusCode: http.StatusOK}, nil
}

// offers looks for a subprotocol. Header names keep the client's casing.
func offers(headers map[string]string, wanted string) bool {
	for name, value := range headers {
		if !strings.EqualFold(name, subprotocolHeader) {
			continue
		}
		for offered := range strings.SplitSeq(value, ",") {
			if strings.TrimSpace(offered) == wanted {
				return true
			}
		}
	}
	return false
}
