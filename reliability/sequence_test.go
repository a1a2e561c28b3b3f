package reliability

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// soakSeed is the first seed of every search here; soakSeeds is how many seeds the sequences have, where a first one
// is given.
var (
	soakSeed  = flag.Uint64("soak.seed", 0, "the first seed; 0 is a random one")
	soakSeeds = flag.Int("soak.seeds", 1, "how many seeds the sequences have from the first one on")
)

// TestSequencesKeepEveryGuarantee runs the machine with a seed that is always the same and with one that never is. To
// replay a failure: go test ./reliability -run SequencesKeep -soak.seed N.
func TestSequencesKeepEveryGuarantee(t *testing.T) {
	// The first one alone does more than the least, because some seeds have short sequences.
	seeds := []uint64{111, rand.Uint64N(1 << 32)}
	if *soakSeed != 0 {
		seeds = nil
		for i := range *soakSeeds {
			seeds = append(seeds, *soakSeed+uint64(i)) // #nosec G115 -- a handful
		}
	}
	counted := newTally()
	for _, seed := range seeds {
		if !sequences(t, seed, 5, nearClocks, counted) || !sequences(t, seed, 2, farClocks, counted) {
			return
		}
	}
	t.Log(counted.line())
	counted.wantEnough(t, leastSequences(len(seeds)))
}

// leastSequences returns the smallest amount of work for the sequences of so many seeds, 7 sequences for each.
func leastSequences(seeds int) least {
	return least{operations: 100 * seeds, faults: 20 * seeds, kills: 5 * seeds}
}

// sequences runs one seed's sequences.
func sequences(t *testing.T, seed uint64, checks int, clocks []time.Duration, counted *tally) bool {
	return t.Run(fmt.Sprintf("seed %d, clocks off by %s", seed, slices.Max(clocks)), func(t *testing.T) {
		world := newWorld(t)
		counted.run(seed)
		for name, value := range map[string]string{
			"rapid.seed":       strconv.FormatUint(seed, 10),
			"rapid.checks":     strconv.Itoa(checks),
			"rapid.nofailfile": "true",
		} {
			if err := flag.Set(name, value); err != nil {
				t.Fatal(err)
			}
		}
		number := 0
		rapid.Check(t, func(r *rapid.T) {
			number++
			m, err := newMachine(t.Context(), world, counted, clocks, number)
			if err != nil {
				r.Fatal(err)
			}
			often := m.step("send", "send", "send again", "recall", "recall", "cancel", "admin recall", "read", "sync",
				"outsider", "download")
			steps := map[string]func(*rapid.T){
				"come and go": m.step("connect", "connect", "disconnect"),
				"time":        m.time,
				"rest":        m.rest,
			}
			for i := range 5 { // each name is as likely as another
				steps[fmt.Sprint("request ", i)] = often
			}
			r.Repeat(steps)
			m.rest(r)
		})
	})
}

// time lets time pass, mostly up to a limit of a rule.
func (m *machine) time(t *rapid.T) {
	passing := rapid.SampledFrom([]time.Duration{
		time.Millisecond, time.Second, 29 * time.Second, 31 * time.Second, 61 * time.Second, 119 * time.Second,
		2 * time.Minute, 30 * time.Minute, 3 * time.Hour, 50 * time.Hour,
	}).Draw(t, "duration")
	m.tally.operation("time")
	m.pass("time", passing).run(nil)
}
