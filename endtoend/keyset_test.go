package endtoend

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"
)

// issuer is the part of an OpenID provider that publishes the key set.
type issuer struct {
	*httptest.Server
	mutex sync.Mutex
	keys  map[string]any // public keys by key ID
	fails bool
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	made := &issuer{keys: make(map[string]any)}
	made.Server = httptest.NewServer(made)
	t.Cleanup(made.Close)
	return made
}

// ServeHTTP answers with the key set.
func (i *issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.fails {
		http.Error(w, "the issuer is down", http.StatusServiceUnavailable)
		return
	}
	var set jwkset.JWKSMarshal
	for id, key := range i.keys {
		made, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: id}})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		set.Keys = append(set.Keys, made.Marshal())
	}
	_ = json.NewEncoder(w).Encode(set) // If this fails, the function that reads the key set fails too.
}

func (i *issuer) fail(fails bool) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.fails = fails
}

func (i *issuer) publish(keys map[string]any) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.keys = keys
}

// The tokens contain these values, and the stack requires them.
const issuerName, audience = "https://issuer.example.com/", "recall"

func signed(t *testing.T, method jwt.SigningMethod, keyID string, key any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims{
		"sub": "alice", "iss": issuerName, "aud": audience, "exp": time.Now().Add(time.Hour).Unix(),
	})
	token.Header["kid"] = keyID
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// handshake connects with a token and returns the status of the answer.
func handshake(t *testing.T, url, token string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, answer, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err == nil {
		_ = socket.CloseNow() // The status is known, so the connection is not needed.
	}
	if answer == nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

func rsaKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestTokensOfAnIssuersKeySetConnectAndNoOthers(t *testing.T) {
	first, second := rsaKey(t), rsaKey(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := newIssuer(t)
	issuer.publish(map[string]any{"rsa": first.Public(), "curve": curve.Public()})
	running, err := start(t.Context(), map[string]string{
		"TokenJwksUrl": issuer.URL + "/keys", "TokenIssuer": issuerName, "TokenAudience": audience,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		running.Close()
		_ = os.RemoveAll(running.temporary) // A file that stays in the temporary directory does no harm.
	})
	url := running.Addresses().WebSocket

	encoded, err := x509.MarshalPKIXPublicKey(first.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: encoded})
	for _, each := range []struct {
		name, token string
		status      int
	}{
		{"RS256", signed(t, jwt.SigningMethodRS256, "rsa", first), http.StatusSwitchingProtocols},
		{"ES256", signed(t, jwt.SigningMethodES256, "curve", curve), http.StatusSwitchingProtocols},
		{"another key under a known ID", signed(t, jwt.SigningMethodRS256, "rsa", second), http.StatusUnauthorized},
		{
			"HS256 with the public key as its secret", signed(t, jwt.SigningMethodHS256, "rsa", public),
			http.StatusUnauthorized,
		},
		{"no signature", signed(t, jwt.SigningMethodNone, "rsa", jwt.UnsafeAllowNoneSignatureType), http.StatusUnauthorized},
	} {
		if status := handshake(t, url, each.token); status != each.status {
			t.Errorf("%s: status %d, want %d", each.name, status, each.status)
		}
	}

	issuer.fail(true)
	rotated := signed(t, jwt.SigningMethodRS256, "new", second)
	// Keys are looked for again only when they are a few seconds old, so the first answers may be 401.
	until(t, "a key that cannot be looked for is no reason to refuse for good", func() bool {
		return handshake(t, url, rotated) >= http.StatusInternalServerError
	})
	issuer.publish(map[string]any{"new": second.Public()})
	issuer.fail(false)
	until(t, "a key that the issuer changed to is taken", func() bool {
		return handshake(t, url, rotated) == http.StatusSwitchingProtocols
	})
	if status := handshake(t, url, signed(t, jwt.SigningMethodRS256, "rsa", first)); status != http.StatusUnauthorized {
		t.Errorf("the key that the issuer took back: status %d", status)
	}
}
