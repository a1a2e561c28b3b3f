package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"example.com/recall/shared/function"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
	metrics *function.Metrics
}

// handle tells those that the messages of a batch of the queue name.
func (h handler) handle(ctx context.Context, event json.RawMessage) (function.BatchAnswer, error) {
	defer h.metrics.Flush()
	return function.EachMessage(ctx, event, h.log, queue.Decode, h.service.DeliverChunk)
}
