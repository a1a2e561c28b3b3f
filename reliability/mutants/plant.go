package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// mutant is a bug: what to replace, and the suite that should see it.
type mutant struct {
	bug, guarantee string
	changes        []change
	suite          suite
}

// change replaces a text that stands exactly once in a file.
type change struct{ file, old, new string }

// found checks that each bug can be planted. Its error names all bugs that cannot be planted because their code has
// changed. The list must then be changed, too.
func found(mutants []mutant) error {
	var lost []error
	for _, m := range mutants {
		if err := m.inTemporary(func(string) error { return nil }); err != nil {
			lost = append(lost, fmt.Errorf("the bug %q cannot be planted: %w", m.bug, err))
		}
	}
	return errors.Join(lost...)
}

var (
	failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)
	broken     = regexp.MustCompile(`(?m)^FAIL\s.*\[(build|setup) failed\]|^build the functions:`)
)

// plant runs the suite with the bug and returns the name of a test that failed, or an empty name if the bug survives.
func (m mutant) plant() (string, error) {
	var caughtBy string
	err := m.inTemporary(func(overlay string) error {
		output, err := m.suite.test(overlay)
		if err == nil {
			return nil
		}
		failed := failedTest.FindAllStringSubmatch(output, -1)
		if broken.MatchString(output) || failed == nil {
			return fmt.Errorf("no test ran to its end:\n%s", output)
		}
		caughtBy = failed[len(failed)-1][1]
		return nil
	})
	return caughtBy, err
}

// inTemporary writes the overlay into a temporary directory, calls do, and removes the directory.
func (m mutant) inTemporary(do func(overlay string) error) error {
	directory, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }() // A file that stays in the temporary directory does no harm.
	overlay, err := m.overlay(directory)
	if err != nil {
		return err
	}
	return do(overlay)
}

// overlay writes the changed files and the list that the compiler takes.
func (m mutant) overlay(directory string) (string, error) {
	top, err := root()
	if err != nil {
		return "", err
	}
	contents := make(map[string]string)
	for _, change := range m.changes {
		content, known := contents[change.file]
		if !known {
			read, err := os.ReadFile(change.file)
			if err != nil {
				return "", err
			}
			content = string(read)
		}
		if count := strings.Count(content, change.old); count != 1 {
			return "",
				fmt.Errorf("%q stands %d times in %s; change the list in reliability/mutants", change.old, count, change.file)
		}
		contents[change.file] = strings.Replace(content, change.old, change.new, 1)
	}
	replaced := make(map[string]string)
	for file, content := range contents {
		planted := filepath.Join(directory, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(planted, []byte(content), 0o600); err != nil {
			return "", err
		}
		replaced[filepath.Join(top, file)] = planted
	}
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}
