package growth

import (
	"math"
	"math/rand/v2"
)

// Quota is a limit of AWS, for an account and region.
type Quota struct {
	Name      string  `json:"name"`
	PerSecond float64 `json:"perSecond"`
	// Raisable means that AWS raises the quota on request. Then says what helps beyond that.
	Raisable bool   `json:"raisable"`
	Then     string `json:"then"`
}

// The quotas by their place in Day.Used. Their defaults are AWS's (docs/operations.md, "Quotas").
const (
	Requests = iota
	Connects
	Environments
	Writes
	Reads
)

// Quotas are the defaults in the order of those constants.
func Quotas() []Quota {
	return []Quota{
		{
			"API Gateway requests", 10_000, true,
			"several APIs, each in an account of its own, with the users spread over them; " +
				"for groups of thousands a broadcast service",
		},
		{"new connections", 500, true, "several APIs; clients already come back spread over time"},
		{"Lambda environments at once", 1_000, true, "shorter waits: more posts in parallel, the queue for smaller groups"},
		{"DynamoDB write units of a table", 40_000, true, "a table for each part of the users"},
		{
			"DynamoDB read units of a table", 40_000, true,
			"rows of presence by group instead of by user, where groups are busy",
		},
	}
}

// requestBurst is the account's bucket beside its 10,000 a second.
const requestBurst = 5_000

// Day is the result of a simulated day.
type Day struct {
	Users float64 `json:"users"`
	// Used is how much of each quota the busiest minute asked for; 1 is all of it.
	Used [5]float64 `json:"used"`
	// RequestsPerSecond are those of the busiest minute.
	RequestsPerSecond float64 `json:"requestsPerSecond"`
	// LongestWaitSeconds is how long a request or notice waited at most, when nothing is raised. Endless is set where
	// the day ended with more waiting than it began with.
	LongestWaitSeconds float64 `json:"longestWaitSeconds"`
	Endless            bool    `json:"endless"`
	// ReconnectSeconds is how long it takes until everybody is connected again after an outage.
	ReconnectSeconds float64 `json:"reconnectSeconds"`
	Month            Month   `json:"month"`
}

// Simulate runs a day with a number of users connected at its top. The same seed gives the same day.
func Simulate(w Workload, users float64, seed uint64) Day {
	random := rand.New(rand.NewPCG(seed, uint64(users)))
	quotas, activities := Quotas(), w.activities()
	day := Day{Users: users, ReconnectSeconds: users / quotas[Connects].PerSecond}
	queue := bucket{rate: quotas[Requests].PerSecond, burst: requestBurst, tokens: requestBurst}
	shards := w.shards(users, activities)
	var total usage
	var minute [5]float64
	for second := range secondsADay {
		connected := w.connected(users, second)
		total.connectedMinutes += connected / 60
		var asked [5]float64
		var changes, dueSeconds, runs float64
		arriving := max(0, w.connected(users, second+1)-connected)
		for i, kind := range activities {
			times := poisson(random, kind.perSecond*connected)
			if i == connectPlace {
				times += poisson(random, arriving)
				asked[Connects] += times
			}
			asked[Requests] += times * kind.requests
			asked[Environments] += times * kind.environmentSeconds
			asked[Writes] += times * kind.uses.WriteUnits
			asked[Reads] += times * kind.uses.ReadUnits
			total.add(kind, times)
			changes += times * kind.changes
			dueSeconds += times * kind.changes * kind.dueSeconds
			runs += times * kind.uses.Invocations
		}
		looked := finish(changes, dueSeconds/max(1, changes), shards)
		total.finish.ReadUnits += looked.ReadUnits
		total.finish.Invocations += looked.Invocations
		total.finish.GigabyteHours += looked.GigabyteHours
		total.traces += traced(runs + looked.Invocations)
		asked[Reads] += looked.ReadUnits
		asked[Environments] += looked.GigabyteHours * 3600 / finishGigabytes
		queue.take(asked[Requests])
		day.LongestWaitSeconds = max(day.LongestWaitSeconds, queue.waiting/queue.rate)
		for i := range asked {
			minute[i] += asked[i] / 60
		}
		if second%60 == 59 {
			for i := range minute {
				day.Used[i] = max(day.Used[i], minute[i]/quotas[i].PerSecond)
			}
			day.RequestsPerSecond = max(day.RequestsPerSecond, minute[Requests])
			minute = [5]float64{}
		}
	}
	day.Endless = queue.waiting > queue.rate
	day.Month = monthOf(total)
	return day
}

// shards are those of the table's stream after a year of such days.
func (w Workload) shards(users float64, activities []activity) float64 {
	writeUnits, messages, share := 0.0, 0.0, 0.0
	for _, kind := range activities {
		writeUnits += users * kind.perSecond * kind.uses.WriteUnits
		messages += users * kind.perSecond * kind.messages
	}
	for second := range secondsADay {
		share += w.connected(1, second)
	}
	return shardsOf(writeUnits, stored(messages*share))
}

// connectPlace is the index of the handshake in activities.
const connectPlace = 1

// bucket is a quota with a burst, and the requests that wait for it.
type bucket struct{ rate, burst, tokens, waiting float64 }

// take asks for an amount within one second.
func (b *bucket) take(amount float64) {
	b.tokens = min(b.burst, b.tokens) + b.rate
	b.waiting += amount
	served := min(b.waiting, b.tokens)
	b.waiting -= served
	b.tokens -= served
}

// traced is how many of a second's runs X-Ray records by its default rule: the first, and one in twenty of the others.
func traced(runs float64) float64 { return min(1, runs) + max(0, runs-1)/20 }

// poisson draws how often something happened that happens mean times on average. Above 50 the normal distribution is
// as good.
func poisson(random *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return math.Max(0, math.Round(mean+math.Sqrt(mean)*random.NormFloat64()))
	}
	limit, product, count := math.Exp(-mean), random.Float64(), 0.0
	for product > limit {
		product *= random.Float64()
		count++
	}
	return count
}

// UsedUpAt finds how many users use up a quota in their busiest minute, to two digits.
func UsedUpAt(w Workload, quota int, seed uint64) float64 {
	low, high := 1e3, 1e9
	for high/low > 1.02 {
		middle := math.Sqrt(low * high)
		if Simulate(w, middle, seed).Used[quota] >= 1 {
			high = middle
		} else {
			low = middle
		}
	}
	magnitude := math.Pow(10, math.Floor(math.Log10(high))-1)
	return math.Round(high/magnitude) * magnitude
}
