package gatewayrules_test

import (
	"flag"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
)

var update = flag.Bool("update", false, "write what the local stack does, and the table of rules")

// TestMain lets the function of the API, which is a Node.js program, find its runtime.
func TestMain(m *testing.M) {
	node, err := filepath.Abs("../../.tools/lambda-node/node_modules")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("NODE_PATH", node); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// start runs what the rules are asked of, with the switches of these deviations.
func start(t *testing.T, noLimits bool, deviations ...deviation) gatewayrules.Target {
	t.Helper()
	var switches websocket.Switches
	for _, each := range deviations {
		if each.switches != nil {
			each.switches(&switches)
		}
	}
	running, err := locally.Start(t.Context(), locally.Options{Folder: ".", Switches: switches, NoLimits: noLimits})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	return running.Target
}

// through puts a proxy with deviations before an API.
func through(t *testing.T, target gatewayrules.Target, deviations []deviation) gatewayrules.Target {
	t.Helper()
	target.URL = deviate(t, target.URL, deviations)
	target.DefaultURL = deviate(t, target.DefaultURL, deviations)
	target.ManagementURL = deviate(t, target.ManagementURL, deviations)
	return target
}

// local is the file with what the local stack does.
const local = "../../verify"

func TestTheLocalStackDoesWhatItsResultFileSays(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(filepath.Join(local, "local.json")); *update && err != nil {
		if _, err := verified.NewSnapshot(verified.LocalRegion, "").Write(local); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := verified.Read(filepath.Join(local, "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := committed
	found.Answers = slices.Clone(committed.Answers)
	target := start(t, false)
	for _, result := range probe(t, allRules(), func(string) gatewayrules.Target { return target }) {
		if !result.Probed || result.Failure != nil {
			t.Errorf("%s: %s: probed: %t, and it is broken by %v", result.ID, result.Text, result.Probed,
				result.Failure)
		}
		found.Add(result.Answer())
	}
	if *update {
		if _, err := found.Write(local); err != nil {
			t.Fatal(err)
		}
		return
	}
	if difference := cmp.Diff(committed.Answers, found.Answers); difference != "" {
		t.Errorf("run: go test ./local/gatewayrules -update; the file and the local stack differ (-file +now):\n%s",
			difference)
	}
}

// probe probes rules side by side. The results are in the order of the table.
func probe(t *testing.T, asked []string, target func(id string) gatewayrules.Target) []gatewayrules.Result {
	t.Helper()
	rules := slices.DeleteFunc(gatewayrules.Rules(), func(rule verified.Rule) bool {
		return !slices.Contains(asked, rule.ID)
	})
	results := make([]gatewayrules.Result, len(rules))
	var group errgroup.Group
	group.SetLimit(8)
	for n, rule := range rules {
		group.Go(func() error {
			results[n] = gatewayrules.Probe(t.Context(), target(rule.ID), rule)
			return nil
		})
	}
	_ = group.Wait() // it returns no error
	return results
}

// checkBroken probes rules and checks that exactly the wanted ones are broken.
func checkBroken(t *testing.T, target gatewayrules.Target, asked, want []string) {
	t.Helper()
	var broken []string
	for _, result := range probe(t, asked, func(id string) gatewayrules.Target {
		api := target
		if slices.Contains(want, id) {
			// A frame that the rule forbids is sure to come, even if it is late on a busy machine. The probe ends then.
			api.Quiet = api.Patience
		}
		return api
	}) {
		if result.Failure != nil {
			broken = append(broken, result.ID)
		}
	}
	slices.Sort(broken)
	if difference := cmp.Diff(want, broken, cmpopts.EquateEmpty()); difference != "" {
		t.Errorf("other rules are broken (-want +got):\n%s", difference)
	}
}

// breaks returns the IDs of the rules that deviations break.
func breaks(deviations []deviation) []string {
	var ids []string
	for _, each := range deviations {
		ids = append(ids, each.breaks...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// kinds returns the deviations whose probes are slow, those that are made by switches, and those of the proxy.
func kinds() (slow, switched, proxied []deviation) {
	for _, each := range deviations() {
		switch {
		case each.slow:
			slow = append(slow, each)
		case each.switches != nil:
			switched = append(switched, each)
		default:
			proxied = append(proxied, each)
		}
	}
	return slow, switched, proxied
}

// groups returns groups of deviations, so that for any two deviations there is a group with the first and without the
// second. If exactly the rules of those in a group are broken, for each group, then each deviation breaks exactly its
// own rules. There are few groups: each deviation is in another half of them, and no half contains another half.
func groups[T any](all []T) [][]T {
	count := 2
	for len(halves(count)) < len(all) {
		count++
	}
	made := make([][]T, count)
	for number, half := range halves(count)[:len(all)] {
		for group := range count {
			if half>>group&1 == 1 {
				made[group] = append(made[group], all[number])
			}
		}
	}
	return made
}

// halves returns all numbers of as many bits in which half of the bits are set.
func halves(count int) []uint {
	var all []uint
	for each := range uint(1) << count {
		if bits.OnesCount(each) == count/2 {
			all = append(all, each)
		}
	}
	return all
}

func TestOfAnyTwoDeviationsOneGroupHasOnlyTheFirst(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 100; size++ {
		all := make([]int, size)
		for number := range all {
			all[number] = number
		}
		divided := groups(all)
		for _, first := range all {
			for _, second := range all {
				if first != second && !slices.ContainsFunc(divided, func(group []int) bool {
					return slices.Contains(group, first) && !slices.Contains(group, second)
				}) {
					t.Fatalf("of %d, no group has %d without %d: %v", size, first, second, divided)
				}
			}
		}
		if !slices.ContainsFunc(divided, func(group []int) bool { return slices.Contains(group, size-1) }) {
			t.Fatalf("of %d, no group has the last: %v", size, divided)
		}
	}
}

// allRules returns the IDs of all rules.
func allRules() []string {
	var ids []string
	for _, rule := range gatewayrules.Rules() {
		ids = append(ids, rule.ID)
	}
	return ids
}

func TestEveryRuleHasADeviationThatBreaksIt(t *testing.T) {
	ids := allRules()
	slices.Sort(ids)
	if difference := cmp.Diff(ids, breaks(deviations())); difference != "" {
		t.Errorf("rules and deviations do not fit (-rules +deviations):\n%s", difference)
	}
}

// quickRules returns the IDs of the rules that can be probed without a long wait.
func quickRules() []string {
	slow, _, _ := kinds()
	return slices.DeleteFunc(allRules(), func(id string) bool { return slices.Contains(breaks(slow), id) })
}

// inGroups calls do beside each other with each group of the deviations.
func inGroups(t *testing.T, all []deviation, do func(t *testing.T, chosen []deviation)) {
	t.Helper()
	for number, chosen := range groups(all) {
		t.Run(fmt.Sprintf("group %d", number), func(t *testing.T) {
			t.Parallel()
			do(t, chosen)
		})
	}
}

func TestEachSwitchBreaksExactlyItsRules(t *testing.T) {
	t.Parallel()
	_, switched, _ := kinds()
	t.Run("all together", func(t *testing.T) {
		t.Parallel()
		checkBroken(t, start(t, true, switched...), quickRules(), breaks(switched))
	})
	inGroups(t, switched, func(t *testing.T, chosen []deviation) {
		checkBroken(t, start(t, true, chosen...), breaks(switched), breaks(chosen))
	})
}

func TestEachDeviationOfTheProxyBreaksExactlyItsRules(t *testing.T) {
	t.Parallel()
	_, _, proxied := kinds()
	target, quick := start(t, true), quickRules()
	inGroups(t, proxied, func(t *testing.T, chosen []deviation) {
		want := slices.DeleteFunc(breaks(chosen), func(id string) bool { return !slices.Contains(quick, id) })
		checkBroken(t, through(t, target, chosen), quick, want)
	})
}

func TestOnlyTheirOwnDeviationsBreakTheSlowRules(t *testing.T) {
	t.Parallel()
	slow, switched, proxied := kinds()
	asked := breaks(slow)
	t.Run("all others", func(t *testing.T) {
		t.Parallel()
		others := slices.DeleteFunc(append(switched, proxied...), func(each deviation) bool {
			return slices.ContainsFunc(each.breaks, func(id string) bool { return slices.Contains(asked, id) })
		})
		checkBroken(t, through(t, start(t, false, others...), others), asked, nil)
	})
	t.Run("their own", func(t *testing.T) {
		t.Parallel()
		target := through(t, start(t, false, slow...), slow)
		target.Patience = 10 * time.Second // it passes where something never comes
		checkBroken(t, target, asked, asked)
	})
}

func TestASwitchInTheTableIsOneOfTheLocalStack(t *testing.T) {
	for _, rule := range gatewayrules.Rules() {
		if rule.Switch == "" {
			continue
		}
		fits := slices.ContainsFunc(switchedDeviations(), func(each deviation) bool {
			return slices.Contains(each.breaks, rule.ID)
		})
		if !fits {
			t.Errorf("%s: no switch breaks it, and the table names %s", rule.ID, rule.Switch)
		}
	}
}

func TestAnAddressWhereNothingListensKeepsNoRule(t *testing.T) {
	target := gatewayrules.Target{
		URL: "ws://127.0.0.1:1/rules", DefaultURL: "ws://127.0.0.1:1/rules", IdleURL: "ws://127.0.0.1:1/rules",
		DurationURL:   "ws://127.0.0.1:1/rules",
		ManagementURL: "http://127.0.0.1:1/rules", Patience: time.Minute,
		Sign: gatewayrules.SignWith(aws.AnonymousCredentials{}, "us-east-1"),
	}
	for _, result := range probe(t, allRules(), func(string) gatewayrules.Target { return target }) {
		if result.Failure == nil {
			t.Errorf("%s: %s: it is kept", result.ID, result.Text)
		}
		if answer := result.Answer(); strings.Contains(verified.Redact(answer.Text), "127.0.0.1") {
			t.Errorf("%s: the answer has the address: %s", result.ID, answer.Text)
		}
	}
}

func TestALimitThatIsNotAskedForIsNotProbed(t *testing.T) {
	target := gatewayrules.Target{URL: "ws://127.0.0.1:1/rules", Patience: time.Minute}
	for _, rule := range gatewayrules.Rules() {
		if rule.ID != "connection.idle" {
			continue
		}
		if answer := gatewayrules.Probe(t.Context(), target, rule).Answer(); answer.Outcome != verified.NotAsked {
			t.Errorf("got %+v", answer)
		}
		return
	}
	t.Error("there is no such rule")
}

func TestAnAddressWithoutAStageBreaksTheRuleAboutAnotherStageInWords(t *testing.T) {
	for _, rule := range gatewayrules.Rules() {
		if rule.ID != "handshake.other-stage" {
			continue
		}
		result := gatewayrules.Probe(t.Context(), gatewayrules.Target{URL: "ws://127.0.0.1:1", Patience: time.Minute}, rule)
		if !result.Probed || result.Failure == nil || result.Failure.Error() != "the address has no stage" {
			t.Errorf("probed: %t, and it is broken by %v", result.Probed, result.Failure)
		}
		return
	}
	t.Error("there is no such rule")
}

func TestTheREADMEHasTheTableOfRules(t *testing.T) {
	const path, begin, end = "../websocket/README.md", "<!-- rules: begin -->\n", "<!-- rules: end -->\n"
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, foundBegin := strings.Cut(string(content), begin)
	table, after, foundEnd := strings.Cut(rest, end)
	if !foundBegin || !foundEnd {
		t.Fatalf("%s has no place for the table: %s…%s", path, begin, end)
	}
	wanted := verified.Table(gatewayrules.Rules())
	if table == wanted {
		return
	}
	if !*update {
		t.Fatalf("the table in %s is out of date; run: go test ./local/gatewayrules -update", path)
	}
	if err := os.WriteFile(path, []byte(before+begin+wanted+end+after), 0o600); err != nil {
		t.Fatal(err)
	}
}
