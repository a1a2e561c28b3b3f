package function

import (
	"context"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// Action is one action of the protocol, as one value. Package action has all of them. The routing of frames, the tests
// of the vectors, the fuzz tests, the routes of template.yaml and the table of calls follow from these values.
type Action struct {
	// Name is the action's name on the wire.
	Name string
	// Function names the Lambda function that answers the action, which is a folder in functions/.
	Function string
	// Decode reads the request from its frame, as [wire.Decode] does.
	Decode func(frame wire.Frame) (any, error)

	answer func(ctx context.Context, call Call) ([]byte, error)
}

// Call is one request on its way through its action.
type Call struct {
	Frames
	Caller recall.Caller
	Frame  wire.Frame
	// Reference is the ID under which the log has the details of an internal error.
	Reference string
}

// NewAction makes an action. Its request is read into the struct that answer takes, one of package wire. answer calls
// the rules and encodes the reply. An error becomes an error reply.
func NewAction[Request any](
	name, function string, answer func(context.Context, Call, Request) ([]byte, error),
) Action {
	return Action{
		Name:     name,
		Function: function,
		Decode:   func(frame wire.Frame) (any, error) { return wire.Decode[Request](frame) },
		answer: func(ctx context.Context, call Call) ([]byte, error) {
			request, err := wire.Decode[Request](call.Frame)
			if err != nil {
				return nil, err
			}
			return answer(ctx, call, request)
		},
	}
}
