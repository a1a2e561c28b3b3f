package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// mutant is a bug: what to replace, and the tests that should see it.
type mutant struct {
	bug, guarantee string
	changes        []change
	tests          tests
}

// change replaces a text that stands exactly once in a file.
type change struct{ file, old, new string }

// tests are those of a package whose names match.
type tests struct{ pkg, run string }

// baseline wants the tests to be green as long as nothing is planted.
func baseline(mutants []mutant) error {
	for _, m := range mutants {
		if err := m.inTemporary(func(string) error { return nil }); err != nil {
			return fmt.Errorf("%s: %w", m.bug, err)
		}
	}
	done := make(map[tests]bool)
	for _, m := range mutants {
		if done[m.tests] {
			continue
		}
		done[m.tests] = true
		fmt.Fprintf(os.Stderr, "without a bug: go test -run '%s' %s\n", m.tests.run, m.tests.pkg)
		output, err := m.tests.goTest("")
		if err != nil {
			return fmt.Errorf("the tests fail without a bug: %w\n%s", err, output)
		}
		if strings.Contains(output, "no tests to run") {
			return fmt.Errorf("no test of %s matches %s", m.tests.pkg, m.tests.run)
		}
	}
	return nil
}

func (t tests) goTest(overlay string) (string, error) {
	arguments := []string{"test", "-vet=off", "-count=1", "-failfast", "-timeout=10m", "-run", t.run}
	if overlay != "" {
		arguments = append(arguments, "-overlay", overlay)
	}
	output, err := exec.Command("go", append(arguments, t.pkg)...).CombinedOutput()
	return string(output), err
}

var failedTest = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// plant runs the tests with the bug and returns the name of one that failed; empty is that the bug survives.
func (m mutant) plant() (string, error) {
	var caughtBy string
	err := m.inTemporary(func(overlay string) error {
		output, err := m.tests.goTest(overlay)
		if err == nil {
			return nil
		}
		failed := failedTest.FindAllStringSubmatch(output, -1)
		if failed == nil {
			return fmt.Errorf("no test ran:\n%s", output)
		}
		caughtBy = failed[len(failed)-1][1]
		return nil
	})
	return caughtBy, err
}

// inTemporary has the overlay in a directory for as long as do runs.
func (m mutant) inTemporary(do func(overlay string) error) error {
	directory, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }() // what is left in the temporary directory harms nobody
	overlay, err := m.overlay(directory)
	if err != nil {
		return err
	}
	return do(overlay)
}

// overlay writes the changed files and the list that the compiler takes.
func (m mutant) overlay(directory string) (string, error) {
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
			return "", fmt.Errorf("%q stands %d times in %s; change the list in reliability/mutants/list.go", change.old, count, change.file)
		}
		contents[change.file] = strings.Replace(content, change.old, change.new, 1)
	}
	replaced := make(map[string]string)
	for file, content := range contents {
		planted := filepath.Join(directory, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(planted, []byte(content), 0o600); err != nil {
			return "", err
		}
		replaced[file] = planted
	}
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}
