package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheScenariosAreInTheProgram(t *testing.T) {
	t.Chdir(t.TempDir())
	all, err := conformanceCommand{}.scenarios()
	if err != nil || len(all) < 71 {
		t.Fatalf("%d scenarios, error %v", len(all), err)
	}
}

func TestScenariosOfSomebodyElseAreReadFromAFileOrAFolder(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"one", "two"} {
		text := `{"name": "` + name + `", "steps": [{"do": {"do": "login"}}]}`
		if err := os.WriteFile(filepath.Join(folder, name+".json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]int{folder: 2, filepath.Join(folder, "two.json"): 1} {
		if found, err := (conformanceCommand{Scenario: path}).scenarios(); err != nil || len(found) != want {
			t.Errorf("%s: %d scenarios, error %v", path, len(found), err)
		}
	}
	if _, err := (conformanceCommand{Scenario: t.TempDir()}).scenarios(); err == nil {
		t.Error("a folder without scenarios is no error")
	}
}
