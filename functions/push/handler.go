package main

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"

	"example.com/recall/shared/function"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

type handler struct {
	service *recall.Service
	log     *slog.Logger
	metrics *function.Metrics
}

func (h handler) handle(ctx context.Context, event json.RawMessage) (function.BatchAnswer, error) {
	defer h.metrics.Flush()
	return function.EachRecord(ctx, event, h.job)
}

// job sends the notifications that a message of the queue asks for. It returns the message's identifier if it must
// come again.
func (h handler) job(ctx context.Context, raw json.RawMessage) string {
	var message events.SQSMessage
	if err := json.Unmarshal(raw, &message); err != nil {
		h.log.ErrorContext(ctx, "record dropped", "error", "not a queue message")
		return ""
	}
	job, err := queue.DecodePush(message.Body)
	if err == nil {
		err = h.service.SendPush(ctx, job)
	}
	if err != nil {
		h.log.WarnContext(ctx, "job to come again", "messageId", message.MessageId, "error", err)
		return message.MessageId
	}
	return ""
}
