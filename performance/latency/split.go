package latency

import (
	"encoding/json"
	"time"

	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// part is one of rig.Parts.
type part struct {
	// key names the part in JSON, name in a table.
	key, name string
	of        func(rig.Parts) time.Duration
}

// parts are those of a recall, in the order of the table.
func parts() []part {
	return []part{
		{"gateway", "gateway, network, device", func(p rig.Parts) time.Duration { return p.Gateway }},
		{"runtime", "Runtime API", func(p rig.Parts) time.Duration { return p.Runtime }},
		{"function", "function", func(p rig.Parts) time.Duration { return p.Function }},
		{"injected", "injected latency", func(p rig.Parts) time.Duration { return p.Injected }},
		{"proxy", "before DynamoDB Local", func(p rig.Parts) time.Duration { return p.Proxy }},
		{"dynamodb", "DynamoDB Local", func(p rig.Parts) time.Duration { return p.DynamoDB }},
		{"posts", "posts", func(p rig.Parts) time.Duration { return p.Posts }},
	}
}

// Split are the medians of all parts, in the order of parts. They need not add up to the median of the whole.
type Split []time.Duration

func splitOf(recalls []recalled) Split {
	var split Split
	for _, part := range parts() {
		sample := make([]time.Duration, len(recalls))
		for i, recall := range recalls {
			sample[i] = part.of(recall.parts)
		}
		split = append(split, measure.Summarize(sample).P50)
	}
	return split
}

// MarshalJSON writes milliseconds.
func (s Split) MarshalJSON() ([]byte, error) {
	milliseconds := map[string]float64{}
	for i, part := range parts() {
		if i < len(s) {
			milliseconds[part.key+"Milliseconds"] = measure.Milliseconds(s[i])
		}
	}
	return json.Marshal(milliseconds)
}
