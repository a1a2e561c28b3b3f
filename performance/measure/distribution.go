package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// z99 is the standard normal distribution's 99th percentile.
const z99 = 2.326347874

// Distribution is a latency: fixed, uniform between two values, or log-normal by its median and 99th percentile,
// which is what latencies of services look like. It is written 15ms, uniform:10ms:20ms or lognormal:15ms:60ms.
type Distribution struct {
	kind      string
	low, high time.Duration
}

// Fixed is always the same.
func Fixed(latency time.Duration) Distribution { return Distribution{low: latency, high: latency} }

// UnmarshalText reads a distribution as it is written.
func (d *Distribution) UnmarshalText(text []byte) error {
	parts := strings.Split(string(text), ":")
	kind := ""
	if len(parts) == 3 {
		kind, parts = parts[0], parts[1:]
	}
	low, err := time.ParseDuration(parts[0])
	high, highErr := time.ParseDuration(parts[len(parts)-1])
	fixed := kind == "" && len(parts) == 1
	known := kind == "uniform" || kind == "lognormal"
	if err != nil || highErr != nil || low < 0 || high < low || !fixed && !known || kind == "lognormal" && low == 0 {
		return fmt.Errorf("%q is no latency: write 15ms, uniform:10ms:20ms or lognormal:15ms:60ms (median, 99th percentile)",
			text)
	}
	*d = Distribution{kind, low, high}
	return nil
}

// MarshalText writes it as it is read.
func (d Distribution) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Distribution) String() string {
	if d.kind == "" {
		return d.low.String()
	}
	return d.kind + ":" + d.low.String() + ":" + d.high.String()
}

// Draw draws one latency.
func (d Distribution) Draw(random *rand.Rand) time.Duration {
	switch d.kind {
	case "uniform":
		return d.low + time.Duration(random.Int64N(int64(d.high-d.low)+1))
	case "lognormal":
		sigma := math.Log(float64(d.high)/float64(d.low)) / z99
		return time.Duration(float64(d.low) * math.Exp(sigma*random.NormFloat64()))
	}
	return d.low
}

// Source draws latencies from many goroutines.
func (d Distribution) Source(seed uint64) func() time.Duration {
	random := rand.New(rand.NewPCG(seed, seed))
	var mutex sync.Mutex
	return func() time.Duration {
		mutex.Lock()
		defer mutex.Unlock()
		return d.Draw(random)
	}
}
