package endtoend

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// disconnected waits until the connection ends, and fails if its close code is not 1000.
func (d *device) disconnected() {
	d.t.Helper()
	until(d.t, d.user+"'s connection is closed", func() bool {
		d.mutex.Lock()
		defer d.mutex.Unlock()
		return d.closed != nil
	})
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if websocket.CloseStatus(d.closed) != websocket.StatusNormalClosure {
		d.t.Errorf("%s's connection ended with %v", d.user, d.closed)
	}
}

// kicked waits until the device has received the reason and is then disconnected.
func (d *device) kicked(reason string) {
	d.t.Helper()
	if event := d.event("kicked"); event["reason"] != reason || len(event) != 2 {
		d.t.Errorf("%s is told %v", d.user, event)
	}
	d.disconnected()
}

// connectTooOften makes one connection more than a user may have. It returns the devices, the oldest first.
func connectTooOften(t *testing.T, user string) []*device {
	t.Helper()
	devices := make([]*device, 21)
	for i := range devices {
		devices[i] = connect(t, user)
	}
	return devices
}

func TestTheOldestOfTooManyConnectionsIsToldWhyAndClosed(t *testing.T) {
	devices := connectTooOften(t, users(t, "alice")[0])
	devices[0].kicked("connection_limit")
	bob := connect(t, users(t, "bob")[0])
	bob.send("c2c_"+devices[0].user, "to all of you")
	for _, device := range devices[1:] {
		device.event("message")
		device.none("kicked")
	}
	devices[0].none("message")
}

func TestAnAdministratorDisconnectsAllDevicesOfAUser(t *testing.T) {
	people := users(t, "alice", "bob")
	first, second, bob := connect(t, people[0]), connect(t, people[0]), connect(t, people[1])
	first.must("hello", nil)
	second.must("hello", nil)
	wants(t, "disconnect", prints(t, "admin", "disconnect", people[0]), "connections of "+people[0]+" closed: 2\n")
	first.kicked("administrator")
	second.kicked("administrator")
	bob.must("hello", nil)
	bob.none("kicked")
	wants(t, "disconnect of nobody", prints(t, "admin", "disconnect", people[0]),
		"connections of "+people[0]+" closed: 0\n")
	connect(t, people[0]).must("hello", nil) // the token is still good
}

func TestTheChatSaysThatAnAdministratorEndedItAndEndsWithAFailure(t *testing.T) {
	people := users(t, "alice", "bob")
	made := command(t, "chat", "--user", people[0], "--to", people[1])
	chat := startTalk(t, made)
	chat.sees("-- you are " + people[0])
	prints(t, "admin", "disconnect", people[0])
	chat.sees("disconnected by an administrator")
	if err := made.Wait(); err == nil {
		t.Error("the command ended well")
	}
}

// connectForAShortTime connects a user with a token that soon ends. Where the token ends before the handshake does,
// because the machine is busy, it takes one that lasts twice as long.
func connectForAShortTime(t *testing.T, user string) (*device, time.Time) {
	t.Helper()
	for lasts := 3 * time.Second; lasts <= patience; lasts *= 2 {
		ends := time.Now().Add(lasts)
		token, err := shared.Token(user, lasts)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		socket, _, err := websocket.Dial(ctx, shared.Addresses().WebSocket, &websocket.DialOptions{
			HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
		})
		cancel()
		if err == nil {
			return newDevice(t, user, library{socket}), ends
		}
		if time.Now().Before(ends) {
			t.Fatalf("%s cannot connect with a good token: %v", user, err)
		}
	}
	t.Fatalf("%s could not connect before its token ended", user)
	return nil, time.Time{}
}

func TestADeviceWhoseTokenHasEndedGetsNothingMoreAndIsClosed(t *testing.T) {
	people := users(t, "alice", "bob")
	alice := connect(t, people[0])
	bob, ends := connectForAShortTime(t, people[1])
	until(t, "the token is over", func() bool { return time.Now().After(ends) })
	alice.send("c2c_"+people[1], "too late")
	bob.disconnected()
	bob.none("message")
	// The device comes again with a new token, and syncs.
	again := connect(t, people[1])
	reply := again.must("sync", frame{"conversations": []frame{{"conversation": "c2c_" + people[0]}}})
	if text := answerOf(reply); !strings.Contains(text, "too late") {
		t.Errorf("the sync tells %s", text)
	}
}
