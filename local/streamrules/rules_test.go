package streamrules

import (
	"strings"
	"testing"
	"time"

	"example.com/recall/local/verified"
)

// example is what happens if all rules are kept.
func example() Observed {
	o := Observed{maximumAge: time.Minute}
	at := 1e9
	came := func(after float64, keys string) {
		at += after
		one := run{At: at}
		for key := range strings.FieldsSeq(keys) {
			one.Records = append(one.Records, record{key, "number of " + key})
		}
		o.runs = append(o.runs, one)
	}
	for _, keys := range []string{"a1 a2 a3 a4", "a1 a2", "a3 a4"} {
		came(1, keys)
	}
	for n := range 1 + retryAttempts {
		came(float64(int(1)<<n), "a3")
	}
	for _, keys := range []string{"a4", "b1 b2 b3 b4", "b2 b3 b4", "c1 c2 c3 c4", "d1 d2"} {
		came(1, keys)
	}
	arrived := time.Unix(1e9, 0)
	given := func(condition, number string, after time.Duration) {
		one := failure{Timestamp: arrived.Add(after), text: number}
		one.RequestContext.Condition = condition
		one.DDBStreamBatchInfo = &batchInformation{number, number, 1, arrived}
		o.failures = append(o.failures, one)
	}
	given("RetryAttemptsExhausted", "number of a3", time.Second)
	given("RecordAgeExceeded", "number of age", time.Minute)
	return o
}

func TestWhatIsNotAsExpectedBreaksItsRule(t *testing.T) {
	for _, change := range []struct {
		rule, says string
		make       func(o *Observed)
	}{
		{"stream.report", "b1 comes again", func(o *Observed) { o.runs[len(o.runs)-1].Records[0].Key = "b1" }},
		{"stream.report", "after [b1 b2 b3 b4] comes [b1 b2 b3 b4]", func(o *Observed) { o.runs[12] = o.runs[11] }},
		{"stream.bisect", "a4 is never in a batch without a3", func(o *Observed) { o.runs[10].Records[0].Key = "x" }},
		{"stream.given-up", "the condition is Other", func(o *Observed) {
			o.failures[0].RequestContext.Condition = "Other"
		}},
		{"stream.given-up", "told of 2 records", func(o *Observed) { o.failures[0].DDBStreamBatchInfo.BatchSize = 2 }},
		{"stream.given-up", "told the content", func(o *Observed) { o.failures[0].text += content }},
		{"stream.pacing", "pauses of 1.0, 1.0, 1.0, 1.0, 1.0, 1.0 s\nonly 2 attempts", func(o *Observed) {
			for n := range 1 + retryAttempts {
				o.runs[3+n].At = 1e9 + float64(n)
			}
		}},
		{"stream.age", "given up after 30s", func(o *Observed) {
			o.failures[1].Timestamp = o.failures[1].Timestamp.Add(-30 * time.Second)
		}},
		{"stream.age", "told only of: RetryAttemptsExhausted", func(o *Observed) { o.failures = o.failures[:1] }},
	} {
		o := example()
		change.make(&o)
		answer := o.Answer(verified.Rule{ID: change.rule})
		if answer.Outcome != verified.Broken || !strings.Contains(answer.Text, change.says) {
			t.Errorf("%s must say %q: %v", change.rule, change.says, answer)
		}
	}
}

func TestWhatIsAsExpectedKeepsAllRules(t *testing.T) {
	for id := range probes() {
		if answer := example().Answer(verified.Rule{ID: id}); answer.Outcome != verified.Kept {
			t.Error(answer)
		}
	}
}
