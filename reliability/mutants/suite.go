package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite is what may catch a bug: all tests of some packages, one search with all that it searches, or all conformance
// scenarios of a client in another language. No suite is a test that was chosen for one bug, since such a test tells
// nothing about bugs that nobody has thought of.
type suite struct {
	packages string
	// driver is the program with which a client that is not in Go plays the scenarios.
	driver string
	// search is the name of one test of ./reliability; empty is all tests.
	search string
	// arguments bound a search that is random, so that it does the same each time.
	arguments string
}

// String names the suite.
func (s suite) String() string { return strings.TrimSpace(s.packages + " " + s.search) }

// The suites.
var (
	rules     = suite{packages: "./shared/recall/..."}
	storage   = suite{packages: "./shared/dynamo"}
	posting   = suite{packages: "./shared/gateway"}
	stored    = suite{packages: "./shared/objects"}
	queueing  = suite{packages: "./shared/queue"}
	framing   = suite{packages: "./shared/function"}
	tokens    = suite{packages: "./shared/token"}
	functions = suite{packages: "./functions/..."}
	sockets   = suite{packages: "./local/websocket"}
	processes = suite{packages: "./local/lambda"}
	sources   = suite{packages: "./local/eventsource"}
	policies  = suite{packages: "./local/policy"}
	scenarios = suite{packages: "./protocol/conformance"}

	android    = suite{packages: "./clients/android", driver: "clients/android/driver.sh"}
	native     = suite{packages: "./clients/cpp", driver: "clients/cpp/driver.sh"}
	objectiveC = suite{packages: "./clients/apple", driver: "clients/apple/driver.sh"}
	web        = suite{packages: "./clients/web", driver: "clients/web/driver.sh"}

	crashes    = suite{packages: "./reliability", search: "TestEveryGuaranteeHoldsWhateverHappensToACall"}
	delivering = suite{packages: "./reliability", search: "TestEveryGuaranteeHoldsWhateverHappensToACallOfDeliver"}
	crossings  = suite{packages: "./reliability", search: "TestEveryGuaranteeHoldsWhateverOthersDoBetweenTwoCalls"}
	handshakes = suite{packages: "./reliability", search: "TestADeviceWhoseHandshakeCrossesARecallLearnsOfItAndOfTheNext"}
	clocks     = suite{
		packages: "./reliability",
		search:   "TestASyncMissesNothingAsLongAsClocksDifferByNoMoreThanPromised",
	}
	answering = suite{packages: "./reliability", search: "TestNoAnswerIsStoredAfterTheRecallOfItsQuestion"}
	notifying = suite{
		packages: "./reliability",
		search:   "TestNoNotificationIsLostAndEachIsWithdrawnWhateverHappensToACall",
	}
	withdrawing = suite{
		packages: "./reliability",
		search:   "TestARecallNeverLosesToItsNotificationWhateverHappensToACall",
	}
	late      = suite{packages: "./reliability", search: "TestABodyThatWasHeldUpIsNotPostedAfterItsRecall"}
	histories = suite{
		packages:  "./reliability",
		search:    "TestHistoriesOfSendsRecallsAndReadsAtOnceAreLinearizable",
		arguments: "-soak.seed=1",
	}
	// The random sequences of 12 seeds; a sequence that fails is not made shorter.
	sequences = suite{
		packages:  "./reliability",
		search:    "TestSequencesKeepEveryGuarantee",
		arguments: "-soak.seed=1 -soak.seeds=12 -rapid.shrinktime=1ms",
	}
	load = suite{
		packages:  "./reliability",
		search:    "TestRealProcessesThatAreKilledAtRandomLoseNothing",
		arguments: "-soak.seed=1",
	}
)

// test runs the suite with the files of an overlay in place of those of the tree; empty is the tree as it is. The
// functions' programs, which some tests build, are built with it as well.
func (s suite) test(overlay string) (string, error) {
	if s.driver != "" {
		return s.play(overlay)
	}
	arguments := []string{"test", "-vet=off", "-count=1", "-failfast", "-timeout=15m"}
	if s.search != "" {
		arguments = append(arguments, "-run", "^"+s.search+"$")
	}
	arguments = append(arguments, s.packages)
	arguments = append(arguments, strings.Fields(s.arguments)...)
	command := exec.Command("go", arguments...) // #nosec G204 -- the suites above
	command.Env = os.Environ()
	if overlay != "" {
		command.Env = append(command.Env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	output, err := command.CombinedOutput()
	return string(output), err
}

// baseline checks that the suites pass without a bug.
func baseline(mutants []mutant) error {
	done := make(map[suite]bool)
	for _, m := range mutants {
		if done[m.suite] {
			continue
		}
		done[m.suite] = true
		fmt.Fprintf(os.Stderr, "without a bug: %s\n", m.suite)
		output, err := m.suite.test("")
		if err != nil {
			return fmt.Errorf("%s fails without a bug: %w\n%s", m.suite, err, output)
		}
		if strings.Contains(output, "no tests to run") {
			return fmt.Errorf("%s has no such test", m.suite)
		}
	}
	return nil
}

// root makes sure that the tool runs in the root of the repository, since the list names files from there, and the
// suites are packages of several modules.
func root() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(directory, "go.work")); err != nil {
		return "", fmt.Errorf("run it in the root of the repository: %w", err)
	}
	return directory, nil
}
