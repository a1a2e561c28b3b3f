package gateway

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// kickBudget bounds how long Kick works. A handshake waits for it.
const kickBudget = 3 * time.Second

// Kick tells connections of a user why they end and closes them, ParallelPosts at a time. It forgets those that are
// closed with one write, and returns the others. A connection that cannot be told is closed all the same.
func (p *Poster) Kick(
	ctx context.Context, user recall.UserID, connections []recall.Connection, reason recall.Kick,
) []recall.Connection {
	event, err := wire.Event(user, recall.Notice{Kicked: reason})
	if err != nil || len(connections) == 0 {
		return connections
	}
	limited, cancel := context.WithTimeout(ctx, kickBudget)
	defer cancel()
	closed := make([]bool, len(connections))
	var group errgroup.Group
	group.SetLimit(ParallelPosts)
	for i, connection := range connections {
		group.Go(func() error {
			closed[i] = p.kick(limited, connection, event)
			return nil
		})
	}
	_ = group.Wait()
	done, failed := split(connections, closed)
	if len(done) == 0 {
		return failed
	}
	if err := p.Presence.Forget(ctx, user, done...); err != nil {
		p.logFailure(ctx, done[0], err)
		return connections // the next attempt finds them gone
	}
	return failed
}

// kick reports whether the connection is closed. One that is gone is closed, unless it is so young that its handshake
// may still run. A connection that took the event has finished its handshake: its device left by itself when it was
// told.
func (p *Poster) kick(ctx context.Context, connection recall.Connection, event []byte) bool {
	began := recall.At(p.Clock.Now())
	delivered := false
	if !connection.Expired(began) {
		err := p.post(ctx, connection, event)
		delivered = err == nil
		if err != nil && !gone(err) {
			p.logFailure(ctx, connection, err)
		}
	}
	err := p.delete(ctx, connection)
	if gone(err) {
		return delivered || began.Sub(connection.ConnectedAt) > recall.YoungConnection
	}
	if err != nil {
		p.logFailure(ctx, connection, err)
	}
	return err == nil
}
