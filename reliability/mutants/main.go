// Command mutants plants known bugs, one at a time, and runs the whole package or the whole search that should catch
// each. The tree is not touched: the changed files reach the compiler as an overlay.
//
//	go run ./reliability/mutants [-only part of a name or of a suite] [-check]
//
// It prints a table (bug, guarantee, suite, caught by, seconds) and exits with 1 if a bug survives or can no longer
// be planted.
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
	only := flag.String("only", "", "plant only the bugs whose name or suite contains this")
	check := flag.Bool("check", false, "only tell whether each bug can be planted")
	flag.Parse()
	if err := run(*only, *check); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(only string, check bool) error {
	var chosen []mutant
	for _, m := range mutants() {
		if strings.Contains(m.bug+" in "+m.suite.String(), only) {
			chosen = append(chosen, m)
		}
	}
	if err := found(chosen); err != nil || check {
		return err
	}
	if err := baseline(chosen); err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	// A report that cannot be printed does not matter.
	_, _ = fmt.Fprintln(table, "bug\tguarantee\tsuite\tcaught by\tseconds")
	survivors, unclear := 0, 0
	for i, m := range chosen {
		started := time.Now()
		caughtBy, err := m.plant()
		switch {
		case err != nil:
			unclear++
			caughtBy = "UNCLEAR"
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.bug, err)
		case caughtBy == "":
			survivors++
			caughtBy = "NOBODY"
		}
		seconds := time.Since(started).Seconds()
		fmt.Fprintf(os.Stderr, "%d of %d: %s: %s (%.0f s)\n", i+1, len(chosen), m.bug, caughtBy, seconds)
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.0f\n", m.bug, m.guarantee, m.suite, caughtBy, seconds)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if survivors > 0 || unclear > 0 {
		return fmt.Errorf("of %d bugs %d survive, and of %d it is unclear", len(chosen), survivors, unclear)
	}
	fmt.Printf("%d bugs, all caught\n", len(chosen))
	return nil
}
