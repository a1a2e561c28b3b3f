package conformance_test

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"example.com/recall/protocol/conformance"
	"example.com/recall/protocol/scenarios"
)

// TestTheGoClientPassesEveryScenarioOfTheProtocol does what `recall conformance -- clients/go/driver.sh` does, all
// scenarios at the same time. It stands here and not beside the client, because the client's module needs nothing of
// this project.
func TestTheGoClientPassesEveryScenarioOfTheProtocol(t *testing.T) {
	driver := filepath.Join(t.TempDir(), "driver")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", driver, "./driver")
	build.Dir = filepath.Join("..", "..", "clients", "go")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the driver: %v\n%s", err, output)
	}
	all, err := conformance.ReadAll(scenarios.Files(), "*.json")
	if err != nil {
		t.Fatal(err)
	}
	runner := conformance.Runner{Driver: []string{driver}}
	capabilities, err := conformance.Capabilities(t.Context(), runner.Driver, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(scenario conformance.Scenario) bool { return scenario.Missing(capabilities) != "" })
	for _, scenario := range all {
		t.Run(scenario.Name, func(t *testing.T) {
			t.Parallel()
			if err := runner.Run(t.Context(), scenario); err != nil {
				t.Errorf("%s: %v", scenario.File, err)
			}
		})
	}
}
