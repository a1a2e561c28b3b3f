package main

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func actions(service *recall.Service) map[string]function.Action {
	return map[string]function.Action{
		"sync": func(ctx context.Context, request function.Request) ([]byte, error) {
			sync, err := wire.DecodeSync(request.Caller.User, request.Body)
			if err != nil {
				return nil, err
			}
			results := service.Sync(ctx, request.Caller, sync)
			return wire.SyncReply(request.Envelope, request.Caller.User, results, request.Reference), nil
		},
		"read": func(ctx context.Context, request function.Request) ([]byte, error) {
			read, err := wire.DecodeRead(request.Caller.User, request.Body)
			if err != nil {
				return nil, err
			}
			mark, err := service.Read(ctx, request.Caller, read)
			if err != nil {
				return nil, err
			}
			return wire.ReadReply(request.Envelope, mark), nil
		},
		"conversations": func(ctx context.Context, request function.Request) ([]byte, error) {
			after, err := wire.DecodeConversations(request.Body)
			if err != nil {
				return nil, err
			}
			page, err := service.Conversations(ctx, request.Caller, after)
			if err != nil {
				return nil, err
			}
			return wire.ConversationsReply(request.Envelope, request.Caller.User, page), nil
		},
	}
}
