package main

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/wire"
)

func actions(frames function.Frames) map[string]function.Action {
	return map[string]function.Action{
		"revoke": func(ctx context.Context, request function.Request) ([]byte, error) {
			revoke, single, err := wire.DecodeRevoke(request.Caller.User, request.Body)
			if err != nil {
				return nil, err
			}
			results := frames.Service.Revoke(ctx, request.Caller, revoke)
			function.LogRecalls(ctx, frames.Log, frames.Metrics, request.Caller.User, results)
			return wire.RevokeReply(request.Envelope, results, single, request.Reference), nil
		},
	}
}
