package recalltest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"example.com/recall/shared/recall"
)

func putMember(t *testing.T, store recall.Store, user recall.UserID, role recall.MemberRole) recall.MemberRole {
	t.Helper()
	before, err := store.PutMember(t.Context(), engineers, user, role, noon)
	must(t, err)
	return before
}

// noObjects is for groups whose messages have no objects.
func noObjects(_ context.Context, objects []recall.ObjectKey) error {
	return fmt.Errorf("nobody stored the objects %v", objects)
}

func deleteGroup(t *testing.T, store recall.Store) (steps int) {
	t.Helper()
	for steps = 1; steps < 1_000; steps++ {
		done, err := store.DeleteGroup(t.Context(), engineers, noObjects)
		must(t, err)
		if done {
			return steps
		}
	}
	t.Fatal("the deletion does not end")
	return steps
}

func groupSentences() []sentence {
	here := recall.InGroup(engineers)
	return []sentence{
		{"a group has the name and window that it was given last", func(t *testing.T, store recall.Store) {
			window := recall.WindowOff
			must(t, store.PutGroup(t.Context(), engineers, "Engineers", &window, noon))
			head, found, err := store.Head(t.Context(), here)
			if err != nil || !found || head.Name != "Engineers" || head.Window == nil || *head.Window != 0 ||
				head.LastChangeAt != noon {
				t.Fatalf("head %+v, found=%t, error %v", head, found, err)
			}
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon+9))
			head, _, err = store.Head(t.Context(), here)
			if err != nil || head.Name != "Engineers" || head.Window != nil || head.LastChangeAt != noon {
				t.Errorf("head %+v, error %v", head, err)
			}
		}},
		{"a group that was never put does not exist, and nobody can join it", func(t *testing.T, store recall.Store) {
			if read, err := store.HeadAndMembership(t.Context(), engineers, alice); err != nil || read.Found {
				t.Errorf("found=%t, error %v", read.Found, err)
			}
			_, err := store.PutMember(t.Context(), engineers, alice, recall.MemberOwner, noon)
			if recall.NameOf(err) != recall.ConversationNotFound {
				t.Errorf("error %v", err)
			}
			if rows, err := store.Memberships(t.Context(), alice); err != nil || len(rows) != 0 {
				t.Errorf("rows %+v, error %v", rows, err)
			}
			if was, err := store.DeleteMember(t.Context(), engineers, alice); err != nil || was {
				t.Errorf("was=%t, error %v", was, err)
			}
			if head, err := store.Touch(t.Context(), here, noon, ""); err != nil || head != (recall.Head{}) {
				t.Errorf("head %+v, error %v", head, err)
			}
			if _, found, err := store.Head(t.Context(), here); err != nil || found {
				t.Errorf("after a touch: found=%t, error %v", found, err)
			}
		}},
		{"a member's role and row change together, and the roster's version counts", func(t *testing.T, store recall.Store) {
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			if before := putMember(t, store, alice, recall.MemberOwner); before != "" {
				t.Errorf("before %q", before)
			}
			first := rosterOf(t, store)
			if before := putMember(t, store, alice, recall.MemberAdmin); before != recall.MemberOwner {
				t.Errorf("before %q", before)
			}
			read, err := store.HeadAndMembership(t.Context(), engineers, alice)
			head, membership := read.Head, read.Membership
			if err != nil || !read.Found || membership.Role != recall.MemberAdmin || membership.JoinedAt != noon ||
				head.Conversation != here {
				t.Errorf("head %+v, membership %+v, error %v", head, membership, err)
			}
			row, found, err := store.Membership(t.Context(), alice, here)
			if err != nil || !found || row.Role != recall.MemberAdmin || row.JoinedAt != noon {
				t.Errorf("row %+v, found=%t, error %v", row, found, err)
			}
			second := rosterOf(t, store)
			if second.Version <= first.Version || second.Version != head.RosterVersion ||
				!slices.Equal(second.Users, []recall.UserID{alice}) ||
				!slices.Equal(second.Roles, []recall.MemberRole{recall.MemberAdmin}) {
				t.Errorf("roster %+v after %+v", second, first)
			}
			touched, err := store.Touch(t.Context(), here, noon+1, "")
			if err != nil || touched.RosterVersion != second.Version {
				t.Errorf("touched %+v, error %v", touched, err)
			}
		}},
		{"a user who left has no role and no row, and is not in the roster", func(t *testing.T, store recall.Store) {
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			putMember(t, store, alice, recall.MemberOwner)
			putMember(t, store, bob, recall.MemberMember)
			before := rosterOf(t, store)
			if was, err := store.DeleteMember(t.Context(), engineers, bob); err != nil || !was {
				t.Fatalf("was=%t, error %v", was, err)
			}
			if was, err := store.DeleteMember(t.Context(), engineers, bob); err != nil || was {
				t.Errorf("the second time: was=%t, error %v", was, err)
			}
			read, err := store.HeadAndMembership(t.Context(), engineers, bob)
			if err != nil || read.Membership != (recall.Membership{}) {
				t.Errorf("membership %+v, error %v", read.Membership, err)
			}
			if _, found, err := store.Membership(t.Context(), bob, here); err != nil || found {
				t.Errorf("found=%t, error %v", found, err)
			}
			after := rosterOf(t, store)
			if !slices.Equal(after.Users, []recall.UserID{alice}) || after.Version <= before.Version {
				t.Errorf("roster %+v after %+v", after, before)
			}
		}},
		{"messages of a group are not part of its roster", func(t *testing.T, store recall.Store) {
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			putMember(t, store, alice, recall.MemberOwner)
			message := text(messageAt(0, 1))
			message.Conversation = here
			create(t, store, message)
			if roster := rosterOf(t, store); len(roster.Users) != 1 {
				t.Errorf("roster %+v", roster)
			}
			page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 9, Now: noon})
			if err != nil || len(page.Items) != 1 {
				t.Errorf("%d messages, error %v", len(page.Items), err)
			}
		}},
		{"the pages of a roster have every member once, and only the first has the version", rosterPages},
		{"the start of a roster is the whole of a small roster, and a part of a big one", rosterStart},
		{"members who join at the same time all join", func(t *testing.T, store recall.Store) {
			must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
			var group sync.WaitGroup
			for i := range 6 {
				group.Go(func() {
					_, err := store.PutMember(t.Context(), engineers, recall.UserID(fmt.Sprintf("user-%d", i)), recall.MemberMember,
						noon)
					if err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if roster := rosterOf(t, store); len(roster.Users) != 6 || roster.Version != 6 {
				t.Errorf("roster %+v", roster)
			}
		}},
		{"a deleted group is gone with its roster, rows and messages", deletedGroup},
		{
			"the ID of a deleted group is never used again, so that a late message of the old group has no reader", reusedGroup,
		},
		{"a group is gone from the first step of its deletion on", partlyDeletedGroup},
	}
}

func rosterOf(t *testing.T, store recall.Store) recall.Roster {
	t.Helper()
	roster, err := store.RosterPage(t.Context(), engineers, "")
	must(t, err)
	return roster
}

// filledGroup has three members and that many messages.
func filledGroup(t *testing.T, store recall.Store, messages int) {
	t.Helper()
	must(t, store.PutGroup(t.Context(), engineers, "Engineers", nil, noon))
	for _, user := range []recall.UserID{alice, bob, carol} {
		putMember(t, store, user, recall.MemberMember)
	}
	for i := range messages {
		message := text(messageAt(int64(i), i))
		message.Conversation = recall.InGroup(engineers)
		create(t, store, message)
	}
}

func deletedGroup(t *testing.T, store recall.Store) {
	here := recall.InGroup(engineers)
	filledGroup(t, store, 450)
	deleteGroup(t, store)
	wantDeleted(t, store)
	if page, err := store.Messages(t.Context(), here, recall.MessageRange{Limit: 9, Now: noon}); err != nil ||
		len(page.Items) != 0 {
		t.Errorf("%d messages, error %v", len(page.Items), err)
	}
	for _, user := range []recall.UserID{alice, bob, carol} {
		if rows, err := store.Memberships(t.Context(), user); err != nil || len(rows) != 0 {
			t.Errorf("%s: rows %+v, error %v", user, rows, err)
		}
	}
	if roster := rosterOf(t, store); len(roster.Users) != 0 {
		t.Errorf("roster %+v", roster)
	}
	if head, err := store.Touch(t.Context(), here, noon+5, messageAt(1, 1)); err != nil || head != (recall.Head{}) {
		t.Errorf("a touch brought back %+v, error %v", head, err)
	}
	if done, err := store.DeleteGroup(t.Context(), engineers, noObjects); err != nil || !done {
		t.Errorf("again: done=%t, error %v", done, err)
	}
}

// wantDeleted wants the head to say that the group was deleted, and to keep nothing else of what was told about it.
func wantDeleted(t *testing.T, store recall.Store) {
	t.Helper()
	read, err := store.HeadAndMembership(t.Context(), engineers, alice)
	head, found := read.Head, read.Found
	if err != nil || !found || !head.Deleted || head.Name != "" || head.Window != nil {
		t.Errorf("head %+v, found=%t, error %v", head, found, err)
	}
}

func reusedGroup(t *testing.T, store recall.Store) {
	here := recall.InGroup(engineers)
	filledGroup(t, store, 1)
	deleteGroup(t, store)
	// A send that checked its sender's membership before the deletion may commit after it.
	late := text(messageAt(7, 7))
	late.Conversation = here
	create(t, store, late)
	for range 2 {
		err := store.PutGroup(t.Context(), engineers, "Engineers", nil, noon+9)
		if recall.NameOf(err) != recall.GroupDeleted {
			t.Errorf("a new group of the same ID: %v", err)
		}
	}
	_, err := store.PutMember(t.Context(), engineers, "dave", recall.MemberMember, noon+9)
	if recall.NameOf(err) != recall.ConversationNotFound {
		t.Errorf("a new member: %v", err)
	}
	if roster := rosterOf(t, store); len(roster.Users) != 0 {
		t.Errorf("roster %+v", roster)
	}
	wantDeleted(t, store)
	deleteGroup(t, store)
	if _, found, err := store.Message(t.Context(), here, late.ID); err != nil || found {
		t.Errorf("a repeated deletion left the late message: found=%t, error %v", found, err)
	}
}

func partlyDeletedGroup(t *testing.T, store recall.Store) {
	here := recall.InGroup(engineers)
	filledGroup(t, store, 250)
	if _, err := store.DeleteGroup(t.Context(), engineers, noObjects); err != nil {
		t.Fatal(err)
	}
	read, err := store.HeadAndMembership(t.Context(), engineers, alice)
	head, found := read.Head, read.Found
	if err != nil || found && !head.Deleted {
		t.Errorf("head %+v, found=%t, error %v", head, found, err)
	}
	if head, err := store.Touch(t.Context(), here, noon+9, ""); err != nil || head != (recall.Head{}) {
		t.Errorf("a touch brought back %+v, error %v", head, err)
	}
	if _, err := store.PutMember(t.Context(), engineers, "dave", recall.MemberMember,
		noon); recall.NameOf(err) != recall.ConversationNotFound {
		t.Errorf("a new member: %v", err)
	}
	if roster := rosterOf(t, store); len(roster.Users) != 0 {
		t.Errorf("roster %+v of a group whose deletion has begun", roster)
	}
	if err := store.PutGroup(t.Context(), engineers, "", nil, noon+9); recall.NameOf(err) != recall.GroupDeleted {
		t.Errorf("a change: %v", err)
	}
	deleteGroup(t, store)
	wantDeleted(t, store)
}

func rosterPages(t *testing.T, store recall.Store) {
	if roster, err := store.RosterPage(t.Context(), engineers, "alice"); err != nil || len(roster.Users) != 0 {
		t.Errorf("no group: %+v, error %v", roster, err)
	}
	must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
	for _, user := range []recall.UserID{carol, alice, bob} {
		putMember(t, store, user, recall.MemberAdmin)
	}
	all := rosterOf(t, store)
	if !slices.Equal(all.Users, []recall.UserID{alice, bob, carol}) || all.Version != 3 || all.More {
		t.Errorf("all: %+v", all)
	}
	for i, user := range all.Users {
		behind, err := store.RosterPage(t.Context(), engineers, user)
		if err != nil || !slices.Equal(behind.Users, all.Users[i+1:]) || behind.More || behind.Version != 0 ||
			len(behind.Roles) != len(behind.Users) {
			t.Errorf("behind %s: %+v, error %v", user, behind, err)
		}
	}
	must(t, store.PutGroup(t.Context(), engineers, "Engineers", nil, noon))
	if behind, err := store.RosterPage(t.Context(), engineers, "zz"); err != nil || len(behind.Users) != 0 {
		t.Errorf("behind the last: %+v, error %v", behind, err)
	}
}

func rosterStart(t *testing.T, store recall.Store) {
	start := func() recall.Roster {
		roster, err := store.RosterStart(t.Context(), engineers)
		must(t, err)
		return roster
	}
	if roster := start(); len(roster.Users) != 0 || roster.More {
		t.Errorf("no group: %+v", roster)
	}
	must(t, store.PutGroup(t.Context(), engineers, "", nil, noon))
	const small, big = 20, 30
	for i := range big {
		putMember(t, store, recall.UserID(fmt.Sprintf("user-%02d", i)), recall.MemberMember)
		if roster := start(); i == small-1 && (len(roster.Users) != small || roster.Version != small || roster.More) {
			t.Errorf("a small roster: %+v", roster)
		}
	}
	all := rosterOf(t, store).Users
	roster := start()
	if len(roster.Users) == 0 || !slices.Equal(roster.Users, all[:len(roster.Users)]) || roster.Version != big ||
		!roster.More {
		t.Errorf("a big roster: %+v", roster)
	}
	deleteGroup(t, store)
	if roster := start(); len(roster.Users) != 0 {
		t.Errorf("a deleted group: %+v", roster)
	}
}
