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

	"example.com/recall/cmd/verify"
	"example.com/recall/protocol/conformance"
	"example.com/recall/protocol/scenarios"
)

// conformanceCommand judges a client by the scenarios.
type conformanceCommand struct {
	Scenario string        `help:"A scenario file, or a folder of them." type:"existingpath"`
	Deadline time.Duration `help:"How long each step may take." default:"10s"`
	Jobs     int           `help:"How many scenarios are played at the same time. With --verbose it is one." default:"4"`
	Storage  bool          `help:"Give the client a storage folder in each scenario where it may have one."`
	Known    string        `help:"A file of known failures in place of the list of this version." type:"existingfile"`
	Verbose  bool          `short:"v" help:"Print every frame and every line."`
	Driver   []string      `arg:"" help:"The command that runs the driver, given after --."`
}

// Help is shown by recall conformance --help.
func (conformanceCommand) Help() string {
	return `Plays the server of each scenario against the driver of a client (protocol/conformance/README.md has the
contract). It prints a line for each scenario, and fails if the client misbehaves in one. Without --scenario it plays
the scenarios of this version. A scenario that needs a capability does not apply to a client if the driver says why
the client does not have it.

  recall conformance -- clients/go/driver.sh
  recall conformance --scenario protocol/scenarios/repeat.json --verbose -- clients/web/driver.sh`
}

// Run plays the scenarios, several at a time, because a scenario mostly waits.
func (c conformanceCommand) Run(ctx context.Context) error {
	chosen, err := c.scenarios()
	if err != nil {
		return fmt.Errorf("reading scenarios: %w", err)
	}
	known, err := c.knownFailures()
	if err != nil {
		return fmt.Errorf("reading the known failures: %w", err)
	}
	// Building takes longer than a step of a scenario may.
	client, err := conformance.Ask(ctx, c.Driver, verify.DriverBuildTime)
	if err != nil {
		return err
	}
	runner := conformance.Runner{Driver: c.Driver, Deadline: c.Deadline, Storage: c.Storage}
	if c.Verbose {
		var printing sync.Mutex
		runner.Trace = func(direction, text string) {
			printing.Lock()
			defer printing.Unlock()
			fmt.Fprintf(os.Stderr, "%s %-7s %s\n", time.Now().Format("15:04:05.000"), direction, text)
		}
	}
	outcome := c.play(ctx, runner, chosen, client, known)
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	fmt.Println(outcome)
	if outcome.failed > 0 {
		return fmt.Errorf("%d scenarios failed", outcome.failed)
	}
	return nil
}

// outcome counts how the scenarios ended.
type outcome struct{ passed, failed, known, inapplicable int }

// String shows the numbers in one line.
func (o outcome) String() string {
	text := fmt.Sprintf("%d of %d scenarios passed", o.passed, o.passed+o.failed+o.known)
	if o.known > 0 {
		text += fmt.Sprintf(", %d failed as known", o.known)
	}
	if o.inapplicable > 0 {
		text += fmt.Sprintf(", %d do not apply to this client", o.inapplicable)
	}
	return text
}

// knownFailures reads the list of known failures and returns what it says about this driver.
func (c conformanceCommand) knownFailures() (map[string]string, error) {
	text := scenarios.KnownFailures()
	if c.Known != "" {
		data, err := os.ReadFile(c.Known) // #nosec G304 -- The user names the file.
		if err != nil {
			return nil, err
		}
		text = string(data)
	}
	return conformance.KnownFailures(text, c.Driver[0])
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

// play prints a line for each scenario as soon as it ends.
func (c conformanceCommand) play(
	ctx context.Context, runner conformance.Runner, chosen []conformance.Scenario, client conformance.Client,
	known map[string]string,
) outcome {
	jobs := max(c.Jobs, 1)
	if c.Verbose {
		jobs = 1 // The frames of two scenarios would be mixed.
	}
	var printing sync.Mutex
	var playing errgroup.Group
	playing.SetLimit(jobs)
	var counted outcome
	for _, scenario := range chosen {
		if missing, reason, err := scenario.Missing(client); missing != "" {
			printing.Lock()
			counted.leaveOut(scenario, missing, reason, err)
			printing.Unlock()
			continue
		}
		playing.Go(func() error {
			if ctx.Err() != nil {
				return nil
			}
			started := time.Now()
			err := runner.Run(ctx, scenario)
			printing.Lock()
			defer printing.Unlock()
			counted.add(scenario, err, known[scenario.File], time.Since(started))
			return nil
		})
	}
	_ = playing.Wait() // Each failure is counted and printed above.
	return counted
}

// leaveOut counts a scenario that does not apply to the client and prints its line. The error says that the driver
// does not say so.
func (o *outcome) leaveOut(scenario conformance.Scenario, missing, reason string, err error) {
	if err != nil {
		o.failed++
		fmt.Printf("FAIL  %s (%s)\n  %v\n", scenario.Name, scenario.File, err)
		return
	}
	o.inapplicable++
	fmt.Printf("n/a   %s (%s): %s: %s\n", scenario.Name, scenario.File, missing, reason)
}

// add counts a scenario and prints its line. A known failure that passes is a failure, so that the list stays true.
func (o *outcome) add(scenario conformance.Scenario, err error, reason string, took time.Duration) {
	switch {
	case err != nil && reason != "":
		o.known++
		fmt.Printf("known %s (%s): %s\n", scenario.Name, scenario.File, reason)
	case err != nil:
		o.failed++
		fmt.Printf("FAIL  %s (%s)\n  %v\n", scenario.Name, scenario.File, err)
	case reason != "":
		o.failed++
		fmt.Printf("FAIL  %s (%s)\n  it passed: take it from the list of known failures\n", scenario.Name, scenario.File)
	default:
		o.passed++
		fmt.Printf("ok    %s (%.2fs)\n", scenario.Name, took.Seconds())
	}
}
