package recalltest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/recall"
)

// RunDevices checks that a store of devices does what recall.DeviceStore says. open makes an empty one.
func RunDevices(t *testing.T, open func(t *testing.T) recall.DeviceStore) {
	for _, each := range deviceSentences() {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			each.test(t, open(t))
		})
	}
}

// phoneOf is the user's device with that token, registered that many milliseconds after noon.
func phoneOf(user recall.UserID, token string, milliseconds int64) recall.Device {
	return recall.Device{
		User: user, Kind: recall.PushAPNs, Address: recall.PushAddress(token), Topic: "com.example.chat",
		RegisteredAt: noon + recall.Instant(milliseconds),
	}
}

func addDevices(t *testing.T, store recall.DeviceStore, limit int, devices ...recall.Device) {
	t.Helper()
	for _, device := range devices {
		must(t, store.RegisterDevice(t.Context(), device, limit))
	}
}

func wantDevices(t *testing.T, store recall.DeviceStore, users []recall.UserID, want ...recall.Device) {
	t.Helper()
	got, err := store.DevicesOf(t.Context(), users)
	must(t, err)
	sameDevices(t, got, want)
}

func sameDevices(t *testing.T, got, want []recall.Device) {
	t.Helper()
	order := func(a, b recall.Device) int { return strings.Compare(string(a.ID()), string(b.ID())) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("devices %v, want %v", got, want)
	}
}

type deviceSentence struct {
	name string
	test func(t *testing.T, store recall.DeviceStore)
}

func deviceSentences() []deviceSentence {
	return append(registrations(), deviceSentence{
		"what was pushed is remembered for each part of a message, and once for each device", wherePushed,
	})
}

func registrations() []deviceSentence {
	both := []recall.UserID{alice, bob}
	return []deviceSentence{
		{"a device is found as it was registered", func(t *testing.T, store recall.DeviceStore) {
			browser := recall.Device{
				User: alice, Kind: recall.PushWeb, Address: "https://push.example.com/1", PublicKey: "key", Auth: "auth",
				RegisteredAt: noon,
			}
			phone := phoneOf(bob, "token", 1)
			wantDevices(t, store, both)
			addDevices(t, store, 20, browser, phone)
			wantDevices(t, store, both, browser, phone)
			wantDevices(t, store, []recall.UserID{bob}, phone)
			found, err := store.Devices(t.Context(), []recall.DeviceID{browser.ID(), browser.ID(), "unknown"})
			must(t, err)
			sameDevices(t, found, []recall.Device{browser})
		}},
		{"a device that is registered again is there once, as it was registered last",
			func(t *testing.T, store recall.DeviceStore) {
				addDevices(t, store, 20, phoneOf(alice, "token", 0), phoneOf(alice, "token", 5))
				wantDevices(t, store, both, phoneOf(alice, "token", 5))
			}},
		{"a device that another user registers is theirs, and its former user cannot remove it",
			func(t *testing.T, store recall.DeviceStore) {
				shared, other := phoneOf(bob, "shared", 1), phoneOf(alice, "other", 0)
				addDevices(t, store, 20, phoneOf(alice, "shared", 0), other, shared)
				wantDevices(t, store, []recall.UserID{alice}, other)
				must(t, store.RemoveDevice(t.Context(), alice, shared.ID()))
				wantDevices(t, store, both, shared, other)
			}},
		{"a device that comes back to its user is found again", func(t *testing.T, store recall.DeviceStore) {
			addDevices(t, store, 20, phoneOf(alice, "shared", 0), phoneOf(bob, "shared", 1), phoneOf(alice, "shared", 2))
			wantDevices(t, store, both, phoneOf(alice, "shared", 2))
		}},
		{"the device that was registered first makes place", func(t *testing.T, store recall.DeviceStore) {
			first, second, third := phoneOf(alice, "1", 0), phoneOf(alice, "2", 1), phoneOf(alice, "3", 2)
			addDevices(t, store, 2, first, second)
			first.RegisteredAt = noon + 3
			addDevices(t, store, 2, first, phoneOf(bob, "bob", 0))
			addDevices(t, store, 2, third)
			wantDevices(t, store, []recall.UserID{alice}, first, third)
			found, err := store.Devices(t.Context(), []recall.DeviceID{second.ID()})
			must(t, err)
			sameDevices(t, found, nil)
		}},
		{"a device that is removed is gone, and removing it again is no error",
			func(t *testing.T, store recall.DeviceStore) {
				phone, tablet := phoneOf(alice, "phone", 0), phoneOf(alice, "tablet", 1)
				addDevices(t, store, 20, phone, tablet)
				for range 2 {
					must(t, store.RemoveDevice(t.Context(), alice, phone.ID()))
					wantDevices(t, store, both, tablet)
				}
				must(t, store.RemoveDevice(t.Context(), alice, tablet.ID()))
				wantDevices(t, store, both)
				addDevices(t, store, 20, phone)
				wantDevices(t, store, both, phone)
			}},
		{"devices that are registered at the same time are all found", func(t *testing.T, store recall.DeviceStore) {
			const count = 4
			devices := make([]recall.Device, count)
			var group sync.WaitGroup
			for i := range devices {
				devices[i] = phoneOf(alice, fmt.Sprint("token", i), int64(i))
				group.Go(func() {
					if err := store.RegisterDevice(t.Context(), devices[i], count); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			wantDevices(t, store, both, devices...)
		}},
		{"the devices of 150 users are found at once", func(t *testing.T, store recall.DeviceStore) {
			var users []recall.UserID
			var devices []recall.Device
			for i := range 150 { // beyond one batch of 100
				users = append(users, recall.UserID(fmt.Sprint("user", i)))
				devices = append(devices, phoneOf(users[i], fmt.Sprint("token", i), 0))
			}
			addDevices(t, store, 20, devices...)
			wantDevices(t, store, users, devices...)
		}},
	}
}

func wherePushed(t *testing.T, store recall.DeviceStore) {
	between := recall.Between(alice, bob)
	message := recall.PushedMessage{Conversation: between, ID: messageAt(0, 1)}
	other := recall.PushedMessage{Conversation: between, ID: messageAt(0, 2)}
	add := func(part string, devices ...recall.DeviceID) {
		must(t, store.AddPushed(t.Context(), message, part, devices, noon+1_000_000))
	}
	add("alice", "one", "two")
	add("alice", "two")
	add("bob", "two", "three")
	for part, want := range map[string][]recall.DeviceID{
		"": {"one", "three", "two"}, "alice": {"one", "two"}, "bob": {"three", "two"}, "carol": nil,
	} {
		got, err := store.Pushed(t.Context(), message, part)
		must(t, err)
		slices.Sort(got)
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("part %q: %s", part, difference)
		}
	}
	if got, err := store.Pushed(t.Context(), other, ""); err != nil || len(got) != 0 {
		t.Errorf("another message has %v, %v", got, err)
	}
}
