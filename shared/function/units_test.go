package function_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// manyMessages stores settled messages of a kilobyte each, 25 items a call.
func (w *measuredWorld) manyMessages(conversation recall.Conversation, sender recall.UserID, count int) {
	text := `{"text":"` + strings.Repeat("x", 1_000) + `"}`
	var requests []types.WriteRequest
	for range count {
		w.clock.Advance(time.Millisecond)
		now := w.clock.Instant()
		id := recall.NewMessageID(now)
		w.messages = append(w.messages, id)
		request := put(map[string]string{
			"pk": conversation.Key(), "sk": "msg#" + string(id), "sender": string(sender), "body": text})
		for name, value := range map[string]recall.Instant{
			"sentAt":          now,
			"recallableUntil": recall.DefaultWindow.Until(now),
		} {
			request.PutRequest.Item[name] = &types.AttributeValueMemberN{Value: fmt.Sprint(value)}
		}
		requests = append(requests, request)
	}
	w.write(w.store.Table, requests)
	_, err := w.store.Touch(w.t.Context(), conversation, w.clock.Instant(), w.messages[len(w.messages)-1])
	w.must(err)
}

// bill measures one action as the table does.
func (w *measuredWorld) bill(t *testing.T, act func(t *testing.T)) (cost bill) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w.meter.begin()
		act(t)
		synctest.Wait()
		cost = w.meter.bill()
	})
	return cost
}

// unread asks for the list and for a sync, and wants both to tell the number and to stay within their read units.
func (w *measuredWorld) unread(t *testing.T, user recall.UserID, want int, listUnits, syncUnits float64) {
	t.Helper()
	cost := w.bill(t, func(t *testing.T) {
		result, err := w.service.Conversations(t.Context(), caller(user), "")
		if err != nil || len(result.Conversations) != 1 || result.Conversations[0].Unread != want {
			t.Errorf("%s's list: %+v, error %v; want %d unread", user, result.Conversations, err, want)
		}
	})
	if cost.reads > listUnits {
		t.Errorf("%s's list costs %g read units, at most %g are meant: %s", user, cost.reads, listUnits, cost.calls)
	}
	cost = w.bill(t, func(t *testing.T) {
		request := recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: direct, Limit: 1}}}
		result := w.service.Sync(t.Context(), caller(user), request)[0]
		if result.Err != nil || result.Unread != want {
			t.Errorf("%s's sync: %d unread, error %v; want %d", user, result.Unread, result.Err, want)
		}
	})
	if cost.reads > syncUnits {
		t.Errorf("%s's sync costs %g read units, at most %g are meant: %s", user, cost.reads, syncUnits, cost.calls)
	}
}

// TestUnreadCostsABoundedNumberOfReadUnits has a writer who never reads, and a reader who is far behind. A list reads
// its rows and the head for a unit each, a sync the row and two messages.
func TestUnreadCostsABoundedNumberOfReadUnits(t *testing.T) {
	work := newOutside(16)
	defer work.close()
	w := newMeasured(t, work)
	w.twoPeople()
	w.manyMessages(direct, alice, 800)
	w.unread(t, alice, 0, 2+4, 3+4)
	w.unread(t, bob, recall.MaximumUnread, 2+30, 3+30)
	w.manyMessages(direct, bob, 1_200)
	w.unread(t, alice, recall.MaximumUnread, 2+30, 3+30)
	w.unread(t, bob, 0, 2+4, 3+4)
}

// TestAStrangersRequestCostsAtMostTwoReadUnits holds for a message that is there and for one that is not.
func TestAStrangersRequestCostsAtMostTwoReadUnits(t *testing.T) {
	work := newOutside(16)
	defer work.close()
	for _, members := range []int{2, 2_000} {
		w := newMeasured(t, work)
		w.members(2)
		w.rosterOf(members)
		w.stored(group, 1)
		stranger := caller("mallory")
		missing := recall.NewMessageID(w.clock.Instant())
		for _, id := range []recall.MessageID{w.messages[0], missing} {
			for name, ask := range map[string]func(t *testing.T) error{
				"send": func(t *testing.T) error {
					_, err := w.service.Send(t.Context(), stranger, recall.SendRequest{
						Conversation: group,
						MessageID:    id,
						Body:         body,
					})
					return err
				},
				"revoke": func(t *testing.T) error {
					request := recall.RevokeRequest{Conversation: group, MessageIDs: []recall.MessageID{id}}
					return w.service.Revoke(t.Context(), stranger, request)[0].Err
				},
				"revoke unsent": func(t *testing.T) error {
					request := recall.RevokeRequest{Conversation: group, MessageIDs: []recall.MessageID{id}, Unsent: true}
					return w.service.Revoke(t.Context(), stranger, request)[0].Err
				},
				"sync": func(t *testing.T) error {
					request := recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: group, Limit: 50}}}
					return w.service.Sync(t.Context(), stranger, request)[0].Err
				},
				"read": func(t *testing.T) error {
					_, err := w.service.Read(t.Context(), stranger, recall.ReadRequest{Conversation: group, MessageID: id})
					return err
				},
			} {
				cost := w.bill(t, func(t *testing.T) {
					err := ask(t)
					if recall.NameOf(err) != recall.MessageNotFound && recall.NameOf(err) != recall.ConversationNotFound {
						t.Errorf("%s: %v", name, err)
					}
				})
				if cost.reads > 2 {
					t.Errorf("%s in a group of %d costs %g read units: %s", name, members, cost.reads, cost.calls)
				}
			}
		}
	}
}

// TestTheStartOfARosterCostsOneUnitWithTheLongestNames fills the head and the rows as far as the protocol allows.
func TestTheStartOfARosterCostsOneUnitWithTheLongestNames(t *testing.T) {
	work := newOutside(16)
	defer work.close()
	w := newMeasured(t, work)
	id := recall.GroupID(strings.Repeat("g", 64))
	window := recall.MaximumWindow
	w.must(w.store.PutGroup(t.Context(), id, strings.Repeat("n", recall.MaximumNameBytes), &window, w.clock.Instant()))
	for i := range 25 {
		user := recall.UserID(fmt.Sprintf("%064d", i))
		_, err := w.store.PutMember(t.Context(), id, user, recall.MemberMember, w.clock.Instant())
		w.must(err)
	}
	_, err := w.store.Touch(t.Context(), recall.InGroup(id), w.clock.Instant(), recall.NewMessageID(w.clock.Instant()))
	w.must(err)
	cost := w.bill(t, func(t *testing.T) {
		roster, err := w.service.Store.RosterStart(t.Context(), id)
		if err != nil || len(roster.Users) != 21 || !roster.More {
			t.Errorf("roster of %d, more=%t, error %v", len(roster.Users), roster.More, err)
		}
	})
	if cost.reads != 1 {
		t.Errorf("it costs %g read units", cost.reads)
	}
}
