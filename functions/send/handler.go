package main

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func actions(service *recall.Service) map[string]function.Action {
	return map[string]function.Action{
		"send": func(ctx context.Context, request function.Request) ([]byte, error) {
			message, err := wire.DecodeSend(request.Caller.User, request.Body)
			if err != nil {
				return nil, err
			}
			result, err := service.Send(ctx, request.Caller, message)
			if err != nil {
				return nil, err
			}
			return wire.SendReply(request.Envelope, request.Caller.User, result), nil
		},
	}
}
