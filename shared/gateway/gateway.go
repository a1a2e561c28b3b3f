// Package gateway posts notices to devices through API Gateway's @connections.
//
// It never lets one connection delay another: posts run side by side, each with its own time limit, and a connection
// that is gone (410) is forgotten by itself, unless it is so young that its handshake may still run.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// API is what this package uses of the SDK's client for @connections.
type API interface {
	PostToConnection(context.Context, *apigatewaymanagementapi.PostToConnectionInput,
		...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error)
	DeleteConnection(context.Context, *apigatewaymanagementapi.DeleteConnectionInput,
		...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.DeleteConnectionOutput, error)
}

// Forgetter forgets gone connections. recall.Presence is one.
type Forgetter interface {
	Forget(ctx context.Context, user recall.UserID, connections ...recall.Connection) error
}

// Limits of the fan-out. ParallelPosts must not exceed the idle connections that the HTTP client keeps per host.
const (
	ParallelPosts = 128
	PostTimeout   = time.Second
	PostAttempts  = 2
	retryPause    = 100 * time.Millisecond
)

// Poster is recall.Notifier on @connections. Its Client must not retry by itself: the retries of a full client buffer
// (429) would hold up the fan-out.
type Poster struct {
	Client   API
	Presence Forgetter
	Clock    recall.Clock
	Observer recall.Observer
	Log      *slog.Logger
}

var _ recall.Notifier = (*Poster)(nil)

// Notify posts the notice to all connections, ParallelPosts at a time, and returns those that it could not reach.
func (p *Poster) Notify(ctx context.Context, notice recall.Notice, to []recall.Connection) []recall.Connection {
	if len(to) == 0 {
		return nil
	}
	fanOut := &fanOut{poster: p, notice: notice, encoded: make(map[recall.UserID][]byte)}
	reached := make([]bool, len(to))
	each(len(to), func(i int) {
		err := fanOut.deliver(ctx, to[i])
		if reached[i] = err == nil; !reached[i] {
			p.logFailure(ctx, to[i], err)
		}
	})
	_, failed := split(to, reached)
	return failed
}

// each does work for the numbers below count, ParallelPosts at a time. A goroutine takes one number after the other: a
// post needs a large stack, and a new goroutine would have to grow its own each time.
func each(count int, work func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(count, ParallelPosts) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				work(int(i))
			}
		})
	}
	group.Wait()
}

// split separates the connections for which yes is true from the others.
func split(connections []recall.Connection, yes []bool) (accepted, others []recall.Connection) {
	for i, connection := range connections {
		if yes[i] {
			accepted = append(accepted, connection)
		} else {
			others = append(others, connection)
		}
	}
	return accepted, others
}

// Disconnect closes a connection; one that is gone already is no error.
func (p *Poster) Disconnect(ctx context.Context, connection recall.Connection) error {
	err := p.delete(ctx, connection)
	if err == nil || gone(err) {
		return p.Presence.Forget(ctx, connection.User, connection)
	}
	return recall.Unreachable("connection", fmt.Errorf("delete connection: %w", err))
}

func (p *Poster) post(ctx context.Context, connection recall.Connection, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, PostTimeout)
	defer cancel()
	id := string(connection.ID)
	_, err := p.Client.PostToConnection(
		ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: data},
	)
	return err
}

func (p *Poster) delete(ctx context.Context, connection recall.Connection) error {
	ctx, cancel := context.WithTimeout(ctx, PostTimeout)
	defer cancel()
	id := string(connection.ID)
	_, err := p.Client.DeleteConnection(ctx, &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id})
	return err
}

// gone reports whether @connections answered 410: there is no such connection any more.
func gone(err error) bool {
	_, is := errors.AsType[*types.GoneException](err)
	return is
}

func (p *Poster) observe(metric recall.Metric) {
	if p.Observer != nil {
		p.Observer.Observe(metric, 1, "")
	}
}

func (p *Poster) logFailure(ctx context.Context, connection recall.Connection, err error) {
	if p.Log != nil {
		p.Log.WarnContext(ctx, "notice not posted", "connectionId", string(connection.ID), "error", err)
	}
}

// fanOut is one notice on its way to many connections. It is encoded once for all, or, between two users, once for
// each.
type fanOut struct {
	poster  *Poster
	mutex   sync.Mutex
	notice  recall.Notice
	encoded map[recall.UserID][]byte
}

// deliver posts to one connection and tries again where that may help.
func (f *fanOut) deliver(ctx context.Context, connection recall.Connection) error {
	var err error
	for attempt := range PostAttempts {
		if attempt > 0 {
			if err := recall.Sleep(ctx, retryPause); err != nil {
				return err
			}
			f.poster.observe(recall.MetricRetries)
		}
		var data []byte
		if data, err = f.data(ctx, connection.User); err != nil {
			return err
		}
		if data == nil {
			return nil
		}
		began := recall.At(f.poster.Clock.Now())
		if connection.Expired(began) {
			f.poster.observe(recall.MetricDisconnects)
			return f.poster.Disconnect(ctx, connection) // its device connects again with a new token, and syncs
		}
		if err = f.poster.post(ctx, connection, data); err == nil {
			return nil
		}
		if gone(err) {
			return f.forget(ctx, connection, began)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return err
}

// forget drops the entry of a connection that was gone when a notice was posted to it. The handshake of a young
// connection may still have run when the post began: the connection was registered and could not be posted to yet, and
// it syncs when the handshake is over. When the answer comes, it may be old and open (reliability/model,
// AGE_AFTER_THE_ANSWER).
func (f *fanOut) forget(ctx context.Context, connection recall.Connection, began recall.Instant) error {
	if began.Sub(connection.ConnectedAt) <= recall.YoungConnection {
		return nil
	}
	f.poster.observe(recall.MetricGone)
	if err := f.poster.Presence.Forget(ctx, connection.User, connection); err != nil {
		f.poster.logFailure(ctx, connection, err) // it is found again by the next notice
	}
	return nil
}

// data is the frame for a viewer. It is nil if there is nothing to tell any more. A body that is no longer fresh is
// read again first.
func (f *fanOut) data(ctx context.Context, viewer recall.UserID) ([]byte, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.notice.Stale(recall.At(f.poster.Clock.Now())) {
		renewed, err := f.notice.Renew(ctx)
		if err != nil {
			return nil, err
		}
		f.notice = renewed
		clear(f.encoded)
	}
	if wire.Empty(f.notice) {
		return nil, nil
	}
	if wire.SameForAll(f.notice) {
		viewer = ""
	}
	if data, known := f.encoded[viewer]; known {
		return data, nil
	}
	data, err := wire.Event(viewer, f.notice)
	if err != nil {
		return nil, err
	}
	f.encoded[viewer] = data
	return data, nil
}
