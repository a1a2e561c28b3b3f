package tools_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/recall/local/tools"
)

func TestAToolBesideTheProgramIsFoundFromAFolderElsewhere(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	installed := filepath.Join(filepath.Dir(executable), ".tools")
	t.Cleanup(func() { _ = os.RemoveAll(installed) })
	wanted := filepath.Join(installed, "server-of-this-test", "lib", "server-1.jar")
	if err := os.MkdirAll(filepath.Dir(wanted), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(wanted, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	found, err := tools.Find("server-of-this-test/lib/server-*.jar")
	if err != nil || found != wanted {
		t.Errorf("found %q, %v", found, err)
	}
}

func TestAToolThatIsNotInstalledIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	found, err := tools.Find("bin/no-such-tool")
	if err == nil {
		t.Fatalf("found %q", found)
	}
	if got, want := err.Error(), "bin/no-such-tool is not in .tools of the working directory"; len(got) < len(want) ||
		got[:len(want)] != want {
		t.Errorf("the error is %q", got)
	}
}
