package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"example.com/recall/shared/recall"
)

// Device is a client that keeps its view by the rules of the protocol. It reads frames without our code.
type Device struct {
	world      *World
	connection recall.Connection

	mutex    sync.Mutex
	bodies   map[string]string         // by conversation as it sees it, and message ID
	recalled map[string]recall.Instant // the same
	shown    map[string]int            // how often a message was new to it
	cursors  map[recall.Conversation]string
	received map[string]bool // bodies that were ever posted to it or answered
	// missed are messages that it may not know the latest of until it syncs; deaf is that it may not know of any until it
	// comes back on another connection.
	missed map[string]bool
	deaf   bool
}

func newDevice(world *World, user recall.UserID, id recall.ConnectionID, at recall.Instant, before *Device) *Device {
	device := &Device{
		world:      world,
		connection: recall.Connection{User: user, ID: id, ConnectedAt: at},
		bodies:     make(map[string]string),
		recalled:   make(map[string]recall.Instant),
		shown:      make(map[string]int),
		cursors:    make(map[recall.Conversation]string),
		received:   make(map[string]bool),
		missed:     make(map[string]bool),
	}
	if before != nil {
		before.mutex.Lock()
		defer before.mutex.Unlock()
		device.bodies, device.recalled, device.shown = maps.Clone(before.bodies), maps.Clone(before.recalled),
			maps.Clone(before.shown)
		device.cursors, device.received = maps.Clone(before.cursors), maps.Clone(before.received)
		device.missed = maps.Clone(before.missed)
	}
	return device
}

// GoString names the device in a drawn sequence.
func (d *Device) GoString() string {
	return string(d.connection.ID) + " of " + string(d.connection.User)
}

// User returns the user of the device.
func (d *Device) User() recall.UserID { return d.connection.User }

// Connection returns the connection of the device.
func (d *Device) Connection() recall.Connection { return d.connection }

// Received reports whether the device has ever received the body of the message.
func (d *Device) Received(conversation recall.Conversation, id recall.MessageID) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.received[conversation.SeenBy(d.User())+" "+string(id)]
}

// Caller returns the caller that a function sees for the device.
func (d *Device) Caller() recall.Caller {
	return recall.Caller{User: d.connection.User, Connection: d.connection.ID}
}

// event is what the device reads of a frame.
type event struct {
	Type         string `json:"type"`
	Conversation string `json:"conversation"`
	Message      *struct {
		MessageID    string          `json:"messageId"`
		Conversation string          `json:"conversation"`
		Body         json.RawMessage `json:"body"`
	} `json:"message"`
	Revocations []struct {
		MessageID string `json:"messageId"`
		Revoked   struct {
			At recall.Instant `json:"at"`
		} `json:"revoked"`
	} `json:"revocations"`
}

// Excuse allows the device to miss changes until it connects again.
func (d *Device) Excuse() {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.deaf = true
}

// Excused reports whether the device may have missed changes.
func (d *Device) Excused() bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.deaf || len(d.missed) > 0
}

// YoungFor is how long an entry outlives a 410, as docs/design.md says.
const YoungFor = 30 * time.Second

// deny is a post that was answered with 410 though the device is connected. While its entry is young, on any
// machine's clock, it is kept, and the device misses this frame alone.
func (d *Device) deny(data []byte) {
	var read event
	young := d.world.Now().Sub(d.connection.ConnectedAt)+ClockRange <= YoungFor
	if json.Unmarshal(data, &read) != nil || !young {
		d.Excuse()
		return
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if read.Message != nil {
		d.missed[read.Message.Conversation+" "+read.Message.MessageID] = true
	}
	for _, each := range read.Revocations {
		d.missed[read.Conversation+" "+each.MessageID] = true
	}
}

func (d *Device) receive(data []byte) error {
	var read event
	if err := json.Unmarshal(data, &read); err != nil {
		return fmt.Errorf("the device got a frame that is not JSON: %w", err)
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if read.Message != nil {
		d.hold(read.Message.Conversation+" "+read.Message.MessageID, string(read.Message.Body))
	}
	for _, each := range read.Revocations {
		d.drop(read.Conversation+" "+each.MessageID, each.Revoked.At)
	}
	return nil
}

// hold adds a message to the view, unless its recall came first.
func (d *Device) hold(name, body string) {
	d.received[name] = true
	if _, gone := d.recalled[name]; gone {
		return
	}
	if _, held := d.bodies[name]; !held {
		d.shown[name]++
	}
	d.bodies[name] = body
}

func (d *Device) drop(name string, at recall.Instant) {
	d.recalled[name] = at
	delete(d.bodies, name)
}

// Sync reads what the device missed in a conversation.
func (d *Device) Sync(ctx context.Context, process *recall.Service, conversation recall.Conversation) error {
	d.mutex.Lock()
	missed := maps.Clone(d.missed) // This sync need not bring what the device misses from now on.
	d.mutex.Unlock()
	for {
		d.mutex.Lock()
		cursor := d.cursors[conversation]
		d.mutex.Unlock()
		result := process.Sync(ctx, d.Caller(), recall.SyncRequest{Conversations: []recall.SyncItem{
			{Conversation: conversation, Cursor: cursor, Limit: recall.MaximumSyncLimit},
		}})[0]
		if result.Err != nil {
			return result.Err
		}
		d.mutex.Lock()
		seen := conversation.SeenBy(d.User()) + " "
		for _, message := range result.Messages {
			if message.Revoked != nil {
				d.drop(seen+string(message.ID), message.Revoked.At)
			} else {
				d.hold(seen+string(message.ID), string(message.Body))
			}
		}
		for _, recalled := range result.Revocations {
			d.drop(seen+string(recalled.MessageID), recalled.Revocation.At)
		}
		if result.Cursor != "" {
			d.cursors[conversation] = result.Cursor
		}
		if !result.More {
			maps.DeleteFunc(d.missed, func(name string, _ bool) bool { return missed[name] && strings.HasPrefix(name, seen) })
		}
		d.mutex.Unlock()
		if !result.More {
			return nil
		}
	}
}

// Acknowledged takes a good answer to the device's own request into its view.
func (d *Device) Acknowledged(conversation recall.Conversation, id recall.MessageID, body recall.Body,
	recalledAt recall.Instant) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	name := conversation.SeenBy(d.User()) + " " + string(id)
	if recalledAt != 0 {
		d.drop(name, recalledAt)
		return
	}
	d.hold(name, string(body))
}
