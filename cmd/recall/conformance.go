package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"example.com/recall/protocol/conformance"
)

// conformanceCommand judges a client by the scenarios.
type conformanceCommand struct {
	Scenario string        `help:"A scenario file, or a folder of them." default:"protocol/scenarios" type:"path"`
	Deadline time.Duration `help:"How long each step may take." default:"10s"`
	Verbose  bool          `short:"v" help:"Print every frame and every line."`
	Driver   []string      `arg:"" help:"The command that runs the driver, after --."`
}

// Help is shown by recall conformance --help.
func (conformanceCommand) Help() string {
	return `Plays the server of each scenario against a client that is wrapped in a driver (protocol/conformance/README.md has
the contract), prints a line per scenario, and fails if the client misbehaves in one.

  recall conformance -- clients/go/driver.sh
  recall conformance --scenario protocol/scenarios/repeat.json --verbose -- clients/web/driver.sh`
}

// Run plays the scenarios one after another.
func (c conformanceCommand) Run(ctx context.Context) error {
	scenarios, err := conformance.ReadAll(c.Scenario)
	if err != nil {
		return fmt.Errorf("reading scenarios: %w (use --scenario to say where they are)", err)
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
	failed := 0
	for _, scenario := range scenarios {
		started := time.Now()
		if err := runner.Run(ctx, scenario); err != nil {
			failed++
			fmt.Printf("FAIL  %s (%s)\n  %v\n", scenario.Name, scenario.File, err)
		} else {
			fmt.Printf("ok    %s (%.2fs)\n", scenario.Name, time.Since(started).Seconds())
		}
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
	}
	fmt.Printf("%d of %d scenarios passed\n", len(scenarios)-failed, len(scenarios))
	if failed > 0 {
		return fmt.Errorf("%d scenarios failed", failed)
	}
	return nil
}
