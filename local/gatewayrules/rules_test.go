package gatewayrules_test

import (
	"flag"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/gatewayrules/locally"
	"example.com/recall/local/verified"
	"example.com/recall/local/websocket"
)

var update = flag.Bool("update", false, "write what the local stack does, and the table of rules")

// start runs what the rules are asked of, with the switches of these deviations.
func start(t *testing.T, noLimits bool, deviations ...deviation) gatewayrules.Target {
	t.Helper()
	node, err := filepath.Abs("../../.tools/lambda-node/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NODE_PATH", node)
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
	// The probes run side by side, so on a busy machine a function may start late, and its wrong answer comes late.
	running.Target.Quiet = 5 * time.Second
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
	for _, result := range gatewayrules.Verify(t.Context(), start(t, false), nil) {
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

// broken probes rules side by side and returns the IDs of those that are broken.
func broken(t *testing.T, target gatewayrules.Target, asked func(id string) bool) []string {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(16)
	var mutex sync.Mutex
	var ids []string
	for _, rule := range gatewayrules.Rules() {
		if !asked(rule.ID) {
			continue
		}
		group.Go(func() error {
			if result := gatewayrules.Probe(t.Context(), target, rule); result.Failure != nil {
				mutex.Lock()
				defer mutex.Unlock()
				ids = append(ids, rule.ID)
			}
			return nil
		})
	}
	_ = group.Wait() // it returns no error
	slices.Sort(ids)
	return ids
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

// halves calls do with half of the deviations, several times. Each deviation has a number. Each time those are
// chosen whose number has one bit set, or has it not set. So for any two deviations there is a time with the first
// and without the second, and if exactly the rules of those that are chosen are broken each time, each breaks
// exactly its own.
func halves(all []deviation, do func(chosen []deviation)) {
	for bit := range bits.Len(uint(len(all) - 1)) {
		for _, set := range []uint{0, 1} {
			var chosen []deviation
			for number, each := range all {
				if uint(number)>>bit&1 == set {
					chosen = append(chosen, each)
				}
			}
			do(chosen)
		}
	}
}

func TestEveryRuleHasADeviationThatBreaksIt(t *testing.T) {
	var ids []string
	for _, rule := range gatewayrules.Rules() {
		ids = append(ids, rule.ID)
	}
	slices.Sort(ids)
	if difference := cmp.Diff(ids, breaks(deviations())); difference != "" {
		t.Errorf("rules and deviations do not fit (-rules +deviations):\n%s", difference)
	}
}

// quick returns whether a rule can be probed without a long wait.
func quick(id string) bool {
	slow, _, _ := kinds()
	return !slices.Contains(breaks(slow), id)
}

func TestEachSwitchBreaksExactlyItsRules(t *testing.T) {
	_, switched, _ := kinds()
	want := breaks(switched)
	if difference := cmp.Diff(want, broken(t, start(t, true, switched...), quick)); difference != "" {
		t.Errorf("other rules are broken by all switches together (-want +got):\n%s", difference)
	}
	halves(switched, func(chosen []deviation) {
		got := broken(t, start(t, true, chosen...), func(id string) bool { return slices.Contains(want, id) })
		if difference := cmp.Diff(breaks(chosen), got); difference != "" {
			t.Errorf("other rules are broken (-want +got):\n%s", difference)
		}
	})
}

func TestEachDeviationOfTheProxyBreaksExactlyItsRules(t *testing.T) {
	_, _, proxied := kinds()
	target := start(t, true)
	halves(proxied, func(chosen []deviation) {
		want := slices.DeleteFunc(breaks(chosen), func(id string) bool { return !quick(id) })
		if difference := cmp.Diff(want, broken(t, through(t, target, chosen), quick)); difference != "" {
			t.Errorf("other rules are broken (-want +got):\n%s", difference)
		}
	})
}

func TestOnlyTheirOwnDeviationsBreakTheSlowRules(t *testing.T) {
	slow, switched, proxied := kinds()
	want := breaks(slow)
	others := slices.DeleteFunc(append(switched, proxied...), func(each deviation) bool {
		return slices.ContainsFunc(each.breaks, func(id string) bool { return slices.Contains(want, id) })
	})
	isSlow := func(id string) bool { return !quick(id) }
	if got := broken(t, through(t, start(t, false, others...), others), isSlow); len(got) > 0 {
		t.Errorf("all other deviations break %v", got)
	}
	target := through(t, start(t, false, slow...), slow)
	target.Patience = 15 * time.Second // it passes where something never comes
	if difference := cmp.Diff(want, broken(t, target, isSlow)); difference != "" {
		t.Errorf("other rules are broken (-want +got):\n%s", difference)
	}
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
	for _, result := range gatewayrules.Verify(t.Context(), target, nil) {
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
