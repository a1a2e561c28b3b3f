package token_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/token"
)

// safe keeps a secret that can be changed, or be out of reach.
type safe struct {
	mutex sync.Mutex
	value string
	fails error
	reads int
}

func (s *safe) read(context.Context) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.reads++
	return s.value, s.fails
}

func (s *safe) change(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

func (s *safe) verifier(t *testing.T, clock *recalltest.Clock) *token.Verifier {
	t.Helper()
	verifier, err := token.New(t.Context(), token.Options{Secret: s.read, Clock: clock, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

var rotated = strings.ToUpper(secret)

func withKey(t *testing.T, clock *recalltest.Clock, key string) string {
	t.Helper()
	return sign(t, jwt.SigningMethodHS256, good(clock), "", []byte(key))
}

func accepted(t *testing.T, verifier *token.Verifier, text string) {
	t.Helper()
	if _, err := verifier.Verify(t.Context(), text); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestAChangedSecretIsInForceWithinAMinute(t *testing.T) {
	clock := recalltest.NewClock()
	s := &safe{value: secret}
	verifier := s.verifier(t, clock)
	accepted(t, verifier, withKey(t, clock, secret))
	s.change(func() { s.value = rotated })
	clock.Advance(token.SecretFreshFor)
	refused(t, verifier, withKey(t, clock, secret), "signature is invalid")
	accepted(t, verifier, withKey(t, clock, rotated))
	if token.SecretFreshFor >= time.Minute {
		t.Errorf("a secret is used for %v", token.SecretFreshFor)
	}
}

func TestATokenOfTheNewSecretIsAcceptedBeforeTheOldOneIsStale(t *testing.T) {
	clock := recalltest.NewClock()
	s := &safe{value: secret}
	verifier := s.verifier(t, clock)
	s.change(func() { s.value = rotated })
	clock.Advance(10 * time.Second)
	accepted(t, verifier, withKey(t, clock, rotated))
	refused(t, verifier, withKey(t, clock, secret), "signature is invalid")
}

func TestAFloodOfForgedTokensDoesNotReadTheSecretEachTime(t *testing.T) {
	clock := recalltest.NewClock()
	s := &safe{value: secret}
	verifier := s.verifier(t, clock)
	clock.Advance(10 * time.Second)
	for range 50 {
		refused(t, verifier, withKey(t, clock, rotated), "signature is invalid")
	}
	if s.reads != 2 {
		t.Errorf("50 forged tokens read the secret %d times, want once, and once at the start", s.reads)
	}
}

func TestASecretThatCannotBeReadAgainIsUsedForTenMinutes(t *testing.T) {
	clock := recalltest.NewClock()
	s := &safe{value: secret}
	verifier := s.verifier(t, clock)
	s.change(func() { s.fails = errors.New("throttled") })
	clock.Advance(token.SecretUsableFor - time.Second)
	accepted(t, verifier, withKey(t, clock, secret))
	unavailable(t, verifier, withKey(t, clock, rotated)) // it may be the new one
	clock.Advance(time.Second)
	unavailable(t, verifier, withKey(t, clock, secret))
	s.change(func() { s.fails = nil })
	clock.Advance(time.Second)
	accepted(t, verifier, withKey(t, clock, secret))
}

func TestASecretThatIsTooShortVerifiesNothing(t *testing.T) {
	clock := recalltest.NewClock()
	short := strings.Repeat("x", 31)
	s := &safe{value: short}
	verifier := s.verifier(t, clock)
	unavailable(t, verifier, withKey(t, clock, short))
	if _, err := verifier.Verify(t.Context(),
		withKey(t, clock, short)); !strings.Contains(err.Error(), "shorter than 32 bytes") ||
		strings.Contains(err.Error(), short) {
		t.Errorf("error %v", err)
	}
}
