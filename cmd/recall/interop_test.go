package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/protocol/conformance"
)

// clientsFolder makes a folder with a driver.sh for each client that is named.
func clientsFolder(t *testing.T, clients ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, client := range clients {
		if err := os.Mkdir(filepath.Join(folder, client), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, client, "driver.sh"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestInteropFailsForEachClientThatIsMissingAndNotLeftOut(t *testing.T) {
	command := interopCommand{Clients: clientsFolder(t, "go", "android"), Without: []string{"android"}}
	err := command.Run(t.Context())
	if err == nil ||
		!strings.Contains(err.Error(),
			"no "+command.Clients+"/web/driver.sh, and no "+command.Clients+"/cpp/driver.sh, and no ") ||
		!strings.Contains(err.Error(), "--without web,cpp,apple") {
		t.Errorf("got %v, want all that are missing, and how to go on without them", err)
	}
}

func TestInteropIsOfAllClientsUnlessSomeAreLeftOut(t *testing.T) {
	folder := clientsFolder(t, "go", "web", "android", "cpp", "apple")
	for without, want := range map[string]string{"": "go web android cpp apple", "cpp,web": "go android apple"} {
		participants, missing := interopCommand{Clients: folder, Without: strings.Split(without, ",")}.participants()
		if got := names(participants); got != want || len(missing) > 0 {
			t.Errorf("without %q: %s, missing %v; want %s", without, got, missing, want)
		}
	}
}

func names(participants []conformance.Participant) string {
	var all []string
	for _, participant := range participants {
		all = append(all, participant.User)
	}
	return strings.Join(all, " ")
}
