package client_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"example.com/recall/protocol/conformance"
)

// It is what `recall conformance -- clients/go/driver.sh` does, beside each other.
func TestTheClientPassesEveryScenarioOfTheProtocol(t *testing.T) {
	driver := filepath.Join(t.TempDir(), "driver")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", driver, "./driver").CombinedOutput(); err != nil {
		t.Fatalf("building the driver: %v\n%s", err, output)
	}
	scenarios, err := conformance.ReadAll(filepath.Join("..", "..", "protocol", "scenarios"))
	if err != nil || len(scenarios) == 0 {
		t.Fatalf("%d scenarios, %v", len(scenarios), err)
	}
	runner := conformance.Runner{Driver: []string{driver}}
	for _, scenario := range scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			t.Parallel()
			if err := runner.Run(t.Context(), scenario); err != nil {
				t.Errorf("%s: %v", scenario.File, err)
			}
		})
	}
}
