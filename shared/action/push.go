package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

// push registers a device of the caller for notifications, or removes it.
func push() function.Action {
	return function.NewAction("push", "connect",
		func(ctx context.Context, call function.Call, request wire.Push) ([]byte, error) {
			change := call.Service.RegisterDevice
			if request.Remove {
				change = call.Service.RemoveDevice
			}
			if err := change(ctx, call.Caller, request.Device); err != nil {
				return nil, err
			}
			return wire.PushReply(call.Frame.Envelope, !request.Remove)
		})
}
