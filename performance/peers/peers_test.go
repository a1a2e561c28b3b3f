package peers

import (
	"strings"
	"testing"
	"time"

	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
)

// This is a smoke test of both sides with few connections. Each side must use as much as its design says.
func TestTheSampleGrowsWithConnectionsAndRecallDoesNot(t *testing.T) {
	report, err := Run(t.Context(), Options{
		Injected: measure.Injected{DynamoDB: measure.Fixed(0), Post: measure.Fixed(0)},
		Sizes:    []int{3, 12},
		Samples:  3,
		Seed:     1,
		Settle:   time.Second,
		Baseline: "../baseline",
		Devices:  func(int) (devices.Devices, error) { return &devices.Fleet{}, nil },
		Progress: func(string) {},
	})
	if err != nil {
		t.Fatalf("%v (needs scripts/require.sh java dynamodb-local elasticmq)", err)
	}
	for n, size := range []int{3, 12} {
		sample, recall := report.Sample[n].PerMessage, report.Recall[n].PerMessage
		if sample.Posts != float64(size) || sample.DynamoDBCalls != 1 || sample.WriteUnits != 0 ||
			sample.Frames != float64(size)+1 {
			t.Errorf("%d connections: the sample used %+v", size, sample)
		}
		if recall.Posts != 1 || recall.Frames != 3 || recall.WriteUnits == 0 ||
			recall.WriteUnits != report.Recall[0].PerMessage.WriteUnits {
			t.Errorf("%d connections: a recall used %+v", size, recall)
		}
	}
	if !strings.Contains(report.Table(), "| 12 | ") {
		t.Error(report.Table())
	}
	for name, drawing := range report.Charts() {
		if _, err := drawing.SVG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestADollarIsTheSumOfItsParts(t *testing.T) {
	used := measure.Consumption{
		ReadUnits:     8,
		WriteUnits:    2,
		Frames:        3,
		Invocations:   5,
		GigabyteHours: measure.GigabyteHours(1, int64(time.Hour)),
	}
	got, want := used.Dollars(), 8*0.125e-6+2*0.625e-6+3e-6+5*0.2e-6+0.0000133334*3600
	if got < want*0.999999 || got > want*1.000001 {
		t.Errorf("got %v, want %v", got, want)
	}
}
