package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"

	"example.com/recall/shared/recall"
)

// closeBudget bounds how long Close closes. A handshake waits for it.
const closeBudget = 3 * time.Second

// Close closes connections of a user, ParallelPosts at a time, forgets those that are closed with one write, and returns the
// others. A connection that is gone counts as closed, unless it is so young that its handshake may still run.
func (p *Poster) Close(ctx context.Context, user recall.UserID, connections []recall.Connection) []recall.Connection {
	closing, cancel := context.WithTimeout(ctx, closeBudget)
	defer cancel()
	closed := make([]bool, len(connections))
	places := make(chan struct{}, ParallelPosts)
	var group sync.WaitGroup
	for i, connection := range connections {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			closed[i] = p.close(closing, connection)
		})
	}
	group.Wait()
	var done, failed []recall.Connection
	for i, connection := range connections {
		if closed[i] {
			done = append(done, connection)
		} else {
			failed = append(failed, connection)
		}
	}
	if len(done) == 0 {
		return failed
	}
	if err := p.Presence.Forget(ctx, user, done...); err != nil {
		p.logFailure(ctx, done[0], err)
		return connections // the next attempt finds them gone
	}
	return failed
}

func (p *Poster) close(ctx context.Context, connection recall.Connection) bool {
	began := recall.At(p.Clock.Now())
	ctx, cancel := context.WithTimeout(ctx, PostTimeout)
	defer cancel()
	id := string(connection.ID)
	_, err := p.Client.DeleteConnection(ctx, &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id})
	if gone(err) {
		return began.Sub(connection.ConnectedAt) > recall.YoungConnection
	}
	if err != nil {
		p.logFailure(ctx, connection, err)
	}
	return err == nil
}
