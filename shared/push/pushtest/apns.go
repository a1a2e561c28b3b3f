package pushtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	apnsKeyID, apnsTeamID = "ABC123DEFG", "DEF123GHIJ"
	// apnsBytes is the size of the largest payload that Apple takes.
	apnsBytes = 4096
)

// APNs is Apple's push service. It speaks HTTP/2 only. A request that is not good fails the test.
type APNs struct {
	// Answer decides on the status and the reason for a device, if it is set.
	Answer func(token string) (status int, reason string)
	// Now is the time of the service.
	Now func() time.Time

	t      testing.TB
	server *httptest.Server
	key    *ecdsa.PrivateKey

	mutex    sync.Mutex
	received []APNsRequest
}

// APNsRequest is what Apple got.
type APNsRequest struct {
	Token, Topic, CollapseID, Authorization string
	Payload                                 map[string]any
}

// NewAPNs starts the service. It ends with the test.
func NewAPNs(t testing.TB, now func() time.Time) *APNs {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &APNs{t: t, key: key, Now: now}
	a.server = httptest.NewUnstartedServer(http.HandlerFunc(a.serve))
	a.server.EnableHTTP2 = true
	a.server.StartTLS()
	t.Cleanup(a.server.Close)
	return a
}

// Address is where notifications go.
func (a *APNs) Address() string { return a.server.URL }

// Client returns a client that trusts the service's certificate.
func (a *APNs) Client() *http.Client { return a.server.Client() }

// Secret is the JSON with the key that may send.
func (a *APNs) Secret() string {
	private, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	secret, err := json.Marshal(map[string]any{"apns": map[string]string{
		"keyId": apnsKeyID, "teamId": apnsTeamID,
		"privateKey": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
	}})
	if err != nil {
		a.t.Fatal(err)
	}
	return string(secret)
}

// Received returns the requests so far.
func (a *APNs) Received() []APNsRequest {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return slices.Clone(a.received)
}

func (a *APNs) serve(w http.ResponseWriter, r *http.Request) {
	received, err := a.check(r)
	if err != nil {
		a.t.Errorf("Apple refuses a request: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if a.Answer != nil {
		if status, reason := a.Answer(received.Token); status != http.StatusOK {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"reason":%q}`, reason)
			return
		}
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.received = append(a.received, received)
}

func (a *APNs) check(r *http.Request) (APNsRequest, error) {
	token, isDevice := strings.CutPrefix(r.URL.Path, "/3/device/")
	expiration, err := strconv.ParseInt(r.Header.Get("apns-expiration"), 10, 64)
	switch {
	case r.ProtoMajor != 2:
		return APNsRequest{}, fmt.Errorf("the protocol is %s", r.Proto)
	case r.Method != http.MethodPost || !isDevice || !regexp.MustCompile(`^[0-9a-f]+$`).MatchString(token):
		return APNsRequest{}, fmt.Errorf("%s %s", r.Method, r.URL.Path)
	case err != nil || expiration <= a.Now().Unix():
		return APNsRequest{}, fmt.Errorf("it expires at %q", r.Header.Get("apns-expiration"))
	case r.Header.Get("apns-push-type") != "alert" || r.Header.Get("apns-priority") != "10":
		return APNsRequest{}, errors.New("the type or the priority is wrong")
	case r.Header.Get("apns-topic") == "":
		return APNsRequest{}, errors.New("the topic is missing")
	}
	if err := a.checkToken(r.Header.Get("authorization")); err != nil {
		return APNsRequest{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || len(body) > apnsBytes {
		return APNsRequest{}, fmt.Errorf("the payload has %d bytes, %w", len(body), err)
	}
	received := APNsRequest{
		Token: token, Topic: r.Header.Get("apns-topic"), CollapseID: r.Header.Get("apns-collapse-id"),
		Authorization: r.Header.Get("authorization"),
	}
	if err := json.Unmarshal(body, &received.Payload); err != nil {
		return APNsRequest{}, err
	}
	if id := received.Payload["messageId"]; received.CollapseID != id || len(received.CollapseID) > 64 {
		return APNsRequest{}, fmt.Errorf("the collapse ID of %v is %q", id, received.CollapseID)
	}
	return received, nil
}

// checkToken is Apple's "Establishing a token-based connection": ES256, the key, the team, and not older than an hour.
func (a *APNs) checkToken(authorization string) error {
	var claims jwt.RegisteredClaims
	token, err := jwt.ParseWithClaims(strings.TrimPrefix(authorization, "bearer "), &claims,
		func(*jwt.Token) (any, error) { return &a.key.PublicKey, nil }, jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithIssuer(apnsTeamID), jwt.WithTimeFunc(a.Now), jwt.WithIssuedAt())
	switch {
	case err != nil:
		return err
	case token.Header["kid"] != apnsKeyID:
		return fmt.Errorf("the key is %v", token.Header["kid"])
	case claims.IssuedAt == nil || a.Now().Sub(claims.IssuedAt.Time) > time.Hour:
		return errors.New("the token is older than an hour")
	}
	return nil
}
