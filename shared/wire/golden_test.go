package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"example.com/recall/shared/recall"
)

// vectors is the folder of the frames that clients in all languages are tested with.
const vectors = "../../protocol/vectors"

var update = flag.Bool("update", false,
	"rewrite the vectors that this package produces; review the difference: the protocol is append-only")

// vector is one golden frame.
type vector struct {
	Name  string          `json:"name"`
	Frame json.RawMessage `json:"frame"`
}

// golden holds produced frames against a file, byte for byte once the space between tokens is gone.
func golden(t *testing.T, file string, produced []vector) {
	t.Helper()
	path := filepath.Join(vectors, file)
	if *update {
		writeVectors(t, path, produced)
	}
	recorded := readVectors[vector](t, file)
	if len(recorded) != len(produced) {
		t.Errorf("%s has %d frames, this package produces %d; if the change is meant, run go test ./shared/wire -update",
			file, len(recorded), len(produced))
	}
	for i := range min(len(recorded), len(produced)) {
		var want bytes.Buffer
		if err := json.Compact(&want, recorded[i].Frame); err != nil {
			t.Fatal(err)
		}
		if recorded[i].Name != produced[i].Name || want.String() != string(produced[i].Frame) {
			t.Errorf("%s[%d]\nrecorded %s: %s\nproduced %s: %s", file, i, recorded[i].Name, want.String(), produced[i].Name,
				produced[i].Frame)
		}
	}
}

func readVectors[T any](t testing.TB, file string) []T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(vectors, file))
	if err != nil {
		t.Fatal(err)
	}
	var entries []T
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(entries) == 0 {
		t.Fatalf("%s is empty", file)
	}
	return entries
}

// writeVectors writes one frame a line, so that a difference is read easily.
func writeVectors(t *testing.T, path string, produced []vector) {
	t.Helper()
	var text bytes.Buffer
	text.WriteString("[\n")
	for i, entry := range produced {
		name, err := json.Marshal(entry.Name)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString("  {\"name\": " + string(name) + ",\n   \"frame\": " + string(entry.Frame) + "}")
		if i < len(produced)-1 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
	}
	text.WriteString("]\n")
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What the vectors are about: Alice and Bob, the group eng, at 1,700,000,000,000 ms.
const (
	alice = recall.UserID("alice")
	bob   = recall.UserID("bob")
	carol = recall.UserID("carol")

	now     = recall.Instant(1_700_000_000_000)
	first   = recall.MessageID("01HF7YAT00000000000000B0B1")
	second  = recall.MessageID("01HF7YATZ8000000000000A1C2")
	third   = recall.MessageID("01HF7YAVYG000000000000B0B3")
	fourth  = recall.MessageID("01HF7YAWXR000000000000CAR4")
	unknown = recall.MessageID("01HF7YAWXR0000000000000000")
)

func direct() recall.Conversation { return recall.Between(alice, bob) }

func group() recall.Conversation { return recall.InGroup("eng") }

func fromBob() recall.Message {
	return recall.Message{
		ID:              first,
		Conversation:    direct(),
		Sender:          bob,
		SentAt:          now,
		RecallableUntil: now + 120_000,
		Body:            `{"text":"hi"}`,
	}
}

func fromAlice() recall.Message {
	return recall.Message{ID: second, Conversation: direct(), Sender: alice, SentAt: now + 1_000, RecallableUntil: now +
		121_000,
		Body: `{"text":"<b>é\u00e9 😀</b> & more"}`, ReplyTo: first}
}

// picture is the attachment of the vectors.
func picture() recall.Attachment {
	return recall.Attachment{ID: "01HF7YAY8G00000000000000AT", Name: "cat.png", Type: "image/png", Size: 48_210}
}

func withPicture() recall.Message {
	return recall.Message{
		ID:              "01HF7YAYR0000000000000A1C5",
		Conversation:    direct(),
		Sender:          alice,
		SentAt:          now + 5_000,
		RecallableUntil: now + 125_000,
		Body:            `{"text":"look"}`,
		Attachments:     []recall.Attachment{picture()},
	}
}

func tombstone() recall.Message {
	return recall.Message{ID: third, Conversation: direct(), Sender: bob, SentAt: now +
		2_000, RecallableUntil: recall.AlwaysRecallable,
		Revoked: &recall.Revocation{
			ID:     "01HF7YAXXR0000000000000000",
			At:     now + 4_000,
			By:     bob,
			Role:   recall.RoleSender,
			Reason: "wrong \"chat\"\n😀",
		}}
}

func inGroup() recall.Message {
	return recall.Message{
		ID:              fourth,
		Conversation:    group(),
		Sender:          carol,
		SentAt:          now + 3_000,
		RecallableUntil: recall.NeverRecallable,
		Body:            `{"text":"morning"}`,
	}
}

func bySender() recall.Revocation {
	return recall.Revocation{At: now + 5_000, By: alice, Role: recall.RoleSender}
}

func byModerator() recall.Revocation {
	return recall.Revocation{At: now + 6_000, By: alice, Role: recall.RoleModerator, Reason: "off topic"}
}

func byAdmin(operator recall.UserID) recall.Revocation {
	return recall.Revocation{At: now + 7_000, By: operator, Role: recall.RoleAdmin, Reason: "legal"}
}

// must is a frame that can be encoded.
func must(frame []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return frame
}
