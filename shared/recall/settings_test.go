package recall_test

import (
	"fmt"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// promised is the window that a message sent now is promised.
func (w *world) promised(conversation recall.Conversation) time.Duration {
	w.t.Helper()
	message := w.sent(as(alice, ""), conversation)
	return message.RecallableUntil.Sub(message.SentAt)
}

func TestTheDefaultWindowIsTheDeploymentsUntilSomebodySetsOne(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Window = 300
		if got := w.promised(direct); got != 300*time.Second {
			t.Errorf("promised %s", got)
		}
		window, err := w.Settings(t.Context())
		if err != nil || window != 300 {
			t.Errorf("settings %d, error %v", window, err)
		}
	})
}

// TestANewWindowIsInForceWithinTenSeconds, also in functions that have read the old one.
func TestANewWindowIsInForceWithinTenSeconds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		if got := w.promised(direct); got != 120*time.Second {
			t.Errorf("promised %s", got)
		}
		w.must(w.PutSettings(t.Context(), 60))
		w.clock.Advance(10 * time.Second)
		if got := w.promised(direct); got != 60*time.Second {
			t.Errorf("10 s later: promised %s", got)
		}
		hello, err := w.Hello(t.Context(), as(alice, ""))
		if err != nil || hello.RecallWindow != 60 {
			t.Errorf("hello %+v, error %v", hello, err)
		}
	})
}

func TestTheSettingsAreReadAgainOnlyAfterFiveSeconds(t *testing.T) {
	w := newWorld(t)
	for range 10 {
		w.sent(as(alice, ""), direct)
	}
	reads := 0
	for _, call := range w.store.taken() {
		if call == "DefaultWindow" {
			reads++
		}
	}
	if reads != 1 {
		t.Errorf("%d reads", reads)
	}
}

func TestAClockSetBackDoesNotKeepOldSettings(t *testing.T) {
	w := newWorld(t)
	w.sent(as(alice, ""), direct)
	w.must(w.PutSettings(t.Context(), 60))
	w.clock.Advance(-time.Hour)
	if got := w.promised(direct); got != 60*time.Second {
		t.Errorf("promised %s", got)
	}
}

// TestAChangedWindowChangesNoPromise: a message keeps what it was promised, longer or shorter.
func TestAChangedWindowChangesNoPromise(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		kept, lost := w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct)
		w.must(w.PutSettings(t.Context(), recall.WindowOff))
		w.clock.Advance(time.Minute)
		w.recalls(as(alice, ""), kept)
		off := w.sent(as(alice, ""), direct)
		wantName(t, w.revokes(as(alice, ""), direct, off.ID)[0].Err, recall.RecallWindowExpired)
		w.must(w.PutSettings(t.Context(), recall.Unlimited))
		w.clock.Advance(61 * time.Second)
		wantName(t, w.revokes(as(alice, ""), direct, lost.ID)[0].Err, recall.RecallWindowExpired)
	})
}

func TestAGroupsOwnWindowGoesBeforeTheDefault(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		if got := w.promised(group); got != 120*time.Second {
			t.Errorf("promised %s", got)
		}
		for _, window := range []recall.Window{30, recall.WindowOff, recall.Unlimited} {
			w.must(w.PutGroup(t.Context(), recall.AdminPutGroup{Group: engineers, Window: &window}))
			message := w.sent(as(alice, ""), group)
			if message.RecallableUntil != window.Until(message.SentAt) {
				t.Errorf("window %d: recallable until %d", window, message.RecallableUntil)
			}
		}
		w.must(w.PutGroup(t.Context(), recall.AdminPutGroup{Group: engineers}))
		if got := w.promised(group); got != 120*time.Second {
			t.Errorf("after null: promised %s", got)
		}
	})
}

func TestAWindowOutOfRangeIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, window := range []recall.Window{-2, recall.MaximumWindow + 1} {
		wantName(t, w.PutSettings(t.Context(), window), recall.InvalidRequest)
	}
}

func TestHelloTellsTheServersTimeTheUserTheLimitsAndTheTokensEnd(t *testing.T) {
	w := newWorld(t)
	caller := recall.Caller{User: alice, TokenExpiresAt: w.clock.Instant() + 5}
	hello, err := w.Hello(t.Context(), caller)
	w.must(err)
	want := recall.Hello{
		ServerTime:     w.clock.Instant(),
		User:           alice,
		RecallWindow:   120,
		MaxBodyBytes:   12_288,
		TokenExpiresAt: caller.TokenExpiresAt,
	}
	if hello != want {
		t.Errorf("hello %+v", hello)
	}
	unread := newWorld(t)
	unread.store.failing("DefaultWindow")
	_, err = unread.Hello(t.Context(), caller)
	wantName(t, err, recall.Unavailable)
}

func TestAFrameAfterTheEndOfTheTokenIsRefused(t *testing.T) {
	w := newWorld(t)
	caller := recall.Caller{User: alice, TokenExpiresAt: w.clock.Instant() + 1_000}
	w.clock.Advance(999 * time.Millisecond)
	w.must(w.Admit(caller))
	w.clock.Advance(time.Millisecond)
	wantName(t, w.Admit(caller), recall.TokenExpired)
}

func TestARateLimitIsEachUsersOwnAndRefills(t *testing.T) {
	w := newWorld(t)
	for range 100 {
		w.must(w.Admit(as(alice, ""))) // none is set
	}
	w.Limiter = recall.NewLimiter(60)
	for range 60 {
		w.must(w.Admit(as(alice, "")))
	}
	err := w.Admit(as(alice, ""))
	wantName(t, err, recall.TooManyRequests)
	if failure, ok := err.(*recall.Error); !ok || !failure.Retryable() {
		t.Errorf("%v is not retryable", err)
	}
	w.must(w.Admit(as(bob, "")))
	w.clock.Advance(time.Second)
	w.must(w.Admit(as(alice, "")))
	wantName(t, w.Admit(as(alice, "")), recall.TooManyRequests)
	w.clock.Advance(time.Hour)
	for range 60 { // no more than a minute's worth is saved up
		w.must(w.Admit(as(alice, "")))
	}
	wantName(t, w.Admit(as(alice, "")), recall.TooManyRequests)
	w.clock.Advance(-time.Hour)
	wantName(t, w.Admit(as(alice, "")), recall.TooManyRequests)
}

func TestTheMemoryOfALimiterIsBounded(t *testing.T) {
	w := newWorld(t)
	limiter := recall.NewLimiter(1)
	now := w.clock.Instant()
	for i := range 30_000 {
		if !limiter.Allow(recall.UserID(fmt.Sprint(i)), now) {
			t.Fatalf("user %d's first request was refused", i)
		}
	}
	if users := limiter.Users(); users > 10_000 {
		t.Errorf("%d users are kept", users)
	}
}
