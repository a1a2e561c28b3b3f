package measure

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// between is a span in milliseconds after a fixed instant.
func between(from, to int) Span {
	start := time.Unix(1_700_000_000, 0)
	at := func(milliseconds int) time.Time { return start.Add(time.Duration(milliseconds) * time.Millisecond) }
	return Span{at(from), at(to)}
}

func TestSpansThatOverlapOrTouchAreJoined(t *testing.T) {
	got := Union(between(30, 40), between(0, 10), between(5, 20), between(20, 25), between(6, 7), between(9, 9), Span{})
	want := Spans{between(0, 25), between(30, 40)}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("-want +got\n%s", difference)
	}
	if got.Total() != 35*time.Millisecond {
		t.Errorf("together %v, want 35ms", got.Total())
	}
}

func TestWhatSpansHaveInCommonIsTakenOut(t *testing.T) {
	window := Union(between(0, 100))
	for _, each := range []struct {
		name string
		out  Spans
		want Spans
	}{
		{"nothing", nil, Spans{between(0, 100)}},
		{"the middle", Union(between(10, 20), between(30, 40)), Spans{between(0, 10), between(20, 30), between(40, 100)}},
		{"both ends", Union(between(-50, 10), between(90, 150)), Spans{between(10, 90)}},
		{"all", Union(between(-1, 101)), nil},
		{"what lies outside", Union(between(-9, 0), between(100, 200)), Spans{between(0, 100)}},
	} {
		if difference := cmp.Diff(each.want, window.Without(each.out)); difference != "" {
			t.Errorf("%s: -want +got\n%s", each.name, difference)
		}
	}
}

func TestEveryMillisecondIsEitherTakenOutOrLeft(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	some := func() Spans {
		var spans []Span
		for range random.IntN(8) {
			from := random.IntN(50)
			spans = append(spans, between(from, from+random.IntN(10)))
		}
		return Union(spans...)
	}
	covers := func(spans Spans, at time.Time) bool {
		for _, span := range spans {
			if !at.Before(span.From) && at.Before(span.To) {
				return true
			}
		}
		return false
	}
	for range 500 {
		all, out := some(), some()
		left := all.Without(out)
		for millisecond := range 60 {
			at := between(millisecond, millisecond).From
			if covers(left, at) != (covers(all, at) && !covers(out, at)) {
				t.Fatalf("%v without %v leaves %v", all, out, left)
			}
		}
	}
}
