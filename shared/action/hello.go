package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

// hello tells a client what it needs to know of the server and of itself.
func hello() function.Action {
	return function.NewAction("hello", "connect",
		func(ctx context.Context, call function.Call, _ wire.Nothing) ([]byte, error) {
			hello, err := call.Service.Hello(ctx, call.Caller)
			if err != nil {
				return nil, err
			}
			return wire.HelloReply(call.Frame.Envelope, hello)
		})
}
