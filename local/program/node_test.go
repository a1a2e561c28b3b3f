package program_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/recall/local/program"
	"example.com/recall/local/template"
)

func TestARelativeNODE_PATHIsThatOfTheCallerAndNotOfTheFunctionsFolder(t *testing.T) {
	working := t.TempDir()
	ric := filepath.Join(working, "modules", "node_modules", "aws-lambda-ric")
	if err := os.MkdirAll(filepath.Join(ric, "bin"), 0o750); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"package.json", "bin/index.mjs"} {
		if err := os.WriteFile(filepath.Join(ric, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(working)
	t.Setenv("NODE_PATH", filepath.Join("modules", "node_modules"))
	found, err := program.Find(template.Function{LogicalID: "F", Runtime: "nodejs20.x", Handler: "app.handler"},
		t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(ric, "bin", "index.mjs"); len(found.Arguments) == 0 || found.Arguments[0] != want {
		t.Errorf("the program is %v, not %s", found.Arguments, want)
	}
}
