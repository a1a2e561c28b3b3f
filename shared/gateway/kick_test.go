package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

func TestAConnectionWhoseTokenHasEndedIsClosedInsteadOfPostedTo(t *testing.T) {
	clock := recalltest.NewClock()
	ended := connection("alice", time.Hour, clock)
	ended.TokenExpiresAt = clock.Instant()
	good := connection("bob", time.Hour, clock)
	good.TokenExpiresAt = clock.Instant() + 1
	api, presence := &api{}, &memory{}
	poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock}
	if failed := poster.Notify(t.Context(), notice(), []recall.Connection{ended, good}); len(failed) != 0 {
		t.Errorf("failed %v", failed)
	}
	if len(api.has(ended.ID)) != 0 || len(api.has(good.ID)) != 1 {
		t.Errorf("posted %v", api.posted)
	}
	if !slices.Equal(api.deleted, []recall.ConnectionID{ended.ID}) ||
		!slices.Equal(presence.forgotten, []recall.Connection{ended}) {
		t.Errorf("closed %v, forgotten %v", api.deleted, presence.forgotten)
	}
}

func TestATokenThatEndsBetweenTwoAttemptsEndsThePosting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		ending := connection("alice", time.Hour, clock)
		ending.TokenExpiresAt = clock.Instant() + 1
		posts := 0
		api := &api{post: func(context.Context, recall.ConnectionID) error {
			posts++
			clock.Advance(time.Millisecond)
			return errThrottled
		}}
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		if failed := poster.Notify(t.Context(), notice(), []recall.Connection{ending}); len(failed) != 0 || posts != 1 {
			t.Errorf("%d posts, failed %v", posts, failed)
		}
		if !slices.Equal(api.deleted, []recall.ConnectionID{ending.ID}) {
			t.Errorf("closed %v", api.deleted)
		}
	})
}

func TestClosedConnectionsAreForgottenAndTheOthersAreReturned(t *testing.T) {
	clock := recalltest.NewClock()
	open, gone, stuck := connection("open", time.Hour, clock), connection("gone", time.Hour, clock),
		connection("stuck", time.Hour, clock)
	connecting := connection("connecting", recall.YoungConnection, clock)
	api := &api{post: func(_ context.Context, id recall.ConnectionID) error {
		if id == gone.ID || id == connecting.ID {
			return errGone
		}
		return nil
	}, end: func(id recall.ConnectionID) error {
		switch id {
		case gone.ID, connecting.ID:
			return errGone
		case stuck.ID:
			return errThrottled
		}
		return nil
	}}
	presence := &memory{}
	poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock}
	failed := poster.Kick(
		t.Context(), "alice", []recall.Connection{open, gone, stuck, connecting}, recall.KickAdministrator,
	)
	// One whose handshake still runs is gone as far as @connections knows, and open a moment later.
	if !slices.Equal(failed, []recall.Connection{stuck, connecting}) ||
		!slices.Equal(presence.forgotten, []recall.Connection{open, gone}) {
		t.Errorf("failed %v, forgotten %v", failed, presence.forgotten)
	}
}

func TestAClosedConnectionThatCannotBeForgottenCountsAsFailed(t *testing.T) {
	clock := recalltest.NewClock()
	open := connection("open", time.Hour, clock)
	poster := &gateway.Poster{Client: &api{}, Presence: &memory{failure: errThrottled}, Clock: clock}
	failed := poster.Kick(t.Context(), "alice", []recall.Connection{open}, recall.KickAdministrator)
	if !slices.Equal(failed, []recall.Connection{open}) {
		t.Errorf("failed %v", failed)
	}
	if failed := poster.Kick(t.Context(), "alice", nil, recall.KickAdministrator); len(failed) != 0 {
		t.Errorf("of none failed %v", failed)
	}
}

func TestAHandshakeDoesNotWaitForThousandsOfConnectionsThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := recalltest.NewClock()
		api := &api{endHangs: true}
		poster := &gateway.Poster{Client: api, Presence: &memory{}, Clock: clock}
		began := time.Now()
		connections := make([]recall.Connection, 2_000)
		for i := range connections {
			connections[i] = connection(recall.UserID(fmt.Sprint(i)), time.Hour, clock)
		}
		failed := poster.Kick(t.Context(), "alice", connections, recall.KickAdministrator)
		if len(failed) != len(connections) {
			t.Errorf("%d of %d failed", len(failed), len(connections))
		}
		if took := time.Since(began); took > 3*time.Second { // on the bubble's clock
			t.Errorf("it took %v", took)
		}
	})
}

func TestAYoungConnectionThatLeavesWhenItIsToldCountsAsClosed(t *testing.T) {
	clock := recalltest.NewClock()
	young := connection("young", time.Second, clock)
	api := &api{end: func(recall.ConnectionID) error { return errGone }}
	presence := &memory{}
	poster := &gateway.Poster{Client: api, Presence: presence, Clock: clock}
	failed := poster.Kick(t.Context(), "alice", []recall.Connection{young}, recall.KickAdministrator)
	if len(failed) != 0 || !slices.Equal(presence.forgotten, []recall.Connection{young}) {
		t.Errorf("failed %v, forgotten %v", failed, presence.forgotten)
	}
	if told := api.has(young.ID); !slices.Equal(told, []string{`{"type":"kicked","reason":"administrator"}`}) {
		t.Errorf("it was told %v", told)
	}
}
