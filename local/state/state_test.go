package state_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/local/state"
)

func TestAWrittenStateIsReadBackByItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	written := state.State{
		ProcessID:   7,
		StartedAt:   1,
		Stage:       "local",
		TokenSecret: "secret",
		Addresses:   state.Addresses{WebSocket: "ws://127.0.0.1:3001/local"},
	}
	if err := written.Write(path); err != nil {
		t.Fatal(err)
	}
	if read, err := state.Read(path); err != nil || read != written {
		t.Errorf("%+v, %v", read, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestOnlyItsOwnStateIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	older, newer := state.State{ProcessID: 7, StartedAt: 1}, state.State{ProcessID: 8, StartedAt: 2}
	if err := newer.Write(path); err != nil {
		t.Fatal(err)
	}
	older.Remove(path)
	if _, err := state.Read(path); err != nil {
		t.Errorf("after the older stack's end: %v", err)
	}
	newer.Remove(path)
	if _, err := state.Read(path); !errors.Is(err, state.ErrNotRunning) {
		t.Errorf("after its own end: %v", err)
	}
}

func TestAMissingStackIsSaidWithTheCommandThatStartsOne(t *testing.T) {
	_, err := state.Read(filepath.Join(t.TempDir(), "none.json"))
	if err == nil || !strings.Contains(err.Error(), "recall local") {
		t.Errorf("the error is %v", err)
	}
}

func TestATokenNamesUserExpiryIssuerAndAudience(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := state.State{TokenSecret: strings.Repeat("x", 32), TokenIssuer: "https://issuer.example", TokenAudience: "recall"}
	token, err := s.Token("alice", now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithIssuer("https://issuer.example"), jwt.WithAudience("recall"), jwt.WithExpirationRequired())
	if _, err := parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) {
		return []byte(s.TokenSecret), nil
	}); err != nil {
		t.Fatal(err)
	}
	if subject, _ := claims.GetSubject(); subject != "alice" {
		t.Errorf("it is for %s", subject)
	}
}

// runs returns the state of a stack that accepts connections until the test ends.
func runs(t *testing.T, processID int) state.State {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return state.State{
		ProcessID: processID,
		StartedAt: int64(processID),
		Addresses: state.Addresses{WebSocket: "ws://" + listener.Addr().String() + "/local"},
	}
}

// ended returns the state of a stack that was killed. Nothing listens at its address.
func ended(t *testing.T) state.State {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return state.State{
		ProcessID: 9,
		StartedAt: 9,
		Addresses: state.Addresses{WebSocket: "ws://" + listener.Addr().String() + "/local"},
	}
}

func write(t *testing.T, s state.State, path string) {
	t.Helper()
	if err := s.Write(path); err != nil {
		t.Fatal(err)
	}
}

func TestASecondStackDoesNotTakeTheStateFileOfTheFirst(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	first, second := runs(t, 7), runs(t, 8)
	path, err := state.Claim("")
	if err != nil || path != state.DefaultPath() {
		t.Fatalf("the first stack gets %s, %v", path, err)
	}
	write(t, first, path)
	other, err := state.Claim("")
	if err != nil || other == path {
		t.Fatalf("the second stack gets %s, %v", other, err)
	}
	write(t, second, other)
	if found, err := state.Find(""); err != nil || found != first {
		t.Errorf("without a path %+v is found, %v", found, err)
	}
	if found, err := state.Find(other); err != nil || found != second {
		t.Errorf("by its path %+v is found, %v", found, err)
	}
	if _, err := state.Claim(path); err == nil || !strings.Contains(err.Error(), first.Addresses.WebSocket) {
		t.Errorf("a state file that was asked for and is taken: %v", err)
	}
	first.Remove(path)
	_, err = state.Find("")
	if !errors.Is(err, state.ErrNotRunning) || !strings.Contains(err.Error(), "--state "+other) {
		t.Errorf("when only the second runs, the error is %v", err)
	}
}

func TestTheStateFileOfAKilledStackIsNoRunningStack(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	write(t, ended(t), state.DefaultPath())
	if found, err := state.Find(""); !errors.Is(err, state.ErrNotRunning) {
		t.Errorf("%+v is found, %v", found, err)
	}
	if path, err := state.Claim(""); err != nil || path != state.DefaultPath() {
		t.Errorf("the next stack gets %s, %v", path, err)
	}
}
