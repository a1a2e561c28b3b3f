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
	Count int
	P50   time.Duration
	// P99 is 0 if the sample has fewer than SampleForP99 values.
	P99 time.Duration
	Max time.Duration
}

// SampleForP99 is how many values a 99th percentile needs. With fewer it is one of the four largest values, and
// another run has another one.
const SampleForP99 = 500

// Summarize sorts a copy and picks. An empty sample gives zeros.
func Summarize(sample []time.Duration) Summary {
	if len(sample) == 0 {
		return Summary{}
	}
	sorted := slices.Sorted(slices.Values(sample))
	summary := Summary{Count: len(sorted), P50: percentile(sorted, 0.50), Max: sorted[len(sorted)-1]}
	if summary.Count >= SampleForP99 {
		summary.P99 = percentile(sorted, 0.99)
	}
	return summary
}

func percentile(sorted []time.Duration, share float64) time.Duration {
	return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)]
}

// Milliseconds is a duration as tables and charts show it.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Cell is a duration in milliseconds with one decimal.
func Cell(d time.Duration) string { return fmt.Sprintf("%.1f", Milliseconds(d)) }

// Cells are the three values in milliseconds. A percentile for which there are too few values is a dash.
func (s Summary) Cells() string {
	p99 := "–"
	if s.P99 > 0 {
		p99 = Cell(s.P99)
	}
	return Cell(s.P50) + " / " + p99 + " / " + Cell(s.Max)
}

// MarshalJSON writes milliseconds.
func (s Summary) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Count           int     `json:"count"`
		P50Milliseconds float64 `json:"p50Milliseconds"`
		P99Milliseconds float64 `json:"p99Milliseconds,omitempty"`
		MaxMilliseconds float64 `json:"maxMilliseconds"`
	}{s.Count, Milliseconds(s.P50), Milliseconds(s.P99), Milliseconds(s.Max)})
}
