package state_test

import (
	"errors"
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
	written := state.State{ProcessID: 7, StartedAt: 1, Stage: "local", TokenSecret: "secret", Addresses: state.Addresses{WebSocket: "ws://127.0.0.1:3001/local"}}
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
	if _, err := parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return []byte(s.TokenSecret), nil }); err != nil {
		t.Fatal(err)
	}
	if subject, _ := claims.GetSubject(); subject != "alice" {
		t.Errorf("it is for %s", subject)
	}
}
