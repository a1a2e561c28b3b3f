package main

import (
	"context"

	"example.com/recall/shared/frame"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func actions(service *recall.Service) map[string]frame.Action {
	return map[string]frame.Action{
		"revoke": func(ctx context.Context, request frame.Request) ([]byte, error) {
			revoke, single, err := wire.DecodeRevoke(request.Caller.User, request.Body)
			if err != nil {
				return nil, err
			}
			results := service.Revoke(ctx, request.Caller, revoke)
			return wire.RevokeReply(request.Envelope, results, single, request.Reference), nil
		},
	}
}
