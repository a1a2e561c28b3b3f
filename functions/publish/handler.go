package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
}

// handle publishes the recalls of a batch of the stream. A recall that the bus did not take comes again.
func (h handler) handle(ctx context.Context, event json.RawMessage) (function.BatchAnswer, error) {
	return function.EachChange(ctx, event, h.log, h.service.Publish)
}
