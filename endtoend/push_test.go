package endtoend

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/push/pushtest"
)

// pushParameters switch notifications on, with keys of their own. The push services of the tests are on this machine.
func pushParameters() map[string]string {
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // It never fails.
	}
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]string{
		"Push":           "webpush",
		"WebPushKey":     encode(key.PublicKey().Bytes()),
		"WebPushContact": pushtest.Contact,
		"WebPushHosts":   "localhost",
		"PushSecret":     `{"webPush":{"privateKey":"` + encode(key.Bytes()) + `"}}`,
	}
}

// browser is the device of a request push.
func browser(subscription *pushtest.Subscription) frame {
	return frame{
		"kind": "webpush", "endpoint": subscription.Endpoint, "p256dh": subscription.PublicKey, "auth": subscription.Auth,
	}
}

// registered is a user whose browser is registered for notifications, and who has no connection any more.
func registered(t *testing.T, user string, subscriptions ...*pushtest.Subscription) {
	t.Helper()
	d := connect(t, user)
	for _, subscription := range subscriptions {
		if reply := d.must("push", frame{"device": browser(subscription)}); reply["registered"] != true {
			t.Errorf("push was answered with %v", reply)
		}
	}
	d.leave()
	waitFor(t, "the connection is forgotten", func() bool { return connections(t, user) == 0 })
}

// connections is how many connections of a user the table has.
func connections(t *testing.T, user string) int {
	t.Helper()
	read, err := storage().GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName:      aws.String("ConnectionsTable"),
		ConsistentRead: aws.Bool(true),
		Key:            map[string]types.AttributeValue{"user": &types.AttributeValueMemberS{Value: user}},
	})
	if err != nil {
		t.Fatal(err)
	}
	set, _ := read.Item["conns"].(*types.AttributeValueMemberSS)
	if set == nil {
		return 0
	}
	return len(set.Value)
}

// payloads waits until the subscription has got so many notifications, and returns them.
func payloads(t *testing.T, service *pushtest.WebPush, subscription *pushtest.Subscription, count int) []string {
	t.Helper()
	var got []string
	waitFor(t, "the notifications are there", func() bool {
		got = nil
		for _, received := range service.Received(subscription) {
			got = append(got, received.Payload)
		}
		return len(got) >= count
	})
	return got
}

func TestAUserWithoutAConnectionGetsANotificationAndARecallWithdrawsIt(t *testing.T) {
	service := pushtest.NewWebPush(t)
	people := users(t, "alice", "bob")
	alice, subscription := connect(t, people[0]), service.Subscribe()
	if hello := alice.must("hello", nil); hello["push"].(frame)["webPushKey"] == "" {
		t.Errorf("hello tells %v", hello["push"])
	}
	registered(t, people[1], subscription)
	id := alice.send("c2c_"+people[1], "not for a locked screen")
	got := payloads(t, service, subscription, 1)
	want := fmt.Sprintf(`{"type":"message","messageId":"%s","conversation":"c2c_%s","sender":"%[2]s"}`, id, people[0])
	if !slices.Equal(got, []string{want}) {
		t.Errorf("notifications %q, want %s", got, want)
	}
	alice.must("revoke", frame{"conversation": "c2c_" + people[1], "messageId": id})
	got = payloads(t, service, subscription, 2)
	if got[len(got)-1] != `{"type":"revoked","messageId":"`+id+`"}` {
		t.Errorf("notifications %q", got)
	}
	for _, line := range shared.logged() {
		if strings.Contains(line, subscription.Endpoint) || strings.Contains(line, subscription.Auth) {
			t.Errorf("logged %s", line)
		}
	}
}

func TestAPushServiceThatIsDownDelaysNoNoticeAndLosesNoNotification(t *testing.T) {
	service := pushtest.NewWebPush(t)
	people := users(t, "alice", "bob", "carol")
	alice, carol, subscription := connect(t, people[0]), connect(t, people[2]), service.Subscribe()
	var attempts atomic.Int64
	const failures = 2
	service.Answer = func(*http.Request) int {
		if attempts.Add(1) <= failures {
			return http.StatusServiceUnavailable
		}
		return http.StatusCreated
	}
	registered(t, people[1], subscription)
	group := newGroup(t, people[0], people[1], people[2])
	id := alice.send("group_"+group, "to both")
	carol.event("message")
	if got := payloads(t, service, subscription, 1); !strings.Contains(got[0], id) {
		t.Errorf("notifications %q", got)
	}
	if attempts.Load() < failures+1 {
		t.Errorf("%d attempts", attempts.Load())
	}
}

// useNotifications needs every right of the function push, and those of the others for it.
func useNotifications(t *testing.T, alice *device) {
	service := pushtest.NewWebPush(t)
	bob := users(t, "notified")[0]
	good, gone := service.Subscribe(), service.Subscribe()
	gone.Endpoint += "-unknown"
	var attempts atomic.Int64
	service.Answer = func(*http.Request) int {
		if attempts.Add(1) == 1 {
			return http.StatusServiceUnavailable // It is tried again through the queue.
		}
		return http.StatusCreated
	}
	registered(t, bob, gone, good)
	group := newGroup(t, alice.user, bob)
	id := alice.send("group_"+group, "for a notification")
	payloads(t, service, good, 1)
	alice.must("revoke", frame{"conversation": "group_" + group, "messageId": id})
	payloads(t, service, good, 2)
	d := connect(t, bob)
	d.must("push", frame{"device": browser(good), "remove": true})
	d.leave()
}

// waitFor waits until a condition holds.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen that %s", what)
		}
	}
}
