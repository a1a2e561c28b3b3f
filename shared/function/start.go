package function

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// deadlineMargin is left of the function's time for the answer: a call that ends a little early can still say so, one
// that Lambda kills cannot.
const deadlineMargin = 500 * time.Millisecond

// NewLogger writes one JSON object a line, with the function's name and, where the context is an invocation's, with
// Lambda's ID of the request.
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

// Main runs a function: build makes its handler from the environment, once. A failure to build ends the process with a line that says why.
func Main[E, A any](build func(Environment) (func(context.Context, E) (A, error), error)) {
	environment, err := ReadEnvironment(os.Getenv)
	if err != nil {
		exit(err)
	}
	handler, err := build(environment)
	if err != nil {
		exit(err)
	}
	lambda.Start(WithMargin(handler))
}

func exit(err error) {
	fmt.Fprintf(os.Stderr, "cannot start: %v\n", err)
	os.Exit(1)
}

// WithMargin ends the handler's context a little before the function's time is over.
func WithMargin[E, A any](handler func(context.Context, E) (A, error)) func(context.Context, E) (A, error) {
	return func(ctx context.Context, event E) (A, error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-deadlineMargin))
			defer cancel()
		}
		return handler(ctx, event)
	}
}

// RequestID is Lambda's ID of this invocation, the reference under which its log lines are found.
func RequestID(ctx context.Context) string {
	if known, ok := lambdacontext.FromContext(ctx); ok {
		return known.AwsRequestID
	}
	return "none"
}
