package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"time"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/wire"
)

// A function that answers frames is a list of actions. An action decodes, calls the rules and encodes. The actions of
// Recall are in package action. The handler does the rest: it admits the caller, maps errors to replies, and writes
// the log and the metrics.
//
// In a function, Frames comes from Build and the handler is passed to Main. action.Main does both for functions/sync.
func ExampleFrames_Handler() {
	clock := recalltest.NewClock()
	frames := function.Frames{
		Service: &recall.Service{Store: recalltest.NewStore(), Clock: clock, Window: recall.DefaultWindow},
		Log:     function.NewLogger(function.Environment{FunctionName: "example"}, io.Discard),
		Metrics: &function.Metrics{Function: "example", Output: io.Discard, Clock: clock},
	}
	hello := function.NewAction("hello", "example",
		func(ctx context.Context, call function.Call, _ wire.Nothing) ([]byte, error) {
			hello, err := call.Service.Hello(ctx, call.Caller)
			if err != nil {
				return nil, err
			}
			return wire.HelloReply(call.Frame.Envelope, hello)
		})
	handler := frames.Handler([]function.Action{hello})

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
		fmt.Println(answer.StatusCode, indented([]byte(answer.Body)))
	}

	// Output:
	// 200 {
	//   "type": "reply",
	//   "action": "hello",
	//   "id": "1",
	//   "ok": true,
	//   "serverTime": 1790000000000,
	//   "user": "alice",
	//   "recallWindowSeconds": 120,
	//   "maxBodyBytes": 12288,
	//   "tokenExpiresAt": 1790003600000
	// }
	// 200 {
	//   "type": "reply",
	//   "action": "dance",
	//   "id": "2",
	//   "ok": false,
	//   "error": {
	//     "code": 7014,
	//     "name": "unknown_action",
	//     "desc": "action: no such action",
	//     "retryable": false
	//   }
	// }
}

// indented writes a frame over several lines, for a reader.
func indented(frame []byte) string {
	var text bytes.Buffer
	if err := json.Indent(&text, frame, "", "  "); err != nil {
		return err.Error()
	}
	return text.String()
}
