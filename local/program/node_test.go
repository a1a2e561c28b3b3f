package program_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/recall/local/program"
	"example.com/recall/local/template"
)

func TestAFunctionsNODE_PATHLeadsToItsLayersAndItsOwnFolder(t *testing.T) {
	modules := withClient(t)
	t.Setenv("NODE_PATH", modules)
	code := t.TempDir()
	for _, test := range []struct {
		name, configured string
		want             []string
	}{
		{"without one", "", []string{modules, "/one/nodejs/node_modules", "/two/nodejs/node_modules", modules}},
		{
			"with one", "/opt/node_modules/:/var/task/lib:/elsewhere",
			[]string{modules, "/one/node_modules", "/two/node_modules", filepath.Join(code, "lib"), modules},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			function := template.Function{
				LogicalID: "F", Runtime: "nodejs20.x", Handler: "app.handler", LayerDirectories: []string{"/one", "/two"},
			}
			if test.configured != "" {
				function.Environment = map[string]string{"NODE_PATH": test.configured}
			}
			found, err := program.Find(function, code)
			if err != nil {
				t.Fatal(err)
			}
			if got := filepath.SplitList(found.Environment["NODE_PATH"]); !slices.Equal(got, test.want) {
				t.Errorf("modules are sought in %q, not in %q", got, test.want)
			}
		})
	}
}

// withClient makes a folder of modules in which the runtime interface client is.
func withClient(t *testing.T) string {
	t.Helper()
	modules := filepath.Join(t.TempDir(), "node_modules")
	write(t, 0o600, "", modules, "aws-lambda-ric", "package.json")
	write(t, 0o600, "", modules, "aws-lambda-ric", "bin", "index.mjs")
	return modules
}

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
