package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// attach gives an address to which the caller uploads a file, which a later send names. It belongs to the function
// send, whose role has the rights on uploads.
func attach() function.Action {
	return function.NewAction("attach", "send",
		func(ctx context.Context, call function.Call, request wire.Attach) ([]byte, error) {
			upload, err := call.Service.Attach(ctx, call.Caller, recall.AttachRequest(request))
			if err != nil {
				return nil, err
			}
			return wire.AttachReply(call.Frame.Envelope, upload)
		})
}

// download gives an address at which the caller reads an attachment of a message. It belongs to the function sync,
// whose role may read messages.
func download() function.Action {
	return function.NewAction("download", "sync",
		func(ctx context.Context, call function.Call, request wire.Download) ([]byte, error) {
			download, err := call.Service.Download(ctx, call.Caller, recall.DownloadRequest(request))
			if err != nil {
				return nil, err
			}
			return wire.DownloadReply(call.Frame.Envelope, download)
		})
}
