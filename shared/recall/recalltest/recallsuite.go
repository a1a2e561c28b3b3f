package recalltest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// recalled creates and recalls messages 1 to count; message i's recall is the i-th from the end, so that the order of
// the recalls is not the messages'.
func recalled(t *testing.T, store recall.Store, conversation recall.Conversation, count int) []recall.RevocationID {
	t.Helper()
	ids := make([]recall.RevocationID, count)
	for i := range count {
		message := text(messageAt(int64(i), i))
		message.Conversation = conversation
		create(t, store, message)
		command := takeBack(message, 1_000+int64(count-i))
		command.Revocation.ID = recallAt(1_000+int64(count-i), 1)
		applied(t, store, command)
		ids[count-1-i] = command.Revocation.ID
	}
	return ids
}

func idsOf(recalls []recall.RevokedMessage) []recall.RevocationID {
	var ids []recall.RevocationID
	for _, each := range recalls {
		ids = append(ids, each.Revocation.ID)
	}
	return ids
}

func recallsSentences() []sentence {
	here := recall.Between(alice, bob)
	return []sentence{
		{"recalls come in the order in which they were accepted, with all that an event tells",
			func(t *testing.T, store recall.Store) {
				ids := recalled(t, store, here, 5)
				create(t, store, text(messageAt(900, 1))) // not recalled
				page, err := store.Revocations(t.Context(), here, "", 9)
				must(t, err)
				if difference := cmp.Diff(ids, idsOf(page.Items)); difference != "" || page.More {
					t.Errorf("more=%t %s", page.More, difference)
				}
				want := recall.RevokedMessage{Conversation: here, MessageID: messageAt(4,
					4), Sender: alice, SentAt: noon, Revocation: recall.Revocation{
					ID: ids[0], At: noon + 1_001, By: alice, Role: recall.RoleSender, Reason: "typo",
				}}
				if page.Items[0] != want {
					t.Errorf("%+v is not %+v", page.Items[0], want)
				}
			}},
		{"after is exclusive, and more tells that the limit cut off", func(t *testing.T, store recall.Store) {
			ids := recalled(t, store, here, 5)
			page, err := store.Revocations(t.Context(), here, ids[1], 2)
			must(t, err)
			if difference := cmp.Diff(ids[2:4], idsOf(page.Items)); difference != "" || !page.More {
				t.Errorf("more=%t %s", page.More, difference)
			}
			page, err = store.Revocations(t.Context(), here, ids[2], 2)
			must(t, err)
			if difference := cmp.Diff(ids[3:], idsOf(page.Items)); difference != "" || page.More {
				t.Errorf("more=%t %s", page.More, difference)
			}
		}},
		{"an instant's earliest ID is before its recalls", func(t *testing.T, store recall.Store) {
			ids := recalled(t, store, here, 3)
			page, err := store.Revocations(t.Context(), here, recall.RevocationID(recall.EarliestID(noon+1_002)), 9)
			must(t, err)
			if difference := cmp.Diff(ids[1:], idsOf(page.Items)); difference != "" {
				t.Error(difference)
			}
		}},
		{"an unsent recall's tombstone is among the recalls", func(t *testing.T, store recall.Store) {
			command := takeBack(text(messageAt(0, 1)), 1_000)
			command.Unsent = true
			applied(t, store, command)
			page, err := store.Revocations(t.Context(), here, "", 9)
			if err != nil || len(page.Items) != 1 || page.Items[0].Sender != alice || page.Items[0].SentAt != noon+1_000 {
				t.Errorf("recalls %+v, error %v", page.Items, err)
			}
		}},
		{"an operator's recalls are found across conversations, without those of their own messages",
			func(t *testing.T, store recall.Store) {
				var want []recall.RevocationID
				for i, each := range []struct {
					conversation recall.Conversation
					by           recall.UserID
					role         recall.Role
					listed       bool
				}{
					{here, bob, recall.RoleAdmin, true},
					{here, bob, recall.RoleAdmin, true},
					{recall.InGroup(engineers), bob, recall.RoleModerator, true},
					{recall.InGroup(engineers), alice, recall.RoleSender, false},
					{recall.InGroup(engineers), carol, recall.RoleModerator, false},
				} {
					message := text(messageAt(0, i))
					message.Conversation = each.conversation
					create(t, store, message)
					command := takeBack(message, 1_000+int64(i))
					command.SenderOnly = each.role == recall.RoleSender
					command.Revocation.By, command.Revocation.Role = each.by, each.role
					applied(t, store, command)
					if each.listed {
						want = append(want, command.Revocation.ID)
					}
				}
				page := eventually(t, func() (recall.Page[recall.RevokedMessage], bool) {
					page, err := store.RevocationsBy(t.Context(), bob, "", 9)
					must(t, err)
					return page, len(page.Items) == len(want) && !page.More
				})
				if difference := cmp.Diff(want, idsOf(page.Items)); difference != "" {
					t.Error(difference)
				}
				last := page.Items[2]
				if last.Conversation != recall.InGroup(engineers) || last.Sender != alice || last.Revocation.By != bob ||
					last.Revocation.Role != recall.RoleModerator || last.Revocation.Reason != "typo" {
					t.Errorf("%+v", last)
				}
				page, err := store.RevocationsBy(t.Context(), bob, want[0], 1)
				must(t, err)
				if difference := cmp.Diff(want[1:2], idsOf(page.Items)); difference != "" || !page.More {
					t.Errorf("more=%t %s", page.More, difference)
				}
				page, err = store.RevocationsBy(t.Context(), alice, "", 9)
				must(t, err)
				if len(page.Items) != 0 {
					t.Errorf("alice recalled only her own message, and these are listed: %v", page.Items)
				}
			}},
	}
}

// eventually reads until what was read is complete: the one read that may lag behind the writes.
func eventually[T any](t *testing.T, read func() (T, bool)) T {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		value, complete := read()
		if complete {
			return value
		}
		if time.Now().After(deadline) {
			t.Fatalf("incomplete until the end: %+v", value)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func unreadSentences() []sentence {
	here := recall.Between(alice, bob)
	count := func(t *testing.T, store recall.Store, reader recall.UserID, after recall.MessageID, now recall.Instant,
		want int) {
		t.Helper()
		got, err := store.Unread(t.Context(), here, reader, after, now)
		if err != nil || len(got.Messages) != want || got.Own != "" {
			t.Errorf("%+v, want %d, error %v", got, want, err)
		}
	}
	return []sentence{
		{"unread counts others' messages behind the mark", func(t *testing.T, store recall.Store) {
			numbered(t, store, 5)
			count(t, store, bob, "", noon, 5)
			got, err := store.Unread(t.Context(), here, bob, messageAt(3, 3), noon)
			if want := []recall.MessageID{messageAt(5, 5), messageAt(4, 4)}; err != nil || !slices.Equal(got.Messages, want) {
				t.Errorf("%v, want the newest first, %v, error %v", got.Messages, want, err)
			}
			count(t, store, bob, messageAt(5, 5), noon, 0)
			count(t, store, alice, messageAt(5, 5), noon, 0)
		}},
		{"a user's own message counts as having read what came before", func(t *testing.T, store recall.Store) {
			numbered(t, store, 15)
			own := text(messageAt(4, 4))
			own.ID, own.Sender = messageAt(4, 99), bob
			create(t, store, own)
			for _, each := range []struct {
				after, own recall.MessageID
				unread     int
			}{{"", own.ID, 11}, {messageAt(3, 3), own.ID, 11}, {messageAt(9, 9), "", 6}} {
				got, err := store.Unread(t.Context(), here, bob, each.after, noon)
				if err != nil || len(got.Messages) != each.unread || got.Own != each.own {
					t.Errorf("behind %q: %+v, error %v; want %+v", each.after, got, err, each)
				}
			}
		}},
		{"unread never counts a recalled message", func(t *testing.T, store recall.Store) {
			numbered(t, store, 3)
			applied(t, store, takeBack(text(messageAt(2, 2)), 1_000))
			count(t, store, bob, "", noon, 2)
			command := takeBack(text(messageAt(9, 9)), 1_000)
			command.Unsent = true
			applied(t, store, command)
			count(t, store, bob, "", noon, 2)
		}},
		{"unread never counts an expired message", func(t *testing.T, store recall.Store) {
			numbered(t, store, 2)
			message := text(messageAt(3, 3))
			message.ExpiresAt = noon + 60_000
			create(t, store, message)
			count(t, store, bob, "", noon+59_999, 3)
			count(t, store, bob, "", noon+60_000, 2)
		}},
		{"unread is exact up to 99, however many were recalled between, and stops at 100",
			func(t *testing.T, store recall.Store) {
				sideBySide(t, 2*recall.MaximumUnread, func(i int) error {
					if i%2 == 0 {
						return recalledUnsent(t, store, i)
					}
					_, err := store.CreateMessage(t.Context(), text(messageAt(int64(i), i)))
					return err
				})
				count(t, store, bob, messageAt(1, 1), noon, recall.MaximumUnread-1)
				count(t, store, bob, "", noon, recall.MaximumUnread)
				must(t, recalledUnsent(t, store, 301))
				_, err := store.CreateMessage(t.Context(), text(messageAt(302, 302)))
				must(t, err)
				count(t, store, bob, "", noon, recall.MaximumUnread)
			}},
		{"counting reads at most MaximumUnreadRows rows", func(t *testing.T, store recall.Store) {
			numbered(t, store, 2)
			sideBySide(t, recall.MaximumUnreadRows-1, func(i int) error { return recalledUnsent(t, store, i+10) })
			count(t, store, bob, "", noon, 1)
			must(t, recalledUnsent(t, store, recall.MaximumUnreadRows+10))
			count(t, store, bob, "", noon, 0)
		}},
	}
}

// recalledUnsent stores alice's tombstone with one write.
func recalledUnsent(t *testing.T, store recall.Store, i int) error {
	command := takeBack(text(messageAt(int64(i), i)), 1_000)
	command.Unsent = true
	_, err := store.RevokeMessage(t.Context(), command)
	return err
}

// sideBySide runs work for 0 to count-1, eight at a time.
func sideBySide(t *testing.T, count int, work func(i int) error) {
	at := make(chan int)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range at {
				if err := work(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range count {
		at <- i
	}
	close(at)
	group.Wait()
}
