package awsproxy

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Faults are random faults that make a service unreliable.
type Faults struct {
	// Latency is added to every request.
	Latency time.Duration
	// Throttled, Failed, Dropped and Lost are shares of the requests, from 0 to 1. Throttled requests are refused as
	// throttled, and failed ones are answered with status 500. The connection of a dropped request is broken off
	// before the service sees it. A lost request is done, but its answer is lost.
	Throttled, Failed, Dropped, Lost float64
	// Seed makes the choice repeatable.
	Seed uint64
}

// Any reports whether there are any faults.
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
