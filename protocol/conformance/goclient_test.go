package conformance_test

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"example.com/recall/protocol/conformance"
	"example.com/recall/protocol/scenarios"
)

// TestTheGoClientPassesEveryScenarioOfTheProtocol does what `recall conformance -- clients/go/driver.sh` does, all
// scenarios at the same time, and each without and with a storage. It stands here and not beside the client, because
// the client's module needs nothing of this project.
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
	capabilities, err := conformance.Capabilities(t.Context(), []string{driver}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, scenario := range all {
		if missing := scenario.Missing(capabilities); missing != "" {
			t.Fatalf("the driver says that the client has no %s", missing)
		}
		for kind, storage := range map[string]bool{"": false, ", and it may store": true} {
			runner := conformance.Runner{Driver: []string{driver}, Storage: storage}
			t.Run(scenario.Name+kind, func(t *testing.T) {
				t.Parallel()
				if err := runner.Run(t.Context(), scenario); err != nil {
					t.Errorf("%s: %v", scenario.File, err)
				}
			})
		}
	}
}
