package dynamo_test

import (
	"io"
	"net/http"
	"sync"
	"testing"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// losing stands before DynamoDB Local and loses the answer to each first attempt of a write: the write is done, and
// the SDK, which does not know it, tries again and meets its own first attempt.
type losing struct {
	mutex sync.Mutex
	lost  map[string]bool
}

func (l *losing) Do(request *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	switch request.Header.Get("X-Amz-Target") {
	case "DynamoDB_20120810.GetItem", "DynamoDB_20120810.BatchGetItem", "DynamoDB_20120810.Query":
		return answer, nil
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	invocation := request.Header.Get("Amz-Sdk-Invocation-Id") // the same for all attempts of a call
	if l.lost[invocation] {
		return answer, nil
	}
	l.lost[invocation] = true
	_ = answer.Body.Close()
	return nil, io.ErrUnexpectedEOF
}

// withLostAnswers are stores whose every write loses its first answer, and the same without.
func withLostAnswers(t *testing.T) (*dynamo.Store, *dynamo.Presence, *dynamo.Store) {
	tables := database.Tables(t)
	client := impatient(tables.Endpoint, &losing{lost: make(map[string]bool)})
	return &dynamo.Store{Client: client, Table: tables.Messages},
		&dynamo.Presence{Client: client, Table: tables.Connections, Clock: recalltest.NewClock()},
		&dynamo.Store{Client: tables.Client, Table: tables.Messages}
}

func TestG7AMessageWhoseAnswerWasLostIsStoredOnceAndCountsAsCreated(t *testing.T) {
	store, _, plain := withLostAnswers(t)
	m := message()
	outcome, err := store.CreateMessage(t.Context(), m)
	if err != nil || !outcome.Created || outcome.Message.Body != m.Body {
		t.Errorf("%+v, error %v", outcome, err)
	}
	page, err := plain.Messages(t.Context(), direct, recall.MessageRange{Limit: 10, Now: noon})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("%d messages are stored, error %v", len(page.Items), err)
	}
}

func TestG7AnAnswerWhoseOwnAnswerWasLostIsStoredOnceAndCountsAsCreated(t *testing.T) {
	store, _, plain := withLostAnswers(t)
	question := message()
	_, err := plain.CreateMessage(t.Context(), question)
	must(t, err)
	m := message()
	outcome, err := store.CreateMessageUnlessRevoked(t.Context(), m, question.ID)
	if err != nil || !outcome.Created || outcome.Message.Body != m.Body {
		t.Errorf("%+v, error %v", outcome, err)
	}
	page, err := plain.Messages(t.Context(), direct, recall.MessageRange{Limit: 10, Now: noon})
	if err != nil || len(page.Items) != 2 {
		t.Errorf("%d messages are stored, error %v", len(page.Items), err)
	}
}

func TestG2ARecallWhoseAnswerWasLostIsAppliedAndNotARepeat(t *testing.T) {
	for name, change := range map[string]func(*recall.RevokeCommand){
		"by the sender":  func(*recall.RevokeCommand) {},
		"by a moderator": func(c *recall.RevokeCommand) { c.SenderOnly, c.Revocation.Role = false, recall.RoleModerator },
		"unsent":         func(c *recall.RevokeCommand) { c.Unsent = true },
	} {
		t.Run(name, func(t *testing.T) {
			store, _, plain := withLostAnswers(t)
			m := message()
			if name != "unsent" {
				_, err := plain.CreateMessage(t.Context(), m)
				must(t, err)
			}
			command := takeBack(m)
			change(&command)
			outcome, err := store.RevokeMessage(t.Context(), command)
			if err != nil || !outcome.Applied || *outcome.Message.Revoked != command.Revocation || outcome.Message.Body != "" {
				t.Errorf("outcome %+v, error %v", outcome, err)
			}
			// The caller owes the others their notice: it must not look like somebody's earlier recall.
			if outcome.Message.Due != recall.DueRevoked {
				t.Errorf("it owes %q", outcome.Message.Due)
			}
		})
	}
}

func TestAWriteWhoseAnswerWasLostIsDoneOnce(t *testing.T) {
	store, presence, plain := withLostAnswers(t)
	m := message()
	ctx := t.Context()
	_, err := plain.CreateMessage(ctx, m)
	must(t, err)
	must(t, store.Settle(ctx, m))
	if settled, _, err := plain.Message(ctx, direct, m.ID); err != nil || settled.Due != recall.DueNothing {
		t.Errorf("it still owes %q, error %v", settled.Due, err)
	}
	if head, err := store.Touch(ctx, direct, noon, m.ID); err != nil || head.LastChangeAt != noon ||
		head.LastMessageID != m.ID {
		t.Errorf("head %+v, error %v", head, err)
	}
	must(t, store.Join(ctx, alice, direct, noon))
	if outcome, err := store.MarkRead(ctx, alice, direct, m.ID); err != nil || outcome.ReadUpTo != m.ID {
		t.Errorf("%+v, error %v", outcome, err)
	}
	must(t, store.SetDefaultWindow(ctx, 60))
	must(t, store.PutGroup(ctx, engineers, "Engineers", nil, noon))
	if before, err := store.PutMember(ctx, engineers, bob, recall.MemberMember, noon); err != nil || before != "" {
		t.Errorf("before %q, error %v", before, err)
	}
	if was, err := store.DeleteMember(ctx, engineers, bob); err != nil || !was {
		t.Errorf("was=%t, error %v", was, err)
	}
	// The roster changed twice, however often it was written.
	if roster, err := plain.RosterPage(ctx, engineers, ""); err != nil || roster.Version != 2 || len(roster.Users) != 0 {
		t.Errorf("roster %+v, error %v", roster, err)
	}
	// With one place only, the retry must find the place that its first attempt took.
	if holders, err := presence.Register(ctx, device, 1); err != nil || holders != nil {
		t.Errorf("held by %v, error %v", holders, err)
	}
	if found, err := presence.Connections(ctx, []recall.UserID{alice}); err != nil || len(found) != 1 {
		t.Errorf("%d connections, error %v", len(found), err)
	}
	must(t, presence.Forget(ctx, alice, device))
	if found, err := presence.Connections(ctx, []recall.UserID{alice}); err != nil || len(found) != 0 {
		t.Errorf("%d connections, error %v", len(found), err)
	}
}
