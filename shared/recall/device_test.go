package recall_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

const (
	// goodKey and goodAuth are the keys of the example in RFC 8291, 5.
	goodKey  = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
	goodAuth = "BTBZMqHH6r4Tts7J_aSIgg"
)

func browserAt(endpoint string) recall.Device {
	return recall.Device{
		Kind: recall.PushWeb, Address: recall.PushAddress(endpoint), PublicKey: goodKey, Auth: goodAuth,
	}
}

func TestAnEndpointMustBeOfAKnownPushService(t *testing.T) {
	w := newPushWorld(t)
	for _, endpoint := range []string{
		"https://fcm.googleapis.com/fcm/send/abc:def", "https://updates.push.services.mozilla.com/wpush/v2/x",
		"https://wns2-by3p.notify.windows.com/w/?token=x", "https://web.push.apple.com/Q",
		"https://web.push.apple.com:443/Q", "https://WEB.push.apple.com/Q",
	} {
		if err := w.RegisterDevice(t.Context(), as(bob, "b="), browserAt(endpoint)); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	for _, endpoint := range []string{
		"http://web.push.apple.com/Q", "https://web.push.apple.com:8443/Q", "https://evilpush.apple.com.example.com/",
		"https://evil-push.apple.com/", "https://169.254.169.254/latest/meta-data", "https://[::1]/", "https://localhost/x",
		"http://localhost:4000/x", "https://web.push.apple.com@example.com/", "https://example.com#.push.apple.com",
		"https://user@web.push.apple.com/Q", "https://web.push.apple.com./Q", "//web.push.apple.com/Q", "file:///etc/passwd",
		"https://web.push.apple.com\n/Q", "",
	} {
		wantName(t, w.RegisterDevice(t.Context(), as(bob, "b="), browserAt(endpoint)), recall.InvalidRequest)
	}
	w.Push.WebPushHosts = append(w.Push.WebPushHosts, "localhost")
	w.must(w.RegisterDevice(t.Context(), as(bob, "b="), browserAt("http://localhost:4000/x")))
	err := w.RegisterDevice(t.Context(), as(bob, "b="), browserAt("http://a.localhost:4000/x"))
	wantName(t, err, recall.InvalidRequest)
}

func TestASubscriptionWithWrongKeysIsRefused(t *testing.T) {
	w := newPushWorld(t)
	for _, change := range []func(*recall.Device){
		func(d *recall.Device) { d.PublicKey = d.PublicKey[:80] },
		func(d *recall.Device) { d.PublicKey = "B" + recall.PushKey(strings.Repeat("A", 86)) },
		func(d *recall.Device) { d.PublicKey = "not base64 !" },
		func(d *recall.Device) { d.Auth = "AAAA" },
		func(d *recall.Device) { d.Auth = "not base64 !" },
	} {
		device := browserAt("https://web.push.apple.com/Q")
		change(&device)
		wantName(t, w.RegisterDevice(t.Context(), as(bob, "b="), device), recall.InvalidRequest)
	}
}

func TestATokenOfAppleIsInHexadecimalDigits(t *testing.T) {
	w := newPushWorld(t)
	w.Push.Kinds = []recall.PushKind{recall.PushAPNs}
	phone := recall.Device{Kind: recall.PushAPNs, Address: "00fc13AD", Topic: "com.example"}
	w.must(w.RegisterDevice(t.Context(), as(bob, "b="), phone))
	for _, token := range []recall.PushAddress{"../../x", "00fc1", "abc def0"} {
		phone.Address = token
		wantName(t, w.RegisterDevice(t.Context(), as(bob, "b="), phone), recall.InvalidRequest)
	}
}

func TestADeploymentWithoutPushRegistersNothing(t *testing.T) {
	w := newPushWorld(t)
	phone := recall.Device{Kind: recall.PushAPNs, Address: "token", Topic: "com.example"}
	wantName(t, w.RegisterDevice(t.Context(), as(bob, "b="), phone), recall.PushOff)
	w.Push = nil
	phone.Kind = recall.PushFCM
	wantName(t, w.RegisterDevice(t.Context(), as(bob, "b="), phone), recall.PushOff)
	wantName(t, w.RemoveDevice(t.Context(), as(bob, "b="), phone), recall.PushOff)
	if hello, err := w.Hello(t.Context(), as(bob, "b=")); err != nil || hello.WebPushKey != "" {
		t.Errorf("hello %+v, %v", hello, err)
	}
	w.must(w.Finish(t.Context(), w.sent(w.device(alice, "a="), direct)))
}

func TestHelloTellsTheKeyWithWhichABrowserSubscribes(t *testing.T) {
	w := newPushWorld(t)
	w.Push.WebPushKey = "public"
	if hello, err := w.Hello(t.Context(), as(bob, "b=")); err != nil || hello.WebPushKey != "public" {
		t.Errorf("hello %+v, %v", hello, err)
	}
	w.Push.Kinds = []recall.PushKind{recall.PushFCM}
	if hello, err := w.Hello(t.Context(), as(bob, "b=")); err != nil || hello.WebPushKey != "" {
		t.Errorf("without web push: hello %+v, %v", hello, err)
	}
}

func TestAUserRemovesOnlyTheirOwnDevices(t *testing.T) {
	w := newPushWorld(t)
	phone := w.phone(bob, "phone")
	w.must(w.RemoveDevice(t.Context(), as(mallory, "m="), phone))
	w.work(jobOf(w.sent(w.device(alice, "a="), direct)))
	w.wantSent("message to phone")
	w.must(w.RemoveDevice(t.Context(), as(bob, "b="), phone))
	w.work(jobOf(w.sent(w.device(alice, "a="), direct)))
	w.wantSent("message to phone")
}

func TestADeviceShowsNeitherItsAddressNorItsKeys(t *testing.T) {
	const secret = "secret"
	device := recall.Device{User: alice, Kind: recall.PushWeb, Address: secret, PublicKey: secret, Auth: secret}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("device", "address", device.Address, "key", device.PublicKey)
	for _, shown := range []string{
		fmt.Sprint(device), fmt.Sprintf("%+v", device), fmt.Sprintf("%#v", device), log.String(),
	} {
		if strings.Contains(shown, secret) {
			t.Errorf("it shows %s", shown)
		}
	}
}
