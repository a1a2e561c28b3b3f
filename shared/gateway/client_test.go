package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/function"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/wire"
)

// request is what a server sees of a request.
type request struct{ Method, URI, Body string }

// connections serves @connections. It answers every request with one status and type of error, and notes the requests.
func connections(t *testing.T, status int, kind string) (gateway.API, *[]request) {
	t.Helper()
	var requests []request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests = append(requests, request{r.Method, r.RequestURI, string(body)})
		w.Header().Set("X-Amzn-Errortype", kind)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return gateway.NewClient(configured(server.Client()), server.URL+"/stage"), &requests
}

// configured is the functions' configuration.
func configured(client aws.HTTPClient) aws.Config {
	environment, _ := function.ReadEnvironment(func(name string) string { // nothing of it can be wrong
		return map[string]string{
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
			"AWS_SESSION_TOKEN": "token",
		}[name]
	})
	return environment.AWS(client)
}

func TestAPostAndADisconnectGoToTheConnectionOfTheStage(t *testing.T) {
	client, requests := connections(t, http.StatusOK, "")
	poster := &gateway.Poster{Client: client, Presence: &memory{}, Clock: recalltest.NewClock()}
	to := connection("L0SM9cO-vHc_CJQ", time.Hour, recalltest.NewClock()) // its ID ends with an equals sign
	if failed := poster.Notify(t.Context(), notice(), []recall.Connection{to}); len(failed) != 0 {
		t.Errorf("failed %v", failed)
	}
	if err := poster.Disconnect(t.Context(), to); err != nil {
		t.Error(err)
	}
	uri := "/stage/@connections/L0SM9cO-vHc_CJQ%3D"
	frame, err := wire.Event(to.User, notice())
	if err != nil {
		t.Fatal(err)
	}
	want := []request{{http.MethodPost, uri, string(frame)}, {http.MethodDelete, uri, ""}}
	if difference := cmp.Diff(want, *requests); difference != "" {
		t.Errorf("-want +got\n%s", difference)
	}
}

func TestAGoneConnectionOfTheSDKsClientIsForgotten(t *testing.T) {
	client, requests := connections(t, http.StatusGone, "GoneException")
	clock, presence := recalltest.NewClock(), &memory{}
	poster := &gateway.Poster{Client: client, Presence: presence, Clock: clock}
	to := connection("alice", time.Hour, clock)
	if failed := poster.Notify(t.Context(), notice(), []recall.Connection{to}); len(failed) != 0 {
		t.Errorf("failed %v", failed)
	}
	if len(*requests) != 1 || len(presence.forgotten) != 1 {
		t.Errorf("%d requests, forgotten %v", len(*requests), presence.forgotten)
	}
}

func TestTheSDKsClientDoesNotRetry(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError} {
		client, requests := connections(t, status, "")
		poster := &gateway.Poster{Client: client, Presence: &memory{}, Clock: recalltest.NewClock()}
		if err := poster.Disconnect(t.Context(), connection("alice", time.Hour, recalltest.NewClock())); err == nil {
			t.Errorf("%d is no error", status)
		}
		if len(*requests) != 1 {
			t.Errorf("%d was answered to %d requests, want 1", status, len(*requests))
		}
	}
}
