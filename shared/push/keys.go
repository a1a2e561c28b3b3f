package push

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/recall/shared/recall"
)

// secrets is the JSON of the secret that has the private keys of the push services.
type secrets struct {
	WebPush struct {
		// PrivateKey is the VAPID private key in base64url.
		PrivateKey string `json:"privateKey"`
	} `json:"webPush"`
	FCM  serviceAccount `json:"fcm"`
	APNs apnsKey        `json:"apns"`
}

// freshFor is for how long keys are used without reading them again.
const freshFor = 5 * time.Minute

// Keys reads the private keys at run time, and reads them again every five minutes. It may be used by many goroutines.
type Keys struct {
	read  func(context.Context) (string, error)
	clock recall.Clock

	mutex  sync.Mutex
	known  *secrets
	readAt time.Time
}

// NewKeys makes Keys. read is nil where no secret is configured.
func NewKeys(read func(context.Context) (string, error), clock recall.Clock) *Keys {
	return &Keys{read: read, clock: clock}
}

// current returns the keys. While they cannot be read, those that were read last are used.
func (k *Keys) current(ctx context.Context) (*secrets, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.known != nil && k.clock.Now().Sub(k.readAt) < freshFor {
		return k.known, nil
	}
	next, err := k.readOnce(ctx)
	if err == nil {
		k.known, k.readAt = next, k.clock.Now()
	}
	if k.known == nil {
		return nil, err
	}
	return k.known, nil
}

func (k *Keys) readOnce(ctx context.Context) (*secrets, error) {
	if k.read == nil {
		return nil, errors.New("no secret with the keys of push services is configured")
	}
	text, err := k.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("the keys of push services cannot be read: %w", err)
	}
	var read secrets
	if json.Unmarshal([]byte(text), &read) != nil { // The error could show a part of the secret.
		return nil, errors.New("the secret with the keys of push services is not the JSON that docs/push.md describes")
	}
	return &read, nil
}
