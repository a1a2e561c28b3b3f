package recall_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/recall/shared/dynamo"
	"example.com/recall/shared/dynamo/dynamotest"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// database is one DynamoDB Local for the tests here that want the real store.
var database dynamotest.Database

func TestMain(m *testing.M) { os.Exit(database.Run(m)) }

const (
	alice, bob, carol, dave, mallory recall.UserID  = "alice", "bob", "carol", "dave", "mallory"
	engineers                        recall.GroupID = "engineers"
)

var (
	direct = recall.Between(alice, bob)
	group  = recall.InGroup(engineers)
)

// world is the rules with everything around them in the test's hands.
type world struct {
	*recall.Service
	t        *testing.T
	clock    *recalltest.Clock
	store    *spy
	notifier *recalltest.Notifier
	queue    *recalltest.Queue
	slept    []time.Duration
}

// newWorld stands on the fakes.
func newWorld(t *testing.T) *world {
	clock := recalltest.NewClock()
	return worldOn(t, clock, recalltest.NewStore(), recalltest.NewPresence(clock))
}

// onBoth runs a test on the fakes and on DynamoDB Local.
func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("in memory", func(t *testing.T) { test(t, newWorld(t)) })
	t.Run("on DynamoDB Local", func(t *testing.T) {
		t.Parallel()
		clock := recalltest.NewClock()
		tables := database.Tables(t)
		test(t, worldOn(t, clock,
			&dynamo.Store{Client: tables.Client, Table: tables.Messages},
			&dynamo.Presence{Client: tables.Client, Table: tables.Connections, Clock: clock}))
	})
}

func worldOn(t *testing.T, clock *recalltest.Clock, store recall.Store, presence recall.Presence) *world {
	w := &world{
		t:        t,
		clock:    clock,
		store:    &spy{Store: store},
		notifier: &recalltest.Notifier{Clock: clock, Presence: presence},
		queue:    &recalltest.Queue{},
	}
	w.Service = &recall.Service{
		Store: w.store, Presence: presence, Notifier: w.notifier, Queue: w.queue, Clock: clock, Window: recall.DefaultWindow,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Sleep: func(_ context.Context, duration time.Duration) error {
			w.slept = append(w.slept, duration)
			clock.Advance(duration)
			return nil
		},
	}
	return w
}

// spy writes the calls of a store down, and fails or meets those that a test wants.
type spy struct {
	recall.Store
	mutex sync.Mutex
	calls []string
	// before is called before each call with its name; an error is the call's.
	before func(call string) error
}

var errFault = recall.Unreachable("storage", errors.New("fault of the test"))

func (s *spy) met(call string) error {
	s.mutex.Lock()
	s.calls = append(s.calls, call)
	before := s.before
	s.mutex.Unlock()
	if before == nil {
		return nil
	}
	return before(call)
}

// taken are the calls since the last time, sorted: those side by side have no order.
func (s *spy) taken() []string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	calls := s.calls
	s.calls = nil
	slices.Sort(calls)
	return calls
}

// failing makes the named calls fail.
func (s *spy) failing(calls ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.before = func(call string) error {
		if slices.Contains(calls, call) {
			return errFault
		}
		return nil
	}
}

func (s *spy) CreateMessage(ctx context.Context, message recall.Message) (recall.CreateOutcome, error) {
	if err := s.met("CreateMessage"); err != nil {
		return recall.CreateOutcome{}, err
	}
	return s.Store.CreateMessage(ctx, message)
}

func (s *spy) CreateMessageUnlessRevoked(
	ctx context.Context, message recall.Message, other recall.MessageID,
) (recall.CreateOutcome, error) {
	if err := s.met("CreateMessageUnlessRevoked"); err != nil {
		return recall.CreateOutcome{}, err
	}
	return s.Store.CreateMessageUnlessRevoked(ctx, message, other)
}

func (s *spy) RevokeMessage(ctx context.Context, command recall.RevokeCommand) (recall.RevokeOutcome, error) {
	if err := s.met("RevokeMessage"); err != nil {
		return recall.RevokeOutcome{}, err
	}
	return s.Store.RevokeMessage(ctx, command)
}

func (s *spy) Message(ctx context.Context, conversation recall.Conversation,
	id recall.MessageID) (recall.Message, bool, error) {
	if err := s.met("Message"); err != nil {
		return recall.Message{}, false, err
	}
	return s.Store.Message(ctx, conversation, id)
}

func (s *spy) Settle(ctx context.Context, message recall.Message) error {
	if err := s.met("Settle"); err != nil {
		return err
	}
	return s.Store.Settle(ctx, message)
}

func (s *spy) Touch(ctx context.Context, conversation recall.Conversation, at recall.Instant,
	last recall.MessageID) (recall.Head, error) {
	if err := s.met("Touch"); err != nil {
		return recall.Head{}, err
	}
	return s.Store.Touch(ctx, conversation, at, last)
}

func (s *spy) Join(ctx context.Context, user recall.UserID, conversation recall.Conversation,
	at recall.Instant) error {
	if err := s.met("Join"); err != nil {
		return err
	}
	return s.Store.Join(ctx, user, conversation, at)
}

func (s *spy) Membership(ctx context.Context, user recall.UserID,
	conversation recall.Conversation) (recall.Membership, bool, error) {
	if err := s.met("Membership"); err != nil {
		return recall.Membership{}, false, err
	}
	return s.Store.Membership(ctx, user, conversation)
}

func (s *spy) HeadAndMembership(ctx context.Context, group recall.GroupID,
	user recall.UserID) (recall.HeadAndMembership, error) {
	if err := s.met("HeadAndMembership"); err != nil {
		return recall.HeadAndMembership{}, err
	}
	return s.Store.HeadAndMembership(ctx, group, user)
}

func (s *spy) RosterPage(ctx context.Context, group recall.GroupID, after recall.UserID) (recall.Roster, error) {
	if err := s.met("RosterPage"); err != nil {
		return recall.Roster{}, err
	}
	return s.Store.RosterPage(ctx, group, after)
}

func (s *spy) RosterStart(ctx context.Context, group recall.GroupID) (recall.Roster, error) {
	if err := s.met("RosterStart"); err != nil {
		return recall.Roster{}, err
	}
	return s.Store.RosterStart(ctx, group)
}

func (s *spy) Messages(ctx context.Context, conversation recall.Conversation,
	which recall.MessageRange) (recall.Page[recall.Message], error) {
	if err := s.met("Messages"); err != nil {
		return recall.Page[recall.Message]{}, err
	}
	return s.Store.Messages(ctx, conversation, which)
}

func (s *spy) DefaultWindow(ctx context.Context) (recall.Window, bool, error) {
	if err := s.met("DefaultWindow"); err != nil {
		return 0, false, err
	}
	return s.Store.DefaultWindow(ctx)
}

func (s *spy) Unread(ctx context.Context, conversation recall.Conversation, reader recall.UserID,
	after recall.MessageID, now recall.Instant) (recall.UnreadCount, error) {
	if err := s.met("Unread"); err != nil {
		return recall.UnreadCount{}, err
	}
	return s.Store.Unread(ctx, conversation, reader, after, now)
}

func (s *spy) Revocations(ctx context.Context, conversation recall.Conversation, after recall.RevocationID,
	limit int) (recall.Page[recall.RevokedMessage], error) {
	if err := s.met("Revocations"); err != nil {
		return recall.Page[recall.RevokedMessage]{}, err
	}
	return s.Store.Revocations(ctx, conversation, after, limit)
}

// slow moves the clock while the named call runs.
func (w *world) slow(call string, duration time.Duration) {
	w.store.before = func(called string) error {
		if called == call {
			w.clock.Advance(duration)
		}
		return nil
	}
}

// device connects a device of the user's and is its caller.
func (w *world) device(user recall.UserID, id recall.ConnectionID) recall.Caller {
	w.t.Helper()
	w.must(w.Connect(w.t.Context(), recall.Connection{User: user, ID: id, ConnectedAt: w.clock.Instant()}))
	return as(user, id)
}

// as is a caller whose token never ends and whose device gets no events.
func as(user recall.UserID, id recall.ConnectionID) recall.Caller {
	return recall.Caller{User: user, Connection: id}
}

// makeGroup makes the engineers: alice owner, bob admin, carol and dave members, mallory outside.
func (w *world) makeGroup() {
	w.t.Helper()
	ctx := w.t.Context()
	w.must(w.PutGroup(ctx, recall.AdminPutGroup{Group: engineers, Name: "Engineers"}))
	for _, each := range []recall.AdminPutMember{
		{Group: engineers, User: alice, Role: recall.MemberOwner}, {Group: engineers, User: bob, Role: recall.MemberAdmin},
		{Group: engineers, User: carol, Role: recall.MemberMember},
		{Group: engineers, User: dave, Role: recall.MemberMember},
	} {
		w.must(w.PutMember(ctx, each))
	}
}

// sent sends a text with an ID of the present and waits for nothing: the message is stored and told.
func (w *world) sent(caller recall.Caller, conversation recall.Conversation) recall.Message {
	w.t.Helper()
	result, err := w.Send(w.t.Context(), caller, recall.SendRequest{Conversation: conversation, Body: `{"text":"hi"}`})
	w.must(err)
	return result.Message
}

// revokes asks to recall messages and returns what became of each.
func (w *world) revokes(caller recall.Caller, conversation recall.Conversation,
	ids ...recall.MessageID) []recall.RevokeResult {
	w.t.Helper()
	results := w.Revoke(w.t.Context(), caller, recall.RevokeRequest{
		Conversation: conversation,
		MessageIDs:   ids,
		Reason:       "typo",
	})
	if len(results) != len(ids) {
		w.t.Fatalf("%d results for %d messages", len(results), len(ids))
	}
	return results
}

// recalls wants one message's recall to be accepted.
func (w *world) recalls(caller recall.Caller, message recall.Message) recall.RevokeResult {
	w.t.Helper()
	result := w.revokes(caller, message.Conversation, message.ID)[0]
	w.must(result.Err)
	return result
}

// stored reads a message as the store has it.
func (w *world) stored(message recall.Message) recall.Message {
	w.t.Helper()
	stored, found, err := w.store.Store.Message(w.t.Context(), message.Conversation, message.ID)
	if err != nil || !found {
		w.t.Fatalf("read %s: found=%t, error %v", message.ID, found, err)
	}
	return stored
}

// told names what each connection was told since the last time, sorted: "connection message ID", "connection revoked
// ID…".
func (w *world) told() []string {
	var told []string
	for _, each := range w.notifier.Take() {
		line := string(each.Connection.ID)
		switch notice := each.Notice; {
		case notice.Message != nil:
			line += " message " + string(notice.Message.ID)
		case len(notice.Revocations) > 0:
			line += " revoked"
			for _, recalled := range notice.Revocations {
				line += " " + string(recalled.MessageID)
			}
		case notice.Read != nil:
			line += fmt.Sprintf(" read %s %d", notice.Read.ReadUpTo, notice.Read.Unread)
		case notice.Change != nil:
			line += fmt.Sprintf(" %s %s", notice.Change.What, notice.Change.User)
		case notice.Kicked != "":
			line += " kicked: " + string(notice.Kicked)
		}
		told = append(told, line)
	}
	slices.Sort(told)
	return told
}

func (w *world) wantTold(want ...string) {
	w.t.Helper()
	slices.Sort(want)
	if told := w.told(); !slices.Equal(told, want) {
		w.t.Errorf("told %q, want %q", told, want)
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func wantName(t *testing.T, err error, want recall.Name) {
	t.Helper()
	if err == nil || recall.NameOf(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// watched meets the look-ups of a presence.
type watched struct {
	recall.Presence
	look func()
}

func (p watched) Connections(ctx context.Context, users []recall.UserID) ([]recall.Connection, error) {
	p.look()
	return p.Presence.Connections(ctx, users)
}
