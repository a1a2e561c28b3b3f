package measure

import (
	"slices"
	"time"
)

// Span is the time from one instant to another.
type Span struct{ From, To time.Time }

// Spans are in order and do not overlap.
type Spans []Span

// Union joins spans in any order, which may overlap. Spans without a length, such as the zero Span, are left out.
func Union(spans ...Span) Spans {
	sorted := slices.SortedFunc(slices.Values(spans), func(a, b Span) int { return a.From.Compare(b.From) })
	var joined Spans
	for _, span := range sorted {
		switch last := len(joined) - 1; {
		case !span.From.Before(span.To):
		case last >= 0 && !joined[last].To.Before(span.From):
			if joined[last].To.Before(span.To) {
				joined[last].To = span.To
			}
		default:
			joined = append(joined, span)
		}
	}
	return joined
}

// Total is how long the spans are together.
func (s Spans) Total() time.Duration {
	total := time.Duration(0)
	for _, span := range s {
		total += span.To.Sub(span.From)
	}
	return total
}

// Without returns what is in s and not in others.
func (s Spans) Without(others Spans) Spans {
	var rest Spans
	for _, span := range s {
		for _, other := range others {
			if !other.To.After(span.From) {
				continue
			}
			if !other.From.Before(span.To) {
				break
			}
			if span.From.Before(other.From) {
				rest = append(rest, Span{span.From, other.From})
			}
			span.From = other.To
		}
		if span.From.Before(span.To) {
			rest = append(rest, span)
		}
	}
	return rest
}
