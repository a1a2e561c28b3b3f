package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAReleaseSaysItsVersion links the program with the flags of scripts/release.sh.
func TestAReleaseSaysItsVersion(t *testing.T) {
	script, err := os.ReadFile("../../scripts/release.sh")
	if err != nil {
		t.Fatal(err)
	}
	flags := regexp.MustCompile(`-ldflags="(.+)"`).FindSubmatch(script)
	if flags == nil {
		t.Fatal("scripts/release.sh links the program without flags")
	}
	program := filepath.Join(t.TempDir(), "recall")
	linked := strings.ReplaceAll(string(flags[1]), "$version", "v1.2.3")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags="+linked, "-o", program,
		".").CombinedOutput(); err != nil {
		t.Fatalf("building the command line: %v\n%s", err, output)
	}
	output, err := exec.CommandContext(t.Context(), program, "version").Output()
	if err != nil || !strings.HasPrefix(string(output), "recall v1.2.3") {
		t.Errorf("it says %q, %v", output, err)
	}
}
