package recalltest

import (
	"context"
	"slices"
	"sync"

	"example.com/recall/shared/recall"
)

// Devices is a recall.DeviceStore in memory.
type Devices struct {
	mutex   sync.Mutex
	devices map[recall.DeviceID]recall.Device
	pushed  map[recall.PushedMessage]map[string][]recall.DeviceID
}

var _ recall.DeviceStore = (*Devices)(nil)

// NewDevices makes one without devices.
func NewDevices() *Devices {
	return &Devices{
		devices: make(map[recall.DeviceID]recall.Device),
		pushed:  make(map[recall.PushedMessage]map[string][]recall.DeviceID),
	}
}

// RegisterDevice is as recall.DeviceStore says.
func (d *Devices) RegisterDevice(_ context.Context, device recall.Device, limit int) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.devices[device.ID()] = device
	for _, oldest := range recall.OldestDevices(d.of(device.User), limit) {
		delete(d.devices, oldest.ID())
	}
	return nil
}

func (d *Devices) of(users ...recall.UserID) []recall.Device {
	var found []recall.Device
	for _, device := range d.devices {
		if slices.Contains(users, device.User) {
			found = append(found, device)
		}
	}
	return found
}

// RemoveDevice is as recall.DeviceStore says.
func (d *Devices) RemoveDevice(_ context.Context, user recall.UserID, id recall.DeviceID) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.devices[id].User == user {
		delete(d.devices, id)
	}
	return nil
}

// DevicesOf is as recall.DeviceStore says.
func (d *Devices) DevicesOf(_ context.Context, users []recall.UserID) ([]recall.Device, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.of(users...), nil
}

// Devices is as recall.DeviceStore says.
func (d *Devices) Devices(_ context.Context, ids []recall.DeviceID) ([]recall.Device, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var found []recall.Device
	for id, device := range d.devices {
		if slices.Contains(ids, id) {
			found = append(found, device)
		}
	}
	return found, nil
}

// AddPushed is as recall.DeviceStore says. It forgets nothing.
func (d *Devices) AddPushed(
	_ context.Context, message recall.PushedMessage, part string, devices []recall.DeviceID, _ recall.Instant,
) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.pushed[message] == nil {
		d.pushed[message] = make(map[string][]recall.DeviceID)
	}
	d.pushed[message][part] = append(d.pushed[message][part], devices...)
	return nil
}

// Pushed is as recall.DeviceStore says.
func (d *Devices) Pushed(
	_ context.Context, message recall.PushedMessage, part string,
) ([]recall.DeviceID, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	var found []recall.DeviceID
	for name, devices := range d.pushed[message] {
		if part == "" || part == name {
			found = append(found, devices...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// Sent is one notification that a Pusher took.
type Sent struct {
	Device       recall.Device
	Notification recall.Notification
}

// Pusher is a recall.Pusher that keeps what is sent.
type Pusher struct {
	// Answer decides on each notification, if it is set. One that it returns an error for is not kept.
	Answer func(recall.Device, recall.Notification) error

	mutex sync.Mutex
	sent  []Sent
}

var _ recall.Pusher = (*Pusher)(nil)

// Push is as recall.Pusher says.
func (p *Pusher) Push(_ context.Context, device recall.Device, notification recall.Notification) error {
	if p.Answer != nil {
		if err := p.Answer(device, notification); err != nil {
			return err
		}
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sent = append(p.sent, Sent{device, notification})
	return nil
}

// Sent returns all notifications so far, in their order.
func (p *Pusher) Sent() []Sent {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Clone(p.sent)
}

// PushQueue keeps jobs.
type PushQueue struct {
	mutex sync.Mutex
	jobs  []recall.PushJob
}

var _ recall.PushQueue = (*PushQueue)(nil)

// EnqueuePush is as recall.PushQueue says.
func (q *PushQueue) EnqueuePush(_ context.Context, jobs []recall.PushJob) error {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.jobs = append(q.jobs, jobs...)
	return nil
}

// Take empties the queue.
func (q *PushQueue) Take() []recall.PushJob {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	jobs := q.jobs
	q.jobs = nil
	return jobs
}
