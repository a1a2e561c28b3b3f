package recall_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

func TestAMessageIsStoredAndToldToEveryOtherDevice(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		w.device(alice, "laptop")
		w.device(bob, "bob")
		w.device(carol, "carol")
		message := w.sent(phone, direct)
		if message.Sender != alice || message.SentAt != w.clock.Instant() ||
			message.RecallableUntil != message.SentAt+120_000 {
			t.Errorf("message %+v", message)
		}
		w.wantTold("laptop message "+string(message.ID), "bob message "+string(message.ID))
		if due := w.stored(message).Due; due != recall.DueNothing {
			t.Errorf("it still owes %q", due)
		}
		for _, user := range []recall.UserID{alice, bob} {
			page, err := w.Conversations(t.Context(), as(user, ""), "")
			w.must(err)
			if len(page.Conversations) != 1 || page.Conversations[0].LastMessageID != message.ID ||
				page.Conversations[0].LastChangeAt != message.SentAt {
				t.Errorf("%s's list: %+v", user, page.Conversations)
			}
		}
	})
}

// TestG7ARetryIsTheSameMessage: stored once, delivered once.
func TestG7ARetryIsTheSameMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		w.device(bob, "bob")
		request := recall.SendRequest{
			Conversation: direct, Body: `{"text":"hi"}`,
			MessageID: recall.NewMessageID(w.clock.Instant()), ReplyTo: recall.NewMessageID(1),
		}
		first, err := w.Send(t.Context(), phone, request)
		w.must(err)
		w.wantTold("bob message " + string(request.MessageID))
		// also when the ID is stale by then
		for _, later := range []time.Duration{time.Second, time.Minute, 24 * time.Hour} {
			w.clock.Advance(later)
			again, err := w.Send(t.Context(), phone, request)
			w.must(err)
			if !again.Duplicate || first.Duplicate || again.Message.SentAt != first.Message.SentAt ||
				again.Message.RecallableUntil != first.Message.RecallableUntil {
				t.Errorf("first %+v, again %+v", first, again)
			}
		}
		w.wantTold()
		synced := w.Sync(t.Context(), as(bob, ""), recall.SyncRequest{
			Conversations: []recall.SyncItem{{Conversation: direct, Limit: 10}},
		})
		if len(synced[0].Messages) != 1 {
			t.Errorf("%d messages", len(synced[0].Messages))
		}
	})
}

func TestAnIDIsTakenByAnotherSenderAnotherBodyAndAnotherReply(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	request := recall.SendRequest{Conversation: direct, MessageID: message.ID, Body: message.Body}
	other, reply := request, request
	other.Body, reply.ReplyTo = `{"text":"other"}`, message.ID
	for _, each := range []struct {
		name    string
		user    recall.UserID
		request recall.SendRequest
	}{{"another sender", bob, request}, {"another body", alice, other}, {"another reply", alice, reply}} {
		_, err := w.Send(t.Context(), as(each.user, ""), each.request)
		wantName(t, err, recall.MessageIDTaken)
	}
	if stored := w.stored(message); stored.Body != message.Body || stored.Sender != alice {
		t.Errorf("stored %+v", stored)
	}
}

func TestAnIDMoreThan30SecondsOffTheServersClockIsStale(t *testing.T) {
	for _, each := range []struct {
		off   time.Duration
		stale bool
	}{
		{-30 * time.Second, false}, {-30*time.Second - time.Millisecond, true}, {30 * time.Second, false},
		{30*time.Second + time.Millisecond, true},
	} {
		w := newWorld(t)
		_, err := w.Send(t.Context(), as(alice, ""), recall.SendRequest{
			Conversation: direct, Body: `{}`, MessageID: recall.NewMessageID(w.clock.Instant().Add(each.off)),
		})
		if !each.stale {
			w.must(err)
			continue
		}
		wantName(t, err, recall.StaleMessageID)
		if failure, ok := err.(*recall.Error); !ok || failure.ServerTime != w.clock.Instant() {
			t.Errorf("%s off: the server's time is missing from %v", each.off, err)
		}
		if slices.Contains(w.store.taken(), "CreateMessage") {
			t.Errorf("%s off: it was written", each.off)
		}
	}
}

func TestAStaleIDOfAnotherSendersMessageTellsNothingOfIt(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	w.clock.Advance(time.Minute)
	_, err := w.Send(t.Context(), as(bob, ""), recall.SendRequest{
		Conversation: direct,
		Body:         message.Body,
		MessageID:    message.ID,
	})
	wantName(t, err, recall.StaleMessageID)
}

func TestASendOfARecalledMessageIsRefused(t *testing.T) {
	for _, later := range []time.Duration{time.Second, time.Hour} {
		w := newWorld(t)
		message := w.sent(as(alice, ""), direct)
		w.recalls(as(alice, ""), message)
		w.clock.Advance(later)
		_, err := w.Send(t.Context(), as(alice, ""), recall.SendRequest{
			Conversation: direct,
			Body:         message.Body,
			MessageID:    message.ID,
		})
		wantName(t, err, recall.AlreadyRecalled)
	}
}

func TestOnlyMembersSendToAGroupAndAllOfThemAreTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		phone := w.device(carol, "phone")
		w.device(carol, "laptop")
		w.device(alice, "alice")
		w.device(mallory, "mallory")
		message := w.sent(phone, group)
		w.wantTold("laptop message "+string(message.ID), "alice message "+string(message.ID))
		for _, conversation := range []recall.Conversation{group, recall.InGroup("none")} {
			_, err := w.Send(t.Context(), as(mallory, "mallory"), recall.SendRequest{Conversation: conversation, Body: `{}`})
			wantName(t, err, recall.ConversationNotFound)
		}
		w.wantTold()
	})
}

// TestAMemberWhoJoinsWhileTheRosterIsReadIsTold: the head's version tells that the roster is behind.
func TestAMemberWhoJoinsWhileTheRosterIsReadIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		sender := w.device(carol, "carol")
		w.device("newcomer", "newcomer")
		joined := false
		w.store.before = func(call string) error {
			if call == "Touch" && !joined {
				joined = true
				_, err := w.store.Store.PutMember(t.Context(), engineers, "newcomer", recall.MemberMember, w.clock.Instant())
				return err
			}
			return nil
		}
		message := w.sent(sender, group)
		w.wantTold("newcomer message " + string(message.ID))
	})
}

func TestAFailureAfterTheCommitLeavesTheMessageDueAndTheAnswerGood(t *testing.T) {
	for _, call := range []string{"Membership", "Join", "Touch", "Settle"} {
		t.Run(call, func(t *testing.T) {
			w := newWorld(t)
			w.store.failing(call)
			message := w.sent(as(alice, ""), direct)
			if due := w.stored(message).Due; due != recall.DueSent {
				t.Errorf("it owes %q", due)
			}
		})
	}
}

func TestAStoreThatCannotBeReachedIsUnavailableAndNothingIsTold(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	w.store.failing("CreateMessage")
	_, err := w.Send(t.Context(), as(alice, ""), recall.SendRequest{Conversation: direct, Body: `{}`})
	wantName(t, err, recall.Unavailable)
	w.wantTold()
}

// TestConnectionsAreLookedUpAfterTheCommit: who registers after the look finds the message when they sync, only if it
// was stored before.
func TestConnectionsAreLookedUpAfterTheCommit(t *testing.T) {
	w := newWorld(t)
	looked := false
	w.Presence = watched{w.Presence, func() {
		looked = true
		if !slices.Contains(w.store.taken(), "CreateMessage") {
			t.Error("presence was read before the commit")
		}
	}}
	w.sent(as(alice, ""), direct)
	if !looked {
		t.Error("presence was not read")
	}
}

func TestAMessageThatIsPostedLaterThanTwoSecondsIsReadAgain(t *testing.T) {
	w := newWorld(t)
	w.device(bob, "bob")
	message := w.sent(as(alice, ""), direct)
	notice := w.notifier.Take()[0].Notice
	if notice.Stale(message.SentAt+2_000) || !notice.Stale(message.SentAt+2_001) {
		t.Error("the edge is not at 2 s")
	}
	renewed, err := notice.Renew(t.Context())
	w.must(err)
	if renewed.Message == nil || renewed.Message.Body != message.Body {
		t.Errorf("renewed %+v", renewed)
	}
	w.recalls(as(alice, ""), message)
	renewed, err = notice.Renew(t.Context())
	w.must(err)
	if renewed.Message != nil || len(renewed.Revocations) != 1 || renewed.Revocations[0].MessageID != message.ID {
		t.Errorf("renewed after the recall %+v", renewed)
	}
	w.store.failing("Message")
	if _, err := notice.Renew(t.Context()); recall.NameOf(err) != recall.Unavailable {
		t.Errorf("error %v", err)
	}
}

// answers sends an answer to a message, which is stored only if that one is not revoked.
func (w *world) answers(caller recall.Caller, question recall.Message) (recall.SendResult, error) {
	w.t.Helper()
	return w.Send(w.t.Context(), caller, recall.SendRequest{
		Conversation: question.Conversation, MessageID: recall.NewMessageID(w.clock.Instant()), Body: `{"text":"yes"}`,
		ReplyTo: question.ID, UnlessRevoked: question.ID,
	})
}

func TestAnAnswerUnlessItsQuestionIsRevokedIsStoredAndToldLikeAnyMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		bot := w.device(bob, "bot")
		question := w.sent(phone, direct)
		w.wantTold("bot message " + string(question.ID))
		answer, err := w.answers(bot, question)
		w.must(err)
		w.wantTold("phone message " + string(answer.Message.ID))
		if stored := w.stored(answer.Message); stored.ReplyTo != question.ID || stored.Due != recall.DueNothing {
			t.Errorf("stored %+v", stored)
		}
	})
}

func TestAnAnswerToARecalledMessageIsRefusedAndNobodyIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		for _, conversation := range []recall.Conversation{direct, group} {
			question := w.sent(as(alice, ""), conversation)
			w.recalls(as(alice, ""), question)
			w.told()
			_, err := w.answers(as(bob, ""), question)
			wantName(t, err, recall.OtherMessageRecalled)
			failure, _ := err.(*recall.Error)
			if failure == nil || failure.Retryable() || !strings.Contains(failure.Desc, string(question.ID)) ||
				!strings.HasPrefix(failure.Desc, "unlessRevoked: ") {
				t.Errorf("the error is %+v", failure)
			}
			w.wantTold()
		}
	})
}

// TestAnAnswerToAMessageThatIsNotThereIsRefused also has a message of another conversation, and one that has expired.
func TestAnAnswerToAMessageThatIsNotThereIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		w.Retention = time.Hour
		missing := recall.Message{ID: recall.NewMessageID(w.clock.Instant()), Conversation: direct}
		elsewhere := w.sent(as(alice, ""), group)
		elsewhere.Conversation = direct
		expired := w.sent(as(alice, ""), direct)
		inGroup := missing
		inGroup.Conversation = group
		w.clock.Advance(time.Hour)
		for name, question := range map[string]recall.Message{
			"missing": missing, "in another conversation": elsewhere, "expired": expired, "missing in a group": inGroup,
		} {
			_, err := w.answers(as(bob, ""), question)
			wantName(t, err, recall.MessageNotFound)
			failure, _ := err.(*recall.Error)
			if failure == nil || !strings.HasPrefix(failure.Desc, "unlessRevoked: ") ||
				failure.Group != (name == "missing in a group") {
				t.Errorf("%s: the error is %+v", name, failure)
			}
		}
	})
}

// TestARepeatOfAStoredAnswerSucceedsAlsoAfterTheRecallOfItsQuestion has a client whose first answer was lost.
func TestARepeatOfAStoredAnswerSucceedsAlsoAfterTheRecallOfItsQuestion(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		bot := w.device(bob, "bot")
		question := w.sent(as(alice, ""), direct)
		request := recall.SendRequest{
			Conversation: direct, MessageID: recall.NewMessageID(w.clock.Instant()), Body: `{"text":"yes"}`,
			UnlessRevoked: question.ID,
		}
		first, err := w.Send(t.Context(), bot, request)
		w.must(err)
		w.recalls(as(alice, ""), question)
		w.told()
		for _, later := range []time.Duration{time.Second, time.Minute} { // also when the ID is stale by then
			w.clock.Advance(later)
			again, err := w.Send(t.Context(), bot, request)
			w.must(err)
			if !again.Duplicate || again.Message.SentAt != first.Message.SentAt {
				t.Errorf("first %+v, again %+v", first, again)
			}
		}
		w.wantTold()
	})
}

func TestAnAnswerThatWasRecalledBeforeItCameIsAlreadyRecalledWhateverItsQuestionIs(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		question := w.sent(as(alice, ""), direct)
		request := recall.SendRequest{
			Conversation: direct, MessageID: recall.NewMessageID(w.clock.Instant()), Body: `{"text":"yes"}`,
			UnlessRevoked: question.ID,
		}
		w.must(w.Revoke(t.Context(), as(bob, ""), recall.RevokeRequest{
			Conversation: direct, MessageIDs: []recall.MessageID{request.MessageID}, Unsent: true,
		})[0].Err)
		_, err := w.Send(t.Context(), as(bob, ""), request)
		wantName(t, err, recall.AlreadyRecalled)
		w.recalls(as(alice, ""), question)
		_, err = w.Send(t.Context(), as(bob, ""), request)
		wantName(t, err, recall.AlreadyRecalled)
	})
}

func TestASendWithoutAConditionDoesNotPayForTheCheckOfOne(t *testing.T) {
	w := newWorld(t)
	question := w.sent(as(alice, ""), direct)
	if calls := w.store.taken(); slices.Contains(calls, "CreateMessageUnlessRevoked") {
		t.Errorf("without: %q", calls)
	}
	_, err := w.answers(as(bob, ""), question)
	w.must(err)
	if calls := w.store.taken(); slices.Contains(calls, "CreateMessage") {
		t.Errorf("with: %q", calls)
	}
	w.store.failing("CreateMessageUnlessRevoked")
	_, err = w.answers(as(bob, ""), question)
	wantName(t, err, recall.Unavailable)
}
