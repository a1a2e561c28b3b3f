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

// kicks is a server that answers hello and the list, and kicks the device on its first sign of life after that.
func kicks(t *testing.T, reason string, connections *atomic.Int32) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered
		}
		connections.Add(1)
		for {
			_, data, err := socket.Read(context.Background())
			if err != nil {
				return
			}
			var asked struct{ Action, ID string }
			if json.Unmarshal(data, &asked) != nil {
				continue
			}
			if asked.Action == "send" {
				event := fmt.Sprintf(`{"type":"kicked","reason":%q}`, reason)
				_ = socket.Write(context.Background(), websocket.MessageText, []byte(event)) // the client may have gone
				_ = socket.Close(websocket.StatusNormalClosure, "")
				return
			}
			reply := fmt.Sprintf(
				`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice","conversations":[]}`,
				asked.Action, asked.ID, time.Now().UnixMilli())
			_ = socket.Write(context.Background(), websocket.MessageText, []byte(reply)) // the client may have gone
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

func TestADeviceThatIsKickedSaysWhyAndDoesNotConnectAgainByItself(t *testing.T) {
	for _, reason := range []string{client.KickedConnectionLimit, client.KickedByAdministrator, "a reason of tomorrow"} {
		t.Run(reason, func(t *testing.T) {
			var connections atomic.Int32
			c, err := client.New(client.Options{
				URL: kicks(t, reason, &connections), ReconnectMinimum: time.Millisecond, ReconnectMaximum: time.Millisecond,
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.Logout)
			told, lost := make(chan string, 10), make(chan struct{}, 10)
			c.AddListener(client.Listener{
				OnKickedOffline: func(why string) { told <- why },
				OnDisconnected:  func() { lost <- struct{}{} },
			})
			if err := c.Login(t.Context(), "alice", "token"); err != nil {
				t.Fatal(err)
			}
			// The call that was under way ends, and so does every later one.
			for range 2 {
				_, err := c.SendMessage(t.Context(), "c2c_bob", json.RawMessage(`{}`))
				if client.Code(err) != client.CodeNotLoggedIn || !strings.Contains(err.Error(), reason) {
					t.Errorf("error %v", err)
				}
			}
			if why := <-told; why != reason {
				t.Errorf("told %q", why)
			}
			// A login by the application is the one thing that connects again.
			if err := c.Login(t.Context(), "alice", "token"); err != nil || connections.Load() != 2 {
				t.Errorf("%d connections, error %v", connections.Load(), err)
			}
			if len(told) != 0 || len(lost) != 0 {
				t.Errorf("told %d times more, and %d times of a lost connection", len(told), len(lost))
			}
		})
	}
}
