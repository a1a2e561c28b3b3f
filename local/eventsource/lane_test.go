package eventsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/template"
)

// function is a function under test. It gets the sequence numbers of a batch.
type function func(numbers []string) (Answer, error)

// work runs the records 1 to count through a lane. It returns the batches that the function got, and the reported
// troubles.
func work(t *testing.T, source template.EventSource, count int, f function) (batches, trouble []string) {
	t.Helper()
	if source.MaximumAge == 0 {
		source.MaximumAge = -1
	}
	options := Options{
		Source:     source,
		Now:        time.Now,
		RetryDelay: time.Microsecond,
		Trouble:    func(text string) { trouble = append(trouble, text) },
		Invoke: func(_ context.Context, payload []byte) (Answer, error) {
			var event struct {
				Records []struct {
					Dynamodb struct{ SequenceNumber string }
				}
			}
			if err := json.Unmarshal(payload, &event); err != nil {
				t.Error(err)
			}
			var numbers []string
			for _, r := range event.Records {
				numbers = append(numbers, r.Dynamodb.SequenceNumber)
			}
			batches = append(batches, strings.Join(numbers, " "))
			return f(numbers)
		},
	}
	l := &lane{stream: &stream{Options: options}}
	var records []record
	for n := 1; n <= count; n++ {
		number := fmt.Sprint(n)
		records = append(records, record{
			event:          map[string]any{"dynamodb": map[string]any{"SequenceNumber": number}},
			sequenceNumber: number,
			created:        time.Now(),
		})
	}
	l.work(t.Context(), records)
	return batches, trouble
}

// failing returns a function that fails for every batch with one of these records.
func failing(numbers ...string) function {
	return func(batch []string) (Answer, error) {
		for _, number := range numbers {
			if slices.Contains(batch, number) {
				return Answer{FunctionError: "Unhandled"}, nil
			}
		}
		return Answer{}, nil
	}
}

// reporting returns a function that reports those of these records as failed that are in the batch.
func reporting(numbers ...string) function {
	return func(batch []string) (Answer, error) {
		var items []string
		for _, number := range numbers {
			if slices.Contains(batch, number) {
				items = append(items, `{"itemIdentifier":"`+number+`"}`)
			}
		}
		return Answer{Payload: []byte(`{"batchItemFailures":[` + strings.Join(items, ",") + `]}`)}, nil
	}
}

func TestAFailingBatchIsTriedAsOftenAsAllowedAndThenGivenUp(t *testing.T) {
	batches, trouble := work(t, template.EventSource{RetryAttempts: 2}, 2, failing("1"))
	if difference := cmp.Diff([]string{"1 2", "1 2", "1 2"}, batches); difference != "" {
		t.Error(difference)
	}
	if len(trouble) != 1 || !strings.Contains(trouble[0], "RetryAttemptsExhausted") {
		t.Errorf("trouble %v", trouble)
	}
}

func TestBisectingFindsTheBadRecordAndSavesTheOthers(t *testing.T) {
	batches, trouble := work(t, template.EventSource{RetryAttempts: 1, BisectOnError: true}, 4, failing("3"))
	want := []string{"1 2 3 4", "1 2", "3 4", "3", "3", "4"}
	if difference := cmp.Diff(want, batches); difference != "" {
		t.Error(difference)
	}
	if len(trouble) != 1 {
		t.Errorf("trouble %v", trouble)
	}
}

func TestOfSeveralReportedRecordsTheLowestIsTheCheckpoint(t *testing.T) {
	for _, failed := range [][]string{{"4", "2"}, {"2", "4"}, {"4", "2", "3"}} {
		seen := 0
		source := template.EventSource{RetryAttempts: -1, ReportBatchItemFailures: true}
		batches, trouble := work(t, source, 5, func(batch []string) (Answer, error) {
			if seen++; seen == 1 {
				return reporting(failed...)(batch)
			}
			return Answer{}, nil
		})
		if difference := cmp.Diff([]string{"1 2 3 4 5", "2 3 4 5"}, batches); difference != "" {
			t.Errorf("%v failed: %s", failed, difference)
		}
		if len(trouble) != 0 {
			t.Errorf("%v failed: trouble %v", failed, trouble)
		}
	}
}

func TestAPoisonRecordDoesNotBlockItsShard(t *testing.T) {
	batches, trouble := work(t, template.EventSource{RetryAttempts: 1, ReportBatchItemFailures: true}, 3, reporting("2"))
	// The rest of the batch after the record is given up too. Without bisecting, Lambda cannot find the bad record.
	if difference := cmp.Diff([]string{"1 2 3", "2 3"}, batches); difference != "" {
		t.Error(difference)
	}
	if len(trouble) != 1 {
		t.Errorf("trouble %v", trouble)
	}
}

func TestReportedFailuresCountOnlyWhereTheMappingAsksForThem(t *testing.T) {
	batches, _ := work(t, template.EventSource{RetryAttempts: -1}, 2, reporting("1"))
	if difference := cmp.Diff([]string{"1 2"}, batches); difference != "" {
		t.Error(difference)
	}
}

func TestTooOldRecordsAreGivenUpUntried(t *testing.T) {
	source := template.EventSource{RetryAttempts: -1, MaximumAge: time.Nanosecond}
	batches, trouble := work(t, source, 2, failing())
	if len(batches) != 0 || len(trouble) != 1 || !strings.Contains(trouble[0], "RecordAgeExceeded") {
		t.Errorf("batches %v, trouble %v", batches, trouble)
	}
}

func TestThrottlingIsNoAttempt(t *testing.T) {
	seen := 0
	batches, trouble := work(t, template.EventSource{RetryAttempts: 0}, 1, func([]string) (Answer, error) {
		if seen++; seen <= 3 {
			return Answer{}, ErrThrottled
		}
		return Answer{}, nil
	})
	if len(batches) != 4 || len(trouble) != 0 {
		t.Errorf("batches %v, trouble %v", batches, trouble)
	}
}

func TestAnErrorOfTheInvocationItselfIsAFailure(t *testing.T) {
	batches, trouble := work(t, template.EventSource{RetryAttempts: 1}, 1, func([]string) (Answer, error) {
		return Answer{}, errors.New("no process could be started")
	})
	if len(batches) != 2 || len(trouble) != 1 {
		t.Errorf("batches %v, trouble %v", batches, trouble)
	}
}

func TestPartialAnswersAreReadAsLambdaReadsThem(t *testing.T) {
	for payload, want := range map[string]struct {
		identifiers string
		all         bool
	}{
		``:                           {},
		`null`:                       {},
		`"done"`:                     {},
		`{}`:                         {},
		`{"batchItemFailures":null}`: {},
		`{"batchItemFailures":[]}`:   {},
		`{"batchItemFailures":[{"itemIdentifier":"7"},{"itemIdentifier":"5"}]}`: {identifiers: "7 5"},
		`{"batchItemFailures":[{"itemIdentifier":""}]}`:                         {all: true},
		`{"batchItemFailures":[{"itemIdentifier":null}]}`:                       {all: true},
		`{"batchItemFailures":[{"wrong":"7"}]}`:                                 {all: true},
		`{"batchItemFailures":[{"itemIdentifier":7}]}`:                          {all: true},
	} {
		identifiers, all := failures([]byte(payload))
		if strings.Join(identifiers, " ") != want.identifiers || all != want.all {
			t.Errorf("%s gives %v, %v", payload, identifiers, all)
		}
	}
}
