package recall_test

import (
	"slices"
	"testing"

	"example.com/recall/shared/recall"
)

// TestG8SomebodyOutsideLearnsNothing: for a message that is there, one that is not, one that is recalled, and a group that is not there, the
// same answer after the same calls to the store.
func TestG8SomebodyOutsideLearnsNothing(t *testing.T) {
	w := newWorld(t)
	w.makeGroup()
	there, recalled := w.sent(as(carol, ""), group), w.sent(as(carol, ""), group)
	w.recalls(as(carol, ""), recalled)
	missing := recall.NewMessageID(w.clock.Instant())
	none := recall.InGroup("none")
	w.store.taken()
	type outcome struct {
		answer string
		calls  []string
	}
	for _, each := range []struct {
		name   string
		ask    func(conversation recall.Conversation, id recall.MessageID) error
		answer recall.Name
	}{
		{"revoke", func(conversation recall.Conversation, id recall.MessageID) error {
			return w.Revoke(t.Context(), as(mallory, ""), recall.RevokeRequest{Conversation: conversation, MessageIDs: []recall.MessageID{id}})[0].Err
		}, recall.MessageNotFound},
		{"revoke unsent", func(conversation recall.Conversation, id recall.MessageID) error {
			return w.Revoke(t.Context(), as(mallory, ""), recall.RevokeRequest{Conversation: conversation, MessageIDs: []recall.MessageID{id}, Unsent: true})[0].Err
		}, recall.MessageNotFound},
		{"send", func(conversation recall.Conversation, id recall.MessageID) error {
			_, err := w.Send(t.Context(), as(mallory, ""), recall.SendRequest{Conversation: conversation, MessageID: id, Body: `{}`})
			return err
		}, recall.ConversationNotFound},
		{"read", func(conversation recall.Conversation, id recall.MessageID) error {
			_, err := w.Read(t.Context(), as(mallory, ""), recall.ReadRequest{Conversation: conversation, MessageID: id})
			return err
		}, recall.ConversationNotFound},
		{"sync", func(conversation recall.Conversation, id recall.MessageID) error {
			result := w.Sync(t.Context(), as(mallory, ""), recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: conversation, Limit: 10}}})[0]
			if len(result.Messages)+len(result.Revocations)+result.Unread > 0 || result.Cursor != "" {
				t.Errorf("it told %+v", result)
			}
			return result.Err
		}, recall.ConversationNotFound},
		{"sync back", func(conversation recall.Conversation, id recall.MessageID) error {
			return w.Sync(t.Context(), as(mallory, ""), recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: conversation, Before: id, Limit: 10}}})[0].Err
		}, recall.ConversationNotFound},
	} {
		t.Run(each.name, func(t *testing.T) {
			ask := func(conversation recall.Conversation, id recall.MessageID) outcome {
				err := each.ask(conversation, id)
				wantName(t, err, each.answer)
				return outcome{err.Error(), w.store.taken()}
			}
			want := ask(group, there.ID)
			for what, got := range map[string]outcome{
				"a recalled message": ask(group, recalled.ID), "no message": ask(group, missing), "no group": ask(none, missing),
			} {
				if got.answer != want.answer || !slices.Equal(got.calls, want.calls) {
					t.Errorf("%s: %+v, else %+v", what, got, want)
				}
			}
		})
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
		synced := w.Sync(t.Context(), as(mallory, ""), recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: conversation, Limit: 10}}})
		if len(synced[0].Messages) != 0 {
			t.Errorf("messages %+v", synced[0].Messages)
		}
	}
}

func TestG8WhoLeftReadsNoMore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(alice, ""), group)
		w.must(w.DeleteMember(t.Context(), engineers, dave))
		synced := w.Sync(t.Context(), as(dave, ""), recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: group, Limit: 10}}})
		wantName(t, synced[0].Err, recall.ConversationNotFound)
		_, err := w.Read(t.Context(), as(dave, ""), recall.ReadRequest{Conversation: group, MessageID: message.ID})
		wantName(t, err, recall.ConversationNotFound)
		page, err := w.Conversations(t.Context(), as(dave, ""), "")
		if err != nil || len(page.Conversations) != 0 {
			t.Errorf("list %+v, error %v", page, err)
		}
	})
}
