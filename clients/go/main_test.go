package client

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the run if a client leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
