package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// sync tells what a device missed.
func sync() function.Action {
	return function.NewAction("sync", "sync",
		func(ctx context.Context, call function.Call, request wire.Sync) ([]byte, error) {
			results := call.Service.Sync(ctx, call.Caller, request.Request())
			return wire.SyncReply(call.Frame.Envelope, call.Caller.User, results, call.Reference)
		})
}

// read moves the caller's mark in a conversation.
func read() function.Action {
	return function.NewAction("read", "sync",
		func(ctx context.Context, call function.Call, request wire.MarkRead) ([]byte, error) {
			mark, err := call.Service.Read(ctx, call.Caller, recall.ReadRequest(request))
			if err != nil {
				return nil, err
			}
			return wire.ReadReply(call.Frame.Envelope, mark)
		})
}

// conversations lists the caller's conversations.
func conversations() function.Action {
	return function.NewAction("conversations", "sync",
		func(ctx context.Context, call function.Call, request wire.Conversations) ([]byte, error) {
			page, err := call.Service.Conversations(ctx, call.Caller, request.After)
			if err != nil {
				return nil, err
			}
			return wire.ConversationsReply(call.Frame.Envelope, call.Caller.User, page)
		})
}
