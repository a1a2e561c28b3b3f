package recall_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

// TestTheStoreOfAFileHasTheMethodsThatTheFileCalls holds the small interfaces to their purpose: whoever opens a file
// sees at once which calls of the store its rules make.
func TestTheStoreOfAFileHasTheMethodsThatTheFileCalls(t *testing.T) {
	for file, store := range map[string]reflect.Type{
		"send.go":   reflect.TypeFor[recall.SendStore](),
		"revoke.go": reflect.TypeFor[recall.RevokeStore](),
		"outbox.go": reflect.TypeFor[recall.OutboxStore](),
		"sync.go":   reflect.TypeFor[recall.SyncStore](),
		"read.go":   reflect.TypeFor[recall.ReadStore](),
		"list.go":   reflect.TypeFor[recall.ListStore](),
		"window.go": reflect.TypeFor[recall.WindowStore](),
		"group.go":  reflect.TypeFor[recall.GroupStore](),
		"admin.go":  reflect.TypeFor[recall.AdminStore](),
	} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		called := make(map[string]bool)
		for _, call := range regexp.MustCompile(`\.Store\.(\w+)`).FindAllStringSubmatch(string(source), -1) {
			called[call[1]] = true
		}
		var declared []string
		for i := range store.NumMethod() {
			declared = append(declared, store.Method(i).Name)
		}
		if calls := slices.Sorted(maps.Keys(called)); !slices.Equal(calls, declared) {
			t.Errorf("%s calls %s, and %s has %s", file, strings.Join(calls, ", "), store.Name(), strings.Join(declared, ", "))
		}
	}
}
