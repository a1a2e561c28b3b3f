package recalltest_test

import (
	"testing"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

func TestTheStoreInMemoryConforms(t *testing.T) {
	recalltest.RunStore(t, func(*testing.T) recall.Store { return recalltest.NewStore() })
}

func TestThePresenceInMemoryConforms(t *testing.T) {
	recalltest.RunPresence(t,
		func(_ *testing.T, clock recall.Clock) recall.Presence { return recalltest.NewPresence(clock) })
}
