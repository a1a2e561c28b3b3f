package client_test

import (
	"bufio"
	"bytes"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	client "example.com/recall/clients/go"
)

// openStorage opens a storage until the end of the test.
func openStorage(t *testing.T, folder string) *client.FileStorage {
	t.Helper()
	storage, err := client.NewFileStorage(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = storage.Close() }) // A test may have closed it before.
	return storage
}

func save(t *testing.T, storage client.Storage, user, conversation, document string) {
	t.Helper()
	if err := storage.Save(user, conversation, []byte(document)); err != nil {
		t.Fatal(err)
	}
}

func holds(t *testing.T, storage client.Storage, user string, want map[string]string) {
	t.Helper()
	got, err := storage.Load(user)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for conversation, document := range got {
		texts[conversation] = string(document)
	}
	if !maps.Equal(texts, want) {
		t.Errorf("the storage of %s has %v, want %v", user, texts, want)
	}
}

// filesWith returns the files in a folder that have a text.
func filesWith(t *testing.T, folder, text string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAStorageKeepsADocumentForEachUserAndConversation(t *testing.T) {
	folder := t.TempDir()
	storage := openStorage(t, folder)
	holds(t, storage, "alice", map[string]string{})
	save(t, storage, "alice", "c2c_bob", "1")
	save(t, storage, "alice", "c2c_Bob", "2") // Some file systems take both names for one.
	save(t, storage, "alice", "group_eng", "3")
	save(t, storage, "Alice", "c2c_bob", "4")
	save(t, storage, "alice", "c2c_bob", "5")
	for _, conversation := range []string{"group_eng", "group_eng", "group_unknown"} {
		if err := storage.Delete("alice", conversation); err != nil {
			t.Fatal(err)
		}
	}
	if err := storage.Close(); err != nil {
		t.Fatal(err)
	}
	storage = openStorage(t, folder)
	holds(t, storage, "alice", map[string]string{"c2c_bob": "5", "c2c_Bob": "2"})
	for range 2 {
		if err := storage.Clear("alice"); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, storage, "alice", map[string]string{})
	holds(t, storage, "Alice", map[string]string{"c2c_bob": "4"})
}

func TestNoFileHasADocumentThatWasReplacedOrRemoved(t *testing.T) {
	folder := t.TempDir()
	storage := openStorage(t, folder)
	save(t, storage, "alice", "c2c_bob", "the first text")
	if found := filesWith(t, folder, "the first text"); len(found) != 1 {
		t.Fatalf("the text is in %v", found)
	}
	save(t, storage, "alice", "c2c_bob", "the second text")
	if found := filesWith(t, folder, "the first text"); len(found) != 0 {
		t.Errorf("the text is still in %v", found)
	}
	if err := storage.Delete("alice", "c2c_bob"); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, folder, "the second text"); len(found) != 0 {
		t.Errorf("the text is still in %v", found)
	}
}

func TestAFileThatAKillLeftUnfinishedIsNeitherReadNorKept(t *testing.T) {
	folder := t.TempDir()
	storage := openStorage(t, folder)
	save(t, storage, "alice", "c2c_bob", "whole")
	unfinished := filesWith(t, folder, "whole")[0] + ".tmp"
	if err := os.WriteFile(unfinished, []byte("hal"), 0o600); err != nil {
		t.Fatal(err)
	}
	holds(t, storage, "alice", map[string]string{"c2c_bob": "whole"})
	if _, err := os.Stat(unfinished); !os.IsNotExist(err) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
}

// TestAKilledProcessLeavesTheOldOrTheNewDocument kills a process that only saves, at moments that differ each time.
func TestAKilledProcessLeavesTheOldOrTheNewDocument(t *testing.T) {
	folder := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for round := range 20 {
		saving := exec.CommandContext(t.Context(), program)
		saving.Env = append(os.Environ(), "RECALL_TEST_SAVES_IN="+folder)
		output, err := saving.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := saving.Start(); err != nil {
			t.Fatal(err)
		}
		said, err := bufio.NewReader(output).ReadString('\n')
		if err != nil || said != "saving\n" {
			t.Fatalf("the process said %q, error %v", said, err)
		}
		time.Sleep(time.Duration(round) * time.Millisecond) // Any moment is right, and each should be another one.
		if err := saving.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = saving.Wait() // It was killed, and says so.
		storage := openStorage(t, folder)
		documents, err := storage.Load("alice")
		if err != nil {
			t.Fatal(err)
		}
		for _, document := range documents { // There is none if the kill came before the first was complete.
			if len(document) != 100_000 || len(bytes.Trim(document, string(document[:1]))) != 0 {
				t.Errorf("round %d: the document is neither the old nor the new one", round)
			}
		}
		if found, err := filepath.Glob(filepath.Join(folder, "*", "*.tmp")); err != nil || len(found) != 0 {
			t.Errorf("round %d: unfinished files are left: %v, error %v", round, found, err)
		}
		if err := storage.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheFilesOfAStorageAreForTheirOwnerOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	storage := openStorage(t, folder)
	save(t, storage, "alice", "c2c_bob", "private")
	modes := map[fs.FileMode]bool{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		modes[info.Mode().Perm()] = true
		return err
	})
	if want := []fs.FileMode{0o600, 0o700}; err != nil || !slices.Equal(slices.Sorted(maps.Keys(modes)), want) {
		t.Errorf("the modes are %v, error %v", modes, err)
	}
}

func TestASecondUseOfAFolderIsRefused(t *testing.T) {
	folder := t.TempDir()
	first := openStorage(t, folder)
	if _, err := client.NewFileStorage(folder); err == nil {
		t.Fatal("two storages use one folder")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openStorage(t, folder)
}

func TestAStorageReportsWhatItCannotDo(t *testing.T) {
	folder := t.TempDir()
	storage := openStorage(t, folder)
	save(t, storage, "alice", "c2c_bob", "1")
	userFolder := filepath.Dir(filesWith(t, folder, "1")[0])
	if err := os.RemoveAll(userFolder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(userFolder, nil, 0o600); err != nil { // A file where the folder must be fails for every user.
		t.Fatal(err)
	}
	if err := storage.Save("alice", "c2c_bob", []byte("2")); err == nil {
		t.Error("a document that cannot be written is reported as saved")
	}
	if _, err := storage.Load("alice"); err == nil {
		t.Error("a folder that cannot be read is reported as empty")
	}
	if err := storage.Delete("alice", "c2c_bob"); err == nil {
		t.Error("a document that cannot be removed is reported as removed")
	}
}
