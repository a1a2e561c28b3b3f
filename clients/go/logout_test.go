package client_test

import (
	"context"
	"encoding/json"
	"errors"
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

// greets is a server that answers hello and an empty list, and reports how connections end.
func greets(t *testing.T, ended chan<- error) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		for {
			_, data, err := socket.Read(context.Background())
			if err != nil {
				ended <- err
				return
			}
			var asked struct{ Action, ID string }
			if json.Unmarshal(data, &asked) != nil {
				continue
			}
			reply := fmt.Sprintf(
				`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice","conversations":[]}`, asked.Action,
				asked.ID, time.Now().UnixMilli())
			_ = socket.Write(context.Background(), websocket.MessageText, []byte(reply)) // the client may have gone
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// The session's own goroutine sees the end of the session at the same time as the logout closes the connection, so one
// logout alone would not show which of them wins.
func TestALogoutClosesTheConnectionAsMeantAndIsNoLoss(t *testing.T) {
	const logouts = 100
	ended := make(chan error, 1)
	address := greets(t, ended)
	for range logouts {
		c, err := client.New(client.Options{URL: address})
		if err != nil {
			t.Fatal(err)
		}
		lost := make(chan struct{}, 1)
		c.AddListener(client.Listener{OnDisconnected: func() { lost <- struct{}{} }})
		if err := c.Login(t.Context(), "alice", "token"); err != nil {
			t.Fatal(err)
		}
		c.Logout()
		if err := <-ended; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Fatalf("the server sees %v, want a close with 1000", err)
		}
		select {
		case <-lost:
			t.Fatal("the application was told of a lost connection")
		default:
		}
	}
}

func TestALoginWhoseContextHasEndedConnectsNothing(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { connections.Add(1) }))
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{URL: "ws" + strings.TrimPrefix(server.URL, "http")})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Login(ctx, "alice", "token"); !errors.Is(err, context.Canceled) ||
		client.Code(err) != client.CodeTimeout {
		t.Errorf("the login says %v", err)
	}
	if got := connections.Load(); got != 0 {
		t.Errorf("the server saw %d connections", got)
	}
}
