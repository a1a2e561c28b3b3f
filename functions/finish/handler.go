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
	metrics *function.Metrics
}

// handle finishes what the messages of a batch of the stream still owe.
func (h handler) handle(ctx context.Context, event json.RawMessage) (function.BatchAnswer, error) {
	defer h.metrics.Flush()
	return function.EachChange(ctx, event, h.log, h.service.Finish)
}
