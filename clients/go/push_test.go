package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	client "example.com/recall/clients/go"
)

// recorder is a server that answers each request, and passes on those with the action push.
func recorder(t *testing.T) (url string, pushes <-chan map[string]any) {
	t.Helper()
	asked := make(chan map[string]any, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return // Accept has answered.
		}
		for {
			_, data, err := socket.Read(context.Background())
			if err != nil {
				return
			}
			var request map[string]any
			if json.Unmarshal(data, &request) != nil {
				continue
			}
			if request["action"] == "push" {
				asked <- request
			}
			reply := fmt.Sprintf(`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice",`+
				`"conversations":[],"registered":true}`, request["action"], request["id"], time.Now().UnixMilli())
			_ = socket.Write(context.Background(), websocket.MessageText, []byte(reply)) // The client may have gone.
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http"), asked
}

// TestDevicesAreRegisteredAsTheVectorsHaveThem makes each request push of the vectors with the client.
func TestDevicesAreRegisteredAsTheVectorsHaveThem(t *testing.T) {
	url, pushes := recorder(t)
	alice := logIn(t, quick(url), "alice", client.Listener{})
	source, err := os.ReadFile("../../protocol/vectors/requests.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Name  string
		Frame json.RawMessage
	}
	if err := json.Unmarshal(source, &vectors); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, each := range vectors {
		var given struct {
			Action string
			Device client.PushDevice
			Remove bool
		}
		if json.Unmarshal(each.Frame, &given) != nil || given.Action != "push" {
			continue // Another action's fields may have other types.
		}
		call := alice.RegisterPush
		if given.Remove {
			call = alice.UnregisterPush
		}
		if err := call(t.Context(), given.Device); err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(each.Frame, &want); err != nil {
			t.Fatal(err)
		}
		got := <-pushes
		delete(got, "id")
		delete(want, "id")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: asked %v, want %v", each.Name, got, want)
		}
		compared++
	}
	if compared < 4 {
		t.Errorf("%d requests were compared", compared)
	}
}
