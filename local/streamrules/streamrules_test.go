package streamrules_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/recall/local/stack"
	"example.com/recall/local/streamrules"
	"example.com/recall/local/verified"
)

var update = flag.Bool("update", false, "write what the local stack does")

// start runs a template on the local stack. pause is that of stack.Options.
func start(t *testing.T, template string, pause time.Duration) *stack.Stack {
	t.Helper()
	tools, err := filepath.Abs("../../.tools/lambda-python/bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(tools, "python3")); err != nil {
		t.Fatalf("the runtime of Python is missing (%v); run: scripts/require.sh lambda-runtimes", err)
	}
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	running, err := streamrules.StartTemplate(t.Context(), template, pause)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(running.Close)
	return running
}

func read(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func rules() []verified.Rule {
	return slices.DeleteFunc(verified.Rules(), func(rule verified.Rule) bool { return !streamrules.Has(rule) })
}

// ask plays the scenario on one copy of the template.
func ask(t *testing.T, running *stack.Stack, behind string) ([]verified.Answer, error) {
	t.Helper()
	target, err := streamrules.LocalTarget(t.Context(), running, behind)
	if err != nil {
		return nil, err
	}
	observed, err := streamrules.Observe(t.Context(), target)
	var answers []verified.Answer
	for _, rule := range rules() {
		answers = append(answers, observed.Answer(rule))
	}
	return answers, err
}

// check checks that exactly one rule is broken; empty = none.
func check(t *testing.T, what string, answers []verified.Answer, rule string) {
	t.Helper()
	for _, answer := range answers {
		if (answer.Outcome == verified.Broken) != (answer.Rule == rule) {
			t.Errorf("%s: %v", what, answer)
		}
	}
}

// deviation changes a line of the template, which breaks a rule. If it changes nothing, it breaks none.
type deviation struct{ rule, line, instead string }

func deviations() []deviation {
	return []deviation{
		{},
		{"stream.batches", "BatchSize: 4", "BatchSize: 3"},
		{"stream.batches", "MaximumBatchingWindowInSeconds: 15", "MaximumBatchingWindowInSeconds: 5"},
		{"stream.bisect", "BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false"},
		{"stream.report", "FunctionResponseTypes: [ReportBatchItemFailures]", "FunctionResponseTypes: []"},
		{"stream.given-up", "MaximumRetryAttempts: 6", "MaximumRetryAttempts: 5"},
		{"stream.given-up", "DestinationConfig: {OnFailure: {Destination: !GetAtt SeenQueue.Arn}}\n  AgingSource:",
			"\n  AgingSource:"},
		{"stream.age", "MaximumRecordAgeInSeconds: !Ref MaximumAge", "MaximumRecordAgeInSeconds: -1"},
	}
}

// copies has a copy of the template's resources for each deviation, with its number behind the names. So one stack
// shows all of them.
func copies(t *testing.T, all []deviation) string {
	t.Helper()
	before, rest, _ := strings.Cut(read(t), "Resources:\n")
	resources, _, _ := strings.Cut(rest, "Outputs:\n")
	names := regexp.MustCompile(`(?m)^  (\w+):`).FindAllStringSubmatch(resources, -1)
	if len(names) == 0 {
		t.Fatal("the template has another form than this test expects")
	}
	combined := before + "Resources:\n"
	for n, each := range all {
		changed := strings.Replace(resources, each.line, each.instead, 1)
		if each.line != "" && changed == resources {
			t.Fatalf("the template has no %q", each.line)
		}
		for _, name := range names {
			changed = regexp.MustCompile(`\b`+name[1]+`\b`).ReplaceAllString(changed, fmt.Sprint(name[1], n))
		}
		combined += changed
	}
	return combined
}

func TestEachDeviationBreaksExactlyItsRule(t *testing.T) {
	all := deviations()
	running, steady := start(t, copies(t, all), 0), start(t, read(t), time.Second)
	answers := make([][]verified.Answer, len(all))
	var playing errgroup.Group
	playing.SetLimit(5) // each has processes of its own
	for n, each := range all {
		playing.Go(func() (err error) {
			answers[n], err = ask(t, running, fmt.Sprint(n))
			check(t, fmt.Sprintf("%q", each.instead), answers[n], each.rule)
			return err
		})
	}
	playing.Go(func() error {
		answers, err := ask(t, steady, "")
		check(t, "pauses of a second", answers, "stream.pacing")
		return err
	})
	if err := playing.Wait(); err != nil {
		t.Fatal(err)
	}
	if !*update {
		return
	}
	file, err := verified.Read(filepath.Join("..", "..", "verify", "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range answers[0] {
		file.Add(answer)
	}
	if _, err := file.Write(filepath.Join("..", "..", "verify")); err != nil {
		t.Fatal(err)
	}
}

func TestTheResultFileOfTheLocalStackHasTheseRules(t *testing.T) {
	file, err := verified.Read(filepath.Join("..", "..", "verify", "local.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules() {
		if answer, _ := file.Answer(rule.ID); answer.Outcome != verified.Kept {
			t.Errorf("run: go test ./local/streamrules -update; %s is %s", rule.ID, answer.Outcome)
		}
	}
}

func TestEveryRuleOfTheStreamHasAProbe(t *testing.T) {
	for _, rule := range verified.Rules() {
		if strings.HasPrefix(rule.ID, "stream.") && !streamrules.Has(rule) {
			t.Errorf("%s has none", rule.ID)
		}
	}
}

func TestWithoutAnythingObservedNoRuleIsKept(t *testing.T) {
	for _, rule := range rules() {
		if answer := (streamrules.Observed{}).Answer(rule); answer.Outcome != verified.Broken {
			t.Errorf("%s: %v", rule.ID, answer)
		}
	}
}
