package measure

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

func TestPercentilesAreMeasuredValuesByNearestRank(t *testing.T) {
	var sample []time.Duration
	for i := 500; i > 0; i-- {
		sample = append(sample, time.Duration(i)*time.Millisecond)
	}
	got := Summarize(sample)
	want := Summary{Count: 500, P50: 250 * time.Millisecond, P99: 495 * time.Millisecond, Max: 500 * time.Millisecond}
	if got != want || got.Cells() != "250.0 / 495.0 / 500.0" {
		t.Errorf("got %+v (%s), want %+v", got, got.Cells(), want)
	}
	fewer := Summarize(sample[1:])
	if fewer.P99 != 0 || fewer.Cells() != "250.0 / – / 499.0" {
		t.Errorf("499 values give %+v (%s)", fewer, fewer.Cells())
	}
	if one := Summarize([]time.Duration{7}); one != (Summary{1, 7, 0, 7}) {
		t.Errorf("a single value gives %+v", one)
	}
	if none := Summarize(nil); none != (Summary{}) {
		t.Errorf("no value gives %+v", none)
	}
	if sample[0] != 500*time.Millisecond {
		t.Error("the sample was sorted in place")
	}
}

func TestASummaryIsMillisecondsInJSON(t *testing.T) {
	got, err := json.Marshal(Summary{
		Count: 600,
		P50:   1500 * time.Microsecond,
		P99:   2 * time.Millisecond,
		Max:   3 * time.Millisecond,
	})
	want := `{"count":600,"p50Milliseconds":1.5,"p99Milliseconds":2,"maxMilliseconds":3}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestAFloorIsTheDependentRoundsAndTheRoundsOfPosts(t *testing.T) {
	injected := Injected{DynamoDB: Fixed(4 * time.Millisecond), Post: Fixed(15 * time.Millisecond)}
	for _, each := range []struct {
		name        string
		delivery    Delivery
		first, last time.Duration
	}{
		{
			"one receiver", Delivery{Rounds: []int{1, 1}, Posts: 1, Parallel: 128}, 23 * time.Millisecond,
			23 * time.Millisecond,
		},
		{
			"as many as run at once", Delivery{Rounds: []int{1, 2}, Posts: 128, Parallel: 128}, 23 * time.Millisecond,
			23 * time.Millisecond,
		},
		{"one more", Delivery{Rounds: []int{1, 2}, Posts: 129, Parallel: 128}, 23 * time.Millisecond, 38 * time.Millisecond},
		{
			"499 receivers", Delivery{Rounds: []int{2, 5}, Posts: 499, Parallel: 128}, 23 * time.Millisecond,
			68 * time.Millisecond,
		},
		{"nobody", Delivery{Rounds: []int{1}, Parallel: 128}, 0, 0},
	} {
		if got := injected.Floor(each.delivery, 1); got.First != each.first || got.Last != each.last {
			t.Errorf("%s: got %v", each.name, got)
		}
	}
}

func TestAFloorOfDrawnLatenciesWaitsForTheSlowestOfARound(t *testing.T) {
	var spread Distribution
	if err := spread.UnmarshalText([]byte("uniform:0ms:100ms")); err != nil {
		t.Fatal(err)
	}
	injected := Injected{DynamoDB: spread, Post: Fixed(0)}
	one := injected.Floor(Delivery{Rounds: []int{1}, Posts: 1, Parallel: 1}, 1)
	ten := injected.Floor(Delivery{Rounds: []int{10}, Posts: 1, Parallel: 1}, 1)
	if one.First >= ten.First || ten.First < 80*time.Millisecond {
		t.Errorf("one call takes %v, the slowest of ten %v", one.First, ten.First)
	}
}

func TestADistributionIsReadAndWritten(t *testing.T) {
	for _, text := range []string{"15ms", "0s", "uniform:10ms:20ms", "lognormal:15ms:60ms"} {
		var d Distribution
		if err := d.UnmarshalText([]byte(text)); err != nil || d.String() != text {
			t.Errorf("%q: %q, %v", text, d, err)
		}
	}
	for _, text := range []string{
		"", "15", "-1ms", "uniform:20ms:10ms", "normal:1ms:2ms", "uniform:1ms", "10ms:20ms", "lognormal:0s:1ms", "a:b:c",
	} {
		if err := new(Distribution).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestALogNormalHasItsMedianAndPercentile(t *testing.T) {
	var d Distribution
	if err := d.UnmarshalText([]byte("lognormal:15ms:60ms")); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	sample := make([]time.Duration, 20_000)
	for i := range sample {
		sample[i] = d.Draw(random)
	}
	got := Summarize(sample)
	if got.P50 < 14*time.Millisecond || got.P50 > 16*time.Millisecond || got.P99 < 54*time.Millisecond ||
		got.P99 > 66*time.Millisecond {
		t.Errorf("median %v, 99th percentile %v", got.P50, got.P99)
	}
}
