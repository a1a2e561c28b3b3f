package recalltest_test

import (
	"net/http"
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

func TestTheObjectsInMemoryConform(t *testing.T) {
	recalltest.RunObjects(t, func(*testing.T) recalltest.Files {
		clock := recalltest.NewClock()
		objects := recalltest.NewObjects(clock)
		return recalltest.Files{Objects: objects, Client: &http.Client{Transport: objects}, Clock: clock}
	})
}
