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

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"

	"example.com/recall/shared/recall"
)

// FCMAddress is where Firebase Cloud Messaging takes notifications.
const FCMAddress = "https://fcm.googleapis.com"

// fcmScope is the right to send notifications.
const fcmScope = "https://www.googleapis.com/auth/firebase.messaging"

// serviceAccount is the JSON that Google gives for a service account.
type serviceAccount struct {
	ProjectID    string `json:"project_id"`
	ClientEmail  string `json:"client_email"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	TokenURI     string `json:"token_uri"`
}

// FCM sends to apps on Android through Firebase Cloud Messaging (HTTP v1).
type FCM struct {
	keys    *Keys
	address string
	client  *http.Client

	mutex   sync.Mutex
	account serviceAccount
	tokens  oauth2.TokenSource
}

var _ recall.Pusher = (*FCM)(nil)

// NewFCM makes the adapter.
func NewFCM(keys *Keys, address string, client *http.Client) *FCM {
	return &FCM{keys: keys, address: address, client: client}
}

// fcmMessage is the message of Firebase. Android itself shows the notification, also while the app does not run.
type fcmMessage struct {
	Token        string          `json:"token"`
	Data         payload         `json:"data"`
	Notification fcmNotification `json:"notification"`
	Android      fcmAndroid      `json:"android"`
}

type fcmNotification struct {
	Title string `json:"title"`
	Body  string `json:"body,omitempty"`
}

type fcmAndroid struct {
	CollapseKey  recall.MessageID `json:"collapse_key"`
	Priority     string           `json:"priority"`
	TTL          string           `json:"ttl"`
	Notification struct {
		Tag recall.MessageID `json:"tag"`
	} `json:"notification"`
}

// Push sends one notification. The recall has the tag of its message, so that Android puts it in the place of the
// notification that is shown. A data message, with which the app could remove it, does not reach an app that its user
// has stopped.
func (f *FCM) Push(ctx context.Context, device recall.Device, notification recall.Notification) error {
	account, token, err := f.token(ctx)
	if err != nil {
		return err
	}
	data := payloadOf(notification)
	message := fcmMessage{Token: string(device.Address), Data: data}
	message.Notification.Title, message.Notification.Body = data.words()
	message.Android = fcmAndroid{
		CollapseKey: notification.MessageID,
		Priority:    "high",
		TTL:         strconv.Itoa(int(notification.TTL/time.Second)) + "s",
	}
	message.Android.Notification.Tag = notification.MessageID
	body, err := json.Marshal(map[string]any{"message": message})
	if err != nil {
		return err
	}
	to := f.address + "/v1/projects/" + url.PathEscape(account.ProjectID) + "/messages:send"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return errors.New("fcm: the request cannot be made")
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := f.client.Do(request)
	if err != nil {
		return fmt.Errorf("fcm: %w", withoutAddress(err))
	}
	defer func() { _ = answer.Body.Close() }()
	return fcmOutcome(answer)
}

// fcmOutcome reads the error code of Firebase. UNREGISTERED is a token that is over, and SENDER_ID_MISMATCH one that
// another project gave. Any other 404 is a project that does not exist, which can be repaired.
func fcmOutcome(answer *http.Response) error {
	var read struct {
		Error struct {
			Details []struct {
				ErrorCode string `json:"errorCode"`
			} `json:"details"`
		} `json:"error"`
	}
	_ = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&read) // Without JSON the status has to do.
	for _, detail := range read.Error.Details {
		switch detail.ErrorCode {
		case "UNREGISTERED", "SENDER_ID_MISMATCH":
			return recall.ErrDeviceGone
		}
	}
	if answer.StatusCode == http.StatusNotFound {
		return errors.New("the push service does not know the project")
	}
	return outcomeOf(answer.StatusCode)
}

// token returns an access token, which is used until it is over.
func (f *FCM) token(ctx context.Context) (serviceAccount, string, error) {
	keys, err := f.keys.current(ctx)
	if err != nil {
		return serviceAccount{}, "", err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.tokens == nil || f.account != keys.FCM {
		f.account = keys.FCM
		config := &jwt.Config{
			Email:        f.account.ClientEmail,
			PrivateKey:   []byte(f.account.PrivateKey),
			PrivateKeyID: f.account.PrivateKeyID,
			Scopes:       []string{fcmScope},
			TokenURL:     f.account.TokenURI,
		}
		// The tokens outlive this request. The client bounds the time that one takes.
		f.tokens = config.TokenSource(context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, f.client))
	}
	token, err := f.tokens.Token()
	if err != nil { // The error may show parts of the key or of the answer.
		return serviceAccount{}, "", errors.New("fcm: no access token: is the service account right, and Google there?")
	}
	return f.account, token.AccessToken, nil
}
