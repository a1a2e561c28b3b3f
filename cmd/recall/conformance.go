package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/recall/protocol/conformance"
	"example.com/recall/protocol/scenarios"
)

// conformanceCommand judges a client by the scenarios.
type conformanceCommand struct {
	Scenario string        `help:"A scenario file, or a folder of them." type:"existingpath"`
	Deadline time.Duration `help:"How long each step may take." default:"10s"`
	Jobs     int           `help:"How many scenarios are played at the same time. With --verbose it is one." default:"4"`
	Verbose  bool          `short:"v" help:"Print every frame and every line."`
	Driver   []string      `arg:"" help:"The command that runs the driver, given after --."`
}

// Help is shown by recall conformance --help.
func (conformanceCommand) Help() string {
	return `Plays the server of each scenario against the driver of a client (protocol/conformance/README.md has the
contract). It prints a line for each scenario, and fails if the client misbehaves in one. Without --scenario it plays
the scenarios of this version.

  recall conformance -- clients/go/driver.sh
  recall conformance --scenario protocol/scenarios/repeat.json --verbose -- clients/web/driver.sh`
}

// Run plays the scenarios, several at a time, because a scenario mostly waits.
func (c conformanceCommand) Run(ctx context.Context) error {
	chosen, err := c.scenarios()
	if err != nil {
		return fmt.Errorf("reading scenarios: %w", err)
	}
	// Building takes longer than a step of a scenario may.
	if err := conformance.Build(ctx, c.Driver, driverBuildTime); err != nil {
		return err
	}
	runner := conformance.Runner{Driver: c.Driver, Deadline: c.Deadline}
	if c.Verbose {
		var printing sync.Mutex
		runner.Trace = func(direction, text string) {
			printing.Lock()
			defer printing.Unlock()
			fmt.Fprintf(os.Stderr, "%s %-7s %s\n", time.Now().Format("15:04:05.000"), direction, text)
		}
	}
	failed := c.play(ctx, runner, chosen)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	fmt.Printf("%d of %d scenarios passed\n", len(chosen)-failed, len(chosen))
	if failed > 0 {
		return fmt.Errorf("%d scenarios failed", failed)
	}
	return nil
}

// scenarios reads what is to be played.
func (c conformanceCommand) scenarios() ([]conformance.Scenario, error) {
	if c.Scenario == "" {
		return conformance.ReadAll(scenarios.Files(), "*.json")
	}
	if info, err := os.Stat(c.Scenario); err != nil || info.IsDir() {
		return conformance.ReadAll(os.DirFS(c.Scenario), "*.json")
	}
	return conformance.ReadAll(os.DirFS(filepath.Dir(c.Scenario)), filepath.Base(c.Scenario))
}

// play prints a line for each scenario as soon as it ends, and returns how many failed.
func (c conformanceCommand) play(ctx context.Context, runner conformance.Runner, chosen []conformance.Scenario) int {
	jobs := max(c.Jobs, 1)
	if c.Verbose {
		jobs = 1 // The frames of two scenarios would be mixed.
	}
	var printing sync.Mutex
	var playing errgroup.Group
	playing.SetLimit(jobs)
	failed := 0
	for _, scenario := range chosen {
		playing.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			started := time.Now()
			err := runner.Run(ctx, scenario)
			printing.Lock()
			defer printing.Unlock()
			if err != nil {
				failed++
				fmt.Printf("FAIL  %s (%s)\n  %v\n", scenario.Name, scenario.File, err)
				return nil
			}
			fmt.Printf("ok    %s (%.2fs)\n", scenario.Name, time.Since(started).Seconds())
			return nil
		})
	}
	_ = playing.Wait() // Each failure is counted and printed above.
	return failed
}
