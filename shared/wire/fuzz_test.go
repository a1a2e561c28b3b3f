package wire

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"example.com/recall/shared/recall"
)

// seed gives a fuzz target the requests of the vectors, good and bad.
func seed(f *testing.F) {
	f.Helper()
	for _, file := range []string{"requests.json", "admin.json"} {
		for _, entry := range readVectors[vector](f, file) {
			f.Add([]byte(entry.Frame))
		}
	}
	for _, entry := range readVectors[invalidVector](f, "invalid.json") {
		f.Add(entry.bytes())
	}
}

// checkKnown fails for an error that the caller would be told as a bug.
func checkKnown(t *testing.T, err error) {
	t.Helper()
	if err != nil && recall.NameOf(err) == recall.Internal {
		t.Errorf("not an error of the rules: %v", err)
	}
}

func FuzzDecodeEnvelope(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		envelope, err := DecodeEnvelope(frame)
		checkKnown(t, err)
		if !utf8.ValidString(envelope.ID) || utf8.RuneCountInString(envelope.ID) > MaximumRequestIDCharacters {
			t.Errorf("id %q", envelope.ID)
		}
		if reply := ErrorReply(envelope, recall.Fail(recall.UnknownAction, "x"), reference); !json.Valid(reply) {
			t.Errorf("the reply is not JSON: %s", reply)
		}
		if err != nil {
			return
		}
		// encoding/json takes the last of two names and any case; where there is one, both must read the same.
		var plain struct{ Action, ID string }
		if json.Unmarshal(frame, &plain) == nil && plain.Action != envelope.Action && !bytes.Contains(bytes.ToLower(frame), []byte(`\u00`)) &&
			bytes.Count(bytes.ToLower(frame), []byte(`action"`)) == 1 {
			t.Errorf("action %q, encoding/json reads %q", envelope.Action, plain.Action)
		}
	})
}

func FuzzDecodeRequest(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		send, err := DecodeSend(alice, frame)
		checkKnown(t, err)
		if err == nil {
			checkSend(t, send)
		}
		revoke, _, err := DecodeRevoke(alice, frame)
		checkKnown(t, err)
		if err == nil && (len(revoke.MessageIDs) == 0 || len(revoke.MessageIDs) > recall.MaximumRevokes || len(revoke.Reason) > recall.MaximumReasonBytes) {
			t.Errorf("revoke of %d", len(revoke.MessageIDs))
		}
		sync, err := DecodeSync(alice, frame)
		checkKnown(t, err)
		for _, item := range sync.Conversations {
			if item.Limit < 1 || item.Limit > recall.MaximumSyncLimit || item.Conversation.IsZero() || len(item.Cursor) > recall.MaximumCursorBytes {
				t.Errorf("item %+v", item)
			}
		}
		read, err := DecodeRead(alice, frame)
		checkKnown(t, err)
		if err == nil && !read.MessageID.Valid() {
			t.Errorf("read of %q", read.MessageID)
		}
		_, err = DecodeConversations(frame)
		checkKnown(t, err)
	})
}

// checkSend holds an accepted body to what other clients rely on.
func checkSend(t *testing.T, send recall.SendRequest) {
	t.Helper()
	body := []byte(send.Body)
	if send.Conversation.IsZero() || len(body) > recall.MaximumBodyBytes || !json.Valid(body) || !utf8.Valid(body) {
		t.Fatalf("body of %d bytes in %v", len(body), send.Conversation)
	}
	var read map[string]any
	if err := json.Unmarshal(body, &read); err != nil {
		t.Errorf("a body that encoding/json refuses: %v", err)
	}
	again, err := decodeBody(body)
	if err != nil || again != send.Body {
		t.Errorf("a stored body is not stable: %v", err)
	}
	message := fromAlice()
	message.Body = send.Body
	event, err := Event(alice, recall.Notice{Conversation: direct(), Message: &message})
	if err != nil || !json.Valid(event) {
		t.Errorf("the event is not JSON, %v", err)
	}
}

func FuzzDecodeAdmin(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkKnown(t, decodeAdmin(raw))
		revoke, err := DecodeAdminRevoke(raw)
		checkKnown(t, err)
		if err == nil && (revoke.Conversation.IsZero() || len(revoke.MessageIDs) == 0 || len(revoke.MessageIDs) > recall.MaximumAdminRevokes) {
			t.Errorf("revoke of %d", len(revoke.MessageIDs))
		}
		window, err := DecodeAdminPutSettings(raw)
		checkKnown(t, err)
		if err == nil && !window.Valid() {
			t.Errorf("window %d", window)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("plain")
	f.Add("\"\\\n\x00\xff😀\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		if err := json.Unmarshal(appendText(nil, text), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(text) && back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	})
}
