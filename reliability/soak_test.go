//go:build soak

package reliability

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"sync"
	"testing"
	"time"
)

var soakSeconds = flag.Int("soak.seconds", 0, "for how long TestSoak runs; 0 is until it is stopped")

// TestSoak runs until it is stopped; make soak calls it. It is built only with the tag soak, so that it is never
// counted as passed by a run that did not soak.
func TestSoak(t *testing.T) {
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
	fmt.Fprintf(os.Stderr,
		"soak from seed %d; replay one: go test ./reliability -run 'SequencesKeep|Histories|RealProcesses' -soak.seed N\n",
		seed)
	l := startLoad(t, seed, counted)
	var loading sync.WaitGroup
	loading.Go(func() { l.run(ctx, seed) })
	runs, began := 0, time.Now()
	for ; ctx.Err() == nil; seed++ {
		runs++
		if !sequences(t, seed, 5, nearClocks, counted) || !sequences(t, seed, 2, farClocks, counted) {
			fmt.Fprintf(os.Stderr, "seed %d fails\n", seed)
		}
		t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) { history(t, seed, counted) })
		fmt.Fprintln(os.Stderr, counted.line())
	}
	loading.Wait()
	lasted := time.Since(began)
	fmt.Fprintln(os.Stderr, "waiting until nothing is owed and every device shows what is stored")
	l.converges(t)
	if len(counted.violations) > 0 {
		t.Errorf("%d violations", len(counted.violations))
	}
	counted.table(os.Stderr)
	wanted, loaded := leastSequences(runs), leastLoad(lasted)
	wanted.operations += loaded.operations
	wanted.faults += loaded.faults
	wanted.kills += loaded.kills
	wanted.confirmed = loaded.confirmed
	counted.wantEnough(t, wanted)
}
