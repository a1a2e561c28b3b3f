// Package eventually lets a test wait until something becomes true.
package eventually

import (
	"testing"
	"time"
)

// patience bounds every wait. It is long, so that a test on a slow machine does not fail. Only a test that fails
// waits that long.
const patience = time.Minute

// True waits until a condition is true. The test fails if that does not happen in time. what describes the condition
// for the message of the failure.
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
