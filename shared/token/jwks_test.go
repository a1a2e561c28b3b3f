package token_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/token"
)

// provider serves a JWKS as an identity provider does.
type provider struct {
	*httptest.Server
	mutex  sync.Mutex
	keys   map[string]crypto.PublicKey // by kid
	down   bool
	text   string        // is answered instead of the keys
	hold   chan struct{} // answers wait until it is closed
	served int
	log    bytes.Buffer
}

func newProvider(t *testing.T, keys map[string]crypto.PublicKey) *provider {
	p := &provider{keys: keys}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		p.served++
		if p.hold != nil {
			<-p.hold
		}
		switch {
		case p.down:
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		case p.text != "":
			_, _ = w.Write([]byte(p.text)) // who asks fails where it cannot read it
			return
		}
		var set jwkset.JWKSMarshal
		for kid, key := range p.keys {
			jwk, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid}})
			if err != nil {
				t.Error(err)
				return
			}
			set.Keys = append(set.Keys, jwk.Marshal())
		}
		if err := json.NewEncoder(w).Encode(set); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) change(change func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	change()
}

func (p *provider) asked() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.served
}

func (p *provider) verifier(t *testing.T, clock *recalltest.Clock) *token.Verifier {
	t.Helper()
	verifier, err := token.New(t.Context(), token.Options{
		JWKSURL:  p.URL,
		Issuer:   issuer,
		Audience: audience,
		Clock:    clock,
		Client:   &http.Client{Timeout: 5 * time.Second},
		Log:      slog.New(slog.NewTextHandler(&p.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func TestAJWKSURLTakesRS256ES256AndEdDSAByTheirKeys(t *testing.T) {
	clock := recalltest.NewClock()
	rsaKey, ecKey, edKey := keys(t)
	another, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"rsa": rsaKey.Public(), "ec": ecKey.Public(), "ed": edKey.Public()})
	verifier := p.verifier(t, clock)
	for _, each := range []struct {
		kid    string
		method jwt.SigningMethod
		key    crypto.PrivateKey
	}{
		{"rsa", jwt.SigningMethodRS256, rsaKey}, {"ec", jwt.SigningMethodES256, ecKey},
		{"ed", jwt.SigningMethodEdDSA, edKey},
	} {
		t.Run(each.method.Alg(), func(t *testing.T) {
			claims, err := verifier.Verify(t.Context(), sign(t, each.method, good(clock), each.kid, each.key))
			if err != nil || claims.User != "alice" {
				t.Errorf("claims %+v, error %v", claims, err)
			}
			refused(t, verifier,
				sign(t, each.method, changed(clock, jwt.MapClaims{"exp": clock.Now().Unix()}), each.kid, each.key), "expired")
			refused(t, verifier, sign(t, each.method, changed(clock, jwt.MapClaims{"iss": "elsewhere"}), each.kid, each.key),
				"issuer")
			refused(t, verifier, sign(t, each.method, changed(clock, jwt.MapClaims{"aud": "elsewhere"}), each.kid, each.key),
				"audience")
		})
	}
	t.Run("forged", func(t *testing.T) {
		refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "rsa", another), "signature is invalid")
		refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "ec", rsaKey), "signature is invalid")
		refused(t, verifier, sign(t, jwt.SigningMethodRS512, good(clock), "rsa", rsaKey), "signature is invalid")
		refused(t, verifier, sign(t, jwt.SigningMethodPS256, good(clock), "rsa", rsaKey), "signature is invalid")
		refused(t, verifier, sign(t, jwt.SigningMethodNone, good(clock), "rsa", jwt.UnsafeAllowNoneSignatureType),
			"signature is invalid")
	})
	t.Run("without a key's name", func(t *testing.T) {
		if _, err := verifier.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, good(clock), "", rsaKey)); err != nil {
			t.Error(err)
		}
		refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "", another), "signature is invalid")
	})
	t.Run("HS256 with the public key as the secret", func(t *testing.T) {
		refused(t, verifier, sign(t, jwt.SigningMethodHS256, good(clock), "rsa", publicPEM(t, rsaKey.Public())),
			"signature is invalid")
	})
	t.Run("a key that the token brings itself", func(t *testing.T) {
		forged := jwt.NewWithClaims(jwt.SigningMethodRS256, good(clock))
		jwk, err := jwkset.NewJWKFromKey(another.Public(), jwkset.JWKOptions{
			Metadata: jwkset.JWKMetadataOptions{KID: "rsa"},
		})
		if err != nil {
			t.Fatal(err)
		}
		forged.Header["jwk"], forged.Header["jku"], forged.Header["kid"] = jwk.Marshal(), "http://127.0.0.1:1/", "rsa"
		signed, err := forged.SignedString(another)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, verifier, signed, "signature is invalid")
	})
}

func TestARotatedKeyIsFetchedWhenATokenNamesIt(t *testing.T) {
	clock := recalltest.NewClock()
	before, _, _ := keys(t)
	after, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"before": before.Public()})
	verifier := p.verifier(t, clock)
	_, err := verifier.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, good(clock), "before", before))
	if err != nil {
		t.Fatal(err)
	}
	p.change(func() { p.keys = map[string]crypto.PublicKey{"after": after.Public()} })
	clock.Advance(10 * time.Second)
	if _, err := verifier.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, good(clock), "after", after)); err != nil {
		t.Errorf("the new key: %v", err)
	}
	refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "before", before), "unverifiable")
}

func TestAKeyThatTheIssuerTookBackIsRefusedAfterAnHour(t *testing.T) {
	clock := recalltest.NewClock()
	leaked, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"leaked": leaked.Public()})
	verifier := p.verifier(t, clock)
	p.change(func() { p.keys = nil })
	clock.Advance(time.Hour)
	refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "leaked", leaked), "unverifiable")
}

func TestForgedKeyNamesDoNotMakeTheFunctionAskForEver(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"known": key.Public()})
	verifier := p.verifier(t, clock)
	clock.Advance(time.Minute)
	for i := range 50 {
		refused(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "forged"+strings.Repeat("x", i), key),
			"unverifiable")
	}
	if asked := p.asked(); asked != 2 { // at the start, and once for an unknown key
		t.Errorf("50 forged tokens made %d requests", asked)
	}
	if _, err := verifier.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, good(clock), "known", key)); err != nil {
		t.Errorf("a good token after them: %v", err)
	}
}

func TestATokenThatIsRefusedAnywayAsksForNoKeys(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"known": key.Public()})
	p.change(func() { p.down = true })
	verifier := p.verifier(t, clock)
	for reason, changes := range map[string]jwt.MapClaims{
		"expired": {"exp": clock.Now().Add(-time.Hour).Unix()}, "issuer": {"iss": "elsewhere"},
		"audience": {"aud": "elsewhere"}, "required claim": {"exp": nil},
	} {
		refused(t, verifier, sign(t, jwt.SigningMethodRS256, changed(clock, changes), "known", key), reason)
	}
	refused(t, verifier, sign(t, jwt.SigningMethodHS256, good(clock), "known", []byte(secret)), "signature is invalid")
	refused(t, verifier, "no token at all", "malformed")
	if asked := p.asked(); asked != 1 {
		t.Errorf("%d requests, where only the start should have asked", asked)
	}
}

// unavailable wants the token neither accepted nor refused.
func unavailable(t *testing.T, verifier *token.Verifier, text string) {
	t.Helper()
	claims, err := verifier.Verify(t.Context(), text)
	if !errors.Is(err, token.ErrUnavailable) || errors.Is(err, token.ErrRefused) || claims != (token.Claims{}) {
		t.Errorf("claims %+v, error %v; want the keys to be unavailable", claims, err)
	}
}

func TestAnIssuerThatIsDownAtTheStartRefusesNobodyAndIsAskedAgainAtAHandshake(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"known": key.Public()})
	p.change(func() { p.down = true })
	verifier := p.verifier(t, clock)
	signed := sign(t, jwt.SigningMethodRS256, good(clock), "known", key)
	unavailable(t, verifier, signed)
	p.change(func() { p.down = false })
	clock.Advance(time.Second)
	if _, err := verifier.Verify(t.Context(), signed); err != nil {
		t.Errorf("the issuer is back, but %v", err)
	}
	if !strings.Contains(p.log.String(), "keys not read") || !strings.Contains(p.log.String(), "503") {
		t.Errorf("the log does not say what was wrong at the start: %s", &p.log)
	}
}

func TestAFloodOfHandshakesAsksAnIssuerThatIsDownOnceASecond(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, nil)
	p.change(func() { p.down = true })
	verifier := p.verifier(t, clock)
	for range 3 {
		for range 50 {
			unavailable(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "known", key))
		}
		clock.Advance(time.Second)
	}
	if asked := p.asked(); asked != 1+3 {
		t.Errorf("150 handshakes within 3 s made %d requests, want 3 and that of the start", asked)
	}
}

func TestHandshakesThatWaitForKeysShareOneRequest(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"known": key.Public()})
	p.change(func() { p.down = true })
	verifier := p.verifier(t, clock)
	hold := make(chan struct{})
	p.change(func() { p.down, p.hold = false, hold })
	signed := sign(t, jwt.SigningMethodRS256, good(clock), "known", key)
	var waiting sync.WaitGroup
	for range 20 {
		waiting.Go(func() {
			if _, err := verifier.Verify(t.Context(), signed); err != nil {
				t.Error(err)
			}
		})
	}
	close(hold)
	waiting.Wait()
	if asked := p.asked(); asked != 2 {
		t.Errorf("20 handshakes at once made %d requests, want 1 and that of the start", asked)
	}
}

func TestAnIssuerThatGoesDownKeepsItsKeysForADay(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, map[string]crypto.PublicKey{"known": key.Public()})
	verifier := p.verifier(t, clock)
	p.change(func() { p.down = true })
	clock.Advance(24*time.Hour - time.Second)
	if _, err := verifier.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, good(clock), "known", key)); err != nil {
		t.Error(err)
	}
	// Nobody can tell whether the issuer has a key of this name by now.
	unavailable(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "unknown", key))
	clock.Advance(time.Second)
	unavailable(t, verifier, sign(t, jwt.SigningMethodRS256, good(clock), "known", key))
}

func TestAnIssuerThatCannotBeReachedRefusesNobody(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, nil)
	p.Close()
	unavailable(t, p.verifier(t, clock), sign(t, jwt.SigningMethodRS256, good(clock), "known", key))
}

func TestAnAnswerThatIsNoKeySetIsAFailureOfTheIssuer(t *testing.T) {
	clock := recalltest.NewClock()
	key, _, _ := keys(t)
	p := newProvider(t, nil)
	p.change(func() { p.text = "<html>welcome</html>" })
	unavailable(t, p.verifier(t, clock), sign(t, jwt.SigningMethodRS256, good(clock), "known", key))
}
