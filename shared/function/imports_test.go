package function_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

const module = "example.com/recall/"

// ours is what each package of shared/ may need of this project, directly or through others (docs/design.md,
// "Packages").
var ours = map[string][]string{
	"recall":                {},
	"recall/recalltest":     {"recall"},
	"wire":                  {"recall"},
	"dynamo":                {"recall"},
	"gateway":               {"recall", "wire"},
	"queue":                 {"recall"},
	"bus":                   {"recall"},
	"push":                  {"recall"},
	"push/pushtest":         {},
	"objects":               {"recall"},
	"token":                 {"recall"},
	"secret":                {"recall", "wire", "dynamo", "gateway", "queue", "function"},
	"function":              {"recall", "wire", "dynamo", "gateway", "queue"},
	"action":                {"recall", "wire", "dynamo", "gateway", "queue", "function"},
	"dynamo/dynamotest":     nil, // for tests: it starts DynamoDB Local
	"function/functiontest": {"recall", "recall/recalltest", "wire", "dynamo", "gateway", "queue", "function"},
}

type listed struct {
	ImportPath string
	Dir        string
	Doc        string // the first sentence of the package's comment
	Deps       []string
	GoFiles    []string
}

// packages are all packages of the project without their tests, which go list reads once for all tests here.
var packages = sync.OnceValues(func() ([]listed, error) {
	var complaints bytes.Buffer
	const fields = "ImportPath,Dir,Doc,Deps,GoFiles"
	command := exec.Command("go", "list", "-json="+fields, module+"...")
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, &complaints)
	}
	var all []listed
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var one listed
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
})

func list(t *testing.T) []listed {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// within are the dependencies inside a folder of this project, by their path in it.
func (l listed) within(folder string) []string {
	var found []string
	for _, each := range l.Deps {
		if path, inside := strings.CutPrefix(each, module+folder+"/"); inside {
			found = append(found, path)
		}
	}
	return found
}

// foreign are the dependencies that are neither of the standard library nor of this project.
func (l listed) foreign() []string {
	var found []string
	for _, each := range l.Deps {
		if host, _, _ := strings.Cut(each, "/"); strings.Contains(host, ".") && !strings.HasPrefix(each, module) {
			found = append(found, each)
		}
	}
	return found
}

func TestEveryPackageNeedsOnlyWhatTheDesignSays(t *testing.T) {
	seen := make(map[string]bool)
	for _, each := range list(t) {
		path, isShared := strings.CutPrefix(each.ImportPath, module+"shared/")
		if !isShared {
			continue
		}
		seen[path] = true
		may, known := ours[path]
		if !known {
			t.Errorf("shared/%s is new: write into docs/design.md and here what it may need", path)
			continue
		}
		if path == "dynamo/dynamotest" {
			continue
		}
		for _, needs := range each.within("shared") {
			if !slices.Contains(may, needs) {
				t.Errorf("shared/%s needs shared/%s", path, needs)
			}
		}
		for _, folder := range []string{"local", "functions", "clients", "cmd", "protocol"} {
			if needs := each.within(folder); len(needs) > 0 {
				t.Errorf("shared/%s needs %s/%s", path, folder, needs)
			}
		}
	}
	for path := range ours {
		if !seen[path] {
			t.Errorf("shared/%s is gone", path)
		}
	}
}

func TestTheRulesAndFramesKnowNoAWS(t *testing.T) {
	for _, each := range list(t) {
		switch strings.TrimPrefix(each.ImportPath, module+"shared/") {
		case "recall", "wire", "recall/recalltest":
			for _, needs := range each.foreign() {
				switch {
				case needs == "github.com/oklog/ulid/v2", needs == "golang.org/x/time/rate", needs == "golang.org/x/sync/errgroup":
				case strings.HasPrefix(needs, "github.com/go-json-experiment/json"): // the frames
				case strings.HasPrefix(needs, "github.com/google/go-cmp/"): // the conformance suites
				default:
					t.Errorf("%s needs %s", each.ImportPath, needs)
				}
			}
		}
	}
}

func TestTheLocalStackAndTheClientsKnowNothingOfTheServer(t *testing.T) {
	for _, each := range list(t) {
		path := strings.TrimPrefix(each.ImportPath, module)
		folder, _, _ := strings.Cut(path, "/")
		if folder != "local" && folder != "clients" && folder != "protocol" {
			continue
		}
		for _, other := range []string{"shared", "functions"} {
			if needs := each.within(other); len(needs) > 0 {
				t.Errorf("%s needs %s/%s", path, other, needs)
			}
		}
		if needs := each.within("local"); folder == "clients" && len(needs) > 0 {
			t.Errorf("%s needs local/%s", path, needs)
		}
	}
}

func TestAFunctionIsItsHandlerAndAShortMain(t *testing.T) {
	functions := 0
	for _, each := range list(t) {
		name, isFunction := strings.CutPrefix(each.ImportPath, module+"functions/")
		if !isFunction {
			continue
		}
		functions++
		for _, folder := range []string{"functions", "local", "clients", "cmd"} {
			// it is a user, from outside
			if needs := each.within(folder); len(needs) > 0 && !(name == "canary" && folder == "clients") {
				t.Errorf("functions/%s needs %s/%s", name, folder, needs)
			}
		}
		for _, needs := range each.Deps {
			switch needs {
			case "testing", "github.com/aws/aws-sdk-go-v2/config":
				t.Errorf("functions/%s needs %s", name, needs)
			}
		}
		source, err := os.ReadFile(filepath.Join(each.Dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(source, []byte("\n")); lines > 40 {
			t.Errorf("functions/%s/main.go has %d lines, more than 40: it only wires", name, lines)
		}
		if !slices.Contains(each.GoFiles, "handler.go") &&
			!bytes.Contains(source, fmt.Appendf(nil, "action.Main(%q,", name)) {
			t.Errorf("functions/%s has no handler.go, and does not answer its actions either", name)
		}
	}
	if functions != 11 {
		t.Errorf("%d functions, want 11", functions)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, each := range list(t) {
		if len(each.GoFiles) > 0 && !strings.HasSuffix(each.Doc, ".") {
			t.Errorf("%s has no sentence that says what it is", each.ImportPath)
		}
	}
}

// TestLinesAreShort keeps every line of Go under 120 characters, in tests, too.
func TestLinesAreShort(t *testing.T) {
	folders := []string{
		"shared", "functions", "clients/go", "protocol", "local", "cmd", "endtoend", "performance", "reliability",
	}
	for _, folder := range folders {
		files := 0
		err := filepath.WalkDir(filepath.Join("../..", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" {
				return err
			}
			files++
			source, err := os.ReadFile(path)
			number := 0
			for line := range strings.Lines(string(source)) {
				if number++; utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) >= 120 {
					t.Errorf("%s:%d has 120 characters or more", path, number)
				}
			}
			return err
		})
		if err != nil || files == 0 {
			t.Errorf("%s has %d files of Go: %v", folder, files, err)
		}
	}
}
