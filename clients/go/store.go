package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
)

// Store keeps the cursors of a user's conversations between logins, so that the next one asks for what changed since.
// The application keeps the messages themselves: with a cursor, it is told of every message and recall after it. A
// cursor is saved after the listeners were told of what lies before it, so a crash repeats callbacks and loses none.
// Beside the cursors the client keeps notes of its own, by names that no conversation has; a Store treats them like
// cursors.
type Store interface {
	// Cursors returns the cursor by conversation; an empty map for a user without any.
	Cursors(user string) (map[string]string, error)
	// SaveCursors sets the given cursors and leaves the others; "" removes one.
	SaveCursors(user string, cursors map[string]string) error
}

// heardPrefix begins the name of a note. The note says that a callback has reported something of a conversation that
// has no cursor yet. Without it the next login would take the whole conversation for history, and no callback would
// report its recalls.
const heardPrefix = "heard:"

// MemoryStore keeps cursors as long as the process lives. It is safe for use by several goroutines.
type MemoryStore struct {
	mutex sync.Mutex
	users map[string]map[string]string
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore { return &MemoryStore{users: map[string]map[string]string{}} }

// Cursors implements [Store].
func (s *MemoryStore) Cursors(user string) (map[string]string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	cursors := maps.Clone(s.users[user])
	if cursors == nil {
		cursors = map[string]string{}
	}
	return cursors, nil
}

// SaveCursors implements [Store].
func (s *MemoryStore) SaveCursors(user string, cursors map[string]string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	merge(s.users, user, cursors)
	return nil
}

// FileStore keeps cursors in a JSON file that only its owner can read. One process at a time may use the file.
type FileStore struct {
	path  string
	mutex sync.Mutex
}

// NewFileStore returns a store in the file at path, which is made at the first save; its folder must exist.
func NewFileStore(path string) *FileStore { return &FileStore{path: path} }

// Cursors implements [Store].
func (s *FileStore) Cursors(user string) (map[string]string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	users, err := s.read()
	if err != nil {
		return nil, err
	}
	if users[user] == nil {
		return map[string]string{}, nil
	}
	return users[user], nil
}

// SaveCursors implements [Store]. The file is replaced as a whole, so a crash leaves the old or the new one.
func (s *FileStore) SaveCursors(user string, cursors map[string]string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	users, err := s.read()
	if err != nil {
		return err
	}
	merge(users, user, cursors)
	return s.write(users)
}

func (s *FileStore) read() (map[string]map[string]string, error) {
	users := map[string]map[string]string{}
	data, err := os.ReadFile(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return users, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading cursors: %w", err)
	}
	if err := json.Unmarshal(data, &users); err != nil {
		return nil, fmt.Errorf(
			"reading cursors: %s is not a store's file; delete it to begin without cursors: %w", s.path, err)
	}
	return users, nil
}

func (s *FileStore) write(users map[string]map[string]string) error {
	data, err := json.MarshalIndent(users, "", "  ")
	if err != nil {
		return fmt.Errorf("saving cursors: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(s.path), filepath.Base(s.path)+".*")
	if err != nil {
		return fmt.Errorf("saving cursors: %w", err)
	}
	_, err = temporary.Write(data)
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), s.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("saving cursors: %w", err), os.Remove(temporary.Name()))
	}
	return nil
}

func merge(users map[string]map[string]string, user string, cursors map[string]string) {
	if users[user] == nil {
		users[user] = map[string]string{}
	}
	for conversation, cursor := range cursors {
		if cursor == "" {
			delete(users[user], conversation)
		} else {
			users[user][conversation] = cursor
		}
	}
}
