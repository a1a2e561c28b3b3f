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
	type invalid struct {
		Frame json.RawMessage
		Raw   string
	}
	for _, entry := range readVectors[invalid](f, "invalid.json") {
		f.Add(append([]byte(entry.Raw), entry.Frame...))
	}
}

// checkKnown fails for an error that the caller would be told as a bug.
func checkKnown(t *testing.T, err error) {
	t.Helper()
	if err != nil && recall.NameOf(err) == recall.Internal {
		t.Errorf("not an error of the rules: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		read, err := Read(frame)
		envelope := read.Envelope
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
		if json.Unmarshal(frame, &plain) == nil && plain.Action != envelope.Action &&
			!bytes.Contains(bytes.ToLower(frame), []byte(`\u00`)) &&
			bytes.Count(bytes.ToLower(frame), []byte(`action"`)) == 1 {
			t.Errorf("action %q, encoding/json reads %q", envelope.Action, plain.Action)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("plain")
	f.Add("\"\\\n\x00\xff😀\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		var back string
		if err := json.Unmarshal(must(encode(text)), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(text) && back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	})
}
