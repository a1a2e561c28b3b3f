package reliability

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/recall/reliability/simulation"
)

// page holds the table of all AWS calls of every action, which a test of shared/function measures.
const page = "../docs/performance.md"

// callsOfRow reads a row of that table: how often each operation is called. A row is found by its whole name, or by
// what follows the name of the function in it.
func callsOfRow(t *testing.T, row string) map[string]int {
	t.Helper()
	written, err := os.ReadFile(page)
	must(t, err)
	for line := range strings.Lines(string(written)) {
		cells := strings.Split(line, " | ")
		if len(cells) < 2 || cells[0] != "| "+row && !strings.HasSuffix(cells[0], ", "+row) {
			continue
		}
		calls := make(map[string]int)
		for each := range strings.SplitSeq(strings.ReplaceAll(cells[1], " → ", " + "), " + ") {
			count := 1
			if number, name, many := strings.Cut(each, " × "); many {
				count, err = strconv.Atoi(number)
				must(t, err)
				each = name
			}
			operation, _, _ := strings.Cut(each, " ")
			if operation == "post" {
				operation = "PostToConnection"
			}
			calls[operation] += count
		}
		return calls
	}
	t.Fatalf("%s has no row %q", page, row)
	return nil
}

// several matches a row about more members, messages or conversations than a scene has.
var several = regexp.MustCompile(`[3-9]|[0-9]{2}`)

// wantCallsOfRow wants an action to have made the calls of its row, so that an enumeration which sees fewer calls
// than there are does not pass. Where the row is about more members or messages than the scene, one call of each
// operation is enough. A scene may make more calls, for example to read the settings.
func wantCallsOfRow(t *testing.T, row string, recorder *simulation.Recorder) {
	t.Helper()
	wanted := callsOfRow(t, row)
	if several.MatchString(row) {
		wanted = onceEach(wanted)
	}
	wantCalls(t, row, wanted, recorder)
}

// wantCallsOfDeliver wants deliver to have made the calls of the table after an action whose function died after its
// commit. For groups the table has no such row: deliver then makes the calls of a recall, at least one of each
// operation.
func wantCallsOfDeliver(t *testing.T, a action, recorder *simulation.Recorder) {
	t.Helper()
	switch row := "after a `revoke` 1:1 that died"; {
	case a.big:
		row = "revoke by the sender, group of 1200"
		wantCalls(t, row, onceEach(callsOfRow(t, row)), recorder)
	case a.group:
		row = "revoke by the sender, group of 2"
		wantCalls(t, row, onceEach(callsOfRow(t, row)), recorder)
	default:
		wantCalls(t, row, callsOfRow(t, row), recorder)
	}
}

func onceEach(calls map[string]int) map[string]int {
	once := make(map[string]int)
	for operation := range calls {
		once[operation] = 1
	}
	return once
}

func wantCalls(t *testing.T, row string, wanted map[string]int, recorder *simulation.Recorder) {
	t.Helper()
	made := recorder.Operations()
	for operation, count := range wanted {
		if made[operation] < count {
			t.Errorf("%d calls of %s are enumerated, and %s says at least %d for %q", made[operation], operation, page, count,
				row)
		}
	}
}
