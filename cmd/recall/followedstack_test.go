package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/local/state"
)

// startsStack writes the state of a stack that accepts connections until the test's end, and returns it.
func startsStack(t *testing.T, path string, startedAt int64) state.State {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	started := state.State{
		ProcessID: 7, StartedAt: startedAt, TokenSecret: strings.Repeat("x", 32),
		Addresses: state.Addresses{WebSocket: "ws://" + listener.Addr().String() + "/local"},
	}
	writes(t, started, path)
	return started
}

func writes(t *testing.T, s state.State, path string) {
	t.Helper()
	if err := s.Write(path); err != nil {
		t.Fatal(err)
	}
}

func follows(t *testing.T, path string) *followedStack {
	t.Helper()
	followed, err := followStack(path, "alice")
	if err != nil {
		t.Fatal(err)
	}
	return followed
}

func TestAChatTakesItsTokenFromTheStackThatIsStartedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	before := startsStack(t, path, 1)
	followed := follows(t, path)
	if line, again := followed.connected(); again || line != "connected again" {
		t.Errorf("nothing was started again: %q", line)
	}
	before.Remove(path)
	line := followed.lost()
	if !strings.Contains(line, "the local stack has ended; this chat goes on when it is started again: recall local") {
		t.Errorf("the stack's end is %q", line)
	}
	again := before
	again.StartedAt, again.TokenSecret = 2, strings.Repeat("y", 32)
	writes(t, again, path)
	first, err := followed.token(t.Context())
	if err != nil || first == "" {
		t.Fatalf("no token of the new stack: %v", err)
	}
	if line, startedAgain := followed.connected(); !startedAgain ||
		!strings.Contains(line, "the messages and groups of before are gone") {
		t.Errorf("of the new stack it says %q", line)
	}
}

func TestAChatWaitsForTheStateFileOfAStackThatHasJustStarted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	before := startsStack(t, path, 1)
	followed := follows(t, path)
	before.Remove(path)
	answered := make(chan error, 1)
	go func() {
		_, err := followed.token(t.Context())
		answered <- err
	}()
	again := before
	again.StartedAt, again.TokenSecret = 2, strings.Repeat("y", 32)
	writes(t, again, path)
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestAChatIsNotRefusedWithoutEndOrWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	running := startsStack(t, path, 1)
	followed := follows(t, path)
	if _, err := followed.token(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := followed.token(t.Context())
	if err == nil || !strings.Contains(err.Error(), "refuses a new token, too") || followed.refusal() == nil {
		t.Errorf("the second token of a stack that refused the first: %v", err)
	}
	followed.connected()
	if _, err := followed.token(t.Context()); err != nil {
		t.Errorf("a token that is over after a connection: %v", err)
	}
	followed.connected()
	running.Remove(path)
	if _, err := followed.token(t.Context()); err == nil || !strings.Contains(err.Error(), "no local stack is running") {
		t.Errorf("a refusal by what is no stack: %v", err)
	}
}

func TestAChatSaysThatTheStackIsAtAnotherAddressNow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	startsStack(t, path, 1)
	followed := follows(t, path)
	moved := make(chan error, 1)
	go func() { moved <- followed.moved(t.Context()) }()
	elsewhere := startsStack(t, path, 2)
	want := "at another address (" + elsewhere.Addresses.WebSocket + "); start this command again"
	if err := <-moved; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if _, err := followed.token(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("for a token it gets %v, want %q", err, want)
	}
}
