// Package pushtest has push services for tests. They check what they get as the real ones do.
package pushtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
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

// Contact is the address that a deployment has in tests.
const Contact = "mailto:push@example.com"

// WebPush is a push service for browsers at http://localhost. It checks each request by RFC 8030 and RFC 8292, and
// decrypts it by RFC 8291, as the browser does. A request that is not good fails the test.
type WebPush struct {
	// Answer decides on the status of a request, if it is set. A request with an error status is not kept.
	Answer func(*http.Request) int

	t      testing.TB
	server *httptest.Server

	mutex         sync.Mutex
	subscriptions map[string]*Subscription
	received      []Received
}

// Subscription is what a browser gives to its application.
type Subscription struct {
	Endpoint, PublicKey, Auth string

	key  *ecdh.PrivateKey
	auth []byte
}

// Received is a notification that was good.
type Received struct {
	Endpoint, Topic string
	TTL             int
	Payload         string
}

// NewWebPush starts the service. It ends with the test.
func NewWebPush(t testing.TB) *WebPush {
	w := &WebPush{t: t, subscriptions: make(map[string]*Subscription)}
	w.server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.server.Close)
	return w
}

// address is the service's address with the name that a list of hosts may have.
func (w *WebPush) address() string { return strings.Replace(w.server.URL, "127.0.0.1", "localhost", 1) }

// Subscribe makes a subscription as a browser does.
func (w *WebPush) Subscribe() *Subscription {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	auth := make([]byte, 16)
	_, _ = rand.Read(auth) // It never fails.
	w.mutex.Lock()
	defer w.mutex.Unlock()
	made := &Subscription{
		Endpoint:  w.address() + "/push/" + strconv.Itoa(len(w.subscriptions)+1),
		PublicKey: base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()),
		Auth:      base64.RawURLEncoding.EncodeToString(auth),
		key:       key, auth: auth,
	}
	w.subscriptions[made.Endpoint] = made
	return made
}

// Received returns what came for the subscription so far.
func (w *WebPush) Received(subscription *Subscription) []Received {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.DeleteFunc(slices.Clone(w.received), func(each Received) bool {
		return each.Endpoint != subscription.Endpoint
	})
}

func (w *WebPush) serve(writer http.ResponseWriter, request *http.Request) {
	if w.Answer != nil {
		if status := w.Answer(request); status >= 300 {
			writer.WriteHeader(status)
			return
		}
	}
	w.mutex.Lock()
	subscription := w.subscriptions[w.address()+request.URL.Path]
	w.mutex.Unlock()
	if subscription == nil {
		writer.WriteHeader(http.StatusGone)
		return
	}
	received, err := w.check(request, subscription)
	if err != nil {
		w.t.Errorf("the push service refuses a request: %v", err)
		writer.WriteHeader(http.StatusBadRequest)
		return
	}
	w.mutex.Lock()
	w.received = append(w.received, received)
	w.mutex.Unlock()
	writer.WriteHeader(http.StatusCreated)
}

func (w *WebPush) check(request *http.Request, subscription *Subscription) (Received, error) {
	header := request.Header
	ttl, err := strconv.Atoi(header.Get("TTL"))
	switch {
	case request.Method != http.MethodPost:
		return Received{}, fmt.Errorf("the method is %s", request.Method)
	case err != nil || ttl <= 0:
		return Received{}, fmt.Errorf("the TTL is %q", header.Get("TTL"))
	case header.Get("Content-Encoding") != "aes128gcm":
		return Received{}, fmt.Errorf("the encoding is %q", header.Get("Content-Encoding"))
	case !goodTopic(header.Get("Topic")):
		return Received{}, fmt.Errorf("the topic is %q", header.Get("Topic"))
	case header.Get("Urgency") != "high":
		return Received{}, fmt.Errorf("the urgency is %q", header.Get("Urgency"))
	}
	if err := checkVAPID(header.Get("Authorization"), w.address()); err != nil {
		return Received{}, err
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return Received{}, err
	}
	payload, err := subscription.Decrypt(body)
	return Received{subscription.Endpoint, header.Get("Topic"), ttl, payload}, err
}

// goodTopic is RFC 8030, 5.4: up to 32 characters of the alphabet of base64url.
func goodTopic(topic string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`).MatchString(topic)
}

// checkVAPID is RFC 8292: a token that is signed with the key that it names, for this very service.
func checkVAPID(authorization, audience string) error {
	var text, key string
	for part := range strings.SplitSeq(strings.TrimPrefix(authorization, "vapid "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			text = value
		case "k":
			key = value
		}
	}
	raw, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		return fmt.Errorf("the key of VAPID is not base64url: %w", err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return fmt.Errorf("the key of VAPID: %w", err)
	}
	var claims jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return public, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(audience), jwt.WithExpirationRequired())
	switch {
	case err != nil:
		return fmt.Errorf("the token of VAPID: %w", err)
	case claims.Subject != Contact:
		return fmt.Errorf("the contact is %q", claims.Subject)
	case time.Until(claims.ExpiresAt.Time) > 24*time.Hour:
		return errors.New("the token of VAPID is good for more than a day")
	}
	return nil
}

// Decrypt reads a body by RFC 8291 and RFC 8188. It has one record, and the key of the sender in its header.
func (s *Subscription) Decrypt(body []byte) (string, error) {
	if len(body) < 21+65+17 || body[20] != 65 || int64(binary.BigEndian.Uint32(body[16:20])) < int64(len(body)-86) {
		return "", errors.New("the header of the encryption is wrong")
	}
	salt, sender, sealed := body[:16], body[21:86], body[86:]
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return "", err
	}
	shared, err := s.key.ECDH(public)
	if err != nil {
		return "", err
	}
	info := "WebPush: info\x00" + string(s.key.PublicKey().Bytes()) + string(sender)
	secret, err := hkdf.Key(sha256.New, shared, s.auth, info, 32)
	if err != nil {
		return "", err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return "", err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return "", err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	opener, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	opened, err := opener.Open(nil, nonce, sealed, nil)
	if err != nil {
		return "", err
	}
	text, last := strings.CutSuffix(strings.TrimRight(string(opened), "\x00"), "\x02")
	if !last {
		return "", errors.New("the record is not the last one")
	}
	return text, nil
}
