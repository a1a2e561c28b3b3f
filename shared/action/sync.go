package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// sync tells what a device missed.
func sync() function.Action {
	return function.NewAction("sync", "sync", wire.DecodeSync,
		func(ctx context.Context, call function.Call, request recall.SyncRequest) ([]byte, error) {
			results := call.Service.Sync(ctx, call.Caller, request)
			return wire.SyncReply(call.Frame.Envelope, call.Caller.User, results, call.Reference), nil
		})
}

// read moves the caller's mark in a conversation.
func read() function.Action {
	return function.NewAction("read", "sync", wire.DecodeRead,
		func(ctx context.Context, call function.Call, request recall.ReadRequest) ([]byte, error) {
			mark, err := call.Service.Read(ctx, call.Caller, request)
			if err != nil {
				return nil, err
			}
			return wire.ReadReply(call.Frame.Envelope, mark), nil
		})
}

// conversations lists the caller's conversations. Its request is where to continue.
func conversations() function.Action {
	return function.NewAction("conversations", "sync", wire.DecodeConversations,
		func(ctx context.Context, call function.Call, after string) ([]byte, error) {
			page, err := call.Service.Conversations(ctx, call.Caller, after)
			if err != nil {
				return nil, err
			}
			return wire.ConversationsReply(call.Frame.Envelope, call.Caller.User, page), nil
		})
}
