package growth

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/recall/performance/measure"
)

// How a recall in a large group is carried out (shared/dynamo, shared/recall, shared/queue and template.yaml; a test
// holds these numbers against them).
const (
	pageMembers      = 5_000
	chunkUsers       = 500
	chunksOfABatch   = 10
	chunksAtOnce     = 3
	deliverMegabytes = 1_769
)

// What is assumed of SQS and Lambda: a SendMessageBatch, and the time from then until a waiting environment has the
// chunk. requestsOfAChunk are those by which Lambda receives and deletes it.
const (
	queueSeconds     = 0.010
	pollSeconds      = 0.030
	requestsOfAChunk = 2
)

// LargeRecall is a simulated recall in a group whose notices go through the queue.
type LargeRecall struct {
	Members int `json:"members"`
	Online  int `json:"online"`
	// RosterSeconds is from the frame until the whole roster is read, and LastSeconds until the last device is told.
	RosterSeconds float64 `json:"rosterSeconds"`
	LastSeconds   float64 `json:"lastSeconds"`
	// BeyondQuota is how many posts the default quota of requests would refuse if nobody else used it.
	BeyondQuota float64 `json:"beyondQuota"`
	// Dollars is the cost of the recall. Posts and Presence are its largest parts.
	Dollars  float64 `json:"dollars"`
	Posts    float64 `json:"posts"`
	Presence float64 `json:"presence"`
}

// SimulateLargeRecall follows one recall: the commit beside the first members, the pages of the roster one after the
// other, the chunks of each page into the queue while the next page is read, and the deliveries, of which some run at
// once. The members who are online are spread evenly.
func SimulateLargeRecall(members, online int) LargeRecall {
	result := LargeRecall{Members: members, Online: online}
	now := ownSeconds + dynamoDBSeconds
	uses := measure.Consumption{
		Posts: float64(online), Frames: 2 + float64(online), WriteUnits: revokeWrites, Invocations: 1,
		ReadUnits: 1 + 1 + finishReads + float64(members), // the first members, the head, and presence
	}
	requests := 0.0
	var due []float64 // when each chunk can be received
	for first := 0; first < members; first += pageMembers {
		size := min(pageMembers, members-first)
		now += dynamoDBSeconds + float64(size)*own().MemberSeconds
		uses.ReadUnits += rosterReads(size)
		chunks := (size + chunkUsers - 1) / chunkUsers
		for chunk := range chunks {
			due = append(due, now+float64(chunk/chunksOfABatch+1)*queueSeconds+pollSeconds)
		}
		requests += math.Ceil(float64(chunks) / chunksOfABatch)
	}
	result.RosterSeconds = now
	uses.GigabyteHours = revokeGigabytes * (now + queueSeconds + dynamoDBSeconds) / 3600
	requests += requestsOfAChunk * float64(len(due))

	posts := float64(online) / float64(len(due))
	before := ownSeconds + 2*dynamoDBSeconds // the message, then presence
	telling := posts*ownPostSeconds + math.Ceil(posts/parallelPosts)*postSeconds
	free := make(instants, chunksAtOnce)
	var told []float64 // when the posts of each chunk begin
	for _, at := range due {
		begins := max(at, free[0]) + before
		free[0] = begins + telling
		heap.Fix(&free, 0)
		told = append(told, begins)
		result.LastSeconds = max(result.LastSeconds, begins+telling)
		uses.ReadUnits++
		uses.Invocations++
		uses.GigabyteHours += deliverMegabytes / 1024.0 * (before + telling) / 3600
	}
	result.BeyondQuota = beyondQuota(told, posts)
	result.Posts = measure.Consumption{Frames: float64(online)}.Dollars()
	result.Presence = measure.Consumption{ReadUnits: float64(members)}.Dollars()
	result.Dollars = uses.Dollars() + requests*perQueueRequest
	return result
}

// beyondQuota counts the posts for which the account's bucket has no token. Each chunk takes its tokens when its posts
// begin.
func beyondQuota(begins []float64, posts float64) float64 {
	slices.Sort(begins)
	rate := Quotas()[Requests].PerSecond
	tokens, last, refused := float64(requestBurst), 0.0, 0.0
	for _, at := range begins {
		tokens = min(requestBurst, tokens+(at-last)*rate)
		last = at
		refused += max(0, posts-tokens)
		tokens = max(0, tokens-posts)
	}
	return refused
}

// instants is a heap with the earliest on top.
type instants []float64

func (h instants) Len() int           { return len(h) }
func (h instants) Less(i, j int) bool { return h[i] < h[j] }
func (h instants) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *instants) Push(x any)        { *h = append(*h, x.(float64)) }
func (h *instants) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// LargeRecalls simulates the sizes that have goals, and some beside them.
func LargeRecalls() []LargeRecall {
	var all []LargeRecall
	for _, size := range []struct{ members, online int }{
		{1_000, 1_000}, {10_000, 1_000}, {10_000, 10_000}, {100_000, 1_000}, {100_000, 5_000}, {100_000, 100_000},
	} {
		all = append(all, SimulateLargeRecall(size.members, size.online))
	}
	return all
}

// LargeTable is the simulated recalls in large groups, as Markdown.
func LargeTable(recalls []LargeRecall) string {
	var b strings.Builder
	b.WriteString("| members | online | roster read, s | last device told, s | posts beyond the quota | $ a recall " +
		"| posts | presence |\n|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	for _, r := range recalls {
		fmt.Fprintf(&b, "| %s | %s | %.2f | %.2f | %s | %.4f | %.4f | %.4f |\n", count(float64(r.Members)),
			count(float64(r.Online)), r.RosterSeconds, r.LastSeconds, count(r.BeyondQuota), r.Dollars, r.Posts, r.Presence)
	}
	return b.String()
}
