package reliability

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	soakSeconds = flag.Int("soak.seconds", 0, "for how long TestSoak runs; 0 is until it is stopped")
	soakSeed    = flag.Uint64("soak.seed", 0, "TestSoak's first seed; 0 is a random one")
)

// TestSequencesKeepEveryGuarantee runs the machine with a seed that is always the same and with one that never is. To
// replay a failure: go test ./reliability -run SequencesKeep -soak.seed N.
func TestSequencesKeepEveryGuarantee(t *testing.T) {
	seeds := []uint64{1, rand.Uint64N(1 << 32)}
	if *soakSeed != 0 {
		seeds = []uint64{*soakSeed}
	}
	counted := newTally()
	for _, seed := range seeds {
		sequences(t, seed, 5, nearClocks, counted)
		sequences(t, seed, 2, farClocks, counted)
	}
	t.Log(counted.line())
}

// sequences runs one seed's sequences.
func sequences(t *testing.T, seed uint64, checks int, clocks []time.Duration, counted *tally) bool {
	return t.Run(fmt.Sprintf("seed %d, clocks off by %s", seed, slices.Max(clocks)), func(t *testing.T) {
		world := newWorld(t)
		counted.run(seed)
		for name, value := range map[string]string{"rapid.seed": strconv.FormatUint(seed, 10), "rapid.checks": strconv.Itoa(checks), "rapid.nofailfile": "true"} {
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
			often := m.step("send", "send", "send again", "recall", "recall", "cancel", "admin recall", "read", "sync", "outsider")
			steps := map[string]func(*rapid.T){"come and go": m.step("connect", "connect", "disconnect"), "time": m.time, "rest": m.rest}
			for i := range 5 { // each name is as likely as another
				steps[fmt.Sprint("request ", i)] = often
			}
			r.Repeat(steps)
			m.rest(r)
		})
	})
}

// time lets time pass, mostly up to an edge of a rule.
func (m *machine) time(t *rapid.T) {
	passing := rapid.SampledFrom([]time.Duration{
		time.Millisecond, time.Second, 29 * time.Second, 31 * time.Second, 61 * time.Second, 119 * time.Second, 2 * time.Minute, 30 * time.Minute, 3 * time.Hour,
	}).Draw(t, "duration")
	m.tally.operation("time")
	m.pass("time", passing).run(nil)
}

// TestSoak runs until it is stopped; make soak calls it.
func TestSoak(t *testing.T) {
	if os.Getenv("RECALL_SOAK") == "" {
		t.Log("only make soak runs until it is stopped")
		return
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	if *soakSeconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(*soakSeconds)*time.Second)
		defer cancel()
	}
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64N(1 << 32)
	}
	counted := newTally()
	fmt.Fprintf(os.Stderr, "soak from seed %d; replay one: go test ./reliability -run 'SequencesKeep|Histories|RealProcesses' -soak.seed N\n", seed)
	l := startLoad(t, seed, counted)
	var loading sync.WaitGroup
	loading.Go(func() { l.run(ctx, seed) })
	for ; ctx.Err() == nil; seed++ {
		if !sequences(t, seed, 5, nearClocks, counted) || !sequences(t, seed, 2, farClocks, counted) {
			fmt.Fprintf(os.Stderr, "seed %d fails\n", seed)
		}
		t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) { history(t, seed, counted) })
		fmt.Fprintln(os.Stderr, counted.line())
	}
	loading.Wait()
	fmt.Fprintln(os.Stderr, "waiting until nothing is owed and every device shows what is stored")
	l.converges(t)
	if len(counted.violations) > 0 {
		t.Errorf("%d violations", len(counted.violations))
	}
	counted.table(os.Stderr)
}
