package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"example.com/recall/shared/recall"
)

// apnsKey is the key that Apple gives for sending notifications.
type apnsKey struct {
	KeyID      string `json:"keyId"`
	TeamID     string `json:"teamId"`
	PrivateKey string `json:"privateKey"` // the text of the .p8 file
}

// tokenFor is for how long a token is used. Apple refuses one of more than an hour, and more than one in 20 minutes.
const tokenFor = 40 * time.Minute

// APNs sends to apps on Apple's systems.
type APNs struct {
	keys    *Keys
	clock   recall.Clock
	address string
	client  *http.Client

	mutex  sync.Mutex
	key    apnsKey
	token  string
	madeAt time.Time
}

var _ recall.Pusher = (*APNs)(nil)

// NewAPNs makes the adapter. The client must speak HTTP/2, which Apple demands.
func NewAPNs(keys *Keys, clock recall.Clock, address string, client *http.Client) *APNs {
	return &APNs{keys: keys, clock: clock, address: address, client: client}
}

// apnsPayload is Apple's dictionary, with our own fields beside it.
type apnsPayload struct {
	APS apsDictionary `json:"aps"`
	payload
}

type apsDictionary struct {
	Alert    apsAlert `json:"alert"`
	ThreadID string   `json:"thread-id,omitempty"`
	// MutableContent lets an extension of the app change the notification before it is shown.
	MutableContent int `json:"mutable-content"`
	// Level is passive for a recall: it neither sounds nor lights up the screen.
	Level string `json:"interruption-level,omitempty"`
}

type apsAlert struct {
	Title string `json:"title"`
	Body  string `json:"body,omitempty"`
}

// Push sends one notification. APNs cannot take back what is shown, and a silent notification reaches an app only if
// the system thinks that there is time for it. So the recall is an alert with the collapse ID of its message, which
// the system puts in its place.
func (a *APNs) Push(ctx context.Context, device recall.Device, notification recall.Notification) error {
	token, err := a.providerToken(ctx)
	if err != nil {
		return err
	}
	data := payloadOf(notification)
	aps := apsDictionary{ThreadID: data.Conversation, MutableContent: 1}
	aps.Alert.Title, aps.Alert.Body = data.words()
	if notification.Revoked {
		aps.Level = "passive"
	}
	body, err := json.Marshal(apnsPayload{APS: aps, payload: data})
	if err != nil {
		return err
	}
	to := a.address + "/3/device/" + url.PathEscape(string(device.Address))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return errors.New("apns: the request cannot be made")
	}
	for name, value := range map[string]string{
		"authorization":    "bearer " + token,
		"apns-topic":       string(device.Topic),
		"apns-push-type":   "alert",
		"apns-priority":    "10",
		"apns-collapse-id": string(notification.MessageID),
		"apns-expiration":  strconv.FormatInt(a.clock.Now().Add(notification.TTL).Unix(), 10),
	} {
		request.Header.Set(name, value)
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return fmt.Errorf("apns: %w", withoutAddress(err))
	}
	defer func() { _ = answer.Body.Close() }()
	return a.outcome(answer, token)
}

// outcome reads the reason that Apple gives.
func (a *APNs) outcome(answer *http.Response, token string) error {
	var read struct {
		Reason string `json:"reason"`
	}
	_ = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&read) // Without JSON the status has to do.
	switch read.Reason {
	case "BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered", "ExpiredToken":
		return recall.ErrDeviceGone
	case "ExpiredProviderToken":
		a.forget(token)
	}
	if answer.StatusCode == http.StatusNotFound { // That is a wrong path, and says nothing of the device.
		return fmt.Errorf("the push service answered with status %d", answer.StatusCode)
	}
	return outcomeOf(answer.StatusCode)
}

func (a *APNs) forget(token string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.token == token {
		a.token = ""
	}
}

// providerToken returns a token that is signed with the key.
func (a *APNs) providerToken(ctx context.Context) (string, error) {
	keys, err := a.keys.current(ctx)
	if err != nil {
		return "", err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := a.clock.Now()
	if a.token != "" && a.key == keys.APNs && now.Sub(a.madeAt) < tokenFor {
		return a.token, nil
	}
	private, err := jwt.ParseECPrivateKeyFromPEM([]byte(keys.APNs.PrivateKey))
	if err != nil { // The error may show a part of the key.
		return "", errors.New("apns: the key in the secret is not the text of a .p8 file")
	}
	made := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{"iss": keys.APNs.TeamID, "iat": now.Unix()})
	made.Header["kid"] = keys.APNs.KeyID
	signed, err := made.SignedString(private)
	if err != nil {
		return "", errors.New("apns: the token cannot be signed: the key must be of the curve P-256")
	}
	a.key, a.token, a.madeAt = keys.APNs, signed, now
	return signed, nil
}
