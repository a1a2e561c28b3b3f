package pushtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

const (
	fcmProject = "chat"
	fcmAccount = "push@chat.iam.gserviceaccount.com"
	fcmAccess  = "access"
)

// FCM is Firebase Cloud Messaging: Google's address for access tokens, and the one for messages. A request that is not
// good fails the test.
type FCM struct {
	// Answer decides on the status and the error code of a message, if it is set.
	Answer func(token string) (status int, errorCode string)

	t      testing.TB
	server *httptest.Server
	key    *rsa.PrivateKey

	mutex    sync.Mutex
	received []FCMMessage
	tokens   int
}

// FCMMessage is what Firebase got.
type FCMMessage struct {
	Token        string            `json:"token"`
	Data         map[string]string `json:"data"`
	Notification struct {
		Title string `json:"title"`
		Body  string `json:"body"`
	} `json:"notification"`
	Android struct {
		CollapseKey  string `json:"collapse_key"`
		Priority     string `json:"priority"`
		TTL          string `json:"ttl"`
		Notification struct {
			Tag string `json:"tag"`
		} `json:"notification"`
	} `json:"android"`
}

// NewFCM starts the service. It ends with the test.
func NewFCM(t testing.TB) *FCM {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	f := &FCM{t: t, key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", f.token)
	mux.HandleFunc("POST /v1/projects/"+fcmProject+"/messages:send", f.send)
	f.server = httptest.NewServer(mux)
	t.Cleanup(f.server.Close)
	return f
}

// Address is where messages go.
func (f *FCM) Address() string { return f.server.URL }

// Secret is the JSON of a service account that may send.
func (f *FCM) Secret() string {
	private, err := x509.MarshalPKCS8PrivateKey(f.key)
	if err != nil {
		f.t.Fatal(err)
	}
	secret, err := json.Marshal(map[string]any{"fcm": map[string]string{
		"type": "service_account", "project_id": fcmProject, "client_email": fcmAccount, "private_key_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
		"token_uri":   f.server.URL + "/token",
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	return string(secret)
}

// Received returns the messages so far, and how many access tokens were fetched.
func (f *FCM) Received() (messages []FCMMessage, tokens int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return slices.Clone(f.received), f.tokens
}

// token gives an access token for an assertion that the service account has signed (RFC 7523).
func (f *FCM) token(w http.ResponseWriter, r *http.Request) {
	var claims struct {
		jwt.RegisteredClaims
		Scope string `json:"scope"`
	}
	_, err := jwt.ParseWithClaims(r.FormValue("assertion"), &claims,
		func(*jwt.Token) (any, error) { return &f.key.PublicKey, nil }, jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithIssuer(fcmAccount), jwt.WithAudience(f.server.URL+"/token"), jwt.WithExpirationRequired())
	if err == nil && claims.Scope != "https://www.googleapis.com/auth/firebase.messaging" {
		err = fmt.Errorf("the scope is %q", claims.Scope)
	}
	if err == nil && r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		err = errors.New("the grant type is wrong")
	}
	if err != nil {
		f.t.Errorf("Google refuses an assertion: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mutex.Lock()
	f.tokens++
	f.mutex.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":3600}`, fcmAccess)
}

func (f *FCM) send(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Message FCMMessage `json:"message"`
	}
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields() // Firebase refuses a field that it does not know.
	err := decoder.Decode(&request)
	message := request.Message
	id := message.Data["messageId"]
	switch {
	case err != nil:
	case r.Header.Get("Authorization") != "Bearer "+fcmAccess:
		err = fmt.Errorf("the authorization is %q", r.Header.Get("Authorization"))
	case message.Token == "" || id == "" || message.Notification.Title == "":
		err = errors.New("the token, the messageId or the title is missing")
	case message.Android.CollapseKey != id || message.Android.Notification.Tag != id:
		err = fmt.Errorf("the collapse key or the tag of %s is another one", id)
	case message.Android.Priority != "high" || message.Android.TTL != "3600s":
		err = fmt.Errorf("priority %q, TTL %q", message.Android.Priority, message.Android.TTL)
	}
	if err != nil {
		f.t.Errorf("Firebase refuses a message: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if f.Answer != nil {
		if status, code := f.Answer(message.Token); status != http.StatusOK {
			w.WriteHeader(status)
			const kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
			_, _ = fmt.Fprintf(w, `{"error":{"code":%d,"details":[{"@type":%q,"errorCode":%q}]}}`, status, kind, code)
			return
		}
	}
	f.mutex.Lock()
	f.received = append(f.received, message)
	f.mutex.Unlock()
	_, _ = fmt.Fprint(w, `{"name":"projects/chat/messages/1"}`)
}
