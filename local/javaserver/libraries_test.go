package javaserver

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheJarsBesideTheProgramAreFoundFromAFolderElsewhere(t *testing.T) {
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	libraries := filepath.Join(filepath.Dir(executable), ".tools", "server-of-this-test", "lib")
	if err := os.MkdirAll(libraries, 0o750); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Join(filepath.Dir(executable), ".tools")) })
	if err := os.WriteFile(filepath.Join(libraries, "server-1.jar"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	found, err := findLibraries(Program{Name: "Server", Tool: "server-of-this-test", Jar: "server-*.jar"}, "")
	if err != nil || found != libraries {
		t.Errorf("found %q, %v", found, err)
	}
}
