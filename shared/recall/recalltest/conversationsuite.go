package recalltest

import (
	"slices"
	"sync"
	"testing"

	"example.com/recall/shared/recall"
)

func conversationSentences() []sentence {
	here, there := recall.Between(alice, bob), recall.Between(alice, carol)
	touch := func(t *testing.T, store recall.Store, at recall.Instant, message recall.MessageID, wantAt recall.Instant,
		wantMessage recall.MessageID) {
		t.Helper()
		head, err := store.Touch(t.Context(), here, at, message)
		must(t, err)
		stored, found, err := store.Head(t.Context(), here)
		if err != nil || !found {
			t.Fatalf("found=%t, error %v", found, err)
		}
		for _, each := range []recall.Head{head, stored} {
			if each.LastChangeAt != wantAt || each.LastMessageID != wantMessage || each.Conversation != here {
				t.Errorf("head %+v", each)
			}
		}
	}
	return []sentence{
		{"a touch moves the last change forward, never back", func(t *testing.T, store recall.Store) {
			touch(t, store, noon, messageAt(0, 1), noon, messageAt(0, 1))
			touch(t, store, noon+5, "", noon+5, messageAt(0, 1))
			touch(t, store, noon+3, "", noon+5, messageAt(0, 1))
			touch(t, store, noon+5, messageAt(5, 1), noon+5, messageAt(5, 1))
		}},
		{"a later recall that touches the head first does not lose the newest message",
			func(t *testing.T, store recall.Store) {
				touch(t, store, noon+5, "", noon+5, "")
				touch(t, store, noon+3, messageAt(3, 1), noon+5, messageAt(3, 1))
				touch(t, store, noon+4, messageAt(4, 1), noon+5, messageAt(4, 1))
				touch(t, store, noon+2, messageAt(2, 1), noon+5, messageAt(4, 1))
			}},
		{"a message that is stored later and sorts before the newest moves only the last change",
			func(t *testing.T, store recall.Store) {
				touch(t, store, noon, messageAt(9, 1), noon, messageAt(9, 1))
				touch(t, store, noon+1, messageAt(8, 1), noon+1, messageAt(9, 1))
			}},
		{"touches side by side leave the latest change and the newest message", touchesSideBySide},
		{"many heads are read at once, and missing ones are left out", func(t *testing.T, store recall.Store) {
			var all []recall.Conversation
			for i := range 130 { // beyond one batch of 100
				all = append(all, recall.Between(alice, recall.UserID("peer-"+string(messageAt(int64(i), i)))))
				if i%2 == 0 {
					_, err := store.Touch(t.Context(), all[i], noon+recall.Instant(i), "")
					must(t, err)
				}
			}
			heads, err := store.Heads(t.Context(), all)
			must(t, err)
			if len(heads) != 65 || heads[all[128]].LastChangeAt != noon+128 {
				t.Errorf("%d heads, the last %+v", len(heads), heads[all[128]])
			}
			if heads, err := store.Heads(t.Context(), nil); err != nil || len(heads) != 0 {
				t.Errorf("heads %v, error %v", heads, err)
			}
			if _, found, err := store.Head(t.Context(), all[1]); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"joining writes a row once", func(t *testing.T, store recall.Store) {
			must(t, store.Join(t.Context(), alice, here, noon))
			must(t, store.Join(t.Context(), alice, here, noon+9))
			row, found, err := store.Membership(t.Context(), alice, here)
			if err != nil || !found || row.JoinedAt != noon || row.Conversation != here || row.User != alice || row.Role != "" {
				t.Errorf("row %+v, found=%t, error %v", row, found, err)
			}
			if _, found, err := store.Membership(t.Context(), bob, here); err != nil || found {
				t.Errorf("bob's: found=%t, error %v", found, err)
			}
		}},
		{"a user's list has all of their rows and nobody else's", func(t *testing.T, store recall.Store) {
			must(t, store.Join(t.Context(), alice, here, noon))
			must(t, store.Join(t.Context(), alice, there, noon+1))
			must(t, store.Join(t.Context(), bob, here, noon))
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			_, err := store.PutMember(t.Context(), engineers, alice, recall.MemberOwner, noon)
			must(t, err)
			rows, err := store.Memberships(t.Context(), alice)
			must(t, err)
			var names []string
			for _, row := range rows {
				names = append(names, row.Conversation.Key()+" "+string(row.Role))
			}
			slices.Sort(names)
			if want := []string{"c2c#alice#bob ", "c2c#alice#carol ", "group#engineers owner"}; !slices.Equal(names, want) {
				t.Errorf("rows %v", names)
			}
		}},
		{"the mark of what is read moves forward, never back", func(t *testing.T, store recall.Store) {
			must(t, store.Join(t.Context(), bob, here, noon))
			for _, each := range []struct {
				upTo, want recall.MessageID
				moved      bool
			}{
				{messageAt(5, 1), messageAt(5, 1), true},
				{messageAt(3, 1), messageAt(5, 1), false},
				{messageAt(5, 1), messageAt(5, 1), false},
				{messageAt(6, 1), messageAt(6, 1), true},
			} {
				outcome, err := store.MarkRead(t.Context(), bob, here, each.upTo)
				if err != nil || outcome.ReadUpTo != each.want || outcome.Moved != each.moved {
					t.Errorf("up to %s: %+v, error %v", each.upTo, outcome, err)
				}
			}
			row, _, err := store.Membership(t.Context(), bob, here)
			if err != nil || row.ReadUpTo != messageAt(6, 1) || row.JoinedAt != noon {
				t.Errorf("row %+v, error %v", row, err)
			}
		}},
		{"a user who is not in the group gets no row by reading", func(t *testing.T, store recall.Store) {
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			outcome, err := store.MarkRead(t.Context(), bob, recall.InGroup(engineers), messageAt(1, 1))
			if err != nil || outcome.Moved {
				t.Errorf("%+v, error %v", outcome, err)
			}
			if _, found, err := store.Membership(t.Context(), bob, recall.InGroup(engineers)); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
		}},
		{"the settings are read as they were written, 0 and -1 too", func(t *testing.T, store recall.Store) {
			if _, found, err := store.DefaultWindow(t.Context()); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
			for _, window := range []recall.Window{60, recall.WindowOff, recall.Unlimited} {
				must(t, store.SetDefaultWindow(t.Context(), window))
				if got, found, err := store.DefaultWindow(t.Context()); err != nil || !found || got != window {
					t.Errorf("window %d, found=%t, error %v", got, found, err)
				}
			}
		}},
	}
}

func touchesSideBySide(t *testing.T, store recall.Store) {
	here := recall.Between(alice, bob)
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			// The later the change, the earlier the message's ID, so that no single touch has the last word on both.
			_, err := store.Touch(t.Context(), here, noon+recall.Instant(i), messageAt(int64(11-i), i))
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	head, _, err := store.Head(t.Context(), here)
	if err != nil || head.LastChangeAt != noon+11 || head.LastMessageID != messageAt(11, 0) {
		t.Errorf("head %+v, error %v", head, err)
	}
}
