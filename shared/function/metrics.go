package function

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"example.com/recall/shared/recall"
)

// Namespace is the namespace of the metrics in CloudWatch.
const Namespace = "Recall"

// Metrics collects the values of an invocation and writes them as lines of CloudWatch's embedded metric format, one
// line for each outcome. A count is written as its sum, and a time as each of its values. This costs no call, since
// CloudWatch reads the lines from the log.
type Metrics struct {
	Function string
	Output   io.Writer
	Clock    recall.Clock

	mutex  sync.Mutex
	values map[string]map[recall.Metric][]float64 // by outcome
}

var _ recall.Observer = (*Metrics)(nil)

// maximumValues is the embedded metric format's limit of values per metric and line; further ones go into further
// lines (CloudWatch guide, "Specification: Embedded metric format").
const maximumValues = 100

// Observe adds a value.
func (m *Metrics) Observe(metric recall.Metric, value float64, outcome string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.values == nil {
		m.values = make(map[string]map[recall.Metric][]float64)
	}
	if m.values[outcome] == nil {
		m.values[outcome] = make(map[recall.Metric][]float64)
	}
	m.values[outcome][metric] = append(m.values[outcome][metric], value)
}

// Total is the sum of a metric's values since the last Flush, of all outcomes.
func (m *Metrics) Total(metric recall.Metric) float64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	total := 0.0
	for _, figures := range m.values {
		total += sum(figures[metric])
	}
	return total
}

// Largest is the largest of a metric's values since the last Flush, of all outcomes. It is 0 if there is none.
func (m *Metrics) Largest(metric recall.Metric) float64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	largest := 0.0
	for _, figures := range m.values {
		for _, value := range figures[metric] {
			largest = max(largest, value)
		}
	}
	return largest
}

// count is CloudWatch's unit of what is counted.
const count = "Count"

type metricDefinition struct {
	Name recall.Metric
	Unit string
}

type metricDirective struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricDefinition
}

// Flush writes what was collected since the last time.
func (m *Metrics) Flush() {
	m.mutex.Lock()
	collected := m.values
	m.values = nil
	m.mutex.Unlock()
	for outcome, figures := range collected {
		for len(figures) > 0 {
			line := m.line(outcome, figures)
			if encoded, err := json.Marshal(line); err == nil {
				_, _ = m.Output.Write(append(encoded, '\n')) // a lost figure is no reason to fail
			}
		}
	}
}

// line takes as many values as a line may hold, and leaves the rest.
func (m *Metrics) line(outcome string, figures map[recall.Metric][]float64) map[string]any {
	directive := metricDirective{Namespace: Namespace, Dimensions: [][]string{{"Function"}}}
	line := map[string]any{"Function": m.Function}
	if outcome != "" {
		directive.Dimensions = append(directive.Dimensions, []string{"Function", "Outcome"})
		line["Outcome"] = outcome
	}
	for _, metric := range slices.Sorted(maps.Keys(figures)) {
		values, unit := figures[metric], unitOf(metric)
		delete(figures, metric)
		switch {
		case unit == count:
			values = []float64{sum(values)}
		case len(values) > maximumValues:
			figures[metric] = values[maximumValues:]
			values = values[:maximumValues]
		}
		directive.Metrics = append(directive.Metrics, metricDefinition{metric, unit})
		line[string(metric)] = values
	}
	line["_aws"] = map[string]any{"Timestamp": m.now().UnixMilli(), "CloudWatchMetrics": []metricDirective{directive}}
	return line
}

func sum(values []float64) float64 {
	total := 0.0
	for _, value := range values {
		total += value
	}
	return total
}

func (m *Metrics) now() time.Time { return m.Clock.Now() }

func unitOf(metric recall.Metric) string {
	switch metric {
	case recall.MetricNoticeMilliseconds, recall.MetricQueueMilliseconds:
		return "Milliseconds"
	}
	return count
}
