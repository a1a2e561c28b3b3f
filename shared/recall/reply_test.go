package recall_test

import (
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// TestAReplyToARecalledMessageIsAllowedAndNamesItOnly: replyTo is an ID, never a copy, so that nothing of a recalled
// text is left in a reply.
func TestAReplyToARecalledMessageIsAllowedAndNamesItOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		quoted := w.sent(as(alice, ""), direct)
		reply := func() recall.Message {
			result, err := w.Send(t.Context(), as(bob, ""), recall.SendRequest{
				Conversation: direct,
				Body:         `{"text":"yes"}`,
				ReplyTo:      quoted.ID,
			})
			w.must(err)
			return result.Message
		}
		before := reply()
		w.recalls(as(alice, ""), quoted)
		after := reply()
		for _, message := range []recall.Message{before, after} {
			if stored := w.stored(message); stored.ReplyTo != quoted.ID || stored.Body != `{"text":"yes"}` {
				t.Errorf("stored %+v", stored)
			}
		}
		w.recalls(as(bob, ""), after)
		if stored := w.stored(after); stored.ReplyTo != quoted.ID || stored.Body != "" {
			t.Errorf("a recalled reply is stored as %+v", stored)
		}
	})
}

// TestRetentionEndsAMessageForEverybodyFromItsMomentOn: whether or not the store has deleted it by then.
func TestRetentionEndsAMessageForEverybodyFromItsMomentOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		w.Retention = 24 * time.Hour
		w.Window = recall.Unlimited
		message := w.sent(as(carol, ""), group)
		kept := w.sent(as(carol, ""), group)
		w.clock.Advance(24*time.Hour - time.Millisecond)
		if list := w.syncs(as(dave, ""), recall.SyncItem{Conversation: group, Limit: 10}); len(list.Messages) != 2 ||
			list.Unread != 2 {
			t.Errorf("a millisecond before: %d messages, %d unread", len(list.Messages), list.Unread)
		}
		w.recalls(as(alice, ""), kept)
		w.clock.Advance(time.Millisecond)
		list := w.syncs(as(dave, ""), recall.SyncItem{Conversation: group, Limit: 10})
		if len(list.Messages) != 0 || list.Unread != 0 {
			t.Errorf("%d messages, %d unread", len(list.Messages), list.Unread)
		}
		for _, operator := range []recall.UserID{carol, alice, dave, mallory} {
			wantName(t, w.revokes(as(operator, ""), group, message.ID)[0].Err, recall.MessageNotFound)
		}
		wantName(t, w.adminRevokes("support", message)[0].Err, recall.MessageNotFound)
		_, err := w.Read(t.Context(), as(dave, ""), recall.ReadRequest{Conversation: group, MessageID: message.ID})
		wantName(t, err, recall.MessageNotFound)
		if page, err := w.AdminRevokeBySender(t.Context(),
			recall.AdminRevokeBySender{Conversation: group, Sender: carol}); err != nil || len(page.Results) != 0 {
			t.Errorf("%d of a sender's expired messages were recalled, error %v", len(page.Results), err)
		}
	})
}

// syncs asks for one conversation.
func (w *world) syncs(caller recall.Caller, item recall.SyncItem) recall.SyncResult {
	w.t.Helper()
	result := w.Sync(w.t.Context(), caller, recall.SyncRequest{Conversations: []recall.SyncItem{item}})[0]
	w.must(result.Err)
	return result
}
