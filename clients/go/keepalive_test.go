package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	client "example.com/recall/clients/go"
)

// quietServer is a server in this process, so that the time of a synctest bubble passes for it too.
type quietServer struct {
	pongs bool

	mutex  sync.Mutex
	hellos []time.Time
	socket *websocket.Conn
}

// start serves one connection over a pipe, and returns a client that uses it.
func (s *quietServer) start(t *testing.T) *client.Client {
	t.Helper()
	ours, theirs := net.Pipe()
	serving := &http.Server{Handler: s, ReadHeaderTimeout: time.Second}
	listener := &pipeListener{connections: make(chan net.Conn, 1), closed: make(chan struct{})}
	listener.connections <- theirs
	go func() { _ = serving.Serve(listener) }() // The end of the test ends it.
	transport := &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) { return ours, nil },
	}
	talking, err := client.New(client.Options{URL: "ws://pipe/local", HTTPClient: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if err := talking.Login(t.Context(), "alice", "token"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		talking.Logout()
		_ = serving.Close()
	})
	return talking
}

func (s *quietServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		OnPingReceived: func(context.Context, []byte) bool { return s.pongs },
	})
	if err != nil {
		return // Accept has answered.
	}
	s.mutex.Lock()
	s.socket = socket
	s.mutex.Unlock()
	for {
		_, data, err := socket.Read(context.Background())
		if err != nil {
			return
		}
		var asked struct{ Action, ID string }
		if json.Unmarshal(data, &asked) != nil {
			return
		}
		if asked.Action == "hello" {
			s.mutex.Lock()
			s.hellos = append(s.hellos, time.Now())
			s.mutex.Unlock()
		}
		s.write(fmt.Sprintf(`{"type":"reply","action":%q,"id":%q,"ok":true,"serverTime":%d,"user":"alice",`+
			`"conversations":[],"unread":0}`, asked.Action, asked.ID, time.Now().UnixMilli()))
	}
}

func (s *quietServer) write(frame string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_ = s.socket.Write(context.Background(), websocket.MessageText, []byte(frame)) // The client may have gone.
}

func (s *quietServer) heardHellos() []time.Time {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]time.Time(nil), s.hellos...)
}

// pipeListener accepts the connections that it is given.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	closing     sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case connection := <-l.connections:
		return connection, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

func TestAHelloIsSentWhenNothingElseWasSentForEightToNineMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &quietServer{pongs: true}
		talking := server.start(t)
		for range 3 {
			time.Sleep(7 * time.Minute)
			if _, err := talking.MarkRead(t.Context(), "c2c_bob", "01HF7YAT000000000000000001"); err != nil {
				t.Fatal(err)
			}
		}
		sent := time.Now()
		if hellos := server.heardHellos(); len(hellos) != 1 {
			t.Fatalf("a device that sends has sent %d hellos, not only its first one", len(hellos))
		}
		time.Sleep(10 * time.Minute)
		hellos := server.heardHellos()
		if len(hellos) != 2 {
			t.Fatalf("%d hellos were sent", len(hellos))
		}
		if after := hellos[1].Sub(sent); after < 8*time.Minute || after > 9*time.Minute {
			t.Errorf("the hello was sent after %v", after)
		}
	})
}

func TestWhereTheServerSendsNoPongsItsFramesTakeThePlaceOfHellos(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &quietServer{}
		server.start(t)
		time.Sleep(15 * time.Second) // The first ping has no answer, so a second hello follows.
		before := len(server.heardHellos())
		for range 3 {
			server.write(`{"type":"later"}`)
			time.Sleep(110 * time.Second)
		}
		if more := len(server.heardHellos()) - before; more != 0 {
			t.Errorf("%d hellos were sent while the server was heard", more)
		}
		time.Sleep(15 * time.Second)
		if more := len(server.heardHellos()) - before; more != 1 {
			t.Errorf("%d hellos were sent after two minutes in which nothing came", more)
		}
	})
}
