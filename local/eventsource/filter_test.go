package eventsource

import (
	"encoding/json"
	"strings"
	"testing"
)

func parse(t *testing.T, source string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(source))
	decoder.UseNumber()
	var result map[string]any
	if err := decoder.Decode(&result); err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return result
}

func TestPatternsMatchAsLambdaMatchesThem(t *testing.T) {
	const insert = `{"eventName":"INSERT","dynamodb":{"Keys":{"pk":{"S":"a"}},
		"NewImage":{"due":{"S":"sent"},"count":{"N":"7"},"tags":{"SS":["x","y"]}}}}`
	const remove = `{"eventName":"REMOVE","dynamodb":{"Keys":{"pk":{"S":"a"}}}}`
	for _, test := range []struct {
		pattern, record string
		want            bool
	}{
		{`{"dynamodb":{"NewImage":{"due":{"S":[{"exists":true}]}}}}`, insert, true},
		{`{"dynamodb":{"NewImage":{"due":{"S":[{"exists":true}]}}}}`, remove, false},
		{`{"dynamodb":{"NewImage":{"due":{"S":[{"exists":false}]}}}}`, remove, true},
		{`{"dynamodb":{"NewImage":{"gone":{"S":[{"exists":true}]}}}}`, insert, false},
		{`{"dynamodb":{"NewImage":{"due":[{"exists":true}]}}}`, insert, false}, // exists works only for leaves
		{`{"eventName":["INSERT","MODIFY"]}`, insert, true},
		{`{"eventName":["INSERT","MODIFY"]}`, remove, false},
		{`{"eventName":[{"anything-but":["REMOVE"]}]}`, insert, true},
		{`{"eventName":[{"anything-but":"INSERT"}]}`, insert, false},
		{`{"eventName":[{"prefix":"INS"}]}`, insert, true},
		{`{"eventName":[{"suffix":"OVE"}]}`, insert, false},
		{`{"eventName":[{"equals-ignore-case":"insert"}]}`, insert, true},
		{`{"dynamodb":{"NewImage":{"count":{"N":[{"numeric":[">",5,"<=",7]}]}}}}`, insert, true},
		{`{"dynamodb":{"NewImage":{"count":{"N":[{"numeric":["<",7]}]}}}}`, insert, false},
		{`{"dynamodb":{"NewImage":{"tags":{"SS":["y"]}}}}`, insert, true},
		{`{"dynamodb":{"NewImage":{"tags":{"SS":["z"]}}}}`, insert, false},
		{`{"$or":[{"eventName":["REMOVE"]},{"dynamodb":{"NewImage":{"due":{"S":["sent"]}}}}]}`, insert, true},
		{`{"$or":[{"eventName":["REMOVE"]},{"dynamodb":{"NewImage":{"due":{"S":["revoked"]}}}}]}`, insert, false},
		{`{"n":[1.0]}`, `{"n":1}`, true},
		{`{"n":[null]}`, `{"n":null}`, true},
		{`{"n":[true]}`, `{"n":false}`, false},
		{`{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":["b"]}}}}`, insert, false},
	} {
		f, err := newFilter([]json.RawMessage{json.RawMessage(test.pattern)})
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		if got := f.matches(parse(t, test.record)); got != test.want {
			t.Errorf("%s on %s: %v", test.pattern, test.record, got)
		}
	}
}

func TestOfSeveralPatternsOneIsEnoughAndNoneMatchesAll(t *testing.T) {
	f, err := newFilter([]json.RawMessage{json.RawMessage(`{"a":["x"]}`), json.RawMessage(`{"a":["y"]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if !f.matches(parse(t, `{"a":"y"}`)) || f.matches(parse(t, `{"a":"z"}`)) {
		t.Error("the second pattern is not used, or every record matches")
	}
	if !(filter{}).matches(parse(t, `{}`)) {
		t.Error("without patterns nothing matches")
	}
}

func TestAPatternThatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, pattern := range []string{
		`[]`, `{"a":"x"}`, `{"a":[]}`, `{"a":[{"wildcard":"x*"}]}`, `{"a":[{"exists":"yes"}]}`, `{"a":[{"numeric":[">"]}]}`,
		`{"a":[{"prefix":1}]}`, `{`,
	} {
		if _, err := newFilter([]json.RawMessage{json.RawMessage(pattern)}); err == nil {
			t.Errorf("%s is taken", pattern)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`{"a":[{"exists":false}],"b":{"c":[1,"x",null]}}`, `{"a":1,"b":{"c":["x"]}}`)
	f.Add(`{"$or":[{"a":[{"numeric":[">=",1]}]}]}`, `{"a":"1e3"}`)
	f.Fuzz(func(t *testing.T, pattern, record string) {
		// Whatever the input is, matching ends without a panic, and a second match gives the same result.
		filter, err := newFilter([]json.RawMessage{json.RawMessage(pattern)})
		var event any
		decoder := json.NewDecoder(strings.NewReader(record))
		decoder.UseNumber()
		if err != nil || decoder.Decode(&event) != nil {
			return
		}
		first := filter.matches(event)
		if again := filter.matches(event); again != first {
			t.Error("the answer changes")
		}
	})
}
