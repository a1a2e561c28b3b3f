package function_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// deployedModules are the modules that the functions' programs are made of, besides the root module itself. What is
// added here runs in production: docs/design.md, "Dependencies", says why each is there.
var deployedModules = []string{
	"example.com/recall/clients/go", // the canary
	"github.com/MicahParks/jwkset",
	"github.com/MicahParks/keyfunc/v3",
	"github.com/SherClockHolmes/webpush-go",
	"github.com/aws/aws-lambda-go",
	"github.com/aws/aws-sdk-go-v2",
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream", // by s3
	"github.com/aws/aws-sdk-go-v2/internal/configsources",
	"github.com/aws/aws-sdk-go-v2/internal/endpoints/v2",
	"github.com/aws/aws-sdk-go-v2/internal/v4a",
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi",
	"github.com/aws/aws-sdk-go-v2/service/dynamodb",
	"github.com/aws/aws-sdk-go-v2/service/eventbridge",
	"github.com/aws/aws-sdk-go-v2/service/internal/accept-encoding",
	"github.com/aws/aws-sdk-go-v2/service/internal/checksum", // by s3
	"github.com/aws/aws-sdk-go-v2/service/internal/endpoint-discovery",
	"github.com/aws/aws-sdk-go-v2/service/internal/presigned-url", // by s3
	"github.com/aws/aws-sdk-go-v2/service/internal/s3shared",      // by s3
	"github.com/aws/aws-sdk-go-v2/service/s3",
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager",
	"github.com/aws/aws-sdk-go-v2/service/sqs",
	"github.com/aws/smithy-go",
	"github.com/coder/websocket", // the canary
	"github.com/go-json-experiment/json",
	"github.com/golang-jwt/jwt/v5",
	"github.com/oklog/ulid/v2",
	"golang.org/x/crypto", // webpush-go
	"golang.org/x/oauth2",
	"golang.org/x/sync",
	"golang.org/x/time",
}

// testModules are the modules that the tests of shared/ and functions/ use beyond the deployed ones.
var testModules = []string{
	"example.com/recall/local", // DynamoDB Local with the template's tables, and the event bus
	"github.com/google/go-cmp",
	"go.yaml.in/yaml/v3",
}

// goMod is what the tests need of a go.mod.
type goMod struct {
	Require []struct{ Path, Version string }
	Replace []any
}

// requires are the modules that a go.mod names, sorted.
func (g goMod) requires() []string {
	var paths []string
	for _, each := range g.Require {
		paths = append(paths, each.Path)
	}
	return slices.Sorted(slices.Values(paths))
}

// run runs the go command in the root folder and returns what it prints. Without the workspace, the root's go.mod
// alone says what is found.
func run(t *testing.T, workspace string, arguments ...string) []byte {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = filepath.Join("..", "..")
	command.Env = append(os.Environ(), "GOWORK="+workspace)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v: %s", strings.Join(arguments, " "), err, &complaints)
	}
	return output
}

func readGoMod(t *testing.T, file string) goMod {
	t.Helper()
	var read goMod
	if err := json.Unmarshal(run(t, "", "mod", "edit", "-json", file), &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// modulesOf are the modules of the packages that go list finds, sorted, without the root module.
func modulesOf(t *testing.T, arguments ...string) []string {
	t.Helper()
	list := append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, arguments...)
	modules := make(map[string]bool)
	for _, path := range strings.Fields(string(run(t, "off", list...))) {
		modules[path] = true
	}
	delete(modules, strings.TrimSuffix(module, "/"))
	return slices.Sorted(maps.Keys(modules))
}

func TestTheFunctionsAreMadeOfTheseModules(t *testing.T) {
	if difference := cmp.Diff(deployedModules, modulesOf(t, "./functions/...")); difference != "" {
		t.Error(difference)
	}
}

// TestOnlyFunctionsThatUseFilesHaveTheClientOfS3 keeps a large part of the SDK out of the other programs, which would
// load it at each cold start. The roles of the same functions have rights to the bucket.
func TestOnlyFunctionsThatUseFilesHaveTheClientOfS3(t *testing.T) {
	folders, err := os.ReadDir(filepath.Join("..", "..", "functions"))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, folder := range folders {
		if slices.Contains(modulesOf(t, "./functions/"+folder.Name()), "github.com/aws/aws-sdk-go-v2/service/s3") {
			found = append(found, folder.Name())
		}
	}
	if difference := cmp.Diff([]string{"admin", "finish", "revoke", "send", "sync"}, found); difference != "" {
		t.Error(difference)
	}
}

// TestTheFunctionsModuleNamesOnlyWhatIsDeployedAndWhatItsTestsUse keeps the dependencies of the tools out of the
// go.mod that decides what is deployed.
func TestTheFunctionsModuleNamesOnlyWhatIsDeployedAndWhatItsTestsUse(t *testing.T) {
	want := slices.Sorted(slices.Values(slices.Concat(deployedModules, testModules)))
	if difference := cmp.Diff(want, modulesOf(t, "-test", "./...")); difference != "" {
		t.Errorf("the packages and tests use other modules: %s", difference)
	}
	if difference := cmp.Diff(want, readGoMod(t, "go.mod").requires()); difference != "" {
		t.Errorf("go.mod names other modules: %s", difference)
	}
}

// TestAnAppThatUsesTheGoClientGetsNothingElse wants the client's module to name no part of AWS and no other module of
// this project. A module that is replaced by a folder could not be found by an app.
func TestAnAppThatUsesTheGoClientGetsNothingElse(t *testing.T) {
	client := readGoMod(t, "clients/go/go.mod")
	want := []string{"github.com/coder/websocket", "github.com/oklog/ulid/v2", "go.uber.org/goleak"}
	if difference := cmp.Diff(want, client.requires()); difference != "" {
		t.Error(difference)
	}
	if len(client.Replace) > 0 {
		t.Errorf("it replaces %v", client.Replace)
	}
}

// TestTheWorkspaceSelectsTheVersionsOfEachModule wants the tests, which run in the workspace, to see the versions that
// are deployed. The functions are built without the workspace.
func TestTheWorkspaceSelectsTheVersionsOfEachModule(t *testing.T) {
	selected := make(map[string]string)
	for line := range strings.Lines(string(run(t, "", "list", "-m", "-f", "{{.Path}} {{.Version}}", "all"))) {
		path, version, _ := strings.Cut(strings.TrimSpace(line), " ")
		selected[path] = version
	}
	files := strings.Fields(string(run(t, "", "list", "-m", "-f", "{{.GoMod}}")))
	if len(files) < 2 {
		t.Fatalf("the workspace has the modules %s", files)
	}
	for _, file := range files {
		for _, each := range readGoMod(t, file).Require {
			if strings.HasPrefix(each.Path+"/", module) {
				continue
			}
			if each.Version != selected[each.Path] {
				t.Errorf("%s names %s %s, the workspace selects %s: run go get %[2]s@%[4]s there",
					file, each.Path, each.Version, selected[each.Path])
			}
		}
	}
}
