package recall

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// When a device is closed.
//
// A notice that does not reach a device, although its connection is not gone, is told again through the queue, to that
// connection only: 4, 8, 16 and 32 seconds after the attempt before, which are 60 seconds in all. If the last attempt
// fails too, the connection is closed: the device connects again, syncs, and knows. A notice that never arrives on a
// connection that stays open would break the promise that every device is told. Where the queue itself was slow, the
// first retry that fails 60 seconds after the change is the last.
//
// With the two posts of each attempt such a device gets at most 10 posts. An attempt takes at most 2.1 seconds where
// posts hang (gateway.PostTimeout), so it is closed between 60 and 90 seconds after the commit, also when the stream
// has to bring the change first. A test holds the numbers of the template against that (shared/function).
const (
	// FirstRetryAfter is the pause before the first retry; each further pause is twice as long.
	FirstRetryAfter = 4 * time.Second
	// Retries is how often a notice is told again.
	Retries = 4
	// GiveUpAfter is the sum of the pauses.
	GiveUpAfter = FirstRetryAfter * (1<<Retries - 1)
)

// tellLater decides about connections that an attempt did not reach: they are queued for the next attempt, or closed.
func (s *Service) tellLater(ctx context.Context, chunk Chunk, failed []Connection) error {
	if len(failed) == 0 {
		return nil
	}
	tooLate := chunk.Attempt > 0 && s.now().Sub(chunk.Since) >= GiveUpAfter
	if chunk.Attempt >= Retries || tooLate {
		return s.disconnect(ctx, failed)
	}
	return s.Queue.Enqueue(ctx, retriesOf(chunk, failed))
}

// retriesOf names the connections for the next attempt, ChunkConnections in each chunk.
func retriesOf(chunk Chunk, failed []Connection) []Chunk {
	chunk.Users, chunk.Except = nil, ""
	chunk.Delay = FirstRetryAfter << chunk.Attempt
	chunk.Attempt++
	var retries []Chunk
	for some := range slices.Chunk(failed, ChunkConnections) {
		chunk.Connections = some
		retries = append(retries, chunk)
	}
	return retries
}

func (s *Service) disconnect(ctx context.Context, connections []Connection) error {
	s.observe(MetricDisconnects, float64(len(connections)), "")
	var group errgroup.Group
	for _, connection := range connections {
		group.Go(func() error { return s.Notifier.Disconnect(ctx, connection) })
	}
	return group.Wait()
}
