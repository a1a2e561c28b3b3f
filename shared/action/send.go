package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

// send stores a message and delivers it.
func send() function.Action {
	return function.NewAction("send", "send",
		func(ctx context.Context, call function.Call, request wire.Send) ([]byte, error) {
			result, err := call.Service.Send(ctx, call.Caller, request.Request())
			if err != nil {
				return nil, err
			}
			return wire.SendReply(call.Frame.Envelope, call.Caller.User, result)
		})
}
