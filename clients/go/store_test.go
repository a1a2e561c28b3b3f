package client

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestAStoreKeepsCursorsPerUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cursors.json")
	stores := map[string]func() Store{
		"memory": func() func() Store { kept := NewMemoryStore(); return func() Store { return kept } }(),
		"file":   func() Store { return NewFileStore(path) },
	}
	for kind, open := range stores {
		t.Run(kind, func(t *testing.T) {
			save := func(user string, cursors map[string]string) {
				t.Helper()
				if err := open().SaveCursors(user, cursors); err != nil {
					t.Fatal(err)
				}
			}
			save("alice", map[string]string{"c2c_bob": "1", "group_eng": "2"})
			save("bob", map[string]string{"c2c_alice": "9"})
			save("alice", map[string]string{"c2c_bob": "3", "group_eng": ""})
			got, err := open().Cursors("alice")
			if err != nil || !maps.Equal(got, map[string]string{"c2c_bob": "3"}) {
				t.Fatalf("%v, %v", got, err)
			}
			if got, err := open().Cursors("nobody"); err != nil || got == nil || len(got) != 0 {
				t.Fatalf("%v, %v", got, err)
			}
		})
	}
}

func TestAFileStoreIsForItsOwnerOnlyAndSaysWhenItIsBroken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cursors.json")
	if err := NewFileStore(path).SaveCursors("alice", map[string]string{"c2c_bob": "1"}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("not JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFileStore(path).Cursors("alice"); err == nil {
		t.Fatal("a broken file was read as one without cursors: everything since would be missed silently")
	}
	if err := NewFileStore(filepath.Join(path, "in-a-file")).SaveCursors("alice",
		map[string]string{"a": "b"}); err == nil {
		t.Fatal("a store that cannot be written reported success")
	}
}
