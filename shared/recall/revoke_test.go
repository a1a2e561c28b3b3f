package recall_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/recall"
)

func TestASenderTakesAMessageBackAndEveryOtherDeviceIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		w.device(alice, "laptop")
		w.device(bob, "bob")
		message := w.sent(phone, direct)
		w.told()
		w.clock.Advance(5 * time.Second)
		result := w.recalls(phone, message)
		want := recall.Revocation{
			ID:     result.Revoked.ID,
			At:     w.clock.Instant(),
			By:     alice,
			Role:   recall.RoleSender,
			Reason: "typo",
		}
		if result.Revoked != want || result.Repeated || result.MessageID != message.ID {
			t.Errorf("result %+v", result)
		}
		w.wantTold("laptop revoked "+string(message.ID), "bob revoked "+string(message.ID))
		stored := w.stored(message)
		if stored.Body != "" || stored.Due != recall.DueNothing || *stored.Revoked != want {
			t.Errorf("stored %+v", stored)
		}
	})
}

func TestARecallMovesItsConversationInListsOnlyIfItComesLongAfterItsMessage(t *testing.T) {
	for _, conversation := range []recall.Conversation{direct, group} {
		for _, each := range []struct {
			after time.Duration
			moves bool
		}{
			{recall.SameOrder, false},
			{recall.SameOrder + time.Millisecond, true},
		} {
			t.Run(fmt.Sprintf("%v after %v", conversation, each.after), func(t *testing.T) {
				onBoth(t, func(t *testing.T, w *world) {
					w.makeGroup()
					w.Window = recall.Unlimited
					message := w.sent(as(alice, ""), conversation)
					w.clock.Advance(each.after)
					w.recalls(as(alice, ""), message)
					want := message.SentAt
					if each.moves {
						want = w.clock.Instant()
					}
					head, _, err := w.store.Head(t.Context(), conversation)
					if err != nil || head.LastChangeAt != want || head.LastMessageID != message.ID {
						t.Errorf("head %+v, error %v, want the last change at %d", head, err, want)
					}
				})
			})
		}
	}
}

// TestG1TheWindowIsJudgedAtTheWrite: reads before the write take time, in which the window may end.
func TestG1TheWindowIsJudgedAtTheWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(carol, ""), group)
		w.clock.Advance(time.Duration(recall.DefaultWindow)*time.Second - time.Second)
		w.slow("Membership", 5*time.Second)
		result := w.Revoke(t.Context(), as(carol, ""), recall.RevokeRequest{
			Conversation: group, MessageIDs: []recall.MessageID{message.ID}, Unsent: true,
		})[0]
		wantName(t, result.Err, recall.RecallWindowExpired)
		if stored := w.stored(message); stored.Revoked != nil || stored.Body != message.Body {
			t.Errorf("stored %+v, want the message as it was sent", stored)
		}
	})
}

// A moderator's recall writes twice, with the read of the role between.
func TestAModeratorsRecallIsDatedByTheWriteThatApplied(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(carol, ""), group)
		w.slow("Membership", 5*time.Second)
		result := w.recalls(as(bob, ""), message)
		if at, id := w.clock.Instant(), recall.MessageID(result.Revoked.ID); result.Revoked.At != at || id.Time() != at {
			t.Errorf("recalled at %d with an ID of %d, want %d", result.Revoked.At, id.Time(), at)
		}
	})
}

// TestG1TheWindowsEdge: a recall succeeds exactly if the server's clock at the write is within what was promised.
func TestG1TheWindowsEdge(t *testing.T) {
	for _, each := range []struct {
		name   string
		window recall.Window
		after  time.Duration
		open   bool
	}{
		{"119.999 s of 120", 120, 119_999 * time.Millisecond, true},
		{"120.000 s of 120", 120, 120 * time.Second, true},
		{"120.001 s of 120", 120, 120_001 * time.Millisecond, false},
		{"at once with the recall off", recall.WindowOff, 0, false},
		{"after a year without limit", recall.Unlimited, 365 * 24 * time.Hour, true},
		{"7 days of 7 days", recall.MaximumWindow, 7 * 24 * time.Hour, true},
		{"a millisecond more", recall.MaximumWindow, 7*24*time.Hour + time.Millisecond, false},
	} {
		t.Run(each.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.Window = each.window
				message := w.sent(as(alice, ""), direct)
				w.clock.Advance(each.after)
				result := w.revokes(as(alice, ""), direct, message.ID)[0]
				if each.open {
					w.must(result.Err)
				} else {
					wantName(t, result.Err, recall.RecallWindowExpired)
				}
				if gone := w.stored(message).Body == ""; gone != each.open {
					t.Errorf("the body is gone: %t", gone)
				}
			})
		})
	}
}

func TestTheReceiverOfADirectMessageMayNotRecallIt(t *testing.T) {
	w := newWorld(t)
	message := w.sent(as(alice, ""), direct)
	result := w.revokes(as(bob, ""), direct, message.ID)[0]
	wantName(t, result.Err, recall.RecallDenied)
	if w.stored(message).Body == "" {
		t.Error("the body is gone")
	}
}

func TestWhoMayRecallWhatInAGroup(t *testing.T) {
	for _, each := range []struct {
		name     string
		operator recall.UserID
		after    time.Duration
		want     recall.Role // "" = refused with
		refusal  recall.Name
	}{
		{"the sender within the window", carol, time.Minute, recall.RoleSender, ""},
		{"the sender after it", carol, time.Hour, "", recall.RecallWindowExpired},
		{"the owner", alice, time.Minute, recall.RoleModerator, ""},
		{"the owner after the window", alice, time.Hour, recall.RoleModerator, ""},
		{"an admin after the window", bob, time.Hour, recall.RoleModerator, ""},
		{"another member", dave, time.Minute, "", recall.RecallDenied},
		{"somebody outside", mallory, time.Minute, "", recall.MessageNotFound},
	} {
		t.Run(each.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				w.makeGroup()
				message := w.sent(as(carol, ""), group)
				w.clock.Advance(each.after)
				result := w.revokes(as(each.operator, ""), group, message.ID)[0]
				if each.want == "" {
					wantName(t, result.Err, each.refusal)
					return
				}
				w.must(result.Err)
				if result.Revoked.Role != each.want || result.Revoked.By != each.operator {
					t.Errorf("revoked %+v", result.Revoked)
				}
			})
		})
	}
}

func TestAModeratorsOwnMessageAfterTheWindowIsRecalledAsModerator(t *testing.T) {
	w := newWorld(t)
	w.makeGroup()
	message := w.sent(as(alice, ""), group)
	w.clock.Advance(time.Hour)
	if result := w.recalls(as(alice, ""), message); result.Revoked.Role != recall.RoleModerator {
		t.Errorf("revoked %+v", result.Revoked)
	}
}

func TestAMemberWhoLeftMayRecallTheirOwnMessageWithinTheWindow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		first, second := w.sent(as(carol, ""), group), w.sent(as(carol, ""), group)
		foreign := w.sent(as(dave, ""), group)
		w.must(w.DeleteMember(t.Context(), engineers, carol))
		w.device(dave, "dave")
		w.told()
		w.recalls(as(carol, ""), first)
		w.wantTold("dave revoked " + string(first.ID))
		wantName(t, w.revokes(as(carol, ""), group, foreign.ID)[0].Err, recall.MessageNotFound)
		w.clock.Advance(time.Hour)
		wantName(t, w.revokes(as(carol, ""), group, second.ID)[0].Err, recall.RecallWindowExpired)
	})
}

// TestG2TheFirstRecallStands: the same operator's repeat gets the first result, anybody else already_recalled.
func TestG2TheFirstRecallStands(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.makeGroup()
		message := w.sent(as(carol, ""), group)
		first := w.recalls(as(carol, ""), message)
		w.device(dave, "dave")
		w.told()
		for _, later := range []time.Duration{time.Second, time.Hour} { // also when the window is over by then
			w.clock.Advance(later)
			again := w.recalls(as(carol, ""), message)
			if !again.Repeated || again.Revoked != first.Revoked {
				t.Errorf("first %+v, again %+v", first, again)
			}
			wantName(t, w.revokes(as(alice, ""), group, message.ID)[0].Err, recall.AlreadyRecalled)
			wantName(t, w.revokes(as(dave, ""), group, message.ID)[0].Err, recall.AlreadyRecalled)
			wantName(t, w.revokes(as(mallory, ""), group, message.ID)[0].Err, recall.MessageNotFound)
		}
		w.wantTold()
		if *w.stored(message).Revoked != first.Revoked {
			t.Errorf("stored %+v", w.stored(message).Revoked)
		}
	})
}

// TestG2Of32RecallsAtOnceOneIsFirstAnd31GetItsResult also holds that the others are told once.
func TestG2Of32RecallsAtOnceOneIsFirstAnd31GetItsResult(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		w.device(bob, "bob")
		message := w.sent(phone, direct)
		w.told()
		results := make([]recall.RevokeResult, 32)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				results[i] = w.Revoke(t.Context(), phone, recall.RevokeRequest{
					Conversation: direct,
					MessageIDs:   []recall.MessageID{message.ID},
				})[0]
			})
		}
		all.Wait()
		first := 0
		for _, result := range results {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
			if !result.Repeated {
				first++
			}
			if result.Revoked != results[0].Revoked {
				t.Errorf("two results: %+v and %+v", result.Revoked, results[0].Revoked)
			}
		}
		if first != 1 {
			t.Errorf("%d were first", first)
		}
		w.wantTold("bob revoked " + string(message.ID))
	})
}

func TestSeveralMessagesEachHaveAResultInTheOrderAskedAndOneEventTellsAll(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		phone := w.device(alice, "phone")
		w.device(bob, "bob")
		first, second := w.sent(phone, direct), w.sent(phone, direct)
		foreign := w.sent(as(bob, "bob"), direct)
		w.recalls(phone, first)
		third := w.sent(phone, direct)
		w.told()
		missing := recall.NewMessageID(w.clock.Instant())
		results := w.revokes(phone, direct, third.ID, missing, first.ID, foreign.ID, second.ID)
		w.must(results[0].Err)
		wantName(t, results[1].Err, recall.MessageNotFound)
		if results[2].Err != nil || !results[2].Repeated {
			t.Errorf("result %+v", results[2])
		}
		wantName(t, results[3].Err, recall.RecallDenied)
		w.must(results[4].Err)
		w.wantTold("bob revoked " + string(third.ID) + " " + string(second.ID))
	})
}

func TestAFailingStoreFailsOnlyTheMessagesItFailed(t *testing.T) {
	w := newWorld(t)
	first, second := w.sent(as(alice, ""), direct), w.sent(as(alice, ""), direct)
	var mutex sync.Mutex
	calls := 0
	w.store.before = func(call string) error {
		mutex.Lock()
		defer mutex.Unlock()
		if call == "RevokeMessage" {
			if calls++; calls == 1 {
				return errFault
			}
		}
		return nil
	}
	results := w.revokes(as(alice, ""), direct, first.ID, second.ID)
	failed := 0
	for _, result := range results {
		if result.Err != nil {
			failed++
			wantName(t, result.Err, recall.Unavailable)
		}
	}
	if failed != 1 {
		t.Errorf("%d of 2 failed", failed)
	}
	for _, result := range w.revokes(as(alice, ""), direct, first.ID, second.ID) {
		w.must(result.Err)
	}
}

func TestAFailureAfterARecallLeavesItDueAndTheAnswerGood(t *testing.T) {
	for _, call := range []string{"Touch", "Settle", "RosterStart"} {
		t.Run(call, func(t *testing.T) {
			w := newWorld(t)
			w.makeGroup()
			message := w.sent(as(carol, ""), group)
			w.store.failing(call)
			w.recalls(as(carol, ""), message)
			if stored := w.stored(message); stored.Due != recall.DueRevoked || stored.Body != "" {
				t.Errorf("stored %+v", stored)
			}
		})
	}
}

func TestAnExpiredMessageCannotBeRecalled(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.Window, w.Retention = recall.Unlimited, 24*time.Hour
		message := w.sent(as(alice, ""), direct)
		w.clock.Advance(24 * time.Hour)
		wantName(t, w.revokes(as(alice, ""), direct, message.ID)[0].Err, recall.MessageNotFound)
	})
}
