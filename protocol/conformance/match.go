package conformance

import (
	"encoding/json"
	"reflect"

	"github.com/oklog/ulid/v2"
)

const clockToleranceMilliseconds = 5_000

// matches says whether actual fits the subset wanted: objects by the fields given, arrays element by element, anything
// else by equality. serverTime is the server's clock, for $ulid and $time.
func matches(wanted, actual any, serverTime int64) bool {
	switch wanted := wanted.(type) {
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return false
		}
		for name, value := range wanted {
			found, exists := object[name]
			if value == "$absent" {
				if exists && found != nil {
					return false
				}
				continue
			}
			if !exists || !matches(value, found, serverTime) {
				return false
			}
		}
		return true
	case []any:
		list, ok := actual.([]any)
		if !ok || len(list) != len(wanted) {
			return false
		}
		for i := range wanted {
			if !matches(wanted[i], list[i], serverTime) {
				return false
			}
		}
		return true
	case string:
		return matchesString(wanted, actual, serverTime)
	default:
		return reflect.DeepEqual(plain(wanted), plain(actual))
	}
}

func matchesString(wanted string, actual any, serverTime int64) bool {
	switch wanted {
	case "$any":
		return actual != nil
	case "$absent":
		return actual == nil
	case "$ulid":
		text, _ := actual.(string)
		id, err := ulid.ParseStrict(text)
		return err == nil && near(int64(id.Time()), serverTime)
	case "$time":
		number, ok := actual.(float64)
		return ok && near(int64(number), serverTime)
	default:
		return wanted == actual
	}
}

func near(a, b int64) bool {
	return a-b <= clockToleranceMilliseconds && b-a <= clockToleranceMilliseconds
}

// plain gives a value the types that encoding/json decodes into, so that an int64 equals the same float64.
func plain(value any) any {
	switch number := value.(type) {
	case int64:
		return float64(number)
	case int:
		return float64(number)
	case json.Number:
		f, err := number.Float64()
		if err == nil {
			return f
		}
	}
	return value
}
