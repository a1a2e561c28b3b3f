package wire

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

func TestErrorTableIsThatOfTheVectors(t *testing.T) {
	type row struct {
		Name      recall.Name `json:"name"`
		Code      int         `json:"code"`
		GroupCode int         `json:"groupCode"`
		Retryable bool        `json:"retryable"`
	}
	rows := readVectors[row](t, "errors.json")
	failures := everyFailure()
	if len(rows) != len(failures) {
		t.Fatalf("%d errors in the vectors, %d here", len(rows), len(failures))
	}
	for i, failure := range failures {
		got := row{
			Name:      failure.Name,
			Code:      failure.Code(),
			GroupCode: failure.In(group()).Code(),
			Retryable: failure.Retryable(),
		}
		if got != rows[i] {
			t.Errorf("%+v, the vectors say %+v", got, rows[i])
		}
	}
}

func TestIdentifiersOfTheVectors(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(vectors, "identifiers.json"))
	if err != nil {
		t.Fatal(err)
	}
	var identifiers struct {
		UserIDs       struct{ Valid, Invalid []recall.UserID }
		Conversations struct {
			Viewer         recall.UserID
			Valid, Invalid []string
		}
		MessageIDs struct {
			Valid []struct {
				MessageID recall.MessageID
				At        recall.Instant
			}
			Invalid []recall.MessageID
		}
	}
	if err := json.Unmarshal(raw, &identifiers); err != nil {
		t.Fatal(err)
	}
	for _, id := range identifiers.UserIDs.Valid {
		if !id.Valid() || !recall.GroupID(id).Valid() {
			t.Errorf("user and group ID %q is refused", id)
		}
	}
	for _, id := range identifiers.UserIDs.Invalid {
		if id.Valid() || recall.GroupID(id).Valid() {
			t.Errorf("user or group ID %q is accepted", id)
		}
	}
	for _, text := range identifiers.Conversations.Valid {
		conversation, err := recall.ParseConversation(identifiers.Conversations.Viewer, text)
		if err != nil || conversation.SeenBy(identifiers.Conversations.Viewer) != text {
			t.Errorf("conversation %q is read as %q, %v", text, conversation.SeenBy(identifiers.Conversations.Viewer), err)
		}
	}
	for _, text := range identifiers.Conversations.Invalid {
		if _, err := recall.ParseConversation(identifiers.Conversations.Viewer, text); err == nil {
			t.Errorf("conversation %q is accepted", text)
		}
	}
	for _, entry := range identifiers.MessageIDs.Valid {
		if !entry.MessageID.Valid() || entry.MessageID.Time() != entry.At {
			t.Errorf("messageId %q: valid %v, time %d, want %d", entry.MessageID, entry.MessageID.Valid(),
				entry.MessageID.Time(), entry.At)
		}
	}
	for _, id := range identifiers.MessageIDs.Invalid {
		if id.Valid() {
			t.Errorf("messageId %q is accepted", id)
		}
	}
}

func TestEveryEventIsInTheVectors(t *testing.T) {
	found := map[string]bool{}
	for _, entry := range readVectors[vector](t, "events.json") {
		var frame struct{ Type string }
		if err := json.Unmarshal(entry.Frame, &frame); err != nil {
			t.Fatal(err)
		}
		found[frame.Type] = true
	}
	for _, event := range events() {
		if !found[event.name] {
			t.Errorf(
				"events.json has no event %s: add one to TestEventsAreThoseOfTheVectors, and run go test ./shared/wire -update",
				event.name)
		}
	}
}

func TestEveryExampleOfTheProtocolIsAVector(t *testing.T) {
	known := map[string]bool{}
	for _, file := range []string{"requests.json", "replies.json", "events.json", "admin.json", "adminreplies.json"} {
		for _, entry := range readVectors[vector](t, file) {
			known[compacted(t, entry.Frame)] = true
		}
	}
	text, err := os.ReadFile(filepath.Join(vectors, "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples, inside := 0, false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = strings.HasPrefix(line, "```json")
		case inside:
			examples++
			if !known[compacted(t, []byte(line))] {
				t.Errorf("not in the vectors: %s", line)
			}
		}
	}
	if examples == 0 {
		t.Error("protocol/README.md has no examples")
	}
}

func compacted(t *testing.T, frame []byte) string {
	t.Helper()
	var text bytes.Buffer
	if err := json.Compact(&text, frame); err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
	return text.String()
}
