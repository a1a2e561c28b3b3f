package endtoend

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/recall/protocol/conformance"
)

// goDriver builds the conformance driver of the Go client.
func goDriver(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "driver")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../clients/go/driver").CombinedOutput()
	if err != nil {
		t.Fatalf("build the driver: %v\n%s", err, output)
	}
	return program
}

// meeting is one of three participants in a new group; the last one's driver is given.
func meeting(t *testing.T, driver string, last ...string) conformance.Meeting {
	t.Helper()
	names := users(t, "first", "second", "third")
	group := newGroup(t, names[0], names[1:]...)
	m := conformance.Meeting{URL: shared.Addresses().WebSocket, Conversation: "group_" + group, Deadline: patience}
	for _, name := range names {
		token, err := shared.Token(name, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		m.Participants = append(m.Participants, conformance.Participant{User: name, Driver: []string{driver}, Token: token})
	}
	m.Participants[2].Driver = last
	return m
}

func TestClientsThatMeetEndWithTheSameTombstones(t *testing.T) {
	driver := goDriver(t)
	matrix, err := meeting(t, driver, driver).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(matrix.Rows) != 3 || len(matrix.Expected) != 3 {
		t.Fatalf("%d clients, %d tombstones", len(matrix.Rows), len(matrix.Expected))
	}
	for _, difference := range matrix.Differences() {
		t.Error(difference)
	}
	var printed strings.Builder
	if err := matrix.Print(&printed); err != nil {
		t.Fatal(err)
	}
	for _, expected := range matrix.Expected {
		cell := fmt.Sprintf("%s, sender, %s", expected.By, expected.Reason)
		if times := strings.Count(printed.String(), cell); times != len(matrix.Rows) {
			t.Errorf("%q is printed %d times, want one for each client:\n%s", cell, times, printed.String())
		}
	}
}

// The output of one driver goes through sed, so that it looks like the output of a client with one fault.
func TestAMeetingShowsWhichClientDiffersAndWhere(t *testing.T) {
	driver := goDriver(t)
	for wrong, edit := range map[string]string{
		"another role":         `s/"role":"sender"/"role":"admin"/`,
		"a reason cut short":   `s/"reason":"wrong [^}]*}/"reason":"wrong"}/`,
		"no recall in a view":  `s/"revoked":{[^}]*}/"body":{}/g`,
		"a body that is there": `s/"revoked":{/"body":{},"revoked":{/`,
	} {
		t.Run(wrong, func(t *testing.T) {
			m := meeting(t, driver, "sh", "-c", `"$0" | sed -u '/"messages":/'`+"'"+edit+"'", driver)
			matrix, err := m.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			differences := matrix.Differences()
			if len(differences) == 0 {
				t.Fatal("no difference was seen")
			}
			for _, difference := range differences {
				if !strings.HasPrefix(difference, m.Participants[2].User+", ") {
					t.Errorf("a difference of another client: %s", difference)
				}
			}
		})
	}
}

func TestAMeetingFailsWhenAClientIsNotCalledBackForARecall(t *testing.T) {
	driver := goDriver(t)
	m := meeting(t, driver, "sh", "-c", `"$0" | sed -u '/onRecvMessageRevoked/d'`, driver)
	m.Deadline = 10 * time.Second // as long as it waits for what cannot come
	_, err := m.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), m.Participants[2].User+" was not called back") {
		t.Fatalf("got %v, want that the third was not called back", err)
	}
}
