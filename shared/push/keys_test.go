package push

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.com/recall/shared/recall/recalltest"
)

func TestAChangedSecretIsInForceAfterFiveMinutes(t *testing.T) {
	clock := recalltest.NewClock()
	secret, failure := `{"webPush":{"privateKey":"first"}}`, errors.New("throttled")
	keys := NewKeys(func(context.Context) (string, error) { return secret, failure }, clock)
	if _, err := keys.current(t.Context()); err == nil {
		t.Error("there are keys before they could be read")
	}
	want := func(key string) {
		t.Helper()
		if got, err := keys.current(t.Context()); err != nil || got.WebPush.PrivateKey != key {
			t.Errorf("%+v, %v, want %s", got, err, key)
		}
	}
	failure = nil
	want("first")
	secret = `{"webPush":{"privateKey":"second"}}`
	want("first")
	clock.Advance(5 * time.Minute)
	want("second")
	failure = errors.New("throttled")
	clock.Advance(time.Hour)
	want("second")
}

func TestWithoutASecretThereAreNoKeys(t *testing.T) {
	if _, err := NewKeys(nil, recalltest.NewClock()).current(t.Context()); err == nil {
		t.Error("there are keys without a secret")
	}
}
