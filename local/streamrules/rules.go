package streamrules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/recall/local/verified"
)

// probe returns what it saw, and an error if the rule is broken.
type probe func(o Observed) (seen string, err error)

func probes() map[string]probe {
	return map[string]probe{
		"stream.batches":  batchesAreFull,
		"stream.bisect":   failedBatchesAreHalved,
		"stream.report":   reportedRecordsComeAgain,
		"stream.given-up": failedRecordsAreGivenUp,
		"stream.pacing":   pausesGrow,
		"stream.age":      oldRecordsAreGivenUp,
	}
}

// Has is whether a rule has a probe here.
func Has(rule verified.Rule) bool { return probes()[rule.ID] != nil }

// Answer says what was observed about a rule.
func (o Observed) Answer(rule verified.Rule) verified.Answer {
	seen, err := probes()[rule.ID](o)
	if err != nil {
		return verified.Answer{Rule: rule.ID, Outcome: verified.Broken, Text: err.Error()}
	}
	return verified.Answer{Rule: rule.ID, Outcome: verified.Kept, Text: seen}
}

func batchesAreFull(o Observed) (string, error) {
	for _, batch := range batches() {
		came := o.with(batch[0])
		if len(came) == 0 {
			return "", fmt.Errorf("%s does not come", batch[0])
		}
		if got := came[0].keys(); !slices.Equal(got, batch) {
			return "", fmt.Errorf("the first batch with %s is %s, not %s", batch[0], list(got), list(batch))
		}
	}
	return "", nil
}

func failedBatchesAreHalved(o Observed) (string, error) {
	failed := o.with(failingRecord)
	if len(failed) == 0 || len(failed[0].Records) == 1 {
		return "", fmt.Errorf("%s does not come with others", failingRecord)
	}
	var sizes []string
	for _, each := range failed {
		if size := fmt.Sprint(len(each.Records)); !slices.Contains(sizes, size) {
			sizes = append(sizes, size)
		}
	}
	if sizes[len(sizes)-1] != "1" {
		return "", fmt.Errorf("%s never comes alone, but in batches of %s", failingRecord, strings.Join(sizes, ", "))
	}
	for _, other := range failed[0].keys() {
		succeeded := func(keys []string) bool {
			return slices.Contains(keys, other) && !slices.Contains(keys, failingRecord)
		}
		if other != failingRecord && len(o.where(succeeded)) == 0 {
			return "", fmt.Errorf("%s is never in a batch without %s", other, failingRecord)
		}
	}
	return "batches of " + strings.Join(sizes, ", "), nil
}

func reportedRecordsComeAgain(o Observed) (string, error) {
	tried := o.with(reportedRecord)
	if len(tried) < 2 {
		return "", fmt.Errorf("%s comes %d times", reportedRecord, len(tried))
	}
	first, again := tried[0].keys(), tried[1].keys()
	at := slices.Index(first, reportedRecord)
	if at == 0 {
		return "", fmt.Errorf("nothing is before %s in its batch", reportedRecord)
	}
	if !slices.Equal(again, first[at:]) {
		return "", fmt.Errorf("after %s comes %s, not %s", list(first), list(again), list(first[at:]))
	}
	for _, before := range first[:at] {
		if later := o.with(before); later[len(later)-1].At > tried[0].At {
			return "", fmt.Errorf("%s comes again", before)
		}
	}
	fate := "is given up with it"
	if behind := first[len(first)-1]; behind != reportedRecord {
		if later := o.with(behind); later[len(later)-1].At > tried[len(tried)-1].At {
			fate = "is tried without it later"
		}
	}
	return fmt.Sprintf("what is behind it %s after %d runs", fate, len(tried)), nil
}

// attempts returns the runs of the smallest batch with the record that fails, which was tried to the end.
func (o Observed) attempts() []run {
	failed := o.with(failingRecord)
	if len(failed) == 0 {
		return nil
	}
	last := failed[len(failed)-1].keys()
	return o.where(func(keys []string) bool { return slices.Equal(keys, last) })
}

func failedRecordsAreGivenUp(o Observed) (string, error) {
	tried := o.attempts()
	if len(tried) != 1+retryAttempts {
		return "", fmt.Errorf("%s is tried %d times, not %d times", failingRecord, len(tried), 1+retryAttempts)
	}
	records := tried[0].Records
	for _, each := range o.failures {
		at := each.DDBStreamBatchInfo
		if at.StartSequenceNumber != records[0].Sequence {
			continue
		}
		switch {
		case each.RequestContext.Condition != "RetryAttemptsExhausted":
			return "", fmt.Errorf("the condition is %s", each.RequestContext.Condition)
		case at.EndSequenceNumber != records[len(records)-1].Sequence || at.BatchSize != len(records):
			return "", fmt.Errorf("the failure destination is told of %d records, and another end", at.BatchSize)
		case strings.Contains(each.text, content):
			return "", errors.New("the failure destination is told the content of the record")
		}
		return "RetryAttemptsExhausted", nil
	}
	return "", errors.New("the failure destination is told nothing")
}

// pausesGrow looks at the attempts of the record that fails and at those of the record that is reported. On a busy
// machine a run may begin late, and that hides how the pauses grow. So it is enough if they grow in one of the two.
func pausesGrow(o Observed) (string, error) {
	var seen []error
	for _, tried := range [][]run{o.attempts(), o.with(reportedRecord)} {
		text, grow := pauses(tried)
		if grow {
			return text, nil
		}
		seen = append(seen, errors.New(text))
	}
	return "", errors.Join(seen...)
}

// pauses lists the pauses between runs. They grow if the later half of them takes at least twice as long as the first.
func pauses(tried []run) (text string, grow bool) {
	const least = 5
	if len(tried) < least {
		return fmt.Sprintf("only %d attempts", len(tried)), false
	}
	each, last := make([]string, len(tried)-1), len(tried)-1
	for n := range each {
		each[n] = fmt.Sprintf("%.1f", tried[n+1].At-tried[n].At)
	}
	half := len(each) / 2
	early, late := tried[half].At-tried[0].At, tried[last].At-tried[last-half].At
	return "pauses of " + strings.Join(each, ", ") + " s", late >= 2*early
}

func oldRecordsAreGivenUp(o Observed) (string, error) {
	for _, each := range o.failures {
		if each.RequestContext.Condition != "RecordAgeExceeded" {
			continue
		}
		// The time at which a record arrived is given in whole seconds.
		age := each.Timestamp.Sub(each.DDBStreamBatchInfo.ApproximateArrivalOfFirstRecord)
		if age < o.maximumAge-time.Second {
			return "", fmt.Errorf("the record is given up after %v", age)
		}
		return "RecordAgeExceeded", nil
	}
	var conditions []string
	for _, each := range o.failures {
		conditions = append(conditions, each.RequestContext.Condition)
	}
	return "", fmt.Errorf("the failure destination is told only of: %s", strings.Join(conditions, ", "))
}
