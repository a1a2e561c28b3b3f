package recall_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"example.com/recall/shared/recall"
)

// TestG8SomebodyOutsideLearnsNothing: for a message that is there, one that is not, one that is recalled, and a group
// that is not there, the same answer after the same calls to the store.
func TestG8SomebodyOutsideLearnsNothing(t *testing.T) {
	for _, each := range []struct {
		name   string
		ask    func(w *world, conversation recall.Conversation, id recall.MessageID) error
		answer recall.Name
	}{
		{"revoke", func(w *world, conversation recall.Conversation, id recall.MessageID) error {
			return w.revokes(as(mallory, ""), conversation, id)[0].Err
		}, recall.MessageNotFound},
		{"revoke unsent", func(w *world, conversation recall.Conversation, id recall.MessageID) error {
			return w.cancel(as(mallory, ""), conversation, id).Err
		}, recall.MessageNotFound},
		{"send", func(w *world, conversation recall.Conversation, id recall.MessageID) error {
			_, err := w.Send(w.t.Context(), as(mallory, ""), recall.SendRequest{
				Conversation: conversation,
				MessageID:    id,
				Body:         `{}`,
			})
			return err
		}, recall.ConversationNotFound},
		{"read", func(w *world, conversation recall.Conversation, id recall.MessageID) error {
			_, err := w.Read(w.t.Context(), as(mallory, ""), recall.ReadRequest{Conversation: conversation, MessageID: id})
			return err
		}, recall.ConversationNotFound},
		{"sync", func(w *world, conversation recall.Conversation, _ recall.MessageID) error {
			result := w.sync(mallory, recall.SyncItem{Conversation: conversation})
			if len(result.Messages)+len(result.Revocations)+result.Unread > 0 || result.Cursor != "" {
				w.t.Errorf("it told %+v", result)
			}
			return result.Err
		}, recall.ConversationNotFound},
		{"sync back", func(w *world, conversation recall.Conversation, id recall.MessageID) error {
			return w.sync(mallory, recall.SyncItem{Conversation: conversation, Before: id}).Err
		}, recall.ConversationNotFound},
	} {
		t.Run(each.name, func(t *testing.T) {
			// In a bubble, what still runs beside the answer can be waited for.
			synctest.Test(t, func(t *testing.T) { learnsNothing(t, each.ask, each.answer) })
		})
	}
}

func learnsNothing(t *testing.T, ask func(*world, recall.Conversation, recall.MessageID) error, answer recall.Name) {
	w := newWorld(t)
	w.makeGroup()
	there, recalled := w.sent(as(carol, ""), group), w.sent(as(carol, ""), group)
	w.recalls(as(carol, ""), recalled)
	missing := recall.NewMessageID(w.clock.Instant())
	synctest.Wait()
	w.store.taken()
	outcome := func(conversation recall.Conversation, id recall.MessageID) string {
		err := ask(w, conversation, id)
		wantName(t, err, answer)
		synctest.Wait()
		return fmt.Sprint(err, w.store.taken())
	}
	want := outcome(group, there.ID)
	for what, got := range map[string]string{
		"a recalled message": outcome(group, recalled.ID), "no message": outcome(group, missing),
		"no group": outcome(recall.InGroup("none"), missing),
	} {
		if got != want {
			t.Errorf("%s: %s, else %s", what, got, want)
		}
	}
	if stored := w.stored(there); stored.Body == "" {
		t.Error("the message was recalled")
	}
	if _, found, err := w.store.Message(t.Context(), group, missing); err != nil || found {
		t.Errorf("a tombstone came to be: found=%t, error %v", found, err)
	}
}

// TestG8AConversationOfOthersCannotBeNamed: c2c_<peer> always means the caller and the peer.
func TestG8AConversationOfOthersCannotBeNamed(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	for _, text := range []string{"c2c_alice", "c2c_bob"} {
		conversation, err := recall.ParseConversation(mallory, text)
		w.must(err)
		if conversation == direct {
			t.Fatalf("%s is %v for mallory", text, conversation)
		}
		wantName(t, w.revokes(as(mallory, ""), conversation, message.ID)[0].Err, recall.MessageNotFound)
		synced := w.Sync(t.Context(), as(mallory, ""), recall.SyncRequest{
			Conversations: []recall.SyncItem{{Conversation: conversation, Limit: 10}},
		})
		if len(synced[0].Messages) != 0 {
			t.Errorf("messages %+v", synced[0].Messages)
		}
	}
}

func TestG8AMemberWhoLeftReadsNothingAnyMore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(alice, ""), group)
		w.must(w.DeleteMember(t.Context(), engineers, dave))
		synced := w.Sync(t.Context(), as(dave, ""), recall.SyncRequest{
			Conversations: []recall.SyncItem{{Conversation: group, Limit: 10}},
		})
		wantName(t, synced[0].Err, recall.ConversationNotFound)
		_, err := w.Read(t.Context(), as(dave, ""), recall.ReadRequest{Conversation: group, MessageID: message.ID})
		wantName(t, err, recall.ConversationNotFound)
		page, err := w.Conversations(t.Context(), as(dave, ""), "")
		if err != nil || len(page.Conversations) != 0 {
			t.Errorf("list %+v, error %v", page, err)
		}
	})
}

// TestG8ALateMessageOfADeletedGroupHasNoReader deletes a group between a send's check of its sender's membership and
// its commit.
func TestG8ALateMessageOfADeletedGroupHasNoReader(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.makeGroup()
		remake := func() error { return w.PutGroup(ctx, recall.AdminPutGroup{Group: engineers, Name: "Anew"}) }
		w.store.before = func(call string) error {
			if call != "CreateMessage" {
				return nil
			}
			for done := false; !done; {
				var err error
				done, err = w.DeleteGroup(ctx, engineers)
				w.must(err)
			}
			wantName(t, remake(), recall.GroupDeleted)
			return nil
		}
		late := w.sent(as(carol, ""), group)
		w.store.before = nil
		wantName(t, remake(), recall.GroupDeleted)
		join := recall.AdminPutMember{Group: engineers, User: mallory, Role: recall.MemberOwner}
		wantName(t, w.PutMember(ctx, join), recall.ConversationNotFound)
		for _, user := range []recall.UserID{carol, alice, mallory} {
			w.device(user, recall.ConnectionID(user))
			wantName(t, w.sync(user, recall.SyncItem{Conversation: group, Limit: 10}).Err, recall.ConversationNotFound)
			_, err := w.Read(ctx, as(user, ""), recall.ReadRequest{Conversation: group, MessageID: late.ID})
			wantName(t, err, recall.ConversationNotFound)
			if list, err := w.Conversations(ctx, as(user, ""), ""); err != nil || len(list.Conversations) != 0 {
				t.Errorf("%s's list has %d rows, error %v", user, len(list.Conversations), err)
			}
		}
		w.told()
		// What a dead send left is finished minutes later, when it is told to nobody.
		due := late
		due.ID, due.Due, due.Body = recall.NewMessageID(w.clock.Instant()), recall.DueSent, `{"text":"later"}`
		_, err := w.store.CreateMessage(ctx, due)
		w.must(err)
		w.must(w.finishes(due))
		w.wantTold()
		if stored := w.stored(due); stored.Due != recall.DueNothing {
			t.Errorf("it still owes %q", stored.Due)
		}
	})
}
