package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

// revoke is the recall.
func revoke() function.Action {
	return function.NewAction("revoke", "revoke",
		func(ctx context.Context, call function.Call, request wire.Revoke) ([]byte, error) {
			results := call.Service.Revoke(ctx, call.Caller, request.Request())
			call.LogRecalls(ctx, call.Caller.User, results)
			return wire.RevokeReply(call.Frame.Envelope, results, request.Single(), call.Reference)
		})
}
