package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

// decode runs the decoder of a frame's action, as the functions do.
func decode(frame []byte) error {
	envelope, err := DecodeEnvelope(frame)
	if err != nil {
		return err
	}
	switch envelope.Action {
	case "hello":
	case "send":
		_, err = DecodeSend(alice, frame)
	case "revoke":
		_, _, err = DecodeRevoke(alice, frame)
	case "sync":
		_, err = DecodeSync(alice, frame)
	case "read":
		_, err = DecodeRead(alice, frame)
	case "conversations":
		_, err = DecodeConversations(frame)
	default:
		err = recall.Fail(recall.UnknownAction, "action: no such action")
	}
	return err
}

// decodeAdmin runs the decoder of an admin request's action.
func decodeAdmin(raw []byte) error {
	envelope, err := DecodeAdmin(raw)
	if err != nil {
		return err
	}
	switch envelope.Action {
	case "getSettings":
	case "revoke":
		_, err = DecodeAdminRevoke(raw)
	case "revokeBySender":
		_, err = DecodeAdminRevokeBySender(raw)
	case "putGroup":
		_, err = DecodeAdminPutGroup(raw)
	case "deleteGroup", "getGroup":
		_, err = DecodeAdminGroup(raw)
	case "putMember":
		_, err = DecodeAdminPutMember(raw)
	case "deleteMember":
		_, _, err = DecodeAdminDeleteMember(raw)
	case "disconnect":
		_, err = DecodeAdminDisconnect(raw)
	case "putSettings":
		_, err = DecodeAdminPutSettings(raw)
	case "audit":
		_, err = DecodeAdminAudit(raw)
	default:
		err = recall.Fail(recall.UnknownAction, "action: no such action")
	}
	return err
}

func TestRequestsOfTheVectorsAreAccepted(t *testing.T) {
	for file, decode := range map[string]func([]byte) error{"requests.json": decode, "admin.json": decodeAdmin} {
		for _, entry := range readVectors[vector](t, file) {
			t.Run(file+"/"+entry.Name, func(t *testing.T) {
				if err := decode(entry.Frame); err != nil {
					t.Errorf("refused: %v", err)
				}
			})
		}
	}
}

// invalidVector is a request that is refused.
type invalidVector struct {
	Name  string          `json:"name"`
	Frame json.RawMessage `json:"frame"`
	Raw   string          `json:"raw"`
	Error recall.Name     `json:"error"`
	Field string          `json:"field"`
	Admin bool            `json:"admin"`
}

func (v invalidVector) bytes() []byte {
	if v.Frame != nil {
		return v.Frame
	}
	return []byte(v.Raw)
}

func TestInvalidRequestsOfTheVectorsAreRefusedByNameAndField(t *testing.T) {
	for _, entry := range readVectors[invalidVector](t, "invalid.json") {
		t.Run(entry.Name, func(t *testing.T) {
			decode := decode
			if entry.Admin {
				decode = decodeAdmin
			}
			err := decode(entry.bytes())
			checkRefusal(t, err, entry.Error, entry.Field)
			if entry.Field != "" && !strings.HasPrefix(failureOf(err, reference).Desc, entry.Field) {
				t.Errorf("%q does not begin with the field %q", failureOf(err, reference).Desc, entry.Field)
			}
		})
	}
}

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
		got := row{Name: failure.Name, Code: failure.Code(), GroupCode: failure.In(group()).Code(), Retryable: failure.Retryable()}
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
			t.Errorf("messageId %q: valid %v, time %d, want %d", entry.MessageID, entry.MessageID.Valid(), entry.MessageID.Time(), entry.At)
		}
	}
	for _, id := range identifiers.MessageIDs.Invalid {
		if id.Valid() {
			t.Errorf("messageId %q is accepted", id)
		}
	}
}

func TestHostileFramesOfTheVectorsAreWellFormedEntries(t *testing.T) {
	type hostile struct {
		Name, Raw, Before, Repeated, After, Base64 string
		Times                                      int
	}
	seen := map[string]bool{}
	for _, entry := range readVectors[hostile](t, "hostile.json") {
		if entry.Name == "" || seen[entry.Name] {
			t.Errorf("%q has no name of its own", entry.Name)
		}
		seen[entry.Name] = true
		frame := entry.Raw + entry.Before + strings.Repeat(entry.Repeated, entry.Times) + entry.After
		if decoded, err := base64.StdEncoding.DecodeString(entry.Base64); err != nil {
			t.Errorf("%q: %v", entry.Name, err)
		} else {
			frame += string(decoded)
		}
		// What a client must survive, the server must survive too.
		if err := decode([]byte(frame)); err != nil && recall.NameOf(err) == recall.Internal {
			t.Errorf("%q is refused with %v, which names no fault of the frame", entry.Name, err)
		}
	}
}

func TestEveryActionAndEventIsInTheVectors(t *testing.T) {
	for file, kinds := range map[string][]string{
		"requests.json":     {"hello", "send", "revoke", "sync", "read", "conversations"},
		"replies.json":      {"hello", "send", "revoke", "sync", "read", "conversations"},
		"events.json":       {"message", "revoked", "read", "conversation", "kicked"},
		"admin.json":        {"revoke", "revokeBySender", "putGroup", "deleteGroup", "putMember", "deleteMember", "getSettings", "putSettings", "audit", "disconnect", "getGroup"},
		"adminreplies.json": {"revoke", "revokeBySender", "putGroup", "deleteGroup", "putMember", "deleteMember", "getSettings", "putSettings", "audit", "disconnect", "getGroup"},
	} {
		found := map[string]bool{}
		for _, entry := range readVectors[vector](t, file) {
			var frame struct{ Type, Action string }
			if err := json.Unmarshal(entry.Frame, &frame); err != nil {
				t.Fatal(err)
			}
			found[frame.Type], found[frame.Action] = true, true
		}
		for _, kind := range kinds {
			if !found[kind] {
				t.Errorf("%s has no %s", file, kind)
			}
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
