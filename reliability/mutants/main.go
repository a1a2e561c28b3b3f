// Command mutants plants known bugs, one at a time, and runs the tests that should catch each. The tree is not touched: the
// changed files reach the compiler as an overlay.
//
//	go run ./reliability/mutants [-only part of a name]
//
// It prints a table (bug, guarantee, caught by, seconds) and exits with 1 if a bug survives.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	only := flag.String("only", "", "plant only the bugs whose name contains this")
	flag.Parse()
	if err := run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(only string) error {
	var chosen []mutant
	for _, m := range mutants() {
		if strings.Contains(m.bug, only) {
			chosen = append(chosen, m)
		}
	}
	if err := baseline(chosen); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "bug\tguarantee\tcaught by\tseconds") // a table that nobody can read is not missed
	survivors := 0
	for i, m := range chosen {
		started := time.Now()
		caughtBy, err := m.plant()
		if err != nil {
			return fmt.Errorf("%s: %w", m.bug, err)
		}
		if caughtBy == "" {
			survivors++
			caughtBy = "NOBODY"
		}
		seconds := time.Since(started).Seconds()
		fmt.Fprintf(os.Stderr, "%d of %d: %s: %s (%.0f s)\n", i+1, len(chosen), m.bug, caughtBy, seconds)
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%.0f\n", m.bug, m.guarantee, caughtBy, seconds)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if survivors > 0 {
		return fmt.Errorf("%d of %d bugs survive", survivors, len(chosen))
	}
	fmt.Printf("%d bugs, all caught\n", len(chosen))
	return nil
}
