package recall_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

// adminRevokes recalls messages of one conversation as an admin and returns what became of each.
func (w *world) adminRevokes(operator recall.UserID, messages ...recall.Message) []recall.RevokeResult {
	w.t.Helper()
	ids := make([]recall.MessageID, len(messages))
	for i, message := range messages {
		ids[i] = message.ID
	}
	results := w.AdminRevoke(w.t.Context(), recall.AdminRevoke{
		Conversation: messages[0].Conversation, MessageIDs: ids, Reason: "policy", Operator: operator})
	if len(results) != len(ids) {
		w.t.Fatalf("%d results for %d messages", len(results), len(ids))
	}
	return results
}

func TestAnAdminRecallsAnyMessageOfAnyAgeAndEveryDeviceIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		message := w.sent(as(alice, ""), direct)
		w.clock.Advance(7 * 24 * time.Hour)
		w.device(alice, "alice")
		w.device(bob, "bob")
		result := w.adminRevokes("", message)[0]
		w.must(result.Err)
		want := recall.Revocation{
			ID:     result.Revoked.ID,
			At:     w.clock.Instant(),
			By:     recall.AdminOperator,
			Role:   recall.RoleAdmin,
			Reason: "policy",
		}
		if result.Revoked != want || result.Repeated {
			t.Errorf("result %+v", result)
		}
		w.wantTold("alice revoked "+string(message.ID), "bob revoked "+string(message.ID))
		if stored := w.stored(message); stored.Body != "" || stored.Due != recall.DueNothing {
			t.Errorf("stored %+v", stored)
		}
	})
}

func TestG2AnAdminsRecallStandsForEverybodyAndTheAdminMayRepeatIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(carol, ""), group)
		first := w.adminRevokes("support", message)[0]
		w.must(first.Err)
		w.clock.Advance(time.Second)
		again := w.adminRevokes("support", message)[0]
		if again.Err != nil || !again.Repeated || again.Revoked != first.Revoked {
			t.Errorf("first %+v, again %+v", first, again)
		}
		wantName(t, w.adminRevokes("legal", message)[0].Err, recall.AlreadyRecalled)
		for _, user := range []recall.UserID{carol, alice, bob} {
			wantName(t, w.revokes(as(user, ""), group, message.ID)[0].Err, recall.AlreadyRecalled)
		}
		if *w.stored(message).Revoked != first.Revoked {
			t.Errorf("stored %+v", w.stored(message).Revoked)
		}
	})
}

// An admin may give any name as the operator's, the sender's too: that is still not the sender's own recall.
func TestG2ASendersRecallAndAnAdminsRecallInTheSendersNameAreTwo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		own, admins := w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct)
		w.recalls(as(alice, ""), own)
		wantName(t, w.adminRevokes(alice, own)[0].Err, recall.AlreadyRecalled)
		w.must(w.adminRevokes(alice, admins)[0].Err)
		wantName(t, w.revokes(as(alice, ""), direct, admins.ID)[0].Err, recall.AlreadyRecalled)
	})
}

func TestABulkRecallGoesOnAfterAFailure(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		var messages []recall.Message
		for range 100 {
			messages = append(messages, w.sent(as(alice, ""), direct))
		}
		messages[10].ID = recall.NewMessageID(w.clock.Instant()) // there is none
		w.recalls(as(alice, ""), messages[20])
		w.told()
		w.device(bob, "bob")
		w.store.taken()
		results := w.adminRevokes("support", messages...)
		for i, result := range results {
			switch {
			case result.MessageID != messages[i].ID:
				t.Errorf("result %d is of another message", i)
			case i == 10:
				wantName(t, result.Err, recall.MessageNotFound)
			case i == 20:
				wantName(t, result.Err, recall.AlreadyRecalled)
			case result.Err != nil:
				t.Errorf("message %d: %v", i, result.Err)
			}
		}
		// 98 recalls are told in two events, of at most 50 each.
		told := 0
		for _, each := range w.notifier.Take() {
			if len(each.Notice.Revocations) > recall.RevocationsPerNotice {
				t.Errorf("one event tells of %d recalls", len(each.Notice.Revocations))
			}
			told += len(each.Notice.Revocations)
		}
		if told != 98 {
			t.Errorf("%d recalls were told", told)
		}
	})
}

func TestABulkRecallGoesOnWhenTheStoreFails(t *testing.T) {
	w := newWorld(t)
	messages := []recall.Message{
		w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct),
	}
	var calls atomic.Int64
	w.store.before = func(call string) error {
		if call == "RevokeMessage" && calls.Add(1) == 2 {
			return errFault
		}
		return nil
	}
	failed := 0
	for _, result := range w.adminRevokes("support", messages...) {
		if result.Err != nil {
			wantName(t, result.Err, recall.Unavailable)
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d of 3 failed", failed)
	}
	for _, result := range w.adminRevokes("support", messages...) { // the retry finishes it
		w.must(result.Err)
	}
}

func TestAllOfASendersMessagesAreRecalledPageByPage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		early := w.sent(as(alice, ""), direct)
		w.clock.Advance(time.Hour)
		since := w.clock.Instant()
		const count = 130
		for range count {
			w.clock.Advance(time.Millisecond)
			w.sent(as(alice, ""), direct)
			w.sent(as(bob, ""), direct)
		}
		request := recall.AdminRevokeBySender{
			Conversation: direct,
			Sender:       alice,
			Since:        since,
			Reason:       "spam",
			Operator:     "support",
		}
		recalled, pages := 0, 0
		for {
			page, err := w.AdminRevokeBySender(t.Context(), request)
			w.must(err)
			pages++
			for _, result := range page.Results {
				w.must(result.Err)
				recalled++
			}
			if page.Next == "" {
				break
			}
			request.Next = page.Next
		}
		if recalled != count || pages != 3 {
			t.Errorf("%d recalled in %d pages, want %d in 3", recalled, pages, count)
		}
		page, err := w.store.Messages(t.Context(), direct, recall.MessageRange{Limit: 3 * count, Now: w.clock.Instant()})
		w.must(err)
		left := make(map[recall.UserID]int)
		for _, message := range page.Items {
			if message.Revoked == nil {
				left[message.Sender]++
			}
		}
		if left[alice] != 1 || left[bob] != count || w.stored(early).Body == "" {
			t.Errorf("left: %v; what was sent before since stays, and others' messages", left)
		}
		request.Next = "forged"
		if _, err := w.AdminRevokeBySender(t.Context(), request); recall.NameOf(err) != recall.InvalidRequest {
			t.Errorf("error %v", err)
		}
	})
}

func TestTheAuditTellsWhoRecalledAMessageAndWhenAndWhyAfterTheTextIsGone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		own, moderated, admins := w.sent(as(carol, ""), group), w.sent(as(carol, ""), group), w.sent(as(dave, ""), direct)
		elsewhere := w.sent(as(alice, ""), direct)
		begun := w.clock.Instant()
		w.clock.Advance(time.Second)
		w.recalls(as(carol, ""), own)
		w.clock.Advance(time.Second)
		w.recalls(as(alice, ""), moderated)
		w.clock.Advance(time.Second)
		w.recalls(as(alice, ""), elsewhere)
		w.must(w.adminRevokes("support", admins)[0].Err)
		line := func(recalled recall.RevokedMessage) string {
			return fmt.Sprintf("%s of %s by %s as %s after %s: %d bytes of reason", recalled.Conversation.Key(),
				recalled.Sender, recalled.Revocation.By, recalled.Revocation.Role, recalled.Revocation.At.Sub(begun),
				len(recalled.Revocation.Reason))
		}
		for _, each := range []struct {
			name    string
			request recall.AdminAudit
			want    []string
		}{
			{"of a conversation", recall.AdminAudit{Conversation: group}, []string{
				"group#engineers of carol by carol as sender after 1s: 4 bytes of reason",
				"group#engineers of carol by alice as moderator after 2s: 4 bytes of reason"}},
			{"of a conversation since", recall.AdminAudit{Conversation: group, Since: begun + 2_000}, []string{
				"group#engineers of carol by alice as moderator after 2s: 4 bytes of reason"}},
			{"of an operator, but not of their own messages", recall.AdminAudit{Operator: alice}, []string{
				"group#engineers of carol by alice as moderator after 2s: 4 bytes of reason"}},
			{"of an admin", recall.AdminAudit{Operator: "support"}, []string{
				"c2c#alice#bob of dave by support as admin after 3s: 6 bytes of reason"}},
			{"of nobody", recall.AdminAudit{Operator: mallory}, nil},
		} {
			page, err := w.Audit(t.Context(), each.request)
			w.must(err)
			var got []string
			for _, recalled := range page.Recalls {
				got = append(got, line(recalled))
			}
			if !slices.Equal(got, each.want) || page.Next != "" {
				t.Errorf("%s: %q, next %q; want %q", each.name, got, page.Next, each.want)
			}
		}
	})
}

func TestTheAuditIsPagedAndOmitsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		wanted := make(map[recall.MessageID]bool)
		for range recall.AuditPageSize + 20 {
			message := w.sent(as(alice, ""), direct)
			w.recalls(as(alice, ""), message)
			wanted[message.ID] = true
		}
		request, pages := recall.AdminAudit{Conversation: direct}, 0
		for {
			page, err := w.Audit(t.Context(), request)
			w.must(err)
			pages++
			for _, recalled := range page.Recalls {
				delete(wanted, recalled.MessageID)
			}
			if page.Next == "" {
				break
			}
			request.Next = page.Next
		}
		if len(wanted) != 0 || pages != 2 {
			t.Errorf("%d recalls are missing after %d pages", len(wanted), pages)
		}
		request.Next = "forged"
		if _, err := w.Audit(t.Context(), request); recall.NameOf(err) != recall.InvalidRequest {
			t.Errorf("error %v", err)
		}
	})
}

func TestChangesOfAGroupAreToldToItsMembers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.makeGroup()
		for _, user := range []recall.UserID{alice, mallory, "newcomer"} {
			w.device(user, recall.ConnectionID(user))
		}
		w.told()
		w.must(w.PutMember(ctx, recall.AdminPutMember{Group: engineers, User: "newcomer", Role: recall.MemberMember}))
		w.wantTold("alice joined newcomer", "newcomer joined newcomer")
		w.must(w.PutMember(ctx, recall.AdminPutMember{Group: engineers, User: "newcomer", Role: recall.MemberMember}))
		w.wantTold() // nothing changed
		w.must(w.PutMember(ctx, recall.AdminPutMember{Group: engineers, User: "newcomer", Role: recall.MemberAdmin}))
		w.wantTold("alice role newcomer", "newcomer role newcomer")
		w.must(w.DeleteMember(ctx, engineers, "newcomer"))
		w.wantTold("alice left newcomer", "newcomer left newcomer")
		w.must(w.DeleteMember(ctx, engineers, "newcomer"))
		w.wantTold()
		w.must(w.PutGroup(ctx, recall.AdminPutGroup{Group: engineers, Name: "Engineering"}))
		w.wantTold("alice settings ")
		for _, nowhere := range []recall.GroupID{"none"} {
			wantName(t, w.PutMember(ctx, recall.AdminPutMember{Group: nowhere, User: alice, Role: recall.MemberMember}),
				recall.ConversationNotFound)
		}
	})
}

func TestNobodySeesADeletedGroup(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(carol, ""), group)
		for done := false; !done; {
			var err error
			done, err = w.DeleteGroup(t.Context(), engineers)
			w.must(err)
			_, err = w.Send(t.Context(), as(carol, ""), recall.SendRequest{Conversation: group, Body: `{}`})
			wantName(t, err, recall.ConversationNotFound)
		}
		wantName(t, w.revokes(as(alice, ""), group, message.ID)[0].Err, recall.MessageNotFound)
		if list, err := w.Conversations(t.Context(), as(carol, ""), ""); err != nil || len(list.Conversations) != 0 {
			t.Errorf("carol's list has %d rows, error %v", len(list.Conversations), err)
		}
	})
}
