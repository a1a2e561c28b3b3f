package recall_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

func TestReadingMovesTheMarkForwardAndTellsTheOtherDevices(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		first, second, third := w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct)
		phone := w.device(bob, "phone")
		w.device(bob, "laptop")
		w.device(alice, "alice")
		for _, each := range []struct {
			upTo, mark recall.MessageID
			unread     int
			told       []string
		}{
			{second.ID, second.ID, 1, []string{fmt.Sprintf("laptop read %s 1", second.ID)}},
			{first.ID, second.ID, 1, nil}, // never back
			{third.ID, third.ID, 0, []string{fmt.Sprintf("laptop read %s 0", third.ID)}},
		} {
			mark, err := w.Read(t.Context(), phone, recall.ReadRequest{Conversation: direct, MessageID: each.upTo})
			if err != nil || mark.ReadUpTo != each.mark || mark.Unread != each.unread {
				t.Errorf("mark %+v, error %v", mark, err)
			}
			w.wantTold(each.told...)
		}
		if result := w.sync(bob, recall.SyncItem{Conversation: direct}); result.ReadUpTo != third.ID || result.Unread != 0 {
			t.Errorf("synced %+v", result)
		}
	})
}

func TestReadingUpToNoMessageOfTheConversationIsRefused(t *testing.T) {
	w := newWorld(t)
	elsewhere := w.sent(as(alice, ""), recall.Between(alice, carol))
	for _, id := range []recall.MessageID{elsewhere.ID, recall.NewMessageID(w.clock.Instant())} {
		_, err := w.Read(t.Context(), as(bob, ""), recall.ReadRequest{Conversation: direct, MessageID: id})
		wantName(t, err, recall.MessageNotFound)
	}
}

// TestG11UnreadNeverCountsARecalledMessage, whether it was counted before or comes recalled, in sync, read and list
// alike.
func TestG11UnreadNeverCountsARecalledMessage(t *testing.T) {
	for _, conversation := range []recall.Conversation{direct, group} {
		t.Run(conversation.Key(), func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.makeGroup()
				first, second, third := w.sent(as(alice, ""), conversation), w.sent(as(alice, ""), conversation),
					w.sent(as(alice, ""), conversation)
				unread := func(want int) {
					t.Helper()
					result := w.sync(bob, recall.SyncItem{Conversation: conversation})
					if result.Err != nil || result.Unread != want {
						t.Errorf("sync counts %d, want %d, error %v", result.Unread, want, result.Err)
					}
					page, err := w.Conversations(t.Context(), as(bob, ""), "")
					w.must(err)
					for _, listed := range page.Conversations {
						if listed.Conversation == conversation && listed.Unread != want {
							t.Errorf("the list counts %d, want %d", listed.Unread, want)
						}
					}
				}
				unread(3)
				w.recalls(as(alice, ""), second)
				unread(2)
				mark, err := w.Read(t.Context(), as(bob, ""), recall.ReadRequest{Conversation: conversation, MessageID: first.ID})
				if err != nil || mark.Unread != 1 {
					t.Errorf("mark %+v, error %v", mark, err)
				}
				w.recalls(as(alice, ""), third)
				unread(0)
				if mark, err := w.Read(t.Context(), as(bob, ""), recall.ReadRequest{
					Conversation: conversation,
					MessageID:    third.ID,
				}); err != nil || mark.Unread != 0 {
					t.Errorf("mark at a tombstone %+v, error %v", mark, err)
				}
			})
		})
	}
}

func TestANewMemberHasNothingUnreadFromBefore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		w.sent(as(alice, ""), group)
		w.clock.Advance(time.Second)
		w.must(w.PutMember(t.Context(), recall.AdminPutMember{
			Group: engineers,
			User:  "newcomer",
			Role:  recall.MemberMember,
		}))
		w.clock.Advance(time.Second)
		w.sent(as(alice, ""), group)
		result := w.sync("newcomer", recall.SyncItem{Conversation: group})
		if result.Unread != 1 || len(result.Messages) != 2 {
			t.Errorf("unread %d of %d", result.Unread, len(result.Messages))
		}
	})
}

func TestTheListIsInOrderOfTheLatestChangeAndPaged(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Window = recall.Unlimited
		var want []recall.Conversation
		var first recall.Message
		for i := range recall.ConversationsPage + 20 {
			message := w.sent(as(recall.UserID(fmt.Sprintf("peer-%03d", i)), ""),
				recall.Between(bob, recall.UserID(fmt.Sprintf("peer-%03d", i))))
			if i == 0 {
				first = message
			}
			want = append(want, message.Conversation)
			if i%3 != 0 { // some have the same instant
				w.clock.Advance(time.Second)
			}
		}
		w.clock.Advance(recall.SameOrder)
		w.recalls(as("peer-000", ""), first) // a late recall is a change
		slices.Reverse(want)
		want = append([]recall.Conversation{first.Conversation}, want[:len(want)-1]...)
		var got []recall.Conversation
		next, pages := "", 0
		last := recall.Instant(1 << 60)
		for {
			page, err := w.Conversations(t.Context(), as(bob, ""), next)
			w.must(err)
			pages++
			for _, listed := range page.Conversations {
				if listed.LastChangeAt > last {
					t.Errorf("%s is out of order", listed.Conversation.Key())
				}
				last = listed.LastChangeAt
				got = append(got, listed.Conversation)
			}
			if next = page.Next; next == "" {
				break
			}
			if len(page.Conversations) != recall.ConversationsPage {
				t.Errorf("a page of %d", len(page.Conversations))
			}
		}
		if pages != 2 || len(got) != len(want) || got[0] != want[0] {
			t.Errorf("%d pages, %d conversations, the first %s", pages, len(got), got[0].Key())
		}
		for _, conversation := range want {
			if !slices.Contains(got, conversation) {
				t.Errorf("%s is missing", conversation.Key())
			}
		}
	})
}

func TestTheListTellsRoleAndNameOfAGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		page, err := w.Conversations(t.Context(), as(bob, ""), "")
		w.must(err)
		if len(page.Conversations) != 1 {
			t.Fatalf("list %+v", page.Conversations)
		}
		listed := page.Conversations[0]
		if listed.Conversation != group || listed.Role != recall.MemberAdmin || listed.Name != "Engineers" ||
			listed.LastChangeAt != w.clock.Instant() {
			t.Errorf("listed %+v", listed)
		}
	})
}

func TestANextThatThisServerDidNotGiveIsRefused(t *testing.T) {
	w := newWorld(t)
	for _, after := range []string{
		"?", encoded("x"), encoded("5"), encoded("5:nothing"), encoded("x:c2c#alice#bob"), encoded("5:c2c#bob#alice"),
	} {
		_, err := w.Conversations(t.Context(), as(bob, ""), after)
		wantName(t, err, recall.InvalidRequest)
	}
}
