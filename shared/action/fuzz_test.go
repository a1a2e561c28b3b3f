package action_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// FuzzDecode reads any bytes as a frame of each action. Its seeds are the requests of the vectors, good and bad.
func FuzzDecode(f *testing.F) {
	for file, fromAdmin := range map[string]bool{"requests.json": false, "admin.json": true} {
		for _, entry := range readVectors[vector](f, file) {
			f.Add([]byte(entry.Frame), fromAdmin)
		}
	}
	for _, entry := range readVectors[invalidVector](f, "invalid.json") {
		f.Add(entry.bytes(), entry.Admin)
	}
	f.Fuzz(func(t *testing.T, raw []byte, fromAdmin bool) {
		request, err := decode(raw, fromAdmin)
		if err == nil {
			checkRequest(t, request)
		} else if recall.NameOf(err) == recall.Internal {
			t.Errorf("the caller would be told of a bug: %v", err)
		}
	})
}

// checkRequest holds what was accepted against the limits that the rules and other clients rely on.
func checkRequest(t *testing.T, request any) {
	t.Helper()
	switch request := request.(type) {
	case wire.Send:
		checkSend(t, request)
	case wire.Revoke:
		ids := request.Request().MessageIDs
		if len(ids) == 0 || len(ids) > recall.MaximumRevokes || len(request.Reason) > recall.MaximumReasonBytes {
			t.Errorf("revoke of %d", len(ids))
		}
	case wire.Sync:
		for _, item := range request.Request().Conversations {
			if item.Limit < 1 || item.Limit > recall.MaximumSyncLimit || item.Conversation.IsZero() ||
				len(item.Cursor) > recall.MaximumCursorBytes {
				t.Errorf("item %+v", item)
			}
		}
	case wire.MarkRead:
		if !request.MessageID.Valid() {
			t.Errorf("read of %q", request.MessageID)
		}
	case wire.AdminRevoke:
		if request.Conversation.IsZero() || len(request.MessageIDs) == 0 ||
			len(request.MessageIDs) > recall.MaximumAdminRevokes {
			t.Errorf("revoke of %d", len(request.MessageIDs))
		}
	case wire.AdminSettings:
		if !request.Window.Valid() {
			t.Errorf("window %d", request.Window)
		}
	}
}

// checkSend holds an accepted body to what other clients rely on.
func checkSend(t *testing.T, send wire.Send) {
	t.Helper()
	body := []byte(send.Body)
	if send.Conversation.IsZero() || len(body) > recall.MaximumBodyBytes || !json.Valid(body) || !utf8.Valid(body) {
		t.Fatalf("body of %d bytes in %v", len(body), send.Conversation)
	}
	var read map[string]any
	if err := json.Unmarshal(body, &read); err != nil {
		t.Errorf("a body that encoding/json refuses: %v", err)
	}
	again, err := decode([]byte(`{"action":"send","conversation":"c2c_bob","body":`+string(body)+`}`), false)
	if err != nil || again.(wire.Send).Body != send.Body {
		t.Errorf("a stored body is not stable: %v", err)
	}
	message := recall.Message{Conversation: recall.Between("alice", "bob"), Sender: "alice", Body: send.Body}
	event, err := wire.Event("alice", recall.Notice{Conversation: message.Conversation, Message: &message})
	if err != nil || !json.Valid(event) {
		t.Errorf("the event is not JSON, %v", err)
	}
}
