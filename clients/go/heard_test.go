package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	client "example.com/recall/clients/go"
)

const heardMessage = "01HF7YAT000000000000000001"

// tellsOfCarol is a server whose first connection hears a message of a conversation that is new, and is never told
// anything else. To every later connection the message is recalled. With kicking, the message is followed by a kick.
func tellsOfCarol(t *testing.T, kicking bool) string {
	t.Helper()
	var connections atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		first := connections.Add(1) == 1
		write := func(frame string) {
			_ = socket.Write(context.Background(), websocket.MessageText, []byte(frame)) // the client may have gone
		}
		for {
			_, data, err := socket.Read(context.Background())
			if err != nil {
				return
			}
			var asked struct{ Action, ID string }
			if json.Unmarshal(data, &asked) != nil || first && asked.Action != "hello" && asked.Action != "conversations" {
				continue
			}
			conversations := ""
			if !first {
				conversations = `{"conversation":"c2c_carol","messages":[
					{"messageId":"` + heardMessage + `","conversation":"c2c_carol",
					"sender":"carol","sentAt":1,"recallableUntil":2,"revoked":{"at":2,"by":"carol","role":"sender"}}],
					"revocations":[],"cursor":"c1","more":false,"unread":0}`
			}
			write(fmt.Sprintf(`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice",`+
				`"conversations":[%s]}`,
				asked.Action, asked.ID, time.Now().UnixMilli(), conversations))
			if first && asked.Action == "conversations" {
				write(`{"type":"message","message":{"messageId":"` + heardMessage + `","conversation":"c2c_carol","sender":"carol",
					"sentAt":1,"recallableUntil":2,"body":{"text":"hi"}}}`)
				if kicking {
					write(`{"type":"kicked","reason":"connection_limit"}`)
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// callbacks records what the application hears.
type callbacks struct {
	received, revoked, kicked chan string
}

func (h callbacks) listener() client.Listener {
	return client.Listener{
		OnRecvNewMessage:     func(m client.Message) { h.received <- m.MessageID },
		OnRecvMessageRevoked: func(id, _, _ string) { h.revoked <- id },
		OnKickedOffline:      func(reason string) { h.kicked <- reason },
	}
}

func newCallbacks() callbacks {
	return callbacks{make(chan string, 10), make(chan string, 10), make(chan string, 10)}
}

func TestAClientThatLoggedOutBeforeItHadACursorLearnsOfTheRecall(t *testing.T) {
	url := tellsOfCarol(t, false)
	storage := openStorage(t, t.TempDir())
	for login := 1; login <= 2; login++ {
		c, err := client.New(client.Options{URL: url, Storage: storage})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Logout)
		heard := newCallbacks()
		c.AddListener(heard.listener())
		loggedIn := make(chan error, 1)
		go func() { loggedIn <- c.Login(t.Context(), "alice", "token") }()
		if login > 1 {
			if err := <-loggedIn; err != nil {
				t.Fatal(err)
			}
		}
		switch login {
		case 1: // the message may come while the first synchronisation waits for its answer
			if id := <-heard.received; id != heardMessage {
				t.Fatalf("received %s", id)
			}
		case 2:
			if id := <-heard.revoked; id != heardMessage {
				t.Fatalf("recalled %s", id)
			}
			eventually(t, func() string {
				documents, err := storage.Load("alice")
				if err != nil || len(documents) != 1 || !strings.Contains(string(documents["c2c_carol"]), `"cursor":"c1"`) {
					return fmt.Sprintf("the storage has %s, %v", documents, err)
				}
				return ""
			})
		}
		c.Logout()
	}
}

func TestALoginAfterAKickKeepsTheViewAndTheCallbacksThatAreDue(t *testing.T) {
	c, err := client.New(client.Options{URL: tellsOfCarol(t, true)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Logout)
	heard, release := newCallbacks(), make(chan struct{})
	c.AddListener(client.Listener{OnConnected: func() { <-release }}) // the later callbacks wait behind this one
	c.AddListener(heard.listener())
	if err := c.Login(t.Context(), "alice", "token"); err != nil && client.Code(err) != client.CodeNotLoggedIn {
		t.Fatal(err)
	}
	// A call ends with the kick.
	if _, err := c.MarkRead(t.Context(), "c2c_carol", heardMessage); client.Code(err) != client.CodeNotLoggedIn {
		t.Fatal(err)
	}
	if err := c.Login(t.Context(), "alice", "token"); err != nil {
		t.Fatal(err)
	}
	close(release)
	if received, revoked := <-heard.received, <-heard.revoked; received != heardMessage || revoked != heardMessage {
		t.Errorf("received %s, recalled %s", received, revoked)
	}
	if why := <-heard.kicked; why != client.KickedConnectionLimit {
		t.Errorf("kicked for %s", why)
	}
	if held := c.Messages("c2c_carol"); len(held) != 1 || held[0].Revoked == nil || held[0].Body != nil {
		t.Errorf("held %+v", held)
	}
}
