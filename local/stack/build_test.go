package stack

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/recall/local/template"
)

func TestFunctionsAreBuiltInAProjectThatIsGivenByARelativePath(t *testing.T) {
	project := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/p\n", "functions/send/main.go": "package main\n\nfunc main() {}\n",
	} {
		path := filepath.Join(project, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(project, "functions"))
	t.Setenv("GOWORK", "off")
	built, err := Build(t.Context(), "..", t.TempDir(), []template.Function{{LogicalID: "SendFunction"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(built["SendFunction"]); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(project, "build", "local", "send")); err != nil {
		t.Errorf("the program is not in the folder of the project that stays: %v", err)
	}
}
