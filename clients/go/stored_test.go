package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// breakable is a storage whose disk can fail.
type breakable struct {
	client.Storage
	broken atomic.Bool
	saves  atomic.Int32
}

var errDisk = errors.New("the disk is full")

func (b *breakable) Load(user string) (map[string][]byte, error) {
	if b.broken.Load() {
		return nil, errDisk
	}
	return b.Storage.Load(user)
}

func (b *breakable) Save(user, conversation string, document []byte) error {
	b.saves.Add(1)
	if b.broken.Load() {
		return errDisk
	}
	return b.Storage.Save(user, conversation, document)
}

// withStorage logs alice in with a storage, and returns the failures that were reported.
func withStorage(t *testing.T, url string, storage client.Storage) (*client.Client, chan error) {
	t.Helper()
	failures := make(chan error, 10)
	options := quick(url)
	options.Storage = storage
	return logIn(t, options, "alice", client.Listener{OnStorageFailed: func(err error) { failures <- err }}), failures
}

func send(t *testing.T, from *client.Client, content string) client.Message {
	t.Helper()
	sent, err := from.SendMessage(t.Context(), "c2c_bob", text(content))
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func stores(t *testing.T, storage client.Storage, wanted ...string) {
	t.Helper()
	eventually(t, func() string {
		documents, err := storage.Load("alice")
		for _, content := range wanted {
			if err != nil || !strings.Contains(string(documents["c2c_bob"]), content) {
				return fmt.Sprintf("%q is not stored: %s, %v", content, documents, err)
			}
		}
		return ""
	})
}

func TestADiskThatFailsIsReportedOnceAndStopsNoMessage(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	storage := &breakable{Storage: openStorage(t, t.TempDir())}
	alice, failures := withStorage(t, server.URL, storage)
	storage.broken.Store(true)
	send(t, alice, "one")
	if err := alice.RevokeMessage(t.Context(), "c2c_bob", send(t, alice, "two").MessageID, ""); err != nil {
		t.Fatal(err)
	}
	if err := <-failures; !errors.Is(err, errDisk) {
		t.Errorf("the failure is %v", err)
	}
	storage.broken.Store(false)
	send(t, alice, "three")
	stores(t, storage, "one", "three")
	alice.Logout()
	if len(failures) != 0 {
		t.Errorf("the failure was reported again: %v", <-failures)
	}
}

func TestAStorageThatCannotBeReadIsReportedAndNotWritten(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	storage := &breakable{Storage: openStorage(t, t.TempDir())}
	storage.broken.Store(true)
	alice, failures := withStorage(t, server.URL, storage)
	storage.broken.Store(false)
	if err := <-failures; !errors.Is(err, errDisk) {
		t.Errorf("the failure is %v", err)
	}
	send(t, alice, "one")
	alice.Logout()
	if saves := storage.saves.Load(); saves != 0 {
		t.Errorf("%d documents were saved over what could not be read", saves)
	}
}

func TestADocumentThatThisClientCannotReadIsFetchedAgain(t *testing.T) {
	for name, document := range map[string]string{"no JSON": "no JSON", "a newer client": `{"version":2}`} {
		t.Run(name, func(t *testing.T) {
			server := clienttest.NewServer(clienttest.Options{})
			defer server.Close()
			storage := openStorage(t, t.TempDir())
			first, _ := withStorage(t, server.URL, storage)
			send(t, first, "the message")
			first.Logout()
			save(t, storage, "alice", "c2c_bob", document)
			again, _ := withStorage(t, server.URL, storage)
			if problem := differs(again, server, "alice", "c2c_bob"); problem != "" {
				t.Error(problem)
			}
			again.Logout()
			stores(t, storage, "the message")
		})
	}
}

func TestOfALongConversationTheNewestMessagesAreStoredAndTheOthersAreNoNews(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	storage := openStorage(t, t.TempDir())
	first, _ := withStorage(t, server.URL, storage)
	for i := range 250 {
		send(t, first, fmt.Sprint("message ", i))
	}
	first.Logout()
	options := quick("ws://127.0.0.1:1/local") // Nothing is there.
	options.Storage = storage
	offline, err := client.New(options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- offline.Login(ctx, "alice", "alice") }()
	eventually(t, func() string {
		if held := offline.Messages("c2c_bob"); len(held) != 200 || string(held[199].Body) != `{"text":"message 249"}` {
			return fmt.Sprintf("%d messages are held without a network", len(held))
		}
		return ""
	})
	cancel()
	<-ended

	news := make(chan client.Message, 300)
	options = quick(server.URL)
	options.Storage = storage
	again := logIn(t, options, "alice", client.Listener{OnRecvNewMessage: func(m client.Message) { news <- m }})
	bob := logIn(t, quick(server.URL), "bob", client.Listener{})
	if _, err := bob.SendMessage(t.Context(), "c2c_alice", text("hi")); err != nil {
		t.Fatal(err)
	}
	if m := <-news; m.Sender != "bob" {
		t.Errorf("%s is reported as new", m.Body)
	}
	again.Logout()
}

func TestAMessageThatALogoutEndedIsKeptWithTheErrorThatItsCallerGot(t *testing.T) {
	server := clienttest.NewServer(clienttest.Options{})
	defer server.Close()
	storage := openStorage(t, t.TempDir())
	alice, _ := withStorage(t, server.URL, storage)
	server.SetFaults(clienttest.Faults{Refuse: 1, Drop: 1})
	server.Cut()
	failed := make(chan error, 1)
	id, err := alice.NewMessageID()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := alice.SendMessage(context.Background(), "c2c_bob", text("unsent"), client.WithMessageID(id))
		failed <- err
	}()
	stores(t, storage, "unsent")
	alice.Logout()
	if err := <-failed; client.Code(err) != client.CodeNotLoggedIn {
		t.Fatal(err)
	}
	server.SetFaults(clienttest.Faults{})
	again, _ := withStorage(t, server.URL, storage)
	unsent := again.Unsent("c2c_bob")
	if len(unsent) != 1 || unsent[0].MessageID != id || unsent[0].Failed != client.CodeNotLoggedIn {
		t.Fatalf("unsent: %+v", unsent)
	}
	if err := again.RevokeMessage(t.Context(), "c2c_bob", id, ""); err != nil {
		t.Fatal(err)
	}
	if unsent := again.Unsent("c2c_bob"); len(unsent) != 0 {
		t.Errorf("unsent after the recall: %+v", unsent)
	}
	if err := again.ClearStorage("alice"); err != nil {
		t.Fatal(err)
	}
	holds(t, storage, "alice", map[string]string{})
}
