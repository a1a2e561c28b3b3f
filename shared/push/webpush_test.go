package push_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/SherClockHolmes/webpush-go"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/push"
	"example.com/recall/shared/push/pushtest"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

const message recall.MessageID = "01HF7YATZ8000000000000A1C2"

func announcement() recall.Notification {
	return recall.Notification{MessageID: message, Conversation: "c2c_alice", Sender: "alice", TTL: time.Hour}
}

// deployment is the adapter with keys of its own, which may send to hosts.
func deployment(t *testing.T, hosts ...string) *push.WebPush {
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		t.Fatal(err)
	}
	read := func(context.Context) (string, error) { return `{"webPush":{"privateKey":"` + private + `"}}`, nil }
	return push.NewWebPush(push.NewKeys(read, recalltest.NewClock()), public, pushtest.Contact, hosts)
}

func deviceOf(subscription *pushtest.Subscription) recall.Device {
	return recall.Device{
		User: "bob", Kind: recall.PushWeb, Address: recall.PushAddress(subscription.Endpoint),
		PublicKey: recall.PushKey(subscription.PublicKey), Auth: recall.PushKey(subscription.Auth),
	}
}

func TestABrowserGetsTheMessageAndItsRecallUnderOneTopic(t *testing.T) {
	service := pushtest.NewWebPush(t)
	subscription := service.Subscribe()
	sender := deployment(t, "localhost")
	withText := announcement()
	withText.Body = `{"text":"hello","n":1}`
	for _, each := range []recall.Notification{
		announcement(), withText, {MessageID: message, Revoked: true, TTL: time.Hour},
	} {
		if err := sender.Push(t.Context(), deviceOf(subscription), each); err != nil {
			t.Fatal(err)
		}
	}
	var payloads []string
	for _, received := range service.Received(subscription) {
		if received.Topic != string(message) || received.TTL != 3600 {
			t.Errorf("received %+v", received)
		}
		payloads = append(payloads, received.Payload)
	}
	const id = `"messageId":"` + string(message) + `"`
	want := []string{
		`{"type":"message",` + id + `,"conversation":"c2c_alice","sender":"alice"}`,
		`{"type":"message",` + id + `,"conversation":"c2c_alice","sender":"alice","text":"hello"}`,
		`{"type":"revoked",` + id + `}`,
	}
	if difference := cmp.Diff(want, payloads); difference != "" {
		t.Error(difference)
	}
}

func TestALongTextIsCutAtACharacterAndFits(t *testing.T) {
	service := pushtest.NewWebPush(t)
	subscription := service.Subscribe()
	long := announcement()
	long.Body = recall.Body(`{"text":"` + strings.Repeat(`\u0001`, 597) + strings.Repeat("€", 100) + `"}`)
	if err := deployment(t, "localhost").Push(t.Context(), deviceOf(subscription), long); err != nil {
		t.Fatal(err)
	}
	payload := service.Received(subscription)[0].Payload
	if strings.Count(payload, "€") != 1 || strings.Contains(payload, "\ufffd") || strings.Contains(payload, `\ufffd`) {
		t.Errorf("it ends with %q", payload[len(payload)-30:])
	}
}

func TestABodyWithoutATextShowsNone(t *testing.T) {
	service := pushtest.NewWebPush(t)
	subscription := service.Subscribe()
	picture := announcement()
	picture.Body = `{"text":{"a":1}}`
	if err := deployment(t, "localhost").Push(t.Context(), deviceOf(subscription), picture); err != nil {
		t.Fatal(err)
	}
	if payload := service.Received(subscription)[0].Payload; strings.Contains(payload, "text") {
		t.Errorf("payload %s", payload)
	}
}

func TestTheStatusOfAPushServiceSaysWhetherToTryAgain(t *testing.T) {
	service := pushtest.NewWebPush(t)
	sender, subscription := deployment(t, "localhost"), service.Subscribe()
	for status, want := range map[int]error{
		http.StatusNotFound: recall.ErrDeviceGone, http.StatusGone: recall.ErrDeviceGone,
		http.StatusBadRequest: recall.ErrPushRefused, http.StatusRequestEntityTooLarge: recall.ErrPushRefused,
		http.StatusTooManyRequests: nil, http.StatusUnauthorized: nil, http.StatusForbidden: nil,
		http.StatusServiceUnavailable: nil, http.StatusFound: nil,
	} {
		service.Answer = func(*http.Request) int { return status }
		err := sender.Push(t.Context(), deviceOf(subscription), announcement())
		again := err != nil && !errors.Is(err, recall.ErrDeviceGone) && !errors.Is(err, recall.ErrPushRefused)
		if want == nil && !again || want != nil && !errors.Is(err, want) {
			t.Errorf("status %d gives %v", status, err)
		}
	}
}

func TestNoErrorShowsTheAddressOrTheSecret(t *testing.T) {
	service := pushtest.NewWebPush(t)
	subscription := service.Subscribe()
	service.Answer = func(*http.Request) int { panic(http.ErrAbortHandler) }
	err := deployment(t, "localhost").Push(t.Context(), deviceOf(subscription), announcement())
	if err == nil || strings.Contains(err.Error(), "/push/") {
		t.Errorf("a broken connection gives %v", err)
	}
	wrong := func(context.Context) (string, error) { return `{"webPush": SECRET`, nil }
	keys := push.NewKeys(wrong, recalltest.NewClock())
	err = push.NewWebPush(keys, "", pushtest.Contact, []string{"localhost"}).
		Push(t.Context(), deviceOf(subscription), announcement())
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("a wrong secret gives %v", err)
	}
}

func TestAHostThatLeadsToThisNetworkIsNotCalled(t *testing.T) {
	service := pushtest.NewWebPush(t)
	device := deviceOf(service.Subscribe())
	if err := deployment(t, "push.apple.com").Push(t.Context(), device, announcement()); !errors.Is(err,
		recall.ErrDeviceGone) {
		t.Errorf("an endpoint that is not in the list any more gives %v", err)
	}
	for address, want := range map[string]bool{
		"17.188.143.34:443": true, "[2a00:1450:4001:800::200a]:443": true, "127.0.0.1:443": false, "[::1]:443": false,
		"10.0.0.1:443": false, "192.168.1.1:443": false, "172.16.0.1:443": false, "169.254.169.254:80": false,
		"100.64.0.1:443": false, "[fd00::1]:443": false, "[fe80::1]:443": false, "[::ffff:10.0.0.1]:443": false,
		"0.0.0.0:443": false, "224.0.0.1:443": false, "nonsense": false,
	} {
		if got := push.CheckPublic(address, false) == nil; got != want {
			t.Errorf("%s is called: %t", address, got)
		}
	}
	if push.CheckPublic("127.0.0.1:443", true) != nil || push.CheckPublic("10.0.0.1:443", true) == nil {
		t.Error("a test may call this machine and nothing else")
	}
}

func TestAKindThatIsNotUsedAnyMoreIsRefused(t *testing.T) {
	err := push.Services{}.Push(t.Context(), recall.Device{Kind: recall.PushFCM}, announcement())
	if !errors.Is(err, recall.ErrPushRefused) {
		t.Error(err)
	}
}
