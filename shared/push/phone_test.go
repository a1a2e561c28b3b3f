package push_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/push"
	"example.com/recall/shared/push/pushtest"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// always reads the same secret.
func always(secret string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return secret, nil }
}

// told are a message without its text, one with its text, and the recall of both.
func told() []recall.Notification {
	withText := announcement()
	withText.Body = `{"text":"hello"}`
	return []recall.Notification{announcement(), withText, {MessageID: message, Revoked: true, TTL: time.Hour}}
}

var (
	android = recall.Device{User: "bob", Kind: recall.PushFCM, Address: "abc:def"}
	apple   = recall.Device{User: "bob", Kind: recall.PushAPNs, Address: "00fc13", Topic: "com.example.chat"}
)

func TestAndroidGetsTheMessageAndPutsItsRecallInItsPlace(t *testing.T) {
	service := pushtest.NewFCM(t)
	keys := push.NewKeys(always(service.Secret()), recalltest.NewClock())
	sender := push.NewFCM(keys, service.Address(), push.HTTPClient())
	for _, each := range told() {
		if err := sender.Push(t.Context(), android, each); err != nil {
			t.Fatal(err)
		}
	}
	received, tokens := service.Received()
	if tokens != 1 {
		t.Errorf("%d access tokens for %d messages", tokens, len(received))
	}
	var shown []string
	for _, each := range received {
		shown = append(shown, each.Data["type"]+": "+each.Notification.Title+": "+each.Notification.Body)
	}
	want := []string{"message: alice: New message", "message: alice: hello", "revoked: Message recalled: "}
	if difference := cmp.Diff(want, shown); difference != "" {
		t.Error(difference)
	}
	data := map[string]string{
		"type": "message", "messageId": string(message), "conversation": "c2c_alice", "sender": "alice", "text": "hello",
	}
	if difference := cmp.Diff(data, received[1].Data); difference != "" {
		t.Error(difference)
	}
}

func TestAppleGetsTheMessageAndPutsItsRecallInItsPlace(t *testing.T) {
	clock := recalltest.NewClock()
	service := pushtest.NewAPNs(t, clock.Now)
	sender := push.NewAPNs(push.NewKeys(always(service.Secret()), clock), clock, service.Address(), service.Client())
	for _, each := range told() {
		if err := sender.Push(t.Context(), apple, each); err != nil {
			t.Fatal(err)
		}
	}
	alert := func(title, body string) map[string]any {
		all := map[string]any{"title": title}
		if body != "" {
			all["body"] = body
		}
		return all
	}
	id := string(message)
	want := []map[string]any{
		{
			"aps":  map[string]any{"alert": alert("alice", "New message"), "thread-id": "c2c_alice", "mutable-content": 1.0},
			"type": "message", "messageId": id, "conversation": "c2c_alice", "sender": "alice",
		},
		{
			"aps":  map[string]any{"alert": alert("alice", "hello"), "thread-id": "c2c_alice", "mutable-content": 1.0},
			"type": "message", "messageId": id, "conversation": "c2c_alice", "sender": "alice", "text": "hello",
		},
		{
			"aps": map[string]any{
				"alert": alert("Message recalled", ""), "mutable-content": 1.0, "interruption-level": "passive",
			},
			"type": "revoked", "messageId": id,
		},
	}
	var got []map[string]any
	for _, each := range service.Received() {
		got = append(got, each.Payload)
		if each.Topic != "com.example.chat" || each.Token != "00fc13" {
			t.Errorf("received %+v", each)
		}
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}

func TestATokenForAppleIsUsedForFortyMinutesOrUntilAppleSaysThatItIsOver(t *testing.T) {
	clock := recalltest.NewClock()
	service := pushtest.NewAPNs(t, clock.Now)
	sender := push.NewAPNs(push.NewKeys(always(service.Secret()), clock), clock, service.Address(), service.Client())
	tokens := make(map[string]bool)
	send := func(want int) {
		t.Helper()
		_ = sender.Push(t.Context(), apple, announcement()) // It may be refused on purpose.
		for _, each := range service.Received() {
			tokens[each.Authorization] = true
		}
		if len(tokens) != want {
			t.Errorf("%d tokens, want %d", len(tokens), want)
		}
	}
	send(1)
	clock.Advance(39 * time.Minute)
	send(1)
	clock.Advance(time.Minute)
	send(2)
	service.Answer = func(string) (int, string) { return http.StatusForbidden, "ExpiredProviderToken" }
	send(2)
	service.Answer = nil
	clock.Advance(time.Second)
	send(3)
}

// answers are what push services answer, and what that means: an error to be recognised, or nil for another attempt.
type answers map[string]struct {
	status int
	want   error
}

func (a answers) check(t *testing.T, answer func(status int, code string), send func() error) {
	t.Helper()
	for code, each := range a {
		answer(each.status, code)
		err := send()
		again := err != nil && !errors.Is(err, recall.ErrDeviceGone) && !errors.Is(err, recall.ErrPushRefused)
		if each.want == nil && !again || each.want != nil && !errors.Is(err, each.want) {
			t.Errorf("%s with status %d gives %v", code, each.status, err)
		}
		if err != nil && (strings.Contains(err.Error(), string(android.Address)) ||
			strings.Contains(err.Error(), string(apple.Address))) {
			t.Errorf("an error shows the token: %v", err)
		}
	}
}

func TestTheErrorOfFirebaseSaysWhetherToTryAgain(t *testing.T) {
	service := pushtest.NewFCM(t)
	keys := push.NewKeys(always(service.Secret()), recalltest.NewClock())
	sender := push.NewFCM(keys, service.Address(), push.HTTPClient())
	answers{
		"UNREGISTERED":       {http.StatusNotFound, recall.ErrDeviceGone},
		"SENDER_ID_MISMATCH": {http.StatusForbidden, recall.ErrDeviceGone},
		"INVALID_ARGUMENT":   {http.StatusBadRequest, recall.ErrPushRefused},
		"NO_SUCH_PROJECT":    {http.StatusNotFound, nil},
		"QUOTA_EXCEEDED":     {http.StatusTooManyRequests, nil},
		"UNAVAILABLE":        {http.StatusServiceUnavailable, nil},
		"INTERNAL":           {http.StatusInternalServerError, nil},
		"THIRD_PARTY":        {http.StatusUnauthorized, nil},
	}.check(t, func(status int, code string) {
		service.Answer = func(string) (int, string) { return status, code }
	}, func() error { return sender.Push(t.Context(), android, announcement()) })
}

func TestTheReasonOfAppleSaysWhetherToTryAgain(t *testing.T) {
	clock := recalltest.NewClock()
	service := pushtest.NewAPNs(t, clock.Now)
	sender := push.NewAPNs(push.NewKeys(always(service.Secret()), clock), clock, service.Address(), service.Client())
	answers{
		"Unregistered":           {http.StatusGone, recall.ErrDeviceGone},
		"ExpiredToken":           {http.StatusGone, recall.ErrDeviceGone},
		"BadDeviceToken":         {http.StatusBadRequest, recall.ErrDeviceGone},
		"DeviceTokenNotForTopic": {http.StatusBadRequest, recall.ErrDeviceGone},
		"PayloadTooLarge":        {http.StatusRequestEntityTooLarge, recall.ErrPushRefused},
		"BadTopic":               {http.StatusBadRequest, recall.ErrPushRefused},
		"BadPath":                {http.StatusNotFound, nil},
		"InvalidProviderToken":   {http.StatusForbidden, nil},
		"TooManyRequests":        {http.StatusTooManyRequests, nil},
		"Shutdown":               {http.StatusServiceUnavailable, nil},
	}.check(t, func(status int, reason string) {
		service.Answer = func(string) (int, string) { return status, reason }
	}, func() error { return sender.Push(t.Context(), apple, announcement()) })
}

func TestAWrongSecretIsTriedAgainAndShownByNoError(t *testing.T) {
	clock := recalltest.NewClock()
	const secret = `{"fcm":{"private_key":"SECRET","client_email":"SECRET"},"apns":{"privateKey":"SECRET"}}`
	keys := push.NewKeys(always(secret), clock)
	service := pushtest.NewFCM(t)
	for device, sender := range map[recall.Device]recall.Pusher{
		android: push.NewFCM(keys, service.Address(), push.HTTPClient()),
		apple:   push.NewAPNs(keys, clock, service.Address(), push.HTTPClient()),
	} {
		err := sender.Push(t.Context(), device, announcement())
		if err == nil || errors.Is(err, recall.ErrPushRefused) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s gives %v", device.Kind, err)
		}
	}
}

func TestADeploymentHasTheServicesThatItNames(t *testing.T) {
	keys, clock := push.NewKeys(nil, recalltest.NewClock()), recalltest.NewClock()
	services, err := push.NewServices(keys, clock, push.Configuration{
		Kinds:      []recall.PushKind{recall.PushWeb, recall.PushFCM, recall.PushAPNs},
		WebPushKey: "key", APNsHost: "api.push.apple.com",
	})
	if err != nil || len(services) != 3 {
		t.Errorf("%v, %v", services, err)
	}
	for _, kind := range []recall.PushKind{recall.PushWeb, "pager"} {
		if _, err := push.NewServices(keys, clock, push.Configuration{Kinds: []recall.PushKind{kind}}); err == nil {
			t.Errorf("%s is accepted without what it needs", kind)
		}
	}
}
