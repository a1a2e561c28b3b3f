package reliability

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
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
	// confirmed are the requests of the load that succeeded, refused those that were refused for a reason of their own,
	// and unanswered those that ended with a time-out or as unavailable.
	confirmed           map[string]int
	refused, unanswered int
	seeds               []uint64
	violations          []string
}

func newTally() *tally {
	return &tally{
		started:    time.Now(),
		operations: make(map[string]int),
		faults:     make(map[string]int),
		confirmed:  make(map[string]int),
	}
}

func (t *tally) operation(name string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.operations[name]++
}

func (t *tally) confirm(name string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.confirmed[name]++
}

// notDone counts a request that was not confirmed.
func (t *tally) notDone(answered bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if answered {
		t.refused++
	} else {
		t.unanswered++
	}
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

// line returns the state as one line.
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
	row := func(line string) { _, _ = fmt.Fprintln(table, line) } // A report that cannot be printed does not matter.
	row(fmt.Sprintf("seconds\t%.0f", time.Since(t.started).Seconds()))
	row(fmt.Sprintf("runs\t%d", t.runs))
	if len(t.seeds) > 0 {
		row(fmt.Sprintf("seeds\t%d to %d", slices.Min(t.seeds), slices.Max(t.seeds)))
	}
	row(fmt.Sprintf("operations\t%d", total(t.operations)))
	for _, name := range slices.Sorted(maps.Keys(t.operations)) {
		row(fmt.Sprintf("  %s\t%d", name, t.operations[name]))
	}
	row(fmt.Sprintf("confirmed on the stack\t%d", total(t.confirmed)))
	row(fmt.Sprintf("refused on the stack\t%d", t.refused))
	row(fmt.Sprintf("without an answer on the stack\t%d", t.unanswered))
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

// least is the smallest amount of work of a search. With less, a result without violations means nothing.
type least struct {
	operations, faults, kills int
	// confirmed are requests of the load on the local stack. Of all its requests at most a quarter may be without an
	// answer.
	confirmed map[string]int
}

// shortfalls returns a sentence for each amount that is too small.
func (t *tally) shortfalls(wanted least) []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var short []string
	want := func(what string, done, wanted int) {
		if done < wanted {
			short = append(short, fmt.Sprintf("too little was done: %d %s, at least %d are wanted", done, what, wanted))
		}
	}
	want("operations", total(t.operations), wanted.operations)
	want("faults", total(t.faults), wanted.faults)
	want("kills", t.kills, wanted.kills)
	for _, name := range slices.Sorted(maps.Keys(wanted.confirmed)) {
		want("confirmed requests of the kind "+name, t.confirmed[name], wanted.confirmed[name])
	}
	if asked := total(t.confirmed) + t.refused + t.unanswered; t.unanswered*4 > asked {
		short = append(short, fmt.Sprintf("%d of %d requests had no answer, at most a quarter may", t.unanswered, asked))
	}
	return short
}

// wantEnough fails a search that did too little.
func (t *tally) wantEnough(tb testing.TB, wanted least) {
	tb.Helper()
	for _, each := range t.shortfalls(wanted) {
		tb.Error(each)
	}
}

func TestASearchThatDidTooLittleIsNoSuccess(t *testing.T) {
	enough := func() *tally {
		counted := newTally()
		for range 20 {
			counted.operation("send")
			counted.confirm("send")
			counted.faulty("killed", true)
		}
		return counted
	}
	wanted := least{operations: 20, faults: 20, kills: 20, confirmed: map[string]int{"send": 20}}
	if short := enough().shortfalls(wanted); len(short) > 0 {
		t.Errorf("a search that did enough is told: %q", short)
	}
	for name, c := range map[string]struct {
		change func(*tally)
		wanted string
	}{
		"no operations": {
			func(t *tally) { clear(t.operations) }, "too little was done: 0 operations, at least 20 are wanted",
		},
		"no kills":  {func(t *tally) { t.kills = 0 }, "too little was done: 0 kills, at least 20 are wanted"},
		"no faults": {func(t *tally) { clear(t.faults) }, "too little was done: 0 faults, at least 20 are wanted"},
		"nothing confirmed": {
			func(t *tally) { clear(t.confirmed) },
			"too little was done: 0 confirmed requests of the kind send, at least 20 are wanted",
		},
		"too few answers": {func(t *tally) { t.unanswered = 7 }, "7 of 27 requests had no answer, at most a quarter may"},
	} {
		t.Run(name, func(t *testing.T) {
			counted := enough()
			c.change(counted)
			if short := counted.shortfalls(wanted); !slices.Equal(short, []string{c.wanted}) {
				t.Errorf("it says %q, wanted %q", short, c.wanted)
			}
		})
	}
}
