package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"

	client "example.com/recall/clients/go"
	"example.com/recall/clients/go/clienttest"
)

// mortal is a storage, and the network beside it, of a process that dies at one of its writes. From then on nothing is
// written and no connection is made, and the write does not return before the test is over with that process.
type mortal struct {
	dieAt int  // the number of the write; 0: never
	after bool // the write is still done

	mutex       sync.Mutex
	writes      int
	documents   map[string][]byte
	connections []net.Conn
	died        chan struct{}
	buried      chan struct{}
}

func newMortal(documents map[string][]byte, dieAt int, after bool) *mortal {
	return &mortal{
		dieAt: dieAt, after: after, documents: maps.Clone(documents),
		died: make(chan struct{}), buried: make(chan struct{}),
	}
}

func (m *mortal) dead() bool {
	select {
	case <-m.died:
		return true
	default:
		return false
	}
}

// write does a write of the storage, unless the process is dead or dies here.
func (m *mortal) write(change func()) error {
	m.mutex.Lock()
	m.writes++
	if m.dead() {
		m.mutex.Unlock()
		<-m.buried
		return nil
	}
	if m.writes != m.dieAt || m.after {
		change()
	}
	if m.writes != m.dieAt {
		m.mutex.Unlock()
		return nil
	}
	close(m.died)
	for _, each := range m.connections {
		_ = each.Close() // The operating system does the same.
	}
	m.mutex.Unlock()
	<-m.buried
	return nil
}

func (m *mortal) Load(string) (map[string][]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return maps.Clone(m.documents), nil
}

func (m *mortal) Save(_, conversation string, document []byte) error {
	return m.write(func() { m.documents[conversation] = document })
}

func (m *mortal) Delete(_, conversation string) error {
	return m.write(func() { delete(m.documents, conversation) })
}

func (m *mortal) Clear(string) error { return m.write(func() { clear(m.documents) }) }

// has reports whether a document has a text.
func (m *mortal) has(text string) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, document := range m.documents {
		if bytes.Contains(document, []byte(text)) {
			return true
		}
	}
	return false
}

// transport makes connections as long as the process lives.
func (m *mortal) transport() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			m.mutex.Lock()
			defer m.mutex.Unlock()
			if m.dead() {
				return nil, errors.New("the process is dead")
			}
			connection, err := new(net.Dialer).DialContext(ctx, network, address)
			if err == nil {
				m.connections = append(m.connections, connection)
			}
			return connection, err
		},
	}}
}

// story is a life of alice's device, of which each step is one that a kill may fall into.
type story struct {
	server *clienttest.Server
	bob    *client.Client
	device *client.Client
	kept   *mortal
	theirs string        // a message of bob, which bob recalls
	sent   bool          // the call that sends "the first text" has returned
	taken  string        // the messageId of "the second text", which alice recalls
	told   chan struct{} // bob's recall was reported
}

func (s *story) live(ctx context.Context) error {
	if err := s.device.Login(ctx, "alice", "alice"); err != nil {
		return err
	}
	if _, err := s.device.SendMessage(ctx, "c2c_bob", text("the first text")); err != nil {
		return err
	}
	s.sent = true
	second, err := s.device.SendMessage(ctx, "c2c_bob", text("the second text"))
	if err != nil {
		return err
	}
	s.taken = second.MessageID
	if err := s.device.RevokeMessage(ctx, "c2c_bob", second.MessageID, ""); err != nil {
		return err
	}
	if s.kept.has("the second text") && !s.kept.dead() {
		return errors.New("the recall of the second text has returned, and the text is still stored")
	}
	if err := s.bob.RevokeMessage(ctx, "c2c_alice", s.theirs, ""); err != nil {
		return err
	}
	select {
	case <-s.told:
	case <-ctx.Done():
	}
	_, err = s.device.MarkRead(ctx, "c2c_bob", s.theirs)
	return err
}

func text(content string) map[string]string { return map[string]string{"text": content} }

// begin makes a server with bob, a message of bob, and the device of alice, which dies at a write.
func begin(t *testing.T, dieAt int, after bool) *story {
	t.Helper()
	server := clienttest.NewServer(clienttest.Options{})
	t.Cleanup(server.Close)
	s := &story{server: server, told: make(chan struct{}), kept: newMortal(map[string][]byte{}, dieAt, after)}
	s.bob = logIn(t, quick(server.URL), "bob", client.Listener{OnRecvNewMessage: func(m client.Message) {
		if bytes.Contains(m.Body, []byte("the first text")) && !s.kept.has("the first text") {
			t.Error("a message has left that is not stored")
		}
	}})
	theirs, err := s.bob.SendMessage(t.Context(), "c2c_alice", text("the text of bob"))
	if err != nil {
		t.Fatal(err)
	}
	s.theirs = theirs.MessageID
	options := quick(server.URL)
	options.Storage, options.HTTPClient = s.kept, s.kept.transport()
	if s.device, err = client.New(options); err != nil {
		t.Fatal(err)
	}
	s.device.AddListener(client.Listener{OnRecvMessageRevoked: func(messageID, _, _ string) {
		if s.kept.has("the text of bob") && !s.kept.dead() {
			t.Errorf("a callback reports the recall of %s while its text is stored", messageID)
		}
		close(s.told)
	}})
	return s
}

// TestAfterAKillAtAnyWriteNothingIsLostAndNothingIsDoneTwice kills the device before and after each write of its life,
// starts it again with what was stored, and compares the end with the server.
func TestAfterAKillAtAnyWriteNothingIsLostAndNothingIsDoneTwice(t *testing.T) {
	for _, after := range []bool{false, true} {
		for dieAt, died := 1, true; died; dieAt++ {
			t.Run(fmt.Sprintf("write %d, done %t", dieAt, after), func(t *testing.T) {
				s := begin(t, dieAt, after)
				died = s.livedAndDied(t)
				s.liveAgain(t)
			})
			if dieAt > 100 {
				t.Fatal("a life has more than 100 writes")
			}
		}
	}
}

// livedAndDied reports whether the life ended with the kill.
func (s *story) livedAndDied(t *testing.T) bool {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := s.live(ctx)
		s.device.Logout() // It writes for the last time.
		ended <- err
	}()
	select {
	case err := <-ended:
		if err != nil && !s.kept.dead() {
			t.Error(err)
		}
		ended <- nil
	case <-s.kept.died:
	}
	cancel()
	close(s.kept.buried)
	<-ended
	return s.kept.dead()
}

// liveAgain starts the device with what was stored, and waits until it holds what the server has.
func (s *story) liveAgain(t *testing.T) {
	t.Helper()
	stored := s.kept.documents
	firstStored, secondStored := s.kept.has("the first text"), s.kept.has("the second text")
	kept := newMortal(stored, 0, false)
	options := quick(s.server.URL)
	options.Storage = kept
	device := logIn(t, options, "alice", client.Listener{})
	eventually(t, func() string {
		for _, each := range device.Unsent("c2c_bob") {
			if each.Failed == 0 {
				return "a message is still unsent"
			}
		}
		return differs(device, s.server, "alice", "c2c_bob")
	})
	count := map[string]int{}
	recalled := map[string]bool{}
	for _, m := range s.server.Messages("alice", "c2c_bob") {
		count[m.Text]++
		recalled[m.MessageID] = m.RevokedBy != ""
	}
	if count["the first text"] > 1 || (s.sent || firstStored) && count["the first text"] != 1 {
		t.Errorf("the server has the first text %d times; stored %t, sent %t", count["the first text"], firstStored, s.sent)
	}
	if count["the second text"] > 1 || secondStored && s.taken == "" && count["the second text"] != 1 {
		t.Errorf("the server has the second text %d times", count["the second text"])
	}
	eventually(t, func() string {
		documents, _ := kept.Load("alice")
		for _, m := range device.Messages("c2c_bob") {
			if recalled[m.MessageID] && m.Revoked == nil {
				return "a recalled message is shown"
			}
		}
		for id, wasRecalled := range recalled {
			if wasRecalled && storedText(documents, id) {
				return "a recalled text is stored"
			}
		}
		return ""
	})
}

// storedText reports whether a document has the body of a message.
func storedText(documents map[string][]byte, messageID string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(documents)), func(document []byte) bool {
		var read struct {
			Held struct {
				Messages []client.Message `json:"messages"`
			} `json:"held"`
			Sends []client.Message `json:"sends"`
		}
		if json.Unmarshal(document, &read) != nil {
			return true
		}
		return slices.ContainsFunc(append(read.Held.Messages, read.Sends...), func(m client.Message) bool {
			return m.MessageID == messageID && m.Body != nil
		})
	})
}
