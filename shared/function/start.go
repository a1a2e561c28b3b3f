package function

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// deadlineMargin is the part of the function's time that is kept for the answer. A call that ends a little early can
// still answer, and one that Lambda kills cannot.
const deadlineMargin = 500 * time.Millisecond

// Main runs a function: build makes its handler from the environment, once. A failure to build ends the process with a
// line that says why.
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
