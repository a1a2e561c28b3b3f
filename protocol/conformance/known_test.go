package conformance_test

import (
	"maps"
	"testing"

	"example.com/recall/protocol/conformance"
	"example.com/recall/protocol/scenarios"
)

const knownList = `# a comment

clients/cpp/driver.sh repeat.json it drops the second repeat
clients/web/driver.sh kicked.json it connects again
`

func TestAKnownFailureCountsForTheDriverThatItNames(t *testing.T) {
	want := map[string]string{"repeat.json": "it drops the second repeat"}
	for _, driver := range []string{"clients/cpp/driver.sh", "./clients/cpp/driver.sh", "/home/x/clients/cpp/driver.sh"} {
		if got, err := conformance.KnownFailures(knownList, driver); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, error %v", driver, got, err)
		}
	}
	if got, err := conformance.KnownFailures(knownList, "other/driver.sh"); err != nil || len(got) != 0 {
		t.Errorf("another driver: %v, error %v", got, err)
	}
}

func TestAKnownFailureWithoutAReasonIsRefused(t *testing.T) {
	if _, err := conformance.KnownFailures("clients/cpp/driver.sh repeat.json", "clients/cpp/driver.sh"); err == nil {
		t.Error("there is no error")
	}
}

func TestNoClientOfThisProjectHasAKnownFailure(t *testing.T) {
	for _, client := range []string{"android", "apple", "cpp", "go", "web"} {
		known, err := conformance.KnownFailures(scenarios.KnownFailures(), "clients/"+client+"/driver.sh")
		if err != nil || len(known) != 0 {
			t.Errorf("%s: %v, error %v", client, known, err)
		}
	}
}
