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

// lacking are the capabilities that the Go client does not have. clients/go/README.md has the reasons.
func lacking() []string {
	return []string{"findMessages", "newConversations", "totalUnread", "throwingListeners", "executor"}
}

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
	client, err := conformance.Ask(t.Context(), []string{driver}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, scenario := range all {
		missing, _, err := scenario.Missing(client)
		if err != nil || missing != "" && !slices.Contains(lacking(), missing) {
			t.Fatalf("%s: the client has no %q, error %v", scenario.File, missing, err)
		}
		if missing != "" {
			continue
		}
		for kind, storage := range map[string]bool{"": false, ", and it may store": true} {
			runner := conformance.Runner{Driver: []string{driver}, Deadline: time.Minute, Storage: storage}
			t.Run(scenario.Name+kind, func(t *testing.T) {
				t.Parallel()
				if err := runner.Run(t.Context(), scenario); err != nil {
					t.Errorf("%s: %v", scenario.File, err)
				}
			})
		}
	}
}
