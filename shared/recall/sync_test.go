package recall_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// sync asks for one conversation.
func (w *world) sync(user recall.UserID, item recall.SyncItem) recall.SyncResult {
	w.t.Helper()
	if item.Limit == 0 {
		item.Limit = recall.DefaultSyncLimit
	}
	return w.Sync(w.t.Context(), as(user, ""), recall.SyncRequest{Conversations: []recall.SyncItem{item}})[0]
}

// device of a test that follows a conversation by syncing alone.
type follower struct {
	w        *world
	user     recall.UserID
	item     recall.SyncItem
	messages map[recall.MessageID]bool // true = a tombstone
	calls    int
}

func (w *world) follow(user recall.UserID, conversation recall.Conversation) *follower {
	return &follower{
		w:        w,
		user:     user,
		item:     recall.SyncItem{Conversation: conversation},
		messages: make(map[recall.MessageID]bool),
	}
}

// catchUp syncs until there is no more.
func (f *follower) catchUp() {
	f.w.t.Helper()
	for f.calls = 1; ; f.calls++ {
		result := f.w.sync(f.user, f.item)
		f.take(result)
		if result.Cursor == "" || f.calls > 500 {
			f.w.t.Fatalf("no cursor, or no end: %+v", result)
		}
		if !result.More {
			return
		}
	}
}

func TestASyncWithoutACursorReturnsTheNewestAndOlderTellsOfTheRest(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var ids []recall.MessageID
		for range 5 {
			ids = append(ids, w.sent(as(alice, ""), direct).ID)
			w.clock.Advance(time.Second)
		}
		result := w.sync(bob, recall.SyncItem{Conversation: direct, Limit: 3})
		w.must(result.Err)
		got := idsOf(result.Messages)
		if !slices.Equal(got, ids[2:]) || !result.Older || result.More || result.Cursor == "" {
			t.Errorf("messages %v, %+v", got, result)
		}
		if result.Unread != 5 || result.ReadUpTo != "" {
			t.Errorf("unread %d up to %q", result.Unread, result.ReadUpTo)
		}
		all := w.sync(bob, recall.SyncItem{Conversation: direct, Limit: 5})
		if all.Older || len(all.Messages) != 5 {
			t.Errorf("all: %+v", all)
		}
	})
}

func idsOf(messages []recall.Message) []recall.MessageID {
	var ids []recall.MessageID
	for _, message := range messages {
		ids = append(ids, message.ID)
	}
	return ids
}

func TestPagingBackReachesTheBeginningAndMissesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var ids []recall.MessageID
		for range 7 {
			ids = append(ids, w.sent(as(alice, ""), direct).ID)
		}
		w.recalls(as(alice, ""), recall.Message{ID: ids[2], Conversation: direct})
		before, pages := ids[6], [][]recall.MessageID{ids[3:6], ids[0:3]}
		for i, want := range pages {
			result := w.sync(bob, recall.SyncItem{Conversation: direct, Before: before, Limit: 3})
			w.must(result.Err)
			if got := idsOf(result.Messages); !slices.Equal(got, want) || result.More != (i == 0) || result.Cursor != "" {
				t.Errorf("page %d: %v, %+v", i, got, result)
			}
			before = result.Messages[0].ID
		}
	})
}

// TestACursorBringsWhatChangedSince: new messages, and recalls of messages however old.
func TestACursorBringsWhatChangedSince(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Window = recall.Unlimited
		old := w.sent(as(alice, ""), direct)
		w.clock.Advance(time.Hour)
		device := w.follow(bob, direct)
		device.catchUp()
		w.clock.Advance(7 * 24 * time.Hour)
		w.recalls(as(alice, ""), old)
		fresh := w.sent(as(alice, ""), direct)
		result := w.sync(bob, device.item)
		w.must(result.Err)
		if got := idsOf(result.Messages); !slices.Equal(got, []recall.MessageID{fresh.ID}) {
			t.Errorf("messages %v", got)
		}
		if len(result.Revocations) != 1 || result.Revocations[0].MessageID != old.ID ||
			result.Revocations[0].Revocation.Reason != "typo" {
			t.Errorf("revocations %+v", result.Revocations)
		}
		if result.More || result.Unread != 1 {
			t.Errorf("%+v", result)
		}
	})
}

// TestASyncNeverOmits: a device offline during 200 messages and 50 recalls, with the smallest pages, ends where one
// that was online all the time ends.
func TestASyncNeverOmits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Window = recall.Unlimited
		want := make(map[recall.MessageID]bool)
		var all []recall.Message
		send := func() {
			message := w.sent(as(alice, ""), direct)
			all, want[message.ID] = append(all, message), false
			w.clock.Advance(time.Second)
		}
		for range 40 {
			send()
		}
		device := w.follow(bob, direct)
		device.catchUp()
		for i := range 200 {
			send()
			if i%4 == 3 {
				message := all[i] // some that the device has seen, some that it has not
				w.recalls(as(alice, ""), message)
				want[message.ID] = true
			}
		}
		device.item.Limit = 7
		device.catchUp()
		if len(device.messages) != len(want) {
			t.Errorf("%d of %d messages", len(device.messages), len(want))
		}
		for id, revoked := range want {
			if got, there := device.messages[id]; !there || got != revoked {
				t.Errorf("%s: there %t, revoked %t, want %t", id, there, got, revoked)
			}
		}
		if device.calls < 20 {
			t.Errorf("%d calls do not test paging", device.calls)
		}
	})
}

// TestASlowCommitIsNotJumpedOver: a message whose ID is 30 s old and whose commit took 30 s comes behind a later
// cursor.
func TestASlowCommitIsNotJumpedOver(t *testing.T) {
	w := newWorld(t)
	start := w.clock.Instant()
	device := w.follow(bob, direct)
	late := recall.Message{
		ID:           recall.NewMessageID(start.Add(-30 * time.Second)),
		Conversation: direct,
		Sender:       alice,
		SentAt:       start,
		Body:         `{}`,
	}
	victim := recall.Message{
		ID:              recall.NewMessageID(start.Add(-time.Hour)),
		Conversation:    direct,
		Sender:          alice,
		SentAt:          start,
		RecallableUntil: -1,
		Body:            `{}`,
	}
	if _, err := w.store.CreateMessage(t.Context(), victim); err != nil {
		t.Fatal(err)
	}
	command := recall.RevokeCommand{Conversation: direct, MessageID: victim.ID, Revocation: recall.Revocation{
		ID: recall.NewRevocationID(start), At: start, By: alice, Role: recall.RoleSender,
	}}
	w.clock.Advance(30 * time.Second)
	device.catchUp() // the commits are still under way
	if _, err := w.store.CreateMessage(t.Context(), late); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.RevokeMessage(t.Context(), command); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	device.catchUp()
	if _, there := device.messages[late.ID]; !there {
		t.Error("the late message was jumped over")
	}
	if !device.messages[victim.ID] {
		t.Error("the late recall was jumped over")
	}
}

// TestAChangeThatIsCommittedBetweenTwoPagesIsNotLost: the cursor after the last page starts at the first page's time.
func TestAChangeThatIsCommittedBetweenTwoPagesIsNotLost(t *testing.T) {
	w := newWorld(t)
	w.Window = recall.Unlimited
	var messages []recall.Message
	device := w.follow(bob, direct)
	device.catchUp()
	for range 6 {
		w.clock.Advance(time.Second)
		messages = append(messages, w.sent(as(alice, ""), direct))
	}
	device.item.Limit = 2
	first := w.sync(bob, device.item)
	if !first.More {
		t.Fatal("one page was all")
	}
	w.clock.Advance(2 * time.Minute)
	w.recalls(as(alice, ""), messages[0]) // its page has been read
	device.item.Cursor = first.Cursor
	for _, message := range first.Messages {
		device.messages[message.ID] = false
	}
	w.clock.Advance(2 * time.Minute)
	device.catchUp()
	w.clock.Advance(time.Hour)
	device.catchUp()
	if !device.messages[messages[0].ID] {
		t.Error("the recall between the pages was lost")
	}
	if len(device.messages) != 6 {
		t.Errorf("%d messages", len(device.messages))
	}
}

// unread is the number that a device counts which holds what the follower holds.
func (f *follower) unread() int {
	unread := 0
	for _, revoked := range f.messages {
		if !revoked {
			unread++
		}
	}
	return unread
}

// take notes what one reply says.
func (f *follower) take(result recall.SyncResult) {
	f.w.t.Helper()
	f.w.must(result.Err)
	for _, message := range result.Messages {
		f.messages[message.ID] = f.messages[message.ID] || message.Revoked != nil
	}
	for _, recalled := range result.Revocations {
		f.messages[recalled.MessageID] = true
	}
	f.item.Cursor = result.Cursor
}

// duringTheNext does something once, just before the next such call of the store.
func (w *world) duringTheNext(call string, do func()) {
	var once sync.Once
	w.store.mutex.Lock()
	defer w.store.mutex.Unlock()
	w.store.before = func(name string) error {
		if name == call {
			once.Do(do)
		}
		return nil
	}
}

// TestTheUnreadNumberOfASyncAgreesWithWhatItReturns: events come to a device at any time, so it can only count on from
// a number that was counted from the very messages and recalls of the reply.
func TestTheUnreadNumberOfASyncAgreesWithWhatItReturns(t *testing.T) {
	changes := map[string]func(w *world, victim recall.Message){
		"a recall":  func(w *world, victim recall.Message) { w.recalls(as(alice, ""), victim) },
		"a message": func(w *world, _ recall.Message) { w.sent(as(alice, ""), direct) },
	}
	for name, change := range changes {
		for _, call := range []string{"Unread", "Messages", "Revocations"} {
			for _, age := range []time.Duration{0, time.Hour} {
				for _, cursor := range []bool{false, true} {
					what := fmt.Sprintf("%s before %s, messages of %s, cursor %t", name, call, age, cursor)
					t.Run(what, func(t *testing.T) {
						w := newWorld(t)
						w.Window = recall.Unlimited
						victim := w.sent(as(alice, ""), direct)
						w.sent(as(alice, ""), direct)
						w.clock.Advance(age)
						device := w.follow(bob, direct)
						if cursor {
							device.catchUp()
							w.clock.Advance(age)
						}
						w.duringTheNext(call, func() { change(w, victim) })
						result := w.sync(bob, device.item)
						device.take(result)
						if result.Unread != device.unread() {
							t.Errorf("the reply says %d unread, the device counts %d", result.Unread, device.unread())
						}
					})
				}
			}
		}
	}
}

func TestAMessageOfTheReaderDuringASyncLeavesNothingUnreadBeforeIt(t *testing.T) {
	w := newWorld(t)
	w.sent(as(alice, ""), direct)
	var own recall.Message
	w.duringTheNext("Messages", func() { own = w.sent(as(bob, ""), direct) })
	if result := w.sync(bob, recall.SyncItem{Conversation: direct}); result.Unread != 0 || result.ReadUpTo != own.ID {
		t.Errorf("%d unread behind %s", result.Unread, result.ReadUpTo)
	}
}

func TestARecallDuringASyncLeavesNoMoreThan99WhereThereWere100(t *testing.T) {
	w := newWorld(t)
	var last recall.Message
	for range recall.MaximumUnread {
		last = w.sent(as(alice, ""), direct)
	}
	w.duringTheNext("Messages", func() { w.recalls(as(alice, ""), last) })
	if result := w.sync(bob, recall.SyncItem{Conversation: direct}); result.Unread != recall.MaximumUnread-1 {
		t.Errorf("%d unread", result.Unread)
	}
	w.sent(as(alice, ""), direct)
	last = w.sent(as(alice, ""), direct)
	w.duringTheNext("Messages", func() { w.recalls(as(alice, ""), last) })
	if result := w.sync(bob, recall.SyncItem{Conversation: direct}); result.Unread != recall.MaximumUnread {
		t.Errorf("%d unread, and one more behind the limit", result.Unread)
	}
}

func TestARepliesBudgetIsKeptAndMoreSaysToCallAgain(t *testing.T) {
	w := newWorld(t)
	body := recall.Body(`{"text":"` + strings.Repeat("x", 12_000) + `"}`)
	var conversations []recall.Conversation
	for i := range 5 {
		conversation := recall.Between(bob, recall.UserID(fmt.Sprintf("peer-%d", i)))
		conversations = append(conversations, conversation)
		for range 12 {
			_, err := w.Send(t.Context(), as(bob, ""), recall.SendRequest{Conversation: conversation, Body: body})
			w.must(err)
		}
	}
	beginning := w.clock.Instant()
	for _, start := range []string{"", cursorAt(beginning)} {
		request := recall.SyncRequest{}
		for _, conversation := range conversations {
			request.Conversations = append(request.Conversations, recall.SyncItem{
				Conversation: conversation,
				Cursor:       start,
				Limit:        100,
			})
		}
		got := make(map[recall.MessageID]bool)
		for call := 0; len(request.Conversations) > 0; call++ {
			if call > 50 {
				t.Fatal("it does not end")
			}
			size := 0
			var again []recall.SyncItem
			for i, result := range w.Sync(t.Context(), as(bob, ""), request) {
				w.must(result.Err)
				for _, message := range result.Messages {
					got[message.ID] = true
					size += len(message.Body)
				}
				item := request.Conversations[i]
				switch {
				case result.More:
					item.Cursor = result.Cursor
					again = append(again, item)
				case result.Older:
					if start != "" {
						t.Error("older with a cursor")
					}
					got = pageBack(w, item.Conversation, result.Messages[0].ID, got)
				}
			}
			if size > 100_000 {
				t.Errorf("%d bytes of bodies", size)
			}
			request.Conversations = again
		}
		if len(got) != 60 {
			t.Errorf("%d of 60 messages, from cursor %q", len(got), start)
		}
	}
}

func pageBack(w *world, conversation recall.Conversation, before recall.MessageID,
	got map[recall.MessageID]bool) map[recall.MessageID]bool {
	for {
		result := w.sync(bob, recall.SyncItem{Conversation: conversation, Before: before, Limit: 100})
		w.must(result.Err)
		for _, message := range result.Messages {
			got[message.ID] = true
		}
		if !result.More {
			return got
		}
		before = result.Messages[0].ID
	}
}

func TestOneFailingConversationFailsNoOther(t *testing.T) {
	w := newWorld(t)
	w.sent(as(alice, ""), direct)
	results := w.Sync(t.Context(), as(bob, ""), recall.SyncRequest{Conversations: []recall.SyncItem{
		{Conversation: recall.InGroup("none"), Limit: 9}, {Conversation: direct, Limit: 9},
		{Conversation: recall.Between(bob, carol), Cursor: "forged", Limit: 9},
	}})
	wantName(t, results[0].Err, recall.ConversationNotFound)
	w.must(results[1].Err)
	if len(results[1].Messages) != 1 {
		t.Errorf("messages %+v", results[1].Messages)
	}
	wantName(t, results[2].Err, recall.InvalidRequest)
}

func TestAFailedDependencyIsTheErrorOfTheConversation(t *testing.T) {
	for call, conversation := range map[string]recall.Conversation{
		"Messages": group, "Revocations": group, "Unread": group, "HeadAndMembership": group, "Membership": direct,
	} {
		w := newWorld(t)
		w.makeGroup()
		w.store.failing(call)
		result := w.sync(alice, recall.SyncItem{Conversation: conversation, Cursor: cursorAt(w.clock.Instant())})
		wantName(t, result.Err, recall.Unavailable)
	}
}

func TestExpiredMessagesAreNotReturned(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Retention = 24 * time.Hour
		message := w.sent(as(alice, ""), direct)
		w.clock.Advance(24*time.Hour - time.Millisecond)
		if result := w.sync(bob, recall.SyncItem{Conversation: direct}); len(result.Messages) != 1 || result.Unread != 1 {
			t.Errorf("before its end: %+v", result)
		}
		w.clock.Advance(time.Millisecond)
		if result := w.sync(bob, recall.SyncItem{Conversation: direct}); len(result.Messages) != 0 || result.Unread != 0 {
			t.Errorf("after its end: %+v", result)
		}
		_, err := w.Read(t.Context(), as(bob, ""), recall.ReadRequest{Conversation: direct, MessageID: message.ID})
		wantName(t, err, recall.MessageNotFound)
	})
}
