package reliability

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"example.com/recall/reliability/simulation"
)

// tally counts what a soak did.
type tally struct {
	mutex      sync.Mutex
	started    time.Time
	runs       int
	operations map[string]int
	faults     map[string]int
	kills      int
	seeds      []uint64
	violations []string
}

func newTally() *tally {
	return &tally{started: time.Now(), operations: make(map[string]int), faults: make(map[string]int)}
}

func (t *tally) operation(name string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.operations[name]++
}

func (t *tally) fault(kind simulation.Kind) { t.faulty(string(kind), kind.Kills()) }

func (t *tally) faulty(kind string, kills bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.faults[kind]++
	if kills {
		t.kills++
	}
}

func (t *tally) run(seed uint64) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.runs++
	t.seeds = append(t.seeds, seed)
}

func (t *tally) violated(violation string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.violations = append(t.violations, violation)
}

func total(counts map[string]int) int {
	sum := 0
	for _, count := range counts {
		sum += count
	}
	return sum
}

// line is the state in one line.
func (t *tally) line() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return fmt.Sprintf("%4.0f s  %d runs  %d operations  %d faults  %d kills  %d violations",
		time.Since(t.started).Seconds(), t.runs, total(t.operations), total(t.faults), t.kills, len(t.violations))
}

// table writes everything.
func (t *tally) table(to io.Writer) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	row := func(line string) { _, _ = fmt.Fprintln(table, line) } // what cannot be printed is not missed
	row(fmt.Sprintf("seconds\t%.0f", time.Since(t.started).Seconds()))
	row(fmt.Sprintf("runs\t%d", t.runs))
	if len(t.seeds) > 0 {
		row(fmt.Sprintf("seeds\t%d to %d", slices.Min(t.seeds), slices.Max(t.seeds)))
	}
	row(fmt.Sprintf("operations\t%d", total(t.operations)))
	for _, name := range slices.Sorted(maps.Keys(t.operations)) {
		row(fmt.Sprintf("  %s\t%d", name, t.operations[name]))
	}
	row(fmt.Sprintf("faults\t%d", total(t.faults)))
	for _, name := range slices.Sorted(maps.Keys(t.faults)) {
		row(fmt.Sprintf("  %s\t%d", name, t.faults[name]))
	}
	row(fmt.Sprintf("kills\t%d", t.kills))
	row(fmt.Sprintf("violations\t%d", len(t.violations)))
	_ = table.Flush()
	for _, violation := range t.violations {
		_, _ = fmt.Fprintln(to, "  "+violation)
	}
}
