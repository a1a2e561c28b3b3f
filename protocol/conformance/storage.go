package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

var errNoDriver = errors.New("the driver was killed and not started again")

// stores reports whether the client gets a storage folder. It may be given one that the scenario does not need.
func (s Scenario) stores(given bool) bool {
	return slices.Contains(s.Needs, Persistence) || given && !slices.Contains(s.Without, Persistence)
}

// killOrStart ends the driver as a phone ends an application, or starts it with the same storage folder.
func (p *run) killOrStart(step Step) error {
	if step.Kill {
		if p.driver == nil {
			return errNoDriver
		}
		return p.kill()
	}
	if p.driver != nil {
		return errors.New("the driver runs already")
	}
	started, err := p.start()
	p.driver = started
	return err
}

// kill ends the driver, and the connections that it had. A connection that is accepted later would be taken for one of
// the next driver.
func (p *run) kill() error {
	if p.driver == nil {
		return nil
	}
	p.driver.kill()
	p.driver = nil
	return p.server.links.cutAll(p.deadline)
}

// storageAgainAfter is how long the check of a storage that lacks a wanted text waits before it reads the files again.
const storageAgainAfter = 20 * time.Millisecond

// checkStorage reads every byte of every file of the storage folder. A client stores what it received soon, so a text
// that must be there is waited for. A text that must not be there is looked for once: the callback or result before
// this step said that it is gone.
func (p *run) checkStorage(ctx context.Context, check StorageCheck) error {
	if p.storage == "" || (check.Has == "") == (check.Lacks == "") {
		return errors.New("the check needs has or lacks, and a scenario that needs persistence")
	}
	text, err := p.variables.fillText(check.Has+check.Lacks, 0)
	if err != nil {
		return err
	}
	for {
		found, err := filesWith(p.storage, text, check.Has != "")
		switch {
		case err != nil:
			return fmt.Errorf("reading the storage folder: %w", err)
		case check.Lacks != "" && len(found) > 0:
			return fmt.Errorf("the text %q is still in the files %v", text, found)
		case check.Lacks != "" || len(found) > 0:
			return nil
		}
		select {
		case <-time.After(storageAgainAfter):
		case <-ctx.Done():
			return fmt.Errorf("no file of the storage folder has the text %q: %w", text, ctx.Err())
		}
	}
}

// unfinishedSuffix ends the name of a file that becomes a part of the storage only when it is complete.
const unfinishedSuffix = ".tmp"

// filesWith returns the files of a folder that have a text anywhere, all files or those that are complete. A file that
// goes away meanwhile is passed over.
func filesWith(folder, text string, complete bool) ([]string, error) {
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !entry.Type().IsRegular() || complete && strings.HasSuffix(path, unfinishedSuffix) {
			return err
		}
		data, err := os.ReadFile(path) // #nosec G304 -- The path is in the folder that this runner made.
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && bytes.Contains(data, []byte(text)) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	return found, err
}
