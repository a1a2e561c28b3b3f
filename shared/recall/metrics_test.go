package recall_test

import (
	"bytes"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// counted sums the figures up by metric and outcome.
type counted struct {
	mutex sync.Mutex
	sums  map[string]float64
}

func (c *counted) Observe(metric recall.Metric, value float64, outcome string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.sums == nil {
		c.sums = map[string]float64{}
	}
	name := string(metric)
	if outcome != "" {
		name += " " + outcome
	}
	c.sums[name] += value
}

func TestSendsRecallsAndTheirOutcomesAreCounted(t *testing.T) {
	w := newWorld(t)
	figures := &counted{}
	w.Observer = figures
	phone := w.device(alice, "phone")
	w.device(bob, "bob")
	message := w.sent(phone, direct)
	_, err := w.Send(t.Context(), phone, recall.SendRequest{Conversation: group, Body: `{}`})
	if recall.NameOf(err) != recall.ConversationNotFound {
		t.Fatal(err)
	}
	late := w.sent(phone, direct)
	revoke := func(id recall.MessageID) {
		w.Revoke(t.Context(), phone, recall.RevokeRequest{Conversation: direct, MessageIDs: []recall.MessageID{id}})
	}
	revoke(message.ID)
	w.clock.Advance(time.Duration(recall.DefaultWindow)*time.Second + time.Millisecond)
	revoke(late.ID)

	got := maps.Clone(figures.sums)
	maps.DeleteFunc(got, func(name string, _ float64) bool {
		return slices.Contains([]string{"NoticeMilliseconds sent", "NoticeMilliseconds revoked"}, name)
	})
	want := map[string]float64{
		"Sends ok": 2, "Sends conversation_not_found": 1, "Notices": 3,
		"Recalls ok": 1, "Recalls recall_window_expired": 1, "WindowRefusals": 1,
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}

func TestNoticesThatNeedNoSecondTryAreCountedToo(t *testing.T) {
	w := newWorld(t)
	figures := &counted{}
	message := w.sent(w.device(alice, "phone"), direct)
	phone := w.device(bob, "phone of bob")
	w.device(bob, "laptop of bob")
	w.device(bob, "tablet of bob")
	w.notifier.Fail = func(connection recall.Connection) bool { return connection.ID == "tablet of bob" }
	w.Observer = figures
	if _, err := w.Read(t.Context(), phone, recall.ReadRequest{Conversation: direct, MessageID: message.ID}); err != nil {
		t.Fatal(err)
	}
	if want := (map[string]float64{"Notices": 1, "NoticesFailed": 1}); !maps.Equal(figures.sums, want) {
		t.Errorf("counted %v, want %v", figures.sums, want)
	}
}

func TestSendsAndRecallsThatMeetAFullConversationAreCountedAndTheLogNamesIt(t *testing.T) {
	w := newWorld(t)
	phone := w.device(alice, "phone")
	message := w.sent(phone, direct)
	figures := &counted{}
	w.Observer = figures
	var log bytes.Buffer
	w.Log = slog.New(slog.NewTextHandler(&log, nil))
	w.store.before = func(call string) error {
		if call == "CreateMessage" || call == "RevokeMessage" {
			return recall.Full(errFault)
		}
		return nil
	}
	_, err := w.Send(t.Context(), phone, recall.SendRequest{Conversation: direct, Body: `{}`})
	wantName(t, err, recall.ConversationFull)
	wantName(t, w.revokes(phone, direct, message.ID)[0].Err, recall.ConversationFull)
	revoked := w.AdminRevoke(t.Context(), recall.AdminRevoke{
		Conversation: direct,
		MessageIDs:   []recall.MessageID{message.ID},
	})
	wantName(t, revoked[0].Err, recall.ConversationFull)
	want := map[string]float64{"Sends conversation_full": 1, "Recalls conversation_full": 2, "CollectionFull": 3}
	if difference := cmp.Diff(want, figures.sums); difference != "" {
		t.Error(difference)
	}
	if lines := strings.Count(log.String(), "conversation="+direct.Key()); lines != 3 {
		t.Errorf("%d lines name the conversation, want 3:\n%s", lines, log.String())
	}
}
