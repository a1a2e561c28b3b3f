package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// A function reads a request in two steps and encodes what the rules answered.
func Example() {
	frame := []byte(`{"action":"revoke","id":"7","conversation":"c2c_bob",` +
		`"messageId":"01HF7YATZ8000000000000A1C2","reason":"wrong chat"}`)

	// The frame is read first. Its envelope tells what to decode, and what the reply must repeat.
	read, err := wire.Read(frame)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("action:", read.Action)

	// Then comes the request itself. Alice wrote c2c_bob, because in a conversation of two each names the other.
	read.Viewer = "alice"
	request, err := wire.Decode[wire.Revoke](read)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("message:", request.MessageID, "between", request.Conversation.Users())

	// In a function, these results are what recall.Service.Revoke returned.
	results := []recall.RevokeResult{{
		MessageID: request.MessageID,
		Revoked:   recall.Revocation{At: 1_700_000_005_000, By: "alice", Role: recall.RoleSender, Reason: request.Reason},
	}}
	reply, err := wire.RevokeReply(read.Envelope, results, request.Single(), "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(indented(reply))

	// Output:
	// action: revoke
	// message: 01HF7YATZ8000000000000A1C2 between [alice bob]
	// {
	//   "type": "reply",
	//   "action": "revoke",
	//   "id": "7",
	//   "ok": true,
	//   "results": [
	//     {
	//       "messageId": "01HF7YATZ8000000000000A1C2",
	//       "ok": true,
	//       "revoked": {
	//         "at": 1700000005000,
	//         "by": "alice",
	//         "role": "sender",
	//         "reason": "wrong chat"
	//       }
	//     }
	//   ]
	// }
}

// One notice becomes one frame for each receiver. In a conversation of two, each receiver sees the name of the other
// user.
func ExampleEvent() {
	notice := recall.Notice{
		Conversation: recall.Between("alice", "bob"),
		Message: &recall.Message{
			ID: "01HF7YATZ8000000000000A1C2", Conversation: recall.Between("alice", "bob"), Sender: "alice",
			SentAt: 1_700_000_001_000, RecallableUntil: 1_700_000_121_000, Body: `{"text":"hi"}`,
		},
	}
	for _, viewer := range []recall.UserID{"bob", "alice"} {
		frame, err := wire.Event(viewer, notice)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(indented(frame))
	}

	// Output:
	// {
	//   "type": "message",
	//   "message": {
	//     "messageId": "01HF7YATZ8000000000000A1C2",
	//     "conversation": "c2c_alice",
	//     "sender": "alice",
	//     "sentAt": 1700000001000,
	//     "recallableUntil": 1700000121000,
	//     "body": {
	//       "text": "hi"
	//     }
	//   }
	// }
	// {
	//   "type": "message",
	//   "message": {
	//     "messageId": "01HF7YATZ8000000000000A1C2",
	//     "conversation": "c2c_bob",
	//     "sender": "alice",
	//     "sentAt": 1700000001000,
	//     "recallableUntil": 1700000121000,
	//     "body": {
	//       "text": "hi"
	//     }
	//   }
	// }
}

// A frame that is not as the protocol says gets an error that names the field. It never repeats what the
// caller wrote there.
func ExampleErrorReply() {
	frame := []byte(`{"action":"send","id":"8","conversation":"c2c_bob","body":"not an object"}`)
	read, err := wire.Read(frame)
	if err != nil {
		log.Fatal(err)
	}
	read.Viewer = "alice"
	_, err = wire.Decode[wire.Send](read)
	fmt.Println(indented(wire.ErrorReply(read.Envelope, err, "")))

	// The rules do not know this error. Its text stays in the log, and the caller gets the reference of the log lines.
	err = fmt.Errorf("the disk of the database is full")
	fmt.Println(indented(wire.ErrorReply(read.Envelope, err, "request 42")))

	// Output:
	// {
	//   "type": "reply",
	//   "action": "send",
	//   "id": "8",
	//   "ok": false,
	//   "error": {
	//     "code": 6017,
	//     "name": "invalid_request",
	//     "desc": "body: must be a JSON object",
	//     "retryable": false
	//   }
	// }
	// {
	//   "type": "reply",
	//   "action": "send",
	//   "id": "8",
	//   "ok": false,
	//   "error": {
	//     "code": 20005,
	//     "name": "internal",
	//     "desc": "internal error; reference request 42",
	//     "retryable": true
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
