package function

import (
	"context"
	"io"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// NewLogger makes a logger that writes one JSON object a line, with the function's name, and with Lambda's ID of the
// request if the context is that of an invocation.
func NewLogger(environment Environment, output io.Writer) *slog.Logger {
	handler := slog.NewJSONHandler(output, &slog.HandlerOptions{Level: environment.LogLevel})
	return slog.New(withRequestID{handler}).With("function", environment.FunctionName)
}

// withRequestID adds the request's ID to each line, so that all lines of an invocation are found by it.
type withRequestID struct{ slog.Handler }

func (h withRequestID) Handle(ctx context.Context, record slog.Record) error {
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		record = record.Clone()
		record.AddAttrs(slog.String("requestId", invocation.AwsRequestID))
	}
	return h.Handler.Handle(ctx, record)
}

func (h withRequestID) WithAttrs(attributes []slog.Attr) slog.Handler {
	return withRequestID{h.Handler.WithAttrs(attributes)}
}

func (h withRequestID) WithGroup(name string) slog.Handler {
	return withRequestID{h.Handler.WithGroup(name)}
}

// RequestID is Lambda's ID of this invocation, the reference under which its log lines are found.
func RequestID(ctx context.Context) string {
	if known, ok := lambdacontext.FromContext(ctx); ok {
		return known.AwsRequestID
	}
	return "none"
}
