package latency

import (
	"fmt"
	"time"

	"example.com/recall/performance/measure"
)

// membersInCall and chunkUsers are Recall's limits of one call and of one queued chunk; chunksAtOnce is the template's
// MaximumConcurrency of the queue; parallelPosts are at once (docs/design.md).
const (
	membersInCall = 500
	chunkUsers    = 500
	chunksAtOnce  = 3
	parallelPosts = 128
	batchKeys     = 100
)

// Scenario says how many members a conversation has. A direct conversation has two.
type Scenario struct {
	Members int `json:"members"`
	Online  int `json:"online"` // the sender's device included
	Samples int `json:"samples"`
}

// Name is the scenario in a table.
func (s Scenario) Name() string {
	switch {
	case s.direct():
		return "1:1"
	case s.Online == s.Members:
		return fmt.Sprintf("group of %d", s.Members)
	}
	return fmt.Sprintf("group of %d, %d online", s.Members, s.Online)
}

func (s Scenario) direct() bool   { return s.Members == 2 }
func (s Scenario) queued() bool   { return s.Members > membersInCall }
func (s Scenario) receivers() int { return s.Online - 1 }

// online picks who is online, evenly over the roster, so that every chunk of a large group has as many.
func (s Scenario) online(users []string) []string {
	picked := make([]string, s.Online)
	for n := range picked {
		picked[n] = users[n*s.Members/s.Online]
	}
	return picked
}

// Floor is the least time that the injected latencies allow.
type Floor struct {
	First, Last, Reply time.Duration
}

// floor counts the calls that depend on each other: the commit beside the roster, who is connected, the posts, and
// for the reply the settling. Through the queue the reply waits for no post, and each chunk first reads its message;
// the queue's own time is not in it, since no latency is injected there.
func (s Scenario) floor(injected measure.Injected, seed uint64) Floor {
	commit := 2
	if s.direct() {
		commit = 1
	}
	if !s.queued() {
		delivery := measure.Delivery{
			Rounds:   []int{commit, batches(s.Members)},
			Posts:    s.receivers(),
			Parallel: parallelPosts,
		}
		bound := injected.Floor(delivery, seed)
		settled := delivery
		settled.Rounds = append(settled.Rounds, 1)
		return Floor{First: bound.First, Last: bound.Last, Reply: injected.Floor(settled, seed).Last}
	}
	chunks := s.chunks()
	online := (s.receivers() + chunks - 1) / chunks
	committed := injected.Floor(measure.Delivery{Rounds: []int{commit}, Posts: 1, Parallel: 1},
		seed).First - injected.Floor(measure.Delivery{Posts: 1, Parallel: 1}, seed).First
	chunk := injected.Floor(
		measure.Delivery{Rounds: []int{1, batches(chunkUsers)}, Posts: online, Parallel: parallelPosts}, seed)
	waves := time.Duration((chunks + chunksAtOnce - 1) / chunksAtOnce)
	settle := injected.Floor(measure.Delivery{Rounds: []int{commit, 1, 1}, Posts: 1, Parallel: 1},
		seed).First - injected.Floor(measure.Delivery{Posts: 1, Parallel: 1}, seed).First
	return Floor{First: committed + chunk.First, Last: committed + waves*chunk.Last, Reply: settle}
}

// chunks is how many chunks of users go through the queue.
func (s Scenario) chunks() int {
	if !s.queued() {
		return 0
	}
	return (s.Members + chunkUsers - 1) / chunkUsers
}

// coldToo reports whether the first recall of a new environment is of interest: those of an ordinary conversation, and
// of the largest group whose notices one environment posts.
func (s Scenario) coldToo() bool { return s.direct() || s.allOfCall() }

// allOfCall reports whether it is the largest group that is told within a call, all of it online.
func (s Scenario) allOfCall() bool { return s.Members == membersInCall && s.Online == membersInCall }

// posts is the least time that the posts to all receivers take.
func (s Scenario) posts(injected measure.Injected, seed uint64) time.Duration {
	return injected.Floor(measure.Delivery{Posts: s.receivers(), Parallel: parallelPosts}, seed).Last
}

func batches(users int) int { return (users + batchKeys - 1) / batchKeys }

// goalMembers is the size of the group that is compared with a peer, and so has a 99th percentile of its own.
const goalMembers = 100

// Scenarios are the usual ones for group sizes: all online, and one in ten. With the usual number of samples there are
// enough for a 99th percentile between two people and in the group that has a goal; otherwise there are fewer where a
// recall takes long.
func Scenarios(sizes []int, samples int) []Scenario {
	scenarios := []Scenario{{Members: 2, Online: 2, Samples: samples}}
	for _, members := range sizes {
		few := max(3, samples*30/(100+members))
		switch {
		case members > membersInCall:
			few = 3
		case members == goalMembers:
			scenarios = append(scenarios, Scenario{Members: members, Online: members, Samples: samples})
		default:
			scenarios = append(scenarios, Scenario{Members: members, Online: members, Samples: few})
		}
		scenarios = append(scenarios, Scenario{Members: members, Online: max(2, members/10), Samples: few})
	}
	return scenarios
}
