package stack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"example.com/recall/local/template"
)

// settleTime is how long no file may change before a change is applied. An editor or a build writes several files.
const settleTime = 200 * time.Millisecond

// notCode are folders that are not watched. Packages have many files, which change only when they are installed.
var notCode = []string{".git", ".tools", "__pycache__", "build", "node_modules", "testdata"}

// reloader makes functions run the new content of their files.
type reloader struct {
	stack   *Stack
	watcher *fsnotify.Watcher
	// folders are the folders with the code of each function, by the function's name.
	folders map[string][]string
	built   map[string]bool // the functions that the stack itself builds, by logical ID
	builds  int
}

// startReloading watches the files of the functions until Close.
func (s *Stack) startReloading(context.Context) error {
	if !s.options.Reload {
		return nil
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch the functions' files: %w", err)
	}
	r := &reloader{stack: s, watcher: watcher, folders: map[string][]string{}, built: map[string]bool{}}
	base := filepath.Dir(s.options.Template)
	for _, function := range s.template.Functions {
		switch runs := s.functionPrograms[function.LogicalID]; {
		case function.InlineCode != "":
		case runs.Directory == "" && runs.Path != "" && s.options.Programs == "":
			r.built[function.LogicalID] = true
		case runs.Path != "":
			folders := []string{runs.Directory}
			if runs.Directory == "" {
				folders[0] = filepath.Dir(runs.Path)
			}
			for _, layer := range function.LayerDirectories {
				folders = append(folders, filepath.Join(base, layer))
			}
			r.folders[function.Name] = folders
		}
	}
	r.watchFolder(base, false)
	for _, folders := range r.folders {
		for _, folder := range folders {
			r.watchFolder(filepath.Dir(folder), false) // a build may remove the folder and make it again
			r.watchFolder(folder, true)
		}
	}
	if len(r.built) > 0 {
		r.watchFolder(s.options.Project, true)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.run(ctx)
	}()
	s.onClose(func() {
		cancel()
		<-done
		// What is not watched any more cannot fail.
		_ = watcher.Close()
	})
	return nil
}

// watchFolder watches a folder and the folders in it. It ignores a folder that does not exist.
func (r *reloader) watchFolder(folder string, all bool) {
	if !all {
		_ = r.watcher.Add(folder)
		return
	}
	// A folder that cannot be read, or no longer exists, has no code that runs.
	_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return nil
		}
		if path != folder && slices.Contains(notCode, entry.Name()) {
			return filepath.SkipDir
		}
		_ = r.watcher.Add(path)
		return nil
	})
}

// run gathers changes and applies them when no more come.
func (r *reloader) run(ctx context.Context) {
	changed := map[string]bool{}
	settled := time.NewTimer(settleTime)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-r.watcher.Events:
			if !open {
				return
			}
			if event.Op == fsnotify.Chmod {
				continue
			}
			if information, err := os.Stat(event.Name); err == nil && information.IsDir() {
				if r.holdsCode(event.Name) {
					r.watchFolder(event.Name, true)
				}
			}
			changed[event.Name] = true
			settled.Reset(settleTime)
		case err := <-r.watcher.Errors:
			if err != nil {
				r.stack.notice("some changes of files were not seen: " + err.Error())
			}
		case <-settled.C:
			r.apply(ctx, slices.Sorted(maps.Keys(changed)))
			clear(changed)
		}
	}
}

// holdsCode reports whether a folder belongs to the code of a function, or contains such code.
func (r *reloader) holdsCode(folder string) bool {
	for _, folders := range r.folders {
		for _, code := range folders {
			if within(folder, code) || within(code, folder) {
				return true
			}
		}
	}
	return len(r.built) > 0 && !slices.Contains(notCode, filepath.Base(folder))
}

// within reports whether a path is a folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+string(filepath.Separator))
}

// apply makes the functions whose code has changed run the new code.
func (r *reloader) apply(ctx context.Context, changed []string) {
	if slices.Contains(changed, r.stack.options.Template) {
		r.stack.notice(filepath.Base(r.stack.options.Template) + " has changed; start the stack again, " +
			"since it reads this file only at its start")
	}
	for _, name := range slices.Sorted(maps.Keys(r.folders)) {
		at := slices.IndexFunc(changed, func(path string) bool {
			return slices.ContainsFunc(r.folders[name], func(folder string) bool { return within(path, folder) })
		})
		if at >= 0 {
			r.stack.lambda.Renew(name, "")
			r.stack.notice(filepath.Base(changed[at]) + " has changed: the next invocation of " + name +
				" runs it in a new process")
		}
	}
	if slices.ContainsFunc(changed, func(path string) bool { return filepath.Ext(path) == ".go" }) && len(r.built) > 0 {
		r.rebuild(ctx)
	}
}

// rebuild builds those functions again that the stack itself builds. If that fails, they run on as they are.
func (r *reloader) rebuild(ctx context.Context) {
	r.builds++
	target := filepath.Join(r.stack.temporary, fmt.Sprintf("build-%d", r.builds))
	var functions []template.Function
	for _, function := range r.stack.template.Functions {
		if r.built[function.LogicalID] {
			functions = append(functions, function)
		}
	}
	programs, err := Build(ctx, r.stack.options.Project, target, functions)
	switch {
	case errors.Is(err, context.Canceled):
	case err != nil:
		r.stack.notice("Go code has changed, and the functions run on as they were: " + err.Error())
	default:
		for _, function := range functions {
			r.stack.lambda.Renew(function.Name, programs[function.LogicalID])
		}
		r.stack.notice("Go code has changed: the functions are built anew, and their next invocations run it")
	}
}
