package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// api is @connections as a test says. It is used in bubbles of synctest, where waiting takes no time.
type api struct {
	post func(ctx context.Context, id recall.ConnectionID) error
	end  func(id recall.ConnectionID) error
	// endHangs makes the closing of a connection take until its context ends.
	endHangs bool

	mutex       sync.Mutex
	tried       []recall.ConnectionID
	deleted     []recall.ConnectionID
	posted      map[recall.ConnectionID][]string
	inside, top int
}

func (a *api) PostToConnection(
	ctx context.Context, input *apigatewaymanagementapi.PostToConnectionInput,
	_ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	id := recall.ConnectionID(*input.ConnectionId)
	a.mutex.Lock()
	a.tried = append(a.tried, id)
	a.inside++
	a.top = max(a.top, a.inside)
	a.mutex.Unlock()
	var err error
	if a.post != nil {
		err = a.post(ctx, id)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.inside--
	if err != nil {
		return nil, err
	}
	if a.posted == nil {
		a.posted = make(map[recall.ConnectionID][]string)
	}
	a.posted[id] = append(a.posted[id], string(input.Data))
	return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
}

func (a *api) DeleteConnection(
	ctx context.Context, input *apigatewaymanagementapi.DeleteConnectionInput,
	_ ...func(*apigatewaymanagementapi.Options),
) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	if a.endHangs {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	id := recall.ConnectionID(*input.ConnectionId)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.deleted = append(a.deleted, id)
	if a.end == nil {
		return &apigatewaymanagementapi.DeleteConnectionOutput{}, nil
	}
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, a.end(id)
}

// has tells what a connection was posted so far.
func (a *api) has(id recall.ConnectionID) []string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return slices.Clone(a.posted[id])
}

// memory notes who is forgotten.
type memory struct {
	mutex     sync.Mutex
	forgotten []recall.Connection
	failure   error
}

func (m *memory) Forget(_ context.Context, _ recall.UserID, connections ...recall.Connection) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.forgotten = append(m.forgotten, connections...)
	return m.failure
}

type figures map[recall.Metric]float64

func (f figures) Observe(metric recall.Metric, value float64, _ string) { f[metric] += value }

func connection(user recall.UserID, age time.Duration, clock *recalltest.Clock) recall.Connection {
	return recall.Connection{User: user, ID: recall.ConnectionID(user + "="), ConnectedAt: clock.Instant().Add(-age)}
}

var (
	errThrottled = &types.LimitExceededException{}
	errGone      = &types.GoneException{}
)

func TestG9AGoneConnectionIsForgottenAndNoOther(t *testing.T) {
	clock, presence, seen := recalltest.NewClock(), &memory{}, figures{}
	gone, other := connection("alice", time.Hour, clock), connection("bob", time.Hour, clock)
	api := &api{post: func(_ context.Context, id recall.ConnectionID) error {
		if id == gone.ID {
			return errGone
		}
		return nil
	}}
	poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock, Observer: seen}
	if failed := poster.Notify(t.Context(), notice(), []recall.Connection{gone, other}); len(failed) != 0 {
		t.Errorf("failed %v: a gone device needs no notice", failed)
	}
	if !slices.Equal(presence.forgotten, []recall.Connection{gone}) || seen[recall.MetricGone] != 1 {
		t.Errorf("forgotten %v, counted %v", presence.forgotten, seen)
	}
	if len(api.has(other.ID)) != 1 || len(api.tried) != 2 {
		t.Errorf("tried %v", api.tried)
	}
}

func TestAConnectionWhoseHandshakeMayStillRunIsNotForgotten(t *testing.T) {
	for age, forgotten := range map[time.Duration]int{
		0: 0, 30 * time.Second: 0, 30*time.Second + time.Millisecond: 1,
	} {
		clock, presence := recalltest.NewClock(), &memory{}
		poster := &gateway.Poster{
			Client:   &api{post: func(context.Context, recall.ConnectionID) error { return errGone }},
			Presence: presence,
			Clock:    clock,
		}
		failed := poster.Notify(t.Context(), notice(), []recall.Connection{connection("alice", age, clock)})
		if len(failed) != 0 || len(presence.forgotten) != forgotten {
			t.Errorf("at an age of %s: failed %v, forgotten %v", age, failed, presence.forgotten)
		}
	}
}

func TestAConnectionThatWasYoungWhenThePostBeganIsNotForgotten(t *testing.T) {
	clock, presence := recalltest.NewClock(), &memory{}
	api := &api{post: func(context.Context, recall.ConnectionID) error {
		clock.Advance(time.Second) // the handshake ends meanwhile, and the connection is open
		return errGone
	}}
	poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock}
	failed := poster.Notify(t.Context(), notice(), []recall.Connection{
		connection("alice", recall.YoungConnection, clock),
	})
	if len(failed) != 0 || len(presence.forgotten) != 0 {
		t.Errorf("failed %v, forgotten %v", failed, presence.forgotten)
	}
}

func TestAGoneConnectionThatCannotBeForgottenDoesNotCountAsFailed(t *testing.T) {
	clock, presence := recalltest.NewClock(), &memory{failure: errors.New("throttled")}
	poster := &gateway.Poster{
		Client:   &api{post: func(context.Context, recall.ConnectionID) error { return errGone }},
		Presence: presence,
		Clock:    clock,
	}
	failed := poster.Notify(t.Context(), notice(), []recall.Connection{connection("alice", time.Hour, clock)})
	if len(failed) != 0 {
		t.Errorf("failed %v", failed)
	}
}

func TestAPostThatFailsOnceIsTriedAgain(t *testing.T) {
	for name, failure := range map[string]error{
		"429": errThrottled, "500": errors.New("@connections: status 500"), "no answer": errors.New("connection reset"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock, first := recalltest.NewClock(), true
				api := &api{post: func(context.Context, recall.ConnectionID) error {
					if first {
						first = false
						return failure
					}
					return nil
				}}
				poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
				to := connection("alice", time.Hour, clock)
				failed := poster.Notify(t.Context(), notice(), []recall.Connection{to})
				if len(failed) != 0 || len(api.has(to.ID)) != 1 {
					t.Errorf("failed %v, posted %v", failed, api.posted)
				}
			})
		})
	}
}

func TestAConnectionThatCannotBeReachedIsReturnedAndNotForgotten(t *testing.T) {
	for name, failure := range map[string]error{
		"429": errThrottled,
		"500": errors.New("@connections: status 500"),
		"403": &types.ForbiddenException{},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock, presence := recalltest.NewClock(), &memory{}
				full, other := connection("alice", time.Hour, clock), connection("bob", time.Hour, clock)
				api := &api{post: func(_ context.Context, id recall.ConnectionID) error {
					if id == full.ID {
						return failure
					}
					return nil
				}}
				poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock}
				failed := poster.Notify(t.Context(), notice(), []recall.Connection{full, other})
				if !slices.Equal(failed, []recall.Connection{full}) || len(presence.forgotten) != 0 {
					t.Errorf("failed %v, forgotten %v", failed, presence.forgotten)
				}
				if len(api.has(other.ID)) != 1 || len(api.tried) != 1+gateway.PostAttempts {
					t.Errorf("tried %v", api.tried)
				}
			})
		})
	}
}

func TestG9AConnectionThatHangsDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		hanging := connection("hanging", time.Hour, clock)
		to := []recall.Connection{hanging}
		for i := range 400 {
			to = append(to, connection(recall.UserID(fmt.Sprint("user", i)), time.Hour, clock))
		}
		api := &api{}
		api.post = func(ctx context.Context, id recall.ConnectionID) error {
			if id != hanging.ID {
				return nil
			}
			synctest.Wait() // everybody else has gone as far as they can
			for _, other := range to[1:] {
				if len(api.has(other.ID)) != 1 {
					t.Errorf("%s waits for the one that hangs", other.ID)
				}
			}
			<-ctx.Done()
			return ctx.Err()
		}
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		failed := poster.Notify(t.Context(), notice(), to)
		if !slices.Equal(failed, []recall.Connection{hanging}) {
			t.Errorf("failed %v", failed)
		}
	})
}

func TestNoMoreThan128PostsRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		api := &api{post: func(context.Context, recall.ConnectionID) error { time.Sleep(15 * time.Millisecond); return nil }}
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		if failed := poster.Notify(t.Context(), notice(), receivers(500)); len(failed) != 0 {
			t.Errorf("%d failed", len(failed))
		}
		if api.top != gateway.ParallelPosts || len(api.posted) != 500 {
			t.Errorf("%d at once, %d posted", api.top, len(api.posted))
		}
	})
}

func TestConnectionsThatWereNotToldInTimeAreReturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		api := &api{post: func(ctx context.Context, id recall.ConnectionID) error {
			if id == receivers(1)[0].ID {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		if failed := poster.Notify(ctx, notice(), receivers(300)); len(failed) != 299 {
			t.Errorf("%d of 299 were returned", len(failed))
		}
	})
}

// sent is a message's notice that can be renewed.
func sent(clock *recalltest.Clock, renew func() (recall.Notice, error)) recall.Notice {
	message := recall.Message{
		ID:           "01HF7YATZ8000000000000A1C2",
		Conversation: recall.Between("alice", "bob"),
		Sender:       "alice",
		SentAt:       clock.Instant(),
		Body:         `{"text":"secret"}`,
	}
	return recall.Notice{
		Conversation: message.Conversation, Message: &message, CommittedAt: clock.Instant(),
		Renew: func(context.Context) (recall.Notice, error) { return renew() },
	}
}

func TestABodyIsNotPostedLaterThanTwoSecondsAfterItsCommitUnlessItIsReadAgain(t *testing.T) {
	recalled := notice()
	recalled.Conversation = recall.Between("alice", "bob")
	for _, each := range []struct {
		name    string
		after   time.Duration
		renewed func() (recall.Notice, error)
		posts   string // what the frame must contain; empty is no frame
		failed  int
	}{
		{"2.000 s after it is posted as it was", 2 * time.Second, nil, `"secret"`, 0},
		{
			"2.001 s after a recalled one becomes its recall", 2001 * time.Millisecond,
			func() (recall.Notice, error) { return recalled, nil }, `"type":"revoked"`, 0,
		},
		{
			"2.001 s after an expired one is nothing", 2001 * time.Millisecond,
			func() (recall.Notice, error) { return recall.Notice{}, nil }, "", 0,
		},
		{
			"2.001 s after one that cannot be read is not posted", 2001 * time.Millisecond,
			func() (recall.Notice, error) { return recall.Notice{}, errors.New("storage") }, "", 1,
		},
	} {
		t.Run(each.name, func(t *testing.T) {
			clock := recalltest.NewClock()
			to := connection("bob", time.Hour, clock)
			notice := sent(clock, each.renewed)
			clock.Advance(each.after)
			api := &api{}
			poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
			failed := poster.Notify(t.Context(), notice, []recall.Connection{to})
			if len(failed) != each.failed {
				t.Errorf("failed %v", failed)
			}
			posted := strings.Join(api.has(to.ID), "")
			if each.posts == "" && posted != "" || !strings.Contains(posted, each.posts) ||
				each.posts != `"secret"` && strings.Contains(posted, "secret") {
				t.Errorf("posted %q", posted)
			}
		})
	}
}

func TestARetryLaterThanTwoSecondsReadsTheMessageAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		recalled := notice()
		recalled.Conversation = recall.Between("alice", "bob")
		first := true
		api := &api{post: func(context.Context, recall.ConnectionID) error {
			if first {
				first = false
				clock.Advance(2001 * time.Millisecond)
				return errThrottled
			}
			return nil
		}}
		to := connection("bob", time.Hour, clock)
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		poster.Notify(t.Context(), sent(clock, func() (recall.Notice, error) { return recalled, nil }),
			[]recall.Connection{to})
		if posted := api.has(to.ID); len(posted) != 1 || !strings.Contains(posted[0], `"type":"revoked"`) {
			t.Errorf("posted %q", posted)
		}
	})
}

func TestEachOfTwoUsersIsToldTheNameThatTheyHaveForTheConversation(t *testing.T) {
	clock, api := recalltest.NewClock(), &api{}
	poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
	notice := sent(clock, nil)
	alice, bob := connection("alice", time.Hour, clock), connection("bob", time.Hour, clock)
	poster.Notify(t.Context(), notice, []recall.Connection{alice, bob})
	if got := api.has(alice.ID)[0]; !strings.Contains(got, `"conversation":"c2c_bob"`) {
		t.Errorf("alice was told %s", got)
	}
	if got := api.has(bob.ID)[0]; !strings.Contains(got, `"conversation":"c2c_alice"`) {
		t.Errorf("bob was told %s", got)
	}
}

func TestDisconnectClosesAndForgets(t *testing.T) {
	for name, each := range map[string]struct {
		failure   error
		forgotten int
		name      recall.Name
	}{
		"an open connection":         {nil, 1, ""},
		"one that is gone already":   {errGone, 1, ""},
		"one that cannot be reached": {errThrottled, 0, recall.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			clock, presence := recalltest.NewClock(), &memory{}
			poster := &gateway.Poster{
				Client:   &api{end: func(recall.ConnectionID) error { return each.failure }},
				Presence: presence,
				Clock:    clock,
			}
			err := poster.Disconnect(t.Context(), connection("alice", time.Hour, clock))
			if (err == nil) != (each.name == "") || err != nil && recall.NameOf(err) != each.name ||
				len(presence.forgotten) != each.forgotten {
				t.Errorf("error %v, forgotten %v", err, presence.forgotten)
			}
		})
	}
}

func TestG10AFailedPostIsLoggedWithoutItsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		clock := recalltest.NewClock()
		poster := &gateway.Poster{
			Client:   &api{post: func(context.Context, recall.ConnectionID) error { return errThrottled }},
			Presence: &memory{}, Clock: clock, Log: slog.New(slog.NewJSONHandler(&log, nil)),
		}
		poster.Notify(t.Context(), sent(clock, nil), []recall.Connection{connection("bob", time.Hour, clock)})
		if !strings.Contains(log.String(), "bob=") || strings.Contains(log.String(), "secret") {
			t.Errorf("log %s", &log)
		}
	})
}
