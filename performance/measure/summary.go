package measure

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Summary is a sample's percentiles by the nearest-rank method: each is a value that was measured.
type Summary struct {
	Count         int
	P50, P99, Max time.Duration
}

// Summarize sorts a copy and picks. An empty sample gives zeros.
func Summarize(sample []time.Duration) Summary {
	if len(sample) == 0 {
		return Summary{}
	}
	sorted := slices.Sorted(slices.Values(sample))
	return Summary{
		Count: len(sorted),
		P50:   percentile(sorted, 0.50),
		P99:   percentile(sorted, 0.99),
		Max:   sorted[len(sorted)-1],
	}
}

func percentile(sorted []time.Duration, share float64) time.Duration {
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// Milliseconds is a duration as tables and charts show it.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Cell is a duration in milliseconds with one decimal.
func Cell(d time.Duration) string { return fmt.Sprintf("%.1f", Milliseconds(d)) }

// MarshalJSON writes milliseconds.
func (s Summary) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Count           int     `json:"count"`
		P50Milliseconds float64 `json:"p50Milliseconds"`
		P99Milliseconds float64 `json:"p99Milliseconds"`
		MaxMilliseconds float64 `json:"maxMilliseconds"`
	}{s.Count, Milliseconds(s.P50), Milliseconds(s.P99), Milliseconds(s.Max)})
}
