package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// shown is what an application shows that uses only the callbacks.
type shown struct {
	mutex    sync.Mutex
	received map[string]int
	revoked  map[string]int
}

func (s *shown) listener() client.Listener {
	return client.Listener{
		OnRecvNewMessage: func(m client.Message) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.received[m.MessageID]++
			if s.revoked[m.MessageID] > 0 {
				s.received[m.MessageID] += 1_000 // its text was shown after its recall
			}
		},
		OnRecvMessageRevoked: func(msgID, _, _ string) {
			s.mutex.Lock()
			defer s.mutex.Unlock()
			s.revoked[msgID]++
		},
	}
}

func (s *shown) check(t *testing.T) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for id, count := range s.received {
		if count > 1 {
			t.Errorf("onRecvNewMessage for %s: %d (a thousand and more: after its recall)", id, count)
		}
	}
	for id, count := range s.revoked {
		if count > 1 {
			t.Errorf("onRecvMessageRevoked for %s: %d times", id, count)
		}
	}
}

func quick(url string) client.Options {
	return client.Options{
		URL: url, RequestTimeout: 300 * time.Millisecond,
		ReconnectMinimum: time.Millisecond, ReconnectMaximum: 20 * time.Millisecond,
	}
}

func logIn(t *testing.T, options client.Options, user string, listener client.Listener) *client.Client {
	t.Helper()
	c, err := client.New(options)
	if err != nil {
		t.Fatal(err)
	}
	c.AddListener(listener)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Login(ctx, user, user); err != nil {
		t.Fatalf("%s: %v", user, err)
	}
	t.Cleanup(c.Logout)
	return c
}

// eventually waits until condition returns an empty text. If it never does, the test fails with the text.
func eventually(t *testing.T, condition func() string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		problem := condition()
		if problem == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(problem)
		}
		time.Sleep(5 * time.Millisecond) // between two looks, not in place of one
	}
}

// differs compares the view of a client with the state of the server.
func differs(c *client.Client, s *clienttest.Server, user, conversation string) string {
	want, got := s.Messages(user, conversation), c.Messages(conversation)
	if len(want) != len(got) {
		return fmt.Sprintf("%s holds %d messages of %s, the server %d", user, len(got), conversation, len(want))
	}
	for i := range want {
		var body struct {
			Text string `json:"text"`
		}
		by := ""
		if got[i].Revoked != nil {
			by = got[i].Revoked.By
		} else if err := json.Unmarshal(got[i].Body, &body); err != nil {
			return err.Error()
		}
		held := clienttest.Message{MessageID: got[i].MessageID, Sender: got[i].Sender, Text: body.Text, RevokedBy: by}
		if held != want[i] {
			return fmt.Sprintf("%s holds %+v, the server %+v", user, held, want[i])
		}
	}
	if wanted, held := s.Unread(user, conversation), c.Unread(conversation); wanted != held {
		return fmt.Sprintf("%s counts %d unread in %s, the server %d", user, held, conversation, wanted)
	}
	return ""
}

// seeds returns the seeds of the test. RECALL_SEED replays one seed.
func seeds(t *testing.T) []uint64 {
	t.Helper()
	if text := os.Getenv("RECALL_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("RECALL_SEED: %v", err)
		}
		return []uint64{seed}
	}
	first := rand.Uint64()
	return []uint64{1, 2, 3, first}
}

func TestUnderAHostileServerEveryViewConvergesToTheServers(t *testing.T) {
	faults := map[string]clienttest.Faults{
		// What these lose for ever is found by the synchronisation after the next connect, so they end with a cut.
		"drops":      {Drop: 0.1, Refuse: 0.2, Lose: 0.1},
		"half":       {HalfFrame: 0.1},
		"duplicates": {Duplicate: 0.5},
		"reorder":    {Delay: 0.4, Duplicate: 0.2},
		"refusals":   {Fail: 0.1, Throttle: 0.1},
		"everything": {
			Drop: 0.03, Refuse: 0.1, Lose: 0.03, HalfFrame: 0.03, Duplicate: 0.2, Delay: 0.2, Rubbish: 0.1, Fail: 0.05,
			Throttle: 0.05,
		},
	}
	for name, chosen := range faults {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s, seed %d", name, seed), func(t *testing.T) {
				t.Parallel()
				converge(t, chosen, seed, (*clienttest.Server).Cut)
			})
		}
	}
}

func TestWhileNoConnectionIsLostEveryViewConvergesToTheServersWithoutANewOne(t *testing.T) {
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			converge(t, clienttest.Faults{Delay: 0.4, Duplicate: 0.2}, seed, func(*clienttest.Server) {})
		})
	}
}

// converge lets three people, one with two devices, do random things under faults, ends as the test says, and compares
// all with the server. One device's clock is an hour slow, one's an hour fast.
func converge(t *testing.T, faults clienttest.Faults, seed uint64, end func(*clienttest.Server)) {
	server := clienttest.NewServer(clienttest.Options{Seed: seed})
	defer server.Close()
	server.PutGroup("eng", "alice", "bob", "carol")
	users := []string{"alice", "alice", "bob", "carol"}
	offsets := []time.Duration{0, -time.Hour, time.Hour, 0}
	conversations := [][]string{
		{"c2c_bob", "group_eng"}, {"c2c_bob", "group_eng"}, {"c2c_alice", "group_eng"}, {"group_eng"},
	}
	devices, seen := []*client.Client{}, []*shown{}
	for i, user := range users {
		options := quick(server.URL)
		options.Now = func() time.Time { return time.Now().Add(offsets[i]) }
		listener := &shown{received: map[string]int{}, revoked: map[string]int{}}
		devices = append(devices, logIn(t, options, user, listener.listener()))
		seen = append(seen, listener)
		defer devices[i].Logout()
	}
	server.SetFaults(faults)
	var acting sync.WaitGroup
	for i, device := range devices {
		acting.Go(func() {
			act(device, users[i], conversations[i], rand.New(rand.NewPCG(seed, uint64(i))))
		})
	}
	acting.Wait()
	server.SetFaults(clienttest.Faults{})
	end(server)
	for i, device := range devices {
		for _, conversation := range conversations[i] {
			eventually(t, func() string { return differs(device, server, users[i], conversation) })
		}
	}
	for _, listener := range seen {
		listener.check(t)
	}
}

// act does random things. The faults cause their errors, so only the view is compared.
func act(device *client.Client, user string, conversations []string, random *rand.Rand) {
	ctx := context.Background()
	for i := range 30 {
		conversation := conversations[random.IntN(len(conversations))]
		held := device.Messages(conversation)
		switch choice := random.IntN(10); {
		case choice < 5 || len(held) == 0:
			_, _ = device.SendMessage(ctx, conversation, map[string]any{"text": fmt.Sprintf("%s %d", user, i)})
		case choice < 8:
			_ = device.RevokeMessage(ctx, conversation, held[random.IntN(len(held))].MessageID, "")
		case choice < 9:
			_, _ = device.MarkRead(ctx, conversation, held[random.IntN(len(held))].MessageID)
		default:
			id, err := device.NewMessageID()
			if err != nil {
				continue
			}
			short, cancel := context.WithTimeout(ctx, time.Duration(random.IntN(20))*time.Millisecond)
			_, _ = device.SendMessage(short, conversation, map[string]any{"text": "short of time"}, client.WithMessageID(id))
			cancel()
			_ = device.RevokeMessage(ctx, conversation, id, "") // of unknown outcome: unsent
		}
	}
}

func TestADeviceThatWasOfflineEndsLikeOneThatWasNot(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	storage := openStorage(t, t.TempDir())
	options := quick(server.URL)
	options.Storage = storage
	alice := logIn(t, quick(server.URL), "alice", client.Listener{})
	online := logIn(t, quick(server.URL), "bob", client.Listener{})
	offline := logIn(t, options, "bob", client.Listener{})
	ctx := context.Background()
	first, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": "before"})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string { return differs(offline, server, "bob", "c2c_alice") })
	eventually(t, func() string {
		documents, err := storage.Load("bob")
		if err != nil || !strings.Contains(string(documents["c2c_alice"]), `"cursor"`) {
			return fmt.Sprintf("no cursor is saved: %s, %v", documents, err)
		}
		return ""
	})
	offline.Logout()

	for i := range 200 {
		m, err := alice.SendMessage(ctx, "c2c_bob", map[string]int{"number": i})
		if err != nil {
			t.Fatal(err)
		}
		if i%4 == 0 {
			if err := alice.RevokeMessage(ctx, "c2c_bob", m.MessageID, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := alice.RevokeMessage(ctx, "c2c_bob", first.MessageID, "changed my mind"); err != nil {
		t.Fatal(err)
	}
	heard := &shown{received: map[string]int{}, revoked: map[string]int{}}
	back := logIn(t, options, "bob", heard.listener())
	eventually(t, func() string { return differs(online, server, "bob", "c2c_alice") })
	eventually(t, func() string { return differs(back, server, "bob", "c2c_alice") })
	eventually(t, func() string {
		heard.mutex.Lock()
		defer heard.mutex.Unlock()
		if len(heard.received) != 150 || len(heard.revoked) != 51 || heard.revoked[first.MessageID] != 1 {
			return fmt.Sprintf("told of %d messages and %d recalls, want 150 and 51", len(heard.received), len(heard.revoked))
		}
		return ""
	})
}

func TestAClientThatGotNoAnswerLearnsTheOutcomeBySynchronising(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{Seed: 1})
	defer server.Close()
	options := quick(server.URL)
	options.RequestTimeout = 200 * time.Millisecond
	alice := logIn(t, options, "alice", client.Listener{})
	stored := 0
	for range 5 {
		server.SetFaults(clienttest.Faults{Fail: 1}) // Half of the requests that fail in this way are executed.
		_, err := alice.SendMessage(t.Context(), "c2c_bob", map[string]string{"text": "sent?"})
		if client.Code(err) != client.CodeTimeout {
			t.Fatalf("a send without an answer: %v", err)
		}
		server.SetFaults(clienttest.Faults{})
		stored = len(server.Messages("alice", "c2c_bob"))
		eventually(t, func() string { return differs(alice, server, "alice", "c2c_bob") })
	}
	if stored == 0 {
		t.Fatal("the server has done nothing at all")
	}
}

func TestALateAnswerStillChangesTheViewAfterItsCallerLeft(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{Seed: 1})
	defer server.Close()
	alice := logIn(t, quick(server.URL), "alice", client.Listener{})
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond/4, cancel)
		_, err := alice.SendMessage(ctx, "c2c_bob", map[string]string{"text": "sent?"})
		if err != nil && client.Code(err) != client.CodeTimeout {
			t.Fatal(err)
		}
		cancel()
	}
	eventually(t, func() string { return differs(alice, server, "alice", "c2c_bob") })
}
