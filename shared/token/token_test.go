package token_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
	"example.com/recall/shared/token"
)

const (
	secret   = "a secret of at least thirty-two bytes"
	issuer   = "https://issuer.example.com/"
	audience = "recall"
)

// good are the claims of a token that is accepted for an hour.
func good(clock *recalltest.Clock) jwt.MapClaims {
	return jwt.MapClaims{
		"sub": "alice", "iss": issuer, "aud": audience,
		"iat": clock.Now().Unix(), "exp": clock.Now().Add(time.Hour).Unix(),
	}
}

// changed are good claims with some changed; nil takes one away.
func changed(clock *recalltest.Clock, changes jwt.MapClaims) jwt.MapClaims {
	claims := good(clock)
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

func sign(t *testing.T, method jwt.SigningMethod, claims jwt.MapClaims, kid string, key crypto.PrivateKey) string {
	t.Helper()
	made := jwt.NewWithClaims(method, claims)
	if kid != "" {
		made.Header["kid"] = kid
	}
	signed, err := made.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// quiet drops what is logged.
var quiet = slog.New(slog.DiscardHandler)

// always is a secret that never changes.
func always(secret string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return secret, nil }
}

func withSecret(t *testing.T, clock *recalltest.Clock) *token.Verifier {
	t.Helper()
	verifier, err := token.New(t.Context(), token.Options{
		Secret:   always(secret),
		Issuer:   issuer,
		Audience: audience,
		Clock:    clock,
		Log:      quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

// refused wants a token refused, for the reason, and nothing of the token in the error.
func refused(t *testing.T, verifier *token.Verifier, text, reason string) {
	t.Helper()
	claims, err := verifier.Verify(t.Context(), text)
	if !errors.Is(err, token.ErrRefused) || claims != (token.Claims{}) {
		t.Errorf("claims %+v, error %v; want it refused", claims, err)
		return
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("refused because %q, want %q", err, reason)
	}
	for _, part := range strings.Split(text, ".") {
		if len(part) > 8 && strings.Contains(err.Error(), part) {
			t.Errorf("the error repeats a part of the token: %v", err)
		}
	}
	if strings.Contains(err.Error(), "alice") || strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("the error repeats a claim: %v", err)
	}
}

func TestATokenTellsWhoAndUntilWhen(t *testing.T) {
	clock := recalltest.NewClock()
	claims, err := withSecret(t, clock).Verify(t.Context(),
		sign(t, jwt.SigningMethodHS256, good(clock), "", []byte(secret)))
	want := token.Claims{User: "alice", ExpiresAt: clock.Instant().Add(time.Hour)}
	if err != nil || claims != want {
		t.Errorf("claims %+v, error %v", claims, err)
	}
}

func TestTokensWithBadClaimsAreRefused(t *testing.T) {
	clock := recalltest.NewClock()
	in := func(d time.Duration) int64 { return clock.Now().Add(d).Unix() }
	for _, each := range []struct {
		name    string
		changes jwt.MapClaims
		reason  string // empty is accepted
	}{
		{"no exp", jwt.MapClaims{"exp": nil}, "required claim"},
		{"exp is now", jwt.MapClaims{"exp": in(0)}, "expired"},
		{"exp in a second", jwt.MapClaims{"exp": in(time.Second)}, ""},
		{"exp a second ago, within the leeway of nbf", jwt.MapClaims{"exp": in(-time.Second)}, "expired"},
		{"exp an hour ago", jwt.MapClaims{"exp": in(-time.Hour)}, "expired"},
		{"exp is a text", jwt.MapClaims{"exp": "tomorrow"}, "malformed"},
		{"exp is huge", jwt.MapClaims{"exp": 1e300}, "expired"},
		{"exp is negative", jwt.MapClaims{"exp": -1}, "expired"},
		{"nbf in 30 s, which a clock may be off", jwt.MapClaims{"nbf": in(30 * time.Second)}, ""},
		{"nbf in 31 s", jwt.MapClaims{"nbf": in(31 * time.Second)}, "not valid yet"},
		{"another issuer", jwt.MapClaims{"iss": "https://elsewhere.example.com/"}, "issuer"},
		{"no issuer", jwt.MapClaims{"iss": nil}, "required claim"},
		{"another audience", jwt.MapClaims{"aud": "elsewhere"}, "audience"},
		{"no audience", jwt.MapClaims{"aud": nil}, "required claim"},
		{"one of several audiences", jwt.MapClaims{"aud": []string{"elsewhere", audience}}, ""},
		{
			"an access token of Cognito, which names its client elsewhere",
			jwt.MapClaims{"aud": nil, "client_id": audience, "token_use": "access"}, "required claim",
		},
		{"iat in an hour, which says nothing about validity", jwt.MapClaims{"iat": in(time.Hour)}, ""},
		{"sub is a number", jwt.MapClaims{"sub": 7}, "malformed"},
	} {
		t.Run(each.name, func(t *testing.T) {
			signed := sign(t, jwt.SigningMethodHS256, changed(clock, each.changes), "", []byte(secret))
			if each.reason != "" {
				refused(t, withSecret(t, clock), signed, each.reason)
				return
			}
			if claims, err := withSecret(t, clock).Verify(t.Context(), signed); err != nil || claims.User != "alice" {
				t.Errorf("claims %+v, error %v", claims, err)
			}
		})
	}
}

// The subject's form is checked by who knows what a user ID is: a good token of a malformed user is 403, not 401.
func TestASubjectOfAnyFormIsReturned(t *testing.T) {
	clock := recalltest.NewClock()
	for _, subject := range []any{"", "a b", "c2c#a#b", strings.Repeat("x", 65), nil} {
		claims, err := withSecret(t, clock).Verify(t.Context(),
			sign(t, jwt.SigningMethodHS256, changed(clock, jwt.MapClaims{"sub": subject}), "", []byte(secret)))
		want, _ := subject.(string)
		if err != nil || claims.User != want || recall.UserID(claims.User).Valid() {
			t.Errorf("subject %q: claims %+v, error %v", subject, claims, err)
		}
	}
}

func TestTokensWithBadSignaturesAreRefused(t *testing.T) {
	clock := recalltest.NewClock()
	verifier := withSecret(t, clock)
	signed := sign(t, jwt.SigningMethodHS256, good(clock), "", []byte(secret))
	parts := strings.Split(signed, ".")
	header := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	rsaKey, ecKey, edKey := keys(t)
	for _, each := range []struct{ name, token, reason string }{
		{"none", sign(t, jwt.SigningMethodNone, good(clock), "", jwt.UnsafeAllowNoneSignatureType), "signature is invalid"},
		{"none in capitals", header(`{"alg":"NONE"}`) + "." + parts[1] + ".", "unverifiable"},
		{"no algorithm", header(`{"typ":"JWT"}`) + "." + parts[1] + "." + parts[2], "unverifiable"},
		{
			"HS512, which is not configured", sign(t, jwt.SigningMethodHS512, good(clock), "", []byte(secret)),
			"signature is invalid",
		},
		{
			"RS256 where a secret is configured", sign(t, jwt.SigningMethodRS256, good(clock), "", rsaKey),
			"signature is invalid",
		},
		{
			"ES256 where a secret is configured", sign(t, jwt.SigningMethodES256, good(clock), "", ecKey),
			"signature is invalid",
		},
		{
			"EdDSA where a secret is configured", sign(t, jwt.SigningMethodEdDSA, good(clock), "", edKey),
			"signature is invalid",
		},
		{
			"another secret", sign(t, jwt.SigningMethodHS256, good(clock), "", []byte(strings.ToUpper(secret))),
			"signature is invalid",
		},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature is invalid"},
		{
			"another's claims",
			parts[0] + "." + header(`{"sub":"bob","iss":"`+issuer+`","aud":"`+audience+`","exp":9999999999}`) + "." + parts[2],
			"signature is invalid",
		},
		{"a signature with other last bits", signed[:len(signed)-1] + string(signed[len(signed)-1]+1), "malformed"},
		{"two parts", parts[0] + "." + parts[1], "malformed"},
		{"four parts", signed + ".x", "malformed"},
		{"nothing", "", "malformed"},
		{"no JSON", header("x") + "." + parts[1] + "." + parts[2], "malformed"},
		{"no base64", "%%%." + parts[1] + "." + parts[2], "malformed"},
		{
			"a huge one",
			sign(t, jwt.SigningMethodHS256, changed(clock, jwt.MapClaims{"more": strings.Repeat("x", 8192)}), "",
				[]byte(secret)),
			"longer than 8192 bytes",
		},
	} {
		t.Run(each.name, func(t *testing.T) { refused(t, verifier, each.token, each.reason) })
	}
}

func TestIssuerAndAudienceAreNotCheckedUnlessTheyAreConfigured(t *testing.T) {
	clock := recalltest.NewClock()
	verifier, err := token.New(t.Context(), token.Options{Secret: always(secret), Clock: clock, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	signed := sign(t, jwt.SigningMethodHS256, changed(clock, jwt.MapClaims{"iss": nil, "aud": "elsewhere"}), "",
		[]byte(secret))
	if _, err := verifier.Verify(t.Context(), signed); err != nil {
		t.Error(err)
	}
}

func TestAWrongConfigurationSaysWhatToDo(t *testing.T) {
	for want, options := range map[string]token.Options{
		"none of TOKEN_JWKS_URL, TOKEN_SECRET_ARN and TOKEN_SECRET is set": {},
		"and TOKEN_JWKS_URL are both set; set one": {
			Secret:  always(secret),
			JWKSURL: "https://issuer.example.com/jwks",
		},
		"TOKEN_JWKS_URL": {JWKSURL: "https://issuer example.com:port/", Issuer: issuer, Audience: audience},
	} {
		options.Clock, options.Log = recalltest.NewClock(), quiet
		if _, err := token.New(t.Context(), options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestAKeySetWithoutIssuerOrAudienceIsRefusedAtTheStart(t *testing.T) {
	for _, options := range []token.Options{{}, {Issuer: issuer}, {Audience: audience}} {
		options.JWKSURL, options.Clock, options.Log = "https://issuer.example.com/jwks", recalltest.NewClock(), quiet
		_, err := token.New(t.Context(), options)
		if err == nil || !strings.Contains(err.Error(), "needs TOKEN_ISSUER and TOKEN_AUDIENCE") {
			t.Errorf("issuer %q, audience %q: error %v", options.Issuer, options.Audience, err)
		}
	}
}

// keys are one of each kind that a JWKS may hold.
func keys(t *testing.T) (*rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey) {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return rsaKey, ecKey, edKey
}

// publicPEM is how a public key may be guessed as a secret by a forger.
func publicPEM(t *testing.T, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
