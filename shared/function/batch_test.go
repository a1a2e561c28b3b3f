package function_test

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"example.com/recall/shared/function"
)

func TestEachRecordOfABatchSucceedsOrFailsByItself(t *testing.T) {
	records := make([]int, 40)
	for i := range records {
		records[i] = i
	}
	event, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		t.Fatal(err)
	}
	var worked atomic.Int64
	answer, err := function.EachRecord(t.Context(), event, func(_ context.Context, record json.RawMessage) string {
		worked.Add(1)
		if number, _ := strconv.Atoi(string(record)); number%20 == 7 {
			return "record " + string(record)
		}
		return ""
	})
	if err != nil || worked.Load() != 40 {
		t.Fatalf("%d records were worked on, error %v", worked.Load(), err)
	}
	want := []function.BatchItemFailure{{ItemIdentifier: "record 7"}, {ItemIdentifier: "record 27"}}
	if !slices.Equal(answer.BatchItemFailures, want) {
		t.Errorf("%v come again, want %v", answer.BatchItemFailures, want)
	}
}

func TestABatchWithoutFailuresIsAnsweredWithAnEmptyList(t *testing.T) {
	answer, err := function.EachRecord(t.Context(), json.RawMessage(`{"Records":[]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if encoded, _ := json.Marshal(answer); string(encoded) != `{"batchItemFailures":[]}` {
		t.Errorf("the answer is %s", encoded)
	}
}

func TestAnEventThatIsNoBatchIsAnError(t *testing.T) {
	if _, err := function.EachRecord(t.Context(), json.RawMessage(`[]`), nil); err == nil {
		t.Error("no error")
	}
}
