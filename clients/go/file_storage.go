package client

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// FileStorage is a [Storage] in a folder: a file for each conversation, in a folder for each user. Only the owner of
// the files can read them. Texts are in them as they are, so whoever needs encryption uses that of the file system.
// The blocks of a file that was replaced are free, but nobody can promise that they are overwritten.
type FileStorage struct {
	folder string
	lock   *os.File
	mutex  sync.Mutex
}

const (
	documentSuffix = ".json"
	// unfinishedSuffix ends the name of a file that is being written. After a kill it may be left over.
	unfinishedSuffix = ".tmp"
)

// NewFileStorage opens a folder, and makes it if it does not exist. It fails if another process uses the folder, where
// the operating system can tell. [FileStorage.Close] lets another one use it, and so does the end of the process.
func NewFileStorage(folder string) (*FileStorage, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("opening the storage: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600) // #nosec G304 -- the caller's
	if err != nil {
		return nil, fmt.Errorf("opening the storage: %w", err)
	}
	if err := lockFile(lock); err != nil {
		_ = lock.Close() // The lock was not taken.
		return nil, fmt.Errorf(
			"opening the storage: another process uses %s; give each process a folder of its own: %w", folder, err)
	}
	return &FileStorage{folder: folder, lock: lock}, nil
}

// Close ends the use of the folder.
func (f *FileStorage) Close() error { return f.lock.Close() }

// Load implements [Storage]. It also removes the files that a kill left unfinished, because they may hold a text that
// is recalled later.
func (f *FileStorage) Load(user string) (map[string][]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	documents := map[string][]byte{}
	folder := f.userFolder(user)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return documents, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the storage: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(folder, entry.Name())
		if strings.HasSuffix(path, unfinishedSuffix) {
			if err := os.Remove(path); err != nil {
				return nil, fmt.Errorf("reading the storage: %w", err)
			}
		}
		conversation, ok := fromFileName(entry.Name())
		if !ok {
			continue
		}
		document, err := os.ReadFile(path) // #nosec G304 -- in the storage's folder
		if err != nil {
			return nil, fmt.Errorf("reading the storage: %w", err)
		}
		documents[conversation] = document
	}
	return documents, nil
}

// Save implements [Storage]. It writes another file and renames it. Each step is on the disk before the next begins.
func (f *FileStorage) Save(user, conversation string, document []byte) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	folder := f.userFolder(user)
	path := filepath.Join(folder, fileName(conversation))
	err := f.makeUserFolder(folder)
	if err == nil {
		err = writeFile(path+unfinishedSuffix, document)
	}
	if err == nil {
		err = os.Rename(path+unfinishedSuffix, path)
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return fmt.Errorf("saving a conversation: %w", err)
	}
	return nil
}

// Delete implements [Storage].
func (f *FileStorage) Delete(user, conversation string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	folder := f.userFolder(user)
	for _, name := range []string{fileName(conversation), fileName(conversation) + unfinishedSuffix} {
		err := os.Remove(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = syncFolder(folder)
		}
		if err != nil {
			return fmt.Errorf("deleting a conversation: %w", err)
		}
	}
	return nil
}

// Clear implements [Storage].
func (f *FileStorage) Clear(user string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	err := os.RemoveAll(f.userFolder(user))
	if err == nil {
		err = syncFolder(f.folder)
	}
	if err != nil {
		return fmt.Errorf("clearing the storage: %w", err)
	}
	return nil
}

func (f *FileStorage) userFolder(user string) string {
	return filepath.Join(f.folder, "user-"+encodeID(user))
}

func (f *FileStorage) makeUserFolder(folder string) error {
	err := os.Mkdir(folder, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(f.folder)
}

func writeFile(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600) // #nosec G304 -- in the storage's folder
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// idEncoding writes IDs in a form that every file system keeps apart, also one that ignores the case of letters.
func idEncoding() *base32.Encoding { return base32.HexEncoding.WithPadding(base32.NoPadding) }

func encodeID(id string) string { return strings.ToLower(idEncoding().EncodeToString([]byte(id))) }

func fileName(conversation string) string { return encodeID(conversation) + documentSuffix }

// fromFileName returns the conversation of a file, and false for a file that is not a document.
func fromFileName(name string) (string, bool) {
	encoded, ok := strings.CutSuffix(name, documentSuffix)
	if !ok {
		return "", false
	}
	id, err := idEncoding().DecodeString(strings.ToUpper(encoded))
	return string(id), err == nil
}
