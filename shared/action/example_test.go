package action_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"time"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// A function passes on the actions that it answers. It answers every other action with an error. This is what
// functions/revoke does, but on the fakes that tests use. There, Build makes the Frames on the services of AWS, and
// Main starts the handler.
func ExampleAnsweredBy() {
	clock := recalltest.NewClock()
	frames := function.Frames{
		Service: &recall.Service{Store: recalltest.NewStore(), Clock: clock, Window: recall.DefaultWindow},
		Log:     function.NewLogger(function.Environment{FunctionName: "revoke"}, io.Discard),
		Metrics: &function.Metrics{Function: "revoke", Output: io.Discard, Clock: clock},
	}
	handler := frames.Handler(action.AnsweredBy("revoke"))

	// Alice is not in this group. She does not learn whether it has such a message.
	event := function.Event{Body: `{"action":"revoke","id":"1","conversation":"group_eng",` +
		`"messageId":"01HF7YATZ8000000000000A1C2"}`}
	event.RequestContext.ConnectionID = "phone of Alice"
	event.RequestContext.Authorizer = map[string]any{
		function.AuthorizerUser:      "alice",
		function.AuthorizerExpiresAt: fmt.Sprint(clock.Instant().Add(time.Hour)),
	}
	answer, err := handler(context.Background(), event)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(indented([]byte(answer.Body)))

	// Output:
	// {
	//   "type": "reply",
	//   "action": "revoke",
	//   "id": "1",
	//   "ok": false,
	//   "error": {
	//     "code": 10030,
	//     "name": "message_not_found",
	//     "desc": "no such message in that conversation",
	//     "retryable": false
	//   },
	//   "results": [
	//     {
	//       "messageId": "01HF7YATZ8000000000000A1C2",
	//       "ok": false,
	//       "error": {
	//         "code": 10030,
	//         "name": "message_not_found",
	//         "desc": "no such message in that conversation",
	//         "retryable": false
	//       }
	//     }
	//   ]
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
