package measure

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// Injected are the latencies put before the services.
type Injected struct {
	DynamoDB Distribution `json:"dynamodb"`
	Post     Distribution `json:"connections"`
}

// Delivery is what has to happen between a recall's request and its notices, whatever the program: calls that depend
// on each other, and posts of which some run at once.
type Delivery struct {
	// Rounds are the dependent rounds of DynamoDB calls before the first post; each is as long as the longest of its
	// calls.
	Rounds []int
	// Posts is how many notices are posted, Parallel of them at once.
	Posts, Parallel int
}

// Bound is the least time that the injected latencies allow.
type Bound struct {
	First time.Duration // until the first notice
	Last  time.Duration // until the last one
}

// floorDraws is how often a floor is drawn; with fixed latencies once is enough, and all draws are equal.
const floorDraws = 201

// Floor gives the median lower bound of a delivery: the injected latencies alone, on a machine that takes no time.
func (i Injected) Floor(delivery Delivery, seed uint64) Bound {
	random := rand.New(rand.NewPCG(seed, seed))
	first, last := make([]time.Duration, floorDraws), make([]time.Duration, floorDraws)
	for n := range floorDraws {
		start := time.Duration(0)
		for _, calls := range delivery.Rounds {
			longest := time.Duration(0)
			for range calls {
				longest = max(longest, i.DynamoDB.Draw(random))
			}
			start += longest
		}
		first[n], last[n] = i.posts(start, delivery, random)
	}
	return Bound{First: Summarize(first).P50, Last: Summarize(last).P50}
}

// posts gives each post to the worker that is free first.
func (i Injected) posts(start time.Duration, delivery Delivery, random *rand.Rand) (first, last time.Duration) {
	free := make(instants, min(delivery.Parallel, delivery.Posts))
	for n := range free {
		free[n] = start
	}
	for n := range delivery.Posts {
		end := free[0] + i.Post.Draw(random)
		free[0] = end
		heap.Fix(&free, 0)
		if n == 0 || end < first {
			first = end
		}
		last = max(last, end)
	}
	return first, last
}

// instants is a heap with the earliest on top.
type instants []time.Duration

func (h instants) Len() int           { return len(h) }
func (h instants) Less(i, j int) bool { return h[i] < h[j] }
func (h instants) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *instants) Push(x any)        { *h = append(*h, x.(time.Duration)) }
func (h *instants) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
