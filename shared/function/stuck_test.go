package function_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/shared/gateway"
	"example.com/recall/shared/queue"
	"example.com/recall/shared/recall"
)

// TestG4AndG9OneStuckDeviceOf500IsClosedAndCostsNobodyAnything: whatever way the notices go, everybody else is told
// once and at once, the stuck device gets at most 10 posts, it is closed between 60 and 90 seconds after the commit,
// and nothing stays due. The storage is DynamoDB Local, the adapters are real, and the time is a bubble's.
func TestG4AndG9OneStuckDeviceOf500IsClosedAndCostsNobodyAnything(t *testing.T) {
	work := newOutside(16)
	defer work.close()
	for _, fault := range []string{"fail", "hang"} {
		for _, path := range []string{"in the call", "by the stream", "by the queue"} {
			t.Run("posts that "+fault+", told "+path, func(t *testing.T) {
				w := newMeasured(t, work)
				members := recall.MembersInCall
				if path == "by the queue" {
					members++
				}
				w.members(members)
				w.stored(group, 1)
				if path == "by the stream" {
					w.recalled(group, w.messages[0]) // its function died right after the commit
				}
				stuck := caller(w.users[250]).Connection
				synctest.Test(t, func(t *testing.T) {
					s := newStuckWorld(w, stuck, fault == "hang")
					committed := s.clock.Now()
					if path == "by the stream" {
						s.finishAsTheStreamDoes(t)
					} else {
						revokes(alice, group, "")(t, w)
					}
					settled(t, w)
					s.deliverAll(t)
					s.check(t, committed, members, path)
				})
			})
		}
	}
}

// stuckWorld is measuredWorld with one device that no post reaches, a queue that keeps messages back, and the bubble's
// clock.
type stuckWorld struct {
	*measuredWorld
	*meter
	clock bubbleClock
	stuck recall.ConnectionID
	hangs bool

	mutex  sync.Mutex
	posts  map[recall.ConnectionID][]time.Time
	closed []time.Time
	queued []queuedEntry
}

type queuedEntry struct {
	body    string
	readyAt time.Time
}

// bubbleClock shows the world's time, which goes on as the bubble's does.
type bubbleClock struct{ base, began time.Time }

func (c bubbleClock) Now() time.Time { return c.base.Add(time.Since(c.began)) }

func newStuckWorld(w *measuredWorld, stuck recall.ConnectionID, hangs bool) *stuckWorld {
	s := &stuckWorld{
		measuredWorld: w, meter: w.meter, stuck: stuck, hangs: hangs,
		clock: bubbleClock{w.clock.Now(), time.Now()}, posts: make(map[recall.ConnectionID][]time.Time),
	}
	w.service.Clock, w.service.Sleep = s.clock, nil
	w.service.Notifier = &gateway.Poster{Client: s, Presence: w.service.Presence, Clock: s.clock}
	w.service.Queue = &queue.Queue{Client: s, URL: "queue"}
	return s
}

func (s *stuckWorld) PostToConnection(
	ctx context.Context, input *apigatewaymanagementapi.PostToConnectionInput,
	_ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	id := recall.ConnectionID(*input.ConnectionId)
	s.mutex.Lock()
	s.posts[id] = append(s.posts[id], s.clock.Now())
	s.mutex.Unlock()
	if id != s.stuck {
		time.Sleep(callTime)
		return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
	}
	if s.hangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, errors.New("the client's buffer is full")
}

func (s *stuckWorld) DeleteConnection(
	_ context.Context, input *apigatewaymanagementapi.DeleteConnectionInput, _ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if id := recall.ConnectionID(*input.ConnectionId); id != s.stuck {
		return nil, fmt.Errorf("%s was closed", id)
	}
	s.closed = append(s.closed, s.clock.Now())
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, nil
}

func (s *stuckWorld) SendMessageBatch(
	_ context.Context, input *sqs.SendMessageBatchInput, _ ...func(*sqs.Options),
) (*sqs.SendMessageBatchOutput, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, entry := range input.Entries {
		delay := time.Duration(entry.DelaySeconds) * time.Second
		s.queued = append(s.queued, queuedEntry{*entry.MessageBody, s.clock.Now().Add(delay)})
	}
	return &sqs.SendMessageBatchOutput{}, nil
}

// finishAsTheStreamDoes brings the change after the batching window of the template.
func (s *stuckWorld) finishAsTheStreamDoes(t *testing.T) {
	t.Helper()
	time.Sleep(template(t).batchingWindow)
	message, _, err := s.service.Store.Message(t.Context(), group, s.messages[0])
	want(t, err)
	want(t, s.service.Finish(t.Context(), message))
	if len(s.posts) != 0 {
		t.Errorf("finish posts to %d devices, so that one of them may hold up the shard", len(s.posts))
	}
}

// deliverAll calls deliver for every message of the queue when it is ready, until the queue is empty.
func (s *stuckWorld) deliverAll(t *testing.T) {
	t.Helper()
	for len(s.queued) > 0 {
		next := s.queued[0]
		s.queued = s.queued[1:]
		time.Sleep(next.readyAt.Sub(s.clock.Now()))
		chunk, err := queue.Decode(next.body)
		want(t, err)
		want(t, s.service.DeliverChunk(t.Context(), chunk))
		slices.SortStableFunc(s.queued, func(a, b queuedEntry) int { return a.readyAt.Compare(b.readyAt) })
	}
}

// settled wants the message to be due no more, although the stuck device does not know yet.
func settled(t *testing.T, w *measuredWorld) {
	t.Helper()
	message, _, err := w.service.Store.Message(t.Context(), group, w.messages[0])
	want(t, err)
	if message.Due != recall.DueNothing {
		t.Errorf("the message is still due as %q", message.Due)
	}
}

func (s *stuckWorld) check(t *testing.T, committed time.Time, members int, path string) {
	t.Helper()
	posts := 0
	for id, times := range s.posts {
		posts += len(times)
		if id != s.stuck && len(times) != 1 {
			t.Errorf("%s was told %d times", id, len(times))
		}
	}
	told := members - 1 // not the device that asked
	if path == "by the stream" {
		told = members // the stream does not know it
	}
	if len(s.posts) != told || len(s.posts[s.stuck]) != 10 || posts != told-1+10 {
		t.Errorf("%d devices got %d posts, the stuck one %d of them; want %d, %d and 10",
			len(s.posts), posts, len(s.posts[s.stuck]), told, told-1+10)
	}
	if len(s.closed) != 1 || s.closed[0].Sub(committed) < time.Minute || s.closed[0].Sub(committed) > 90*time.Second {
		t.Errorf("the stuck device was closed at %v; the commit was at %v", s.closed, committed)
	}
}
