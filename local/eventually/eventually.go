// Package eventually lets a test wait for what must come true.
package eventually

import (
	"testing"
	"time"
)

// patience bounds every wait. It is long, so that a test on a slow machine does not fail. Only a test that fails
// waits that long.
const patience = time.Minute

// True waits until a condition holds. The test fails if it never does; what says in words what was waited for.
func True(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
