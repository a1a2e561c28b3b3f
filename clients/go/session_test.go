package client

import (
	"context"
	"sync"
	"testing"
	"time"
)

func TestACallThatReturnsAfterTheEndOfTheSessionReportsNothingAndHarmsNothing(t *testing.T) {
	s := newSession(Options{URL: "ws://localhost/local"}, &listeners{}, "alice", "token", nil)
	close(s.finished) // as after a token that nobody renewed
	for range callbacksLimit + 100 {
		s.takeRead("c2c_bob", readReply{ReadUpTo: "1", Unread: 1})
		s.takeRead("c2c_bob", readReply{ReadUpTo: "1", Unread: 2})
	}
	told := 0
	s.listeners.add(Listener{OnConversationChanged: func(Conversation) { told++ }})
	s.stop()
	s.tell()
	if told != 0 {
		t.Fatalf("%d callbacks after the logout", told)
	}
}

func TestAReadWhoseNumberIsNotThatOfTheMessagesHeldAsksForASynchronisation(t *testing.T) {
	s := newSession(Options{URL: "ws://localhost/local"}, &listeners{}, "alice", "token", nil)
	s.takeRead("c2c_bob", readReply{ReadUpTo: "1", Unread: 0})
	s.takeRead("c2c_carol", readReply{ReadUpTo: "1", Unread: 1})
	if _, asked := s.wanted["c2c_carol"]; !asked || len(s.wanted) != 1 {
		t.Fatalf("asked for %v", s.wanted)
	}
}

func TestOfLoginsAtOnceOneIsLeftAndNothingLeaks(t *testing.T) {
	c, err := New(Options{
		URL:              "ws://127.0.0.1:1/nobody-listens",
		ReconnectMinimum: time.Millisecond,
		ReconnectMaximum: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
			defer cancel()
			if err := c.Login(ctx, "alice", "token"); Code(err) != CodeTimeout && Code(err) != CodeNotLoggedIn {
				t.Errorf("a login that cannot succeed gave %v", err)
			}
		})
	}
	group.Wait()
	if _, err := c.current(); Code(err) != CodeNotLoggedIn {
		t.Errorf("a login is left: %v", err)
	}
	// TestMain sees a session that nobody ended.
}
