package awsproxy

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Faults are random faults, for a service that is to look unreliable.
type Faults struct {
	// Latency is added to every request.
	Latency time.Duration
	// Throttled, Failed, Dropped and Lost are shares of the requests, 0 to 1: refused as throttled, failed with status
	// 500, broken off before the service saw them, and done with the answer lost.
	Throttled, Failed, Dropped, Lost float64
	// Seed makes the choice repeatable.
	Seed uint64
}

// Any tells whether there are faults at all.
func (f Faults) Any() bool {
	return f.Latency > 0 || f.Throttled > 0 || f.Failed > 0 || f.Dropped > 0 || f.Lost > 0
}

// Hook injects the faults.
func (f Faults) Hook() Hook {
	var mutex sync.Mutex
	random := rand.New(rand.NewPCG(f.Seed, f.Seed)) // #nosec G404 -- chance for tests, not for secrets
	return func(context.Context, Request) Action {
		mutex.Lock()
		drawn := random.Float64()
		mutex.Unlock()
		action := Action{Delay: f.Latency}
		for _, fault := range []struct {
			share float64
			apply func()
		}{
			{f.Throttled, func() {
				action.Refusal = &Refusal{
					Status:  http.StatusBadRequest,
					Name:    "ThrottlingException",
					Message: "injected by the local stack",
				}
			}},
			{f.Failed, func() {
				action.Refusal = &Refusal{
					Status:  http.StatusInternalServerError,
					Name:    "InternalServerError",
					Message: "injected by the local stack",
				}
			}},
			{f.Dropped, func() { action.Drop = true }},
			{f.Lost, func() { action.LoseAnswer = true }},
		} {
			if drawn < fault.share {
				fault.apply()
				return action
			}
			drawn -= fault.share
		}
		return action
	}
}
