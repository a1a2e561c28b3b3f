package client

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

func message(id, sender string) Message {
	return Message{MessageID: id, Conversation: "c2c_bob", Sender: sender, Body: json.RawMessage(`{"text":"` + id + `"}`)}
}

func revocationOf(id, sender string) revocation {
	return revocation{MessageID: id, Sender: sender, Revoked: &Revocation{At: 1, By: sender, Role: "sender"}}
}

func heldIDs(c *conversation) []string {
	ids := []string{}
	for _, m := range c.list() {
		ids = append(ids, m.MessageID)
	}
	return ids
}

func TestMessagesSortByIDInWhateverOrderTheyCome(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	for _, id := range []string{"3", "1", "2", "1", "3"} {
		c.learn(message(id, "bob"), fromEvent)
	}
	if got := heldIDs(c); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Fatalf("held %v", got)
	}
	if c.unread != 3 {
		t.Fatalf("unread %d, repeats must count once", c.unread)
	}
}

func TestARecallAheadOfItsMessageKeepsTheTextAway(t *testing.T) {
	for _, late := range []origin{fromEvent, fromCursor, fromHistory, fromUnknown} {
		c := newConversation("c2c_bob", "alice", 100)
		first := c.learnRevocation(revocationOf("1", "bob"), fromEvent)
		if first.revoked == nil || !first.unsure {
			t.Fatalf("the recall was not reported: %+v", first)
		}
		if again := c.learn(message("1", "bob"), late); again.received != nil || again.revoked != nil {
			t.Fatalf("the late message was reported: %+v", again)
		}
		held := c.list()
		if len(held) != 1 || held[0].Body != nil || held[0].Revoked == nil || c.unread != 0 {
			t.Fatalf("held %+v, unread %d", held, c.unread)
		}
	}
}

func TestASyncThatHasTheMessageAndNotItsRecallIsMadeAgain(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.beginSync()
	c.learn(message("1", "bob"), fromEvent)
	c.learnRevocation(revocationOf("1", "bob"), fromEvent)
	c.included("1", false)
	if unsure := c.endSync(syncItem{Unread: 1}); !unsure {
		t.Error("the number of a reply that does not have the recall was taken for sure")
	}
	c.beginSync()
	c.included("1", true)
	if unsure := c.endSync(syncItem{}); unsure || c.unread != 0 {
		t.Errorf("after the reply that has the recall: unsure %t, unread %d", unsure, c.unread)
	}
}

func TestTheNumberOfASyncThatLacksWhatAnEventToldIsNotTaken(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.learn(message("1", "bob"), fromEvent)
	c.beginSync()
	c.learn(message("2", "bob"), fromEvent)
	if unsure := c.endSync(syncItem{Unread: 1, ReadUpTo: "0"}); !unsure || c.unread != 2 || c.readUpTo != "0" {
		t.Errorf("after the reply that lacks a message: unsure %t, unread %d, read up to %q", unsure, c.unread, c.readUpTo)
	}
	c.beginSync()
	c.included("2", false)
	if unsure := c.endSync(syncItem{Unread: 2, ReadUpTo: "0"}); unsure || c.unread != 2 {
		t.Errorf("after the reply that has it: unsure %t, unread %d", unsure, c.unread)
	}
}

func TestTheNumberOfASyncThatLacksARecallFromAnEventIsNotTaken(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.learn(message("1", "bob"), fromEvent)
	c.learn(message("2", "bob"), fromEvent)
	c.beginSync()
	c.learnRevocation(revocationOf("1", "bob"), fromEvent)
	c.included("1", false)
	c.included("2", false)
	if unsure := c.endSync(syncItem{Unread: 2}); !unsure || c.unread != 1 {
		t.Errorf("after the reply that lacks the recall: unsure %t, unread %d", unsure, c.unread)
	}
}

func TestTheNumberOfASyncThatWasCountedBeforeAReadIsNotTaken(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.learn(message("1", "bob"), fromEvent)
	c.beginSync()
	if asked := c.takeRead(readReply{ReadUpTo: "1"}); len(asked) > 0 {
		t.Error("the number of the read is that of the messages held, and the server was asked for it")
	}
	if unsure := c.endSync(syncItem{Unread: 1}); !unsure || c.unread != 0 {
		t.Errorf("after the reply from before the read: unsure %t, unread %d", unsure, c.unread)
	}
	c.beginSync()
	if unsure := c.endSync(syncItem{Unread: 1}); unsure || c.unread != 1 {
		t.Errorf("nothing was read during the second sync: unsure %t, unread %d", unsure, c.unread)
	}
}

func TestTheNumberOfASyncThatKnowsOfAReadMeanwhileIsTaken(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.learn(message("1", "bob"), fromEvent)
	c.beginSync()
	c.takeRead(readReply{ReadUpTo: "1"})
	c.learn(message("2", "bob"), fromCursor)
	if unsure := c.endSync(syncItem{ReadUpTo: "1", Unread: 1}); unsure || c.unread != 1 {
		t.Errorf("unsure %t, unread %d", unsure, c.unread)
	}
}

func TestTheServerIsAskedWhereTheNumberOfAReadIsNotThatOfTheMessagesHeld(t *testing.T) {
	cases := []struct {
		what     string
		readUpTo string
		unread   int
		asked    bool
	}{
		{"as held", "1", 3, false},
		{"counted before a message that is held", "1", 2, true},
		{"counts a message that is not held yet", "1", 4, true},
		{"all is read", "6", 0, false},
		{"all is read, and one more has come", "6", 1, true},
		{"nothing is read", "", 4, false},
		{"more than the server counts", "1", 100, false},
	}
	for _, one := range cases {
		c := newConversation("c2c_bob", "alice", 100)
		for _, id := range []string{"1", "2", "3", "5", "6"} {
			c.learn(message(id, "bob"), fromCursor)
		}
		c.learn(message("4", "alice"), fromCursor)
		c.learnRevocation(revocationOf("3", "bob"), fromCursor)
		changes := c.takeRead(readReply{ReadUpTo: one.readUpTo, Unread: one.unread})
		asked := len(changes) == 1 && changes[0].unsure
		if asked != one.asked || c.unread != one.unread || c.readUpTo != one.readUpTo {
			t.Errorf("%s: asked %t, unread %d, read up to %q", one.what, asked, c.unread, c.readUpTo)
		}
	}
}

func TestUnreadCountsOthersUnrecalledMessagesAfterTheReadMarker(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.setRead("2", 0)
	steps := []struct {
		what   string
		do     func()
		unread int
	}{
		{"a message before the marker", func() { c.learn(message("1", "bob"), fromEvent) }, 0},
		{"a message after it", func() { c.learn(message("3", "bob"), fromEvent) }, 1},
		{"its repeat", func() { c.learn(message("3", "bob"), fromEvent) }, 1},
		{"an own message", func() { c.learn(message("4", "alice"), fromEvent) }, 1},
		{"another message", func() { c.learn(message("5", "bob"), fromEvent) }, 2},
		{"the recall of a counted one", func() { c.learnRevocation(revocationOf("3", "bob"), fromEvent) }, 1},
		{"its repeat", func() { c.learnRevocation(revocationOf("3", "bob"), fromEvent) }, 1},
		{"the recall of one before the marker", func() { c.learnRevocation(revocationOf("1", "bob"), fromEvent) }, 1},
		{"the recall of an own one", func() { c.learnRevocation(revocationOf("4", "alice"), fromEvent) }, 1},
		{"the recall of one never seen", func() { c.learnRevocation(revocationOf("6", "bob"), fromEvent) }, 1},
		{"a read marker", func() { c.setRead("5", 0) }, 0},
		{"an older read marker with the server's number", func() { c.setRead("1", 0) }, 0},
	}
	for _, step := range steps {
		if step.do(); c.unread != step.unread {
			t.Fatalf("after %s: unread %d, want %d", step.what, c.unread, step.unread)
		}
	}
	if c.readUpTo != "5" {
		t.Fatalf("the read marker moved back to %q", c.readUpTo)
	}
}

func TestNothingIsSubtractedFromANumberThatStandsForMore(t *testing.T) {
	for unread, wanted := range map[int]int{99: 98, 100: 100, 101: 101, 1_000: 1_000} {
		c := newConversation("c2c_bob", "alice", 100)
		c.learn(message("1", "bob"), fromCursor)
		c.setRead("", unread)
		revoked := c.learnRevocation(revocationOf("1", "bob"), fromEvent)
		if c.unread != wanted || revoked.unsure != (wanted == unread) {
			t.Errorf("%d unread are %d after a recall, the server is asked: %t", unread, c.unread, revoked.unsure)
		}
	}
}

func TestTheViewIsBoundedAndForgottenMessagesAreNotNews(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	for i := range 1_000 {
		c.learn(message(fmt.Sprintf("%06d", i), "bob"), fromEvent)
	}
	if len(c.order) > 100 || len(c.messages) != len(c.order) {
		t.Fatalf("%d messages are held, %d in order", len(c.messages), len(c.order))
	}
	if again := c.learn(message("000000", "bob"), fromEvent); again.received != nil {
		t.Fatal("a message that was let go was reported as new")
	}
	if got := heldIDs(c); got[len(got)-1] != "000999" {
		t.Fatalf("the newest is %s", got[len(got)-1])
	}
}

func TestTheWholeViewIsBounded(t *testing.T) {
	v := newView("alice")
	for i := range 30 {
		c := v.open(fmt.Sprintf("c2c_user%d", i))
		for k := range 5_000 {
			c.learn(message(fmt.Sprintf("%08d", k), "bob"), fromEvent)
			v.took(1)
		}
	}
	total := 0
	for _, c := range v.conversations {
		total += len(c.order)
	}
	if total > viewMessages {
		t.Fatalf("%d messages are held, the limit is %d", total, viewMessages)
	}
	for i := range conversationsLimit + 10 {
		v.open(fmt.Sprintf("c2c_%d", i))
	}
	if len(v.conversations) > conversationsLimit {
		t.Fatalf("%d conversations are held", len(v.conversations))
	}
}

func TestWhatTheApplicationChangesDoesNotChangeTheView(t *testing.T) {
	c := newConversation("c2c_bob", "alice", 100)
	c.learn(message("1", "bob"), fromEvent)
	c.list()[0].Body[2] = 'X'
	if got := string(c.list()[0].Body); got != `{"text":"1"}` {
		t.Fatalf("the view holds %s", got)
	}
}
