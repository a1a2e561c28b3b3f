package devices

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// speaker accepts clients and says the same to all of them.
type speaker struct {
	*httptest.Server
	mutex   sync.Mutex
	sockets []*websocket.Conn
	refuse  int
}

func newSpeaker(t *testing.T) *speaker {
	s := &speaker{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		if s.refuse > 0 {
			s.refuse--
			http.Error(w, "throttled", http.StatusTooManyRequests)
			return
		}
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		s.sockets = append(s.sockets, socket)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *speaker) say(t *testing.T, text string) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, socket := range s.sockets {
		if err := socket.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func dials(s *speaker, count int) []Dial {
	result := make([]Dial, count)
	for i := range result {
		result[i] = Dial{URL: strings.Replace(s.URL, "http", "ws", 1)}
	}
	return result
}

func seesWhatItExpects(t *testing.T, devices Devices) {
	s := newSpeaker(t)
	s.refuse = 1
	if err := devices.Connect(t.Context(), dials(s, 3)); err != nil {
		t.Fatal(err)
	}
	collect, err := devices.Expect(t.Context(), 3, 20*time.Second, `"revoked"`, "M1")
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	s.say(t, `{"type":"revoked","messageId":"M2"}`)
	s.say(t, `{"type":"revoked","messageId":"M1"}`)
	arrivals, err := collect()
	if err != nil || arrivals.Received != 3 || arrivals.First.Before(before) || arrivals.Last.Before(arrivals.First) {
		t.Errorf("got %+v, %v", arrivals, err)
	}
	if collect, err = devices.Expect(t.Context(), 4, 50*time.Millisecond, "M3"); err != nil {
		t.Fatal(err)
	}
	s.say(t, "M3")
	if _, err := collect(); err == nil || !strings.Contains(err.Error(), "of 4") {
		t.Errorf("three of four frames are %v", err)
	}
	if err := devices.Close(); err != nil {
		t.Error(err)
	}
}

func TestAFleetSeesWhatItExpects(t *testing.T) { seesWhatItExpects(t, &Fleet{}) }

func TestAServedFleetSeesWhatItExpects(t *testing.T) {
	questions, input := io.Pipe()
	output, answers := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- Serve(context.WithoutCancel(t.Context()), questions, answers) }()
	seesWhatItExpects(t, piped{&Remote{input: input, lines: json.NewDecoder(output)}})
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// piped is a Remote without a process.
type piped struct{ *Remote }

func (p piped) Close() error { return p.input.Close() }

func TestADeviceThatCannotConnectIsAnError(t *testing.T) {
	s := newSpeaker(t)
	s.refuse = connectTries
	if err := (&Fleet{}).Connect(t.Context(), dials(s, 1)); err == nil {
		t.Error("a refused device counts as connected")
	}
}
