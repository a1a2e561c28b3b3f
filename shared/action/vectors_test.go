package action_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// decode reads a frame of alice's, or an administrator's request, and its action's request, as the functions do.
func decode(raw []byte, fromAdmin bool) (any, error) {
	frame, err := wire.Read(raw)
	if err != nil {
		return nil, err
	}
	if !fromAdmin {
		frame.Viewer = "alice"
	}
	for _, each := range action.All() {
		if each.Name == frame.Action && isAdmin(each.Function) == fromAdmin {
			return each.Decode(frame)
		}
	}
	return nil, recall.Fail(recall.UnknownAction, "action: no such action")
}

func readVectors[T any](t testing.TB, file string) []T {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "protocol", "vectors", file))
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

// vector is a request that is accepted, or a reply.
type vector struct {
	Name  string          `json:"name"`
	Frame json.RawMessage `json:"frame"`
}

// TestNoRequestOfTheVectorsIsLost holds what a client of any version may have sent: vectors are only added. Raise a
// number when you add one.
func TestNoRequestOfTheVectorsIsLost(t *testing.T) {
	for file, least := range map[string]int{"requests.json": 27, "admin.json": 17} {
		if number := len(readVectors[vector](t, file)); number < least {
			t.Errorf("%s has %d requests, and had %d", file, number, least)
		}
	}
}

func TestRequestsOfTheVectorsAreAccepted(t *testing.T) {
	for file, fromAdmin := range map[string]bool{"requests.json": false, "admin.json": true} {
		for _, entry := range readVectors[vector](t, file) {
			t.Run(file+"/"+entry.Name, func(t *testing.T) {
				if _, err := decode(entry.Frame, fromAdmin); err != nil {
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
			_, err := decode(entry.bytes(), entry.Admin)
			refusal, known := errors.AsType[*recall.Error](err)
			if !known || refusal.Name != entry.Error {
				t.Fatalf("refused with %v, want %s", err, entry.Error)
			}
			if !strings.HasPrefix(refusal.Desc, entry.Field) {
				t.Errorf("%q does not begin with the field %q", refusal.Desc, entry.Field)
			}
		})
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
		if _, err := decode([]byte(frame), false); err != nil && recall.NameOf(err) == recall.Internal {
			t.Errorf("%q is refused with %v, which names no fault of the frame", entry.Name, err)
		}
	}
}

func TestEveryActionIsInTheVectors(t *testing.T) {
	found := map[string]map[string]bool{}
	for _, file := range []string{"requests.json", "replies.json", "admin.json", "adminreplies.json"} {
		found[file] = map[string]bool{}
		for _, entry := range readVectors[vector](t, file) {
			var frame struct{ Action string }
			if err := json.Unmarshal(entry.Frame, &frame); err != nil {
				t.Fatal(err)
			}
			found[file][frame.Action] = true
		}
	}
	files := func(of function.Action) (requests, replies string) {
		if isAdmin(of.Function) {
			return "admin.json", "adminreplies.json"
		}
		return "requests.json", "replies.json"
	}
	for _, each := range action.All() {
		requests, replies := files(each)
		if !found[requests][each.Name] {
			t.Errorf("protocol/vectors/%s has no request %s", requests, each.Name)
		}
		if !found[replies][each.Name] {
			t.Errorf("protocol/vectors/%s has no reply to %s: add one to the golden replies in shared/wire, "+
				"and run go test ./shared/wire -update", replies, each.Name)
		}
	}
}
