package client

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// vector is an entry of the files in protocol/vectors.
type vector struct {
	Name     string          `json:"name"`
	Frame    json.RawMessage `json:"frame"`
	Raw      *string         `json:"raw"`
	Base64   string          `json:"base64"`
	Before   string          `json:"before"`
	Repeated string          `json:"repeated"`
	Times    int             `json:"times"`
	After    string          `json:"after"`
	Lenient  bool            `json:"lenient"`
}

func (v vector) bytes(t testing.TB) []byte {
	t.Helper()
	switch {
	case v.Frame != nil:
		return v.Frame
	case v.Raw != nil:
		return []byte(*v.Raw)
	case v.Base64 != "":
		data, err := base64.StdEncoding.DecodeString(v.Base64)
		if err != nil {
			t.Fatal(err)
		}
		return data
	default:
		return []byte(v.Before + strings.Repeat(v.Repeated, v.Times) + v.After)
	}
}

func readVectors[T any](t testing.TB, file string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "protocol", "vectors", file))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []T
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	return vectors
}

// offline is a session of alice that never connects: frames are given to it by hand.
func offline(t testing.TB) (*session, *connection) {
	t.Helper()
	options, err := Options{URL: "ws://localhost/local"}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(options, &listeners{}, "alice", "token", nil)
	s.running.Go(s.tell)
	t.Cleanup(func() {
		close(s.finished)
		s.stop()
	})
	return s, &connection{cancel: func() {}}
}

// checkView fails the test if the view is not one.
func checkView(t testing.TB, s *session) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for id, c := range s.view.conversations {
		if !slices.IsSorted(c.order) || len(c.order) != len(c.messages) || len(c.order) > c.limit || c.unread < 0 {
			t.Fatalf("%.50s: sorted %t, %d in order, %d held, unread %d", id, slices.IsSorted(c.order), len(c.order),
				len(c.messages), c.unread)
		}
		for _, m := range c.messages {
			if (m.Revoked != nil) == (m.Body != nil) {
				t.Fatalf("%.50s %s: recalled %t, with text %t", id, m.MessageID, m.Revoked != nil, m.Body != nil)
			}
		}
	}
}

func TestEveryEventOfTheVectorsIsRead(t *testing.T) {
	for _, v := range readVectors[vector](t, "events.json") {
		t.Run(v.Name, func(t *testing.T) {
			f, err := parseFrame(v.Frame)
			if err != nil {
				t.Fatal(err)
			}
			s, c := offline(t)
			s.receive(c, v.Frame)
			s.mutex.Lock()
			conversations := len(s.view.conversations)
			s.mutex.Unlock()
			// An event that is newer than this client is ignored. Who leaves a group may be somebody else.
			concerns := slices.Contains([]string{"message", "revoked", "read", "conversation"}, f.Type)
			left := strings.Contains(string(v.Frame), `"left"`)
			if !left && (conversations == 1) != concerns {
				t.Fatalf("%d conversations are held after one event", conversations)
			}
			checkView(t, s)
		})
	}
}

func TestEveryReplyOfTheVectorsIsRead(t *testing.T) {
	for _, v := range readVectors[vector](t, "replies.json") {
		f, err := parseFrame(v.Frame)
		if err != nil || f.Type != "reply" || f.OK == (f.Error != nil) && !strings.Contains(string(v.Frame), "results") {
			t.Errorf("%s: %+v, %v", v.Name, f, err)
		}
		for _, into := range []any{
			&helloReply{}, &sendReply{}, &revokeReply{}, &syncReply{}, &conversationsReply{}, &readReply{},
		} {
			if err := f.fields(into); err != nil {
				t.Errorf("%s: read into %T: %v", v.Name, into, err)
			}
		}
	}
}

func TestTheErrorTableIsTheProtocols(t *testing.T) {
	type entry struct {
		Name      string
		Code      int
		GroupCode int
	}
	for _, e := range readVectors[entry](t, "errors.json") {
		if CodeName(e.Code) != e.Name || CodeName(e.GroupCode) != e.Name {
			t.Errorf("%s: codes %d, %d are called %q, %q", e.Name, e.Code, e.GroupCode, CodeName(e.Code), CodeName(e.GroupCode))
		}
	}
}

func TestHostileFramesOfTheVectorsChangeNothing(t *testing.T) {
	for _, v := range readVectors[vector](t, "hostile.json") {
		t.Run(v.Name, func(t *testing.T) {
			s, c := offline(t)
			s.receive(c, v.bytes(t))
			checkView(t, s)
			s.mutex.Lock()
			defer s.mutex.Unlock()
			for id, c := range s.view.conversations {
				if len(c.messages) > 0 && !v.Lenient {
					t.Fatalf("%.50s holds %d messages", id, len(c.messages))
				}
			}
		})
	}
}

// FuzzReceive feeds frames to a session: it may not crash, and its view must stay one. Two frames in a row, so that
// the second meets what the first left.
func FuzzReceive(f *testing.F) {
	for _, file := range []string{"events.json", "replies.json", "hostile.json"} {
		for _, v := range readVectors[vector](f, file) {
			if data := v.bytes(f); len(data) < 10_000 {
				f.Add(data, data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		s, c := offline(t)
		s.receive(c, first)
		s.receive(c, second)
		checkView(t, s)
	})
}

// FuzzSyncReply feeds the items of a sync reply.
func FuzzSyncReply(f *testing.F) {
	f.Add([]byte(`{"conversation":"c2c_bob","messages":[{"messageId":"1","conversation":"c2c_bob","sender":"bob",` +
		`"body":{}}],"revocations":[],"cursor":"1","more":true,"unread":1}`))
	f.Add([]byte(`{"conversation":"c2c_bob","messages":[null,1],"revocations":[{}],"cursor":"","unread":-5}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var item syncItem
		if json.Unmarshal(data, &item) != nil {
			return
		}
		s, _ := offline(t)
		for _, from := range []origin{fromHistory, fromUnknown} {
			for _, moved := range []bool{false, true} {
				s.takeItem(item, from, moved)
				checkView(t, s)
			}
		}
	})
}
