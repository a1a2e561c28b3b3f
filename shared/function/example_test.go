package function_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/wire"
)

// A function that answers frames is a map from actions to what they do. An action decodes, calls the rules and
// encodes.
// The handler does the rest: it admits the caller, maps errors to replies, and writes the log and the metrics.
//
// In a function, Frames comes from Build and the handler is passed to Main, as in functions/sync.
func ExampleFrames_Handler() {
	clock := recalltest.NewClock()
	frames := function.Frames{
		Service: &recall.Service{Store: recalltest.NewStore(), Clock: clock, Window: recall.DefaultWindow},
		Log:     function.NewLogger(function.Environment{FunctionName: "example"}, io.Discard),
		Metrics: &function.Metrics{Function: "example", Output: io.Discard, Clock: clock},
	}
	handler := frames.Handler(map[string]function.Action{
		"hello": func(ctx context.Context, request function.Request) ([]byte, error) {
			hello, err := frames.Service.Hello(ctx, request.Caller)
			if err != nil {
				return nil, err
			}
			return wire.HelloReply(request.Envelope, hello), nil
		},
	})

	// API Gateway passes each frame with what the authorizer said of the connection. That is who the caller is.
	event := function.Event{}
	event.RequestContext.ConnectionID = "phone of Alice"
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      "alice",
		function.AuthorizerExpiresAt: fmt.Sprint(clock.Instant().Add(time.Hour)),
	}
	for _, frame := range []string{`{"action":"hello","id":"1"}`, `{"action":"dance","id":"2"}`} {
		event.Body = frame
		answer, err := handler(context.Background(), event)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer.StatusCode, answer.Body)
	}

	// Output:
	// 200 {"type":"reply","action":"hello","id":"1","ok":true,"serverTime":1790000000000,"user":"alice","recallWindowSeconds":120,"maxBodyBytes":12288,"tokenExpiresAt":1790003600000}
	// 200 {"type":"reply","action":"dance","id":"2","ok":false,"error":{"code":7014,"name":"unknown_action","desc":"action: no such action","retryable":false}}
}
