package endtoend

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	client "example.com/recall/clients/go"
)

// callbacks records what the callbacks of a Go client reported.
type callbacks struct {
	mutex    sync.Mutex
	changed  *sync.Cond
	received map[string]bool
	recalled map[string]string // who recalled the message, and why
}

func newCallbacks() *callbacks {
	recorded := &callbacks{received: map[string]bool{}, recalled: map[string]string{}}
	recorded.changed = sync.NewCond(&recorded.mutex)
	return recorded
}

func (h *callbacks) listener() client.Listener {
	note := func(change func()) {
		h.mutex.Lock()
		defer h.mutex.Unlock()
		change()
		h.changed.Broadcast()
	}
	return client.Listener{
		OnRecvNewMessage: func(m client.Message) { note(func() { h.received[m.MessageID] = true }) },
		OnRecvMessageRevoked: func(id, operator, reason string) {
			note(func() { h.recalled[id] = operator + ": " + reason })
		},
	}
}

// until waits until a condition on the recorded callbacks holds.
func (h *callbacks) until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	late := time.AfterFunc(patience, h.changed.Broadcast)
	defer late.Stop()
	deadline := time.Now().Add(patience)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for !condition() {
		if !time.Now().Before(deadline) {
			t.Fatalf("%s: the callbacks reported %d messages and %d recalls", what, len(h.received), len(h.recalled))
		}
		h.changed.Wait()
	}
}

// watchedStorage reports when a conversation was saved.
type watchedStorage struct {
	*client.FileStorage
	saved func()
}

func (s watchedStorage) Save(user, conversation string, document []byte) error {
	defer s.saved()
	return s.FileStorage.Save(user, conversation, document)
}

// logIn logs a Go client in, with a storage or none.
func logIn(t *testing.T, user string, recorded *callbacks, storage client.Storage) *client.Client {
	t.Helper()
	made, err := client.New(client.Options{URL: shared.Addresses().WebSocket, Storage: storage})
	if err != nil {
		t.Fatal(err)
	}
	made.AddListener(recorded.listener())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := made.Login(ctx, user, tokenOf(t, user)); err != nil {
		t.Fatalf("log %s in: %v", user, err)
	}
	t.Cleanup(made.Logout)
	return made
}

func TestTheGoClientThatWasOfflineIsToldOfExactlyWhatChanged(t *testing.T) {
	people := users(t, "alice", "bob")
	alice := connect(t, people[0])
	to, from := "c2c_"+people[1], "c2c_"+people[0]
	before := newCallbacks()
	files, err := client.NewFileStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	storage := watchedStorage{files, func() {
		before.mutex.Lock()
		defer before.mutex.Unlock()
		before.changed.Broadcast()
	}}
	bob := logIn(t, people[1], before, storage)
	var seen, missed []string
	for i := range 10 {
		seen = append(seen, alice.send(to, fmt.Sprint("seen ", i)))
	}
	before.until(t, "while online", func() bool {
		documents, err := files.Load(people[1])
		return err == nil && len(before.received) == len(seen) && strings.Contains(string(documents[from]), `"cursor"`)
	})
	bob.Logout()
	for i := range 105 {
		missed = append(missed, alice.send(to, fmt.Sprint("missed ", i)))
	}
	recalled := append(slices.Clone(seen[:5]), missed[30:45]...)
	for batch := range slices.Chunk(recalled, 10) {
		alice.must("revoke", frame{"conversation": to, "messageIds": batch, "reason": "typo"})
	}

	after := newCallbacks()
	bob = logIn(t, people[1], after, storage)
	after.until(t, "after the absence", func() bool { return len(after.recalled) == 20 && len(after.received) >= 90 })
	for _, id := range recalled {
		if after.recalled[id] != people[0]+": typo" || after.received[id] {
			t.Errorf("the callbacks reported of %s: recalled %q, received %t", id, after.recalled[id], after.received[id])
		}
	}
	missing := slices.DeleteFunc(slices.Clone(missed), func(id string) bool {
		return after.received[id] || after.recalled[id] != ""
	})
	if len(missing) > 0 {
		t.Errorf("the callbacks reported nothing of %v", missing)
	}
	// Since the cursor overlaps, messages that were seen may come again; those that are recalled may not.
	if got := bob.Unread(from); got != 95 {
		t.Errorf("unread is %d, a recount gives 95", got)
	}
	page, err := bob.History(t.Context(), from, missed[0], 100)
	if err != nil || len(page) != len(seen) {
		t.Fatalf("the page before what was missed: %d messages, %v", len(page), err)
	}
	for i, m := range page {
		if (m.Revoked != nil) != (i < 5) || (m.Body == nil) != (i < 5) {
			t.Errorf("message %d of the page: %+v", i, m)
		}
	}
	if unread, err := bob.MarkRead(t.Context(), from, missed[len(missed)-1]); err != nil || unread != 0 {
		t.Errorf("after reading everything %d are unread, %v", unread, err)
	}
	listed := maps.Collect(func(yield func(string, int) bool) {
		for _, entry := range bob.Conversations() {
			if !yield(entry.Conversation, entry.Unread) {
				return
			}
		}
	})
	if unread, there := listed[from]; !there || unread != 0 {
		t.Errorf("the list has %v", listed)
	}
}

func TestADeviceThatLogsInFirstHoldsEveryConversationThoughOneReplyHasNoRoomForThem(t *testing.T) {
	const conversations, messages = 4, 20
	alice := users(t, "alice")[0]
	sent := map[string][]string{}
	text := strings.Repeat("x", 6_000) // 20 of them are more than a reply takes
	for i := range conversations {
		peer := users(t, fmt.Sprint("peer", i))[0]
		from := connect(t, peer)
		for range messages {
			sent["c2c_"+peer] = append(sent["c2c_"+peer], from.send("c2c_"+alice, text))
		}
	}
	logged := logIn(t, alice, newCallbacks(), nil)
	for conversation, ids := range sent {
		var held []string
		for _, message := range logged.Messages(conversation) {
			held = append(held, message.MessageID)
		}
		if slices.Sort(ids); !slices.Equal(held, ids[len(ids)-len(held):]) || len(held) == 0 {
			t.Errorf("of %s it holds %d of %d messages", conversation, len(held), len(ids))
		}
	}
}
