package growth

import (
	"math"

	"example.com/recall/performance/measure"
)

// The stream's event source and function, as in template.yaml and shared/recall/finish.go.
const (
	finishGigabytes       = 0.25
	gatheringSeconds      = 1.0 // MaximumBatchingWindowInSeconds
	changesAtOnce         = 16
	lookEverySeconds      = 0.5
	changesAShardCanWrite = 1_000.0 // write units of a partition
	shardGigabytes        = 10.0    // of a partition
	fewestShards          = 4.0     // of a new table
)

// ownLookSeconds is finish's own work for a change, at a seventh of a processor. It is assumed.
const ownLookSeconds = 0.001

// shardsOf is how many shards the stream has: as many as the table has partitions.
func shardsOf(writeUnits, storedGigabytes float64) float64 {
	return max(fewestShards, math.Ceil(writeUnits/changesAShardCanWrite), math.Ceil(storedGigabytes/shardGigabytes))
}

// finish is what finish uses in a second in which things were changed. stillDue is how long a change stays due, on
// average.
//
// A run of a shard finds the change that begins its window, and those that came while the window and the run before
// it lasted. Each of them is of an age between nothing and the window. A run that meets a change which is still due
// waits half a second, and is billed for it; then it looks at that change again.
func finish(changes, stillDue, shards float64) measure.Consumption {
	if changes == 0 {
		return measure.Consumption{}
	}
	rate := changes / shards
	due := min(1, stillDue/gatheringSeconds)
	found, length := 1.0, 0.0
	for range 5 { // what a run finds depends on how long the run before it took
		found = 1 + rate*(gatheringSeconds+length)
		waits := 1 - math.Pow(1-due, found)
		length = ownSeconds + math.Ceil(found/changesAtOnce)*dynamoDBSeconds + found*ownLookSeconds +
			waits*(lookEverySeconds+dynamoDBSeconds)
	}
	runs := changes / found
	return measure.Consumption{
		// The first look's read unit is counted with the change.
		ReadUnits: changes * due, Invocations: runs, GigabyteHours: runs * finishGigabytes * length / 3600,
	}
}
