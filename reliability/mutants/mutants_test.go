package main

import (
	"os"
	"strings"
	"testing"
)

// TestEveryBugCanStillBePlanted fails with the names of the bugs whose code has moved, so that the list follows every
// change of the code at once and not only when somebody runs make mutants.
func TestEveryBugCanStillBePlanted(t *testing.T) {
	t.Chdir("../..")
	if err := found(mutants()); err != nil {
		t.Error(err)
	}
}

func TestABugWhoseCodeHasMovedIsNamed(t *testing.T) {
	t.Chdir("../..")
	moved := mutant{bug: "the moon is cheese", changes: []change{{"go.mod", "no such text stands there", ""}}}
	want := `the bug "the moon is cheese" cannot be planted: "no such text stands there" stands 0 times in go.mod; ` +
		`change the list in reliability/mutants`
	if err := found([]mutant{moved}); err == nil || err.Error() != want {
		t.Errorf("it says %v, wanted %s", err, want)
	}
}

func TestThePackagesThatAMutantNamesExist(t *testing.T) {
	t.Chdir("../..")
	for _, m := range mutants() {
		if _, err := os.Stat(strings.TrimSuffix(m.suite.packages, "/...")); err != nil {
			t.Errorf("the bug %q: %v", m.bug, err)
		}
	}
}

func TestASearchThatAMutantNamesExists(t *testing.T) {
	t.Chdir("../..")
	sources := map[string]bool{}
	for _, m := range mutants() {
		if m.suite.search != "" {
			sources[m.suite.search] = false
		}
	}
	files, err := os.ReadDir("reliability")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile("reliability/" + file.Name())
		if err != nil {
			continue // a folder
		}
		for name := range sources {
			if strings.Contains(string(content), "func "+name+"(") {
				sources[name] = true
			}
		}
	}
	for name, exists := range sources {
		if !exists {
			t.Errorf("there is no search %s", name)
		}
	}
}
