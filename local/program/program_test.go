package program_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/local/program"
	"example.com/recall/local/template"
)

// write makes a file in a directory, and the folders that it needs.
func write(t *testing.T, mode os.FileMode, content string, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestABinaryIsFoundInItsCodeOrInALayer(t *testing.T) {
	code, layer := t.TempDir(), t.TempDir()
	function := template.Function{LogicalID: "F", Runtime: "provided.al2023", LayerDirectories: []string{layer}}
	if _, err := program.Find(function, code); !errors.Is(err, program.ErrNoBinary) {
		t.Errorf("without a bootstrap: %v", err)
	}
	want := write(t, 0o700, "", layer, "bootstrap")
	if found, err := program.Find(function, code); err != nil || found.Path != want || found.Directory != code {
		t.Errorf("in a layer: %+v, %v", found, err)
	}
	write(t, 0o600, "", code, "bootstrap")
	if _, err := program.Find(function, code); err == nil || !strings.Contains(err.Error(), "chmod +x") {
		t.Errorf("with a bootstrap that may not be executed: %v", err)
	}
}

func TestWhatIsMissingForARuntimeIsNamedWithTheCommandThatInstallsIt(t *testing.T) {
	empty, programs := t.TempDir(), t.TempDir()
	t.Setenv("NODE_PATH", "")
	write(t, 0o700, "#!/bin/sh\nexit 1\n", programs, "python3")
	write(t, 0o700, "#!/bin/sh\necho v20.1.0\n", programs, "node")
	for _, test := range []struct{ runtime, path, want string }{
		{"nodejs20.x", empty, "needs Node.js, which is not on the PATH"},
		{"nodejs20.x", programs, "npm install --no-save aws-lambda-ric"},
		{"python3.12", empty, "needs Python, which is not on the PATH"},
		{"python3.12", programs, "python3 -m pip install awslambdaric boto3"},
		{"java21", programs, `not the runtime "java21"`},
	} {
		t.Setenv("PATH", test.path)
		_, err := program.Find(template.Function{LogicalID: "F", Runtime: test.runtime}, empty)
		if err == nil || !strings.Contains(err.Error(), "F: ") || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %s", test.runtime, err, test.want)
		}
	}
}

func TestAnotherVersionThanOnAWSIsNamed(t *testing.T) {
	programs, code := t.TempDir(), t.TempDir()
	write(t, 0o700, "#!/bin/sh\necho v20.1.0\n", programs, "node")
	write(t, 0o600, "{}", code, "node_modules", "aws-lambda-ric", "package.json")
	start := write(t, 0o600, "", code, "node_modules", "aws-lambda-ric", "bin", "index.mjs")
	t.Setenv("PATH", programs)
	for runtime, want := range map[string]string{
		"nodejs20.x": "",
		"nodejs22.x": "F runs with Node.js 20.1.0 here, and on AWS with nodejs22.x",
	} {
		function := template.Function{LogicalID: "F", Runtime: runtime, Handler: "index.handler"}
		found, err := program.Find(function, code)
		if err != nil || found.Notice != want || strings.Join(found.Arguments, " ") != start+" index.handler" {
			t.Errorf("%s: %+v, %v", runtime, found, err)
		}
	}
}
