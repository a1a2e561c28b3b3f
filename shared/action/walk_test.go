package action_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the walk may cost, without its tests, its golden frames and the measured table.
const (
	mostFiles = 8
	mostLines = 60
)

// found are the files of the walk that are not left out here, with how one learns that they were forgotten.
var found = map[string]string{
	"shared/recall/typing.go":          "the compiler",
	"shared/recall/notice.go":          "the compiler",
	"shared/wire/request.go":           "the compiler",
	"shared/action/typing.go":          "the compiler",
	"shared/wire/goldenevent_test.go":  "TestEveryEventIsInTheVectors, which is compiled with it",
	"shared/wire/goldenreply_test.go":  "TestEveryActionIsInTheVectors, once the vectors are written anew",
	"shared/function/scenario_test.go": "TestCallsAndUnitsAreThoseOfTheDocs, on DynamoDB Local",
	"functions/sync/main_test.go":      "nobody: it is the test of the new action",
}

// walk is what CONTRIBUTING.md says must be changed to add an action.
type walk struct {
	patch string
	files []string
}

func readWalk(t *testing.T) walk {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	var w walk
	for _, block := range regexp.MustCompile("(?ms)^```diff\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		w.patch += block[1]
	}
	for _, file := range regexp.MustCompile(`(?m)^\+\+\+ b/(.+)$`).FindAllStringSubmatch(w.patch, -1) {
		w.files = append(w.files, file[1])
	}
	if len(w.files) == 0 {
		t.Fatal("CONTRIBUTING.md shows no patch")
	}
	return w
}

// isTest reports whether a file of the walk is a test, or written by one.
func isTest(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "protocol/vectors/") ||
		file == "docs/performance.md"
}

func TestTheWalkInCONTRIBUTINGIsShort(t *testing.T) {
	w := readWalk(t)
	files, lines, counts := 0, 0, false
	for line := range strings.Lines(w.patch) {
		switch name, isFile := strings.CutPrefix(strings.TrimSpace(line), "+++ b/"); {
		case isFile:
			if counts = !isTest(name); counts {
				files++
			}
		case counts && line[0] == '+':
			lines++
		}
	}
	if files > mostFiles || lines > mostLines {
		t.Errorf("a small action takes %d files and %d lines, more than %d and %d", files, lines, mostFiles, mostLines)
	}
}

// TestTheWalkInCONTRIBUTINGAddsAnAction does what CONTRIBUTING.md says in a copy of the repository. Then it forgets
// each file once, and wants a test to fail.
func TestTheWalkInCONTRIBUTINGAddsAnAction(t *testing.T) {
	w := readWalk(t)
	c := copyOf{t: t, folder: t.TempDir()}
	c.fill("shared", "functions", "clients/go", "protocol", "local", "docs/performance.md", "template.yaml", "go.mod",
		"go.sum")
	patch := filepath.Join(c.folder, "walk.patch")
	if err := os.WriteFile(patch, []byte(w.patch), 0o600); err != nil {
		t.Fatal(err)
	}
	c.must("git", "apply", patch)
	for _, folder := range []string{"shared/wire", "shared/action"} {
		if output, err := c.build(folder); err != nil {
			t.Fatalf("the walk does not compile: %s", output)
		}
	}
	if output, err := c.test(); err != nil {
		t.Fatalf("the walk is not complete: %s", output)
	}
	c.must("go", "test", "-vet=off", "./functions/sync")
	for _, file := range w.files {
		if found[file] != "" {
			continue
		}
		t.Run("without "+file, func(t *testing.T) {
			c.t = t
			c.must("git", "apply", "--reverse", "--include="+file, patch)
			defer func() {
				c.must("git", "apply", "--include="+file, patch)
				_, _ = c.build(filepath.Dir(file))
			}()
			output, err := c.build(filepath.Dir(file))
			if err == nil {
				output, err = c.test()
			}
			if err == nil {
				t.Errorf("nobody is told that %s was forgotten", file)
			}
			for _, line := range regexp.MustCompile(`(?m)^--- FAIL.*$`).FindAllString(output, 3) {
				t.Log(line)
			}
		})
	}
}

// copyOf is a copy of as much of the repository as the tests of an action need.
type copyOf struct {
	t      *testing.T
	folder string
}

func (c copyOf) fill(names ...string) {
	c.t.Helper()
	for _, name := range names {
		from, to := filepath.Join(root, name), filepath.Join(c.folder, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			c.t.Fatal(err)
		}
		info, err := os.Stat(from)
		if err != nil {
			c.t.Fatal(err)
		}
		if info.IsDir() {
			err = os.CopyFS(to, os.DirFS(from))
		} else if content, failed := os.ReadFile(from); failed == nil {
			err = os.WriteFile(to, content, 0o600)
		} else {
			err = failed
		}
		if err != nil {
			c.t.Fatal(err)
		}
	}
}

// build compiles the tests of a package again. The tests of a folder without code need nothing.
func (c copyOf) build(folder string) (string, error) {
	if folder != "shared/wire" && folder != "shared/action" {
		return "", nil
	}
	return c.run(".", "go", "test", "-c", "-vet=off", "-o", filepath.Join(folder, "compiled.test"), "./"+folder)
}

// test writes the golden frames and runs the tests that a new action must pass, without this one.
func (c copyOf) test() (string, error) {
	_, _ = c.run("shared/wire", "./compiled.test", "-update")
	wire, wireErr := c.run("shared/wire", "./compiled.test")
	action, actionErr := c.run("shared/action", "./compiled.test", "-test.skip", "TestTheWalk")
	return wire + action, errors.Join(wireErr, actionErr)
}

func (c copyOf) run(folder, name string, arguments ...string) (string, error) {
	command := exec.Command(name, arguments...)
	command.Dir = filepath.Join(c.folder, folder)
	output, err := command.CombinedOutput()
	return string(output), err
}

func (c copyOf) must(name string, arguments ...string) {
	c.t.Helper()
	if output, err := c.run(".", name, arguments...); err != nil {
		c.t.Fatalf("%s %s: %v: %s", name, strings.Join(arguments, " "), err, output)
	}
}
