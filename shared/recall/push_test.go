package recall_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// pushWorld is a world with push. Its queue of jobs is worked off by the test.
type pushWorld struct {
	*world
	devices *recalltest.Devices
	pusher  *recalltest.Pusher
	jobs    *recalltest.PushQueue
	// step is called before each outside call of a job, and after each one that changes something. If it returns an
	// error, the process is dead.
	step func() error
}

func newPushWorld(t *testing.T) *pushWorld {
	w := &pushWorld{
		world: newWorld(t), devices: recalltest.NewDevices(), pusher: &recalltest.Pusher{}, jobs: &recalltest.PushQueue{},
	}
	w.step = func() error { return nil }
	w.store.before = func(string) error { return w.step() }
	w.Presence = steppedPresence{w.Presence, w}
	w.Push = &recall.Push{
		Devices: steppedDevices{w.devices, w}, Kinds: []recall.PushKind{recall.PushFCM, recall.PushWeb},
		Pusher: steppedPusher{w}, Queue: steppedQueue{w}, WebPushHosts: recall.DefaultWebPushHosts(),
	}
	return w
}

// around makes an outside call between two steps.
func (w *pushWorld) around(call func() error) error {
	if err := w.step(); err != nil {
		return err
	}
	if err := call(); err != nil {
		return err
	}
	return w.step()
}

type steppedPresence struct {
	recall.Presence
	w *pushWorld
}

func (p steppedPresence) Connections(ctx context.Context, users []recall.UserID) ([]recall.Connection, error) {
	if err := p.w.step(); err != nil {
		return nil, err
	}
	return p.Presence.Connections(ctx, users)
}

type steppedDevices struct {
	recall.DeviceStore
	w *pushWorld
}

func (d steppedDevices) DevicesOf(ctx context.Context, users []recall.UserID) ([]recall.Device, error) {
	if err := d.w.step(); err != nil {
		return nil, err
	}
	return d.DeviceStore.DevicesOf(ctx, users)
}

func (d steppedDevices) Devices(ctx context.Context, ids []recall.DeviceID) ([]recall.Device, error) {
	if err := d.w.step(); err != nil {
		return nil, err
	}
	return d.DeviceStore.Devices(ctx, ids)
}

func (d steppedDevices) AddPushed(ctx context.Context, message recall.PushedMessage, part string,
	devices []recall.DeviceID, until recall.Instant) error {
	return d.w.around(func() error { return d.DeviceStore.AddPushed(ctx, message, part, devices, until) })
}

func (d steppedDevices) Pushed(ctx context.Context, message recall.PushedMessage, part string) ([]recall.DeviceID,
	error) {
	if err := d.w.step(); err != nil {
		return nil, err
	}
	return d.DeviceStore.Pushed(ctx, message, part)
}

type steppedPusher struct{ w *pushWorld }

func (p steppedPusher) Push(ctx context.Context, device recall.Device, notification recall.Notification) error {
	return p.w.around(func() error { return p.w.pusher.Push(ctx, device, notification) })
}

type steppedQueue struct{ w *pushWorld }

func (q steppedQueue) EnqueuePush(ctx context.Context, jobs []recall.PushJob) error {
	return q.w.around(func() error { return q.w.jobs.EnqueuePush(ctx, jobs) })
}

// phone registers the user's phone and returns it.
func (w *pushWorld) phone(user recall.UserID, token string) recall.Device {
	w.t.Helper()
	device := recall.Device{Kind: recall.PushFCM, Address: recall.PushAddress(token)}
	w.must(w.RegisterDevice(w.t.Context(), as(user, "x="), device))
	device.User = user
	return device
}

// jobOf is the job that a change of the message causes.
func jobOf(message recall.Message) recall.PushJob {
	return recall.PushJob{Conversation: message.Conversation, MessageID: message.ID, Since: message.ChangedAt()}
}

// work does the jobs until none is left. A job that fails comes again.
func (w *pushWorld) work(jobs ...recall.PushJob) {
	w.t.Helper()
	for attempts := 0; len(jobs) > 0; attempts++ {
		if attempts > 500 {
			w.t.Fatal("the jobs do not end")
		}
		w.clock.Advance(jobs[0].Delay)
		if err := w.SendPush(w.t.Context(), jobs[0]); err == nil {
			jobs = jobs[1:]
		}
		jobs = append(jobs, w.jobs.Take()...)
	}
}

// sentences are the notifications so far: "message to token" or "revoked to token".
func (w *pushWorld) sentences() []string {
	var all []string
	for _, each := range w.pusher.Sent() {
		what := "message"
		if each.Notification.Revoked {
			what = "revoked"
		}
		all = append(all, what+" to "+string(each.Device.Address))
	}
	return all
}

func (w *pushWorld) wantSent(want ...string) {
	w.t.Helper()
	if got := w.sentences(); !slices.Equal(got, want) {
		w.t.Errorf("sent %q, want %q", got, want)
	}
}

func TestAUserWithoutAConnectionGetsANotificationWithoutItsText(t *testing.T) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	message := w.sent(w.device(alice, "a="), direct)
	w.work(jobOf(message))
	sent := w.pusher.Sent()
	want := recall.Notification{
		MessageID: message.ID, Conversation: "c2c_alice", Sender: alice, TTL: recall.PushFor,
	}
	if len(sent) != 1 || sent[0].Notification != want {
		t.Errorf("sent %+v", sent)
	}
	w.Push.ShowsText = true
	w.work(jobOf(message))
	if sent := w.pusher.Sent(); len(sent) != 2 || sent[1].Notification.Body != message.Body {
		t.Errorf("with text: %+v", sent)
	}
}

func TestNobodyElseGetsANotification(t *testing.T) {
	w := newPushWorld(t)
	w.makeGroup()
	for _, user := range []recall.UserID{alice, bob, carol, mallory} {
		w.phone(user, "phone of "+string(user))
	}
	w.device(carol, "c=")
	sender := w.device(alice, "a=")
	w.must(w.ForgetConnection(t.Context(), recall.Connection{User: alice, ID: "a=", ConnectedAt: w.clock.Instant()}))
	message := w.sent(sender, group)
	_, err := w.Read(t.Context(), as(bob, "b="), recall.ReadRequest{Conversation: group, MessageID: message.ID})
	w.must(err)
	w.work(jobOf(message))
	w.wantSent()
}

func TestAMemberWhoLeftBeforeTheNotificationGetsNone(t *testing.T) {
	w := newPushWorld(t)
	w.makeGroup()
	w.phone(bob, "phone")
	message := w.sent(w.device(alice, "a="), group)
	w.must(w.DeleteMember(t.Context(), engineers, bob))
	job := jobOf(message)
	job.Users = []recall.UserID{bob}
	w.work(job)
	w.wantSent()
}

func TestARecallIsToldToThoseWhoMayHaveANotificationAndToNobodyElse(t *testing.T) {
	w := newPushWorld(t)
	w.makeGroup()
	w.phone(bob, "bob")
	w.phone(carol, "carol")
	w.device(carol, "c=")
	sender := w.device(alice, "a=")
	message := w.sent(sender, group)
	w.work(jobOf(message))
	w.phone(mallory, "bob") // The phone has another user now, and still shows the notification.
	w.recalls(sender, message)
	w.work(jobOf(w.stored(message)))
	w.wantSent("message to bob", "revoked to bob")
}

func TestAMessageThatWasRecalledBeforeItsNotificationGetsNone(t *testing.T) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	sender := w.device(alice, "a=")
	message := w.sent(sender, direct)
	w.recalls(sender, message)
	w.work(jobOf(message), jobOf(w.stored(message)))
	w.wantSent()
}

// errDead is what the calls of a process that was killed return.
var errDead = errors.New("the process is dead")

// stepsOf counts the steps of the first notification of a message.
func stepsOf(t *testing.T) int {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	message := w.sent(w.device(alice, "a="), direct)
	count := 0
	w.step = func() error { count++; return nil }
	w.work(jobOf(message))
	if count < 8 {
		t.Fatalf("a notification has %d steps", count)
	}
	return count
}

// TestARecallNeverLosesToItsMessage recalls the message at each step of its notification, and kills the function at
// each step behind that. The job of the recall is done at that very step, or in the end. The last notification must be
// the one of the recall, or there must be none at all.
func TestARecallNeverLosesToItsMessage(t *testing.T) {
	steps := stepsOf(t)
	for recalledAt := 1; recalledAt <= steps+1; recalledAt++ {
		for killedAt := recalledAt; killedAt <= steps+6; killedAt++ {
			for _, atOnce := range []bool{true, false} {
				name := fmt.Sprintf("recalled at %d, killed at %d, told at once %t", recalledAt, killedAt, atOnce)
				t.Run(name, func(t *testing.T) { recallAndKill(t, recalledAt, killedAt, atOnce) })
			}
		}
	}
}

func recallAndKill(t *testing.T, recalledAt, killedAt int, atOnce bool) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	sender := w.device(alice, "a=")
	message := w.sent(sender, direct)
	recallNow := func() {
		w.recalls(sender, message)
		if atOnce {
			w.work(jobOf(w.stored(message)))
		}
	}
	count, dead := 0, false
	var step func() error
	step = func() error {
		if count++; count == recalledAt {
			w.step = func() error { return nil }
			recallNow()
			w.step = step
		}
		dead = dead || count == killedAt
		if dead {
			return errDead
		}
		return nil
	}
	w.step = step
	err := w.SendPush(t.Context(), jobOf(message))
	w.step = func() error { return nil }
	if count < recalledAt {
		recallNow()
	}
	left := w.jobs.Take()
	if err != nil {
		left = append(left, jobOf(message)) // It comes again.
	}
	if !atOnce {
		left = append(left, jobOf(w.stored(message)))
	}
	w.work(left...)
	sent := w.sentences()
	if len(sent) > 0 && sent[len(sent)-1] != "revoked to phone" {
		t.Errorf("sent %q", sent)
	}
}

func TestANotificationIsNotLostWhereverTheFunctionDies(t *testing.T) {
	for killedAt := 1; killedAt <= stepsOf(t); killedAt++ {
		t.Run(fmt.Sprint("killed at ", killedAt), func(t *testing.T) {
			w := newPushWorld(t)
			w.phone(bob, "phone")
			message := w.sent(w.device(alice, "a="), direct)
			count := 0
			w.step = func() error {
				if count++; count >= killedAt {
					return errDead
				}
				return nil
			}
			_ = w.SendPush(t.Context(), jobOf(message)) // Its process is dead, and the job comes again.
			w.step = func() error { return nil }
			w.work(append(w.jobs.Take(), jobOf(message))...)
			if !slices.Contains(w.sentences(), "message to phone") {
				t.Errorf("sent %q", w.sentences())
			}
		})
	}
}

func TestAPushServiceThatIsDownForHoursLosesNothing(t *testing.T) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	sender := w.device(alice, "a=")
	message := w.sent(sender, direct)
	back := w.clock.Instant().Add(6 * time.Hour)
	w.pusher.Answer = func(recall.Device, recall.Notification) error {
		if w.clock.Instant() < back {
			return errors.New("the push service is down")
		}
		return nil
	}
	w.work(jobOf(message))
	w.wantSent("message to phone")
	back = w.clock.Instant().Add(6 * time.Hour)
	w.must(w.PutSettings(t.Context(), recall.Unlimited))
	later := w.sent(sender, direct)
	w.pusher.Answer = nil
	w.work(jobOf(later))
	w.pusher.Answer = func(recall.Device, recall.Notification) error {
		if w.clock.Instant() < back {
			return errors.New("the push service is down")
		}
		return nil
	}
	w.recalls(sender, later)
	w.work(jobOf(w.stored(later)))
	w.wantSent("message to phone", "message to phone", "revoked to phone")
}

func TestANotificationIsGivenUpAfterADay(t *testing.T) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	message := w.sent(w.device(alice, "a="), direct)
	attempts := 0
	w.pusher.Answer = func(recall.Device, recall.Notification) error {
		attempts++
		return errors.New("the push service is down")
	}
	w.work(jobOf(message))
	if attempts < 90 || attempts > 120 {
		t.Errorf("%d attempts in a day", attempts)
	}
}

func TestADeviceThatItsPushServiceDoesNotKnowIsRemoved(t *testing.T) {
	w := newPushWorld(t)
	gone, other := w.phone(bob, "gone"), w.phone(bob, "other")
	w.pusher.Answer = func(device recall.Device, _ recall.Notification) error {
		if device.Address == gone.Address {
			return fmt.Errorf("status 410: %w", recall.ErrDeviceGone)
		}
		return nil
	}
	w.work(jobOf(w.sent(w.device(alice, "a="), direct)))
	left, err := w.devices.DevicesOf(t.Context(), []recall.UserID{bob})
	w.must(err)
	if len(left) != 1 || left[0].Address != other.Address {
		t.Errorf("left are %v", left)
	}
	w.wantSent("message to other")
}

func TestANotificationThatIsRefusedIsNotTriedAgain(t *testing.T) {
	w := newPushWorld(t)
	w.phone(bob, "phone")
	attempts := 0
	w.pusher.Answer = func(recall.Device, recall.Notification) error {
		attempts++
		return recall.ErrPushRefused
	}
	w.work(jobOf(w.sent(w.device(alice, "a="), direct)))
	if attempts != 1 {
		t.Errorf("%d attempts", attempts)
	}
}

func TestALargeGroupIsServedInPartsAndItsRecallToo(t *testing.T) {
	w := newPushWorld(t)
	w.makeGroup()
	const members = 2*recall.UsersPerPush + 30
	const perMember = 3
	for i := range members {
		user := recall.UserID(fmt.Sprintf("member-%03d", i))
		w.must(w.PutMember(t.Context(), recall.AdminPutMember{Group: engineers, User: user, Role: recall.MemberMember}))
		for n := range perMember {
			w.phone(user, fmt.Sprintf("phone %d of %s", n, user))
		}
	}
	sender := w.device(alice, "a=")
	message := w.sent(sender, group)
	w.work(jobOf(message))
	w.recalls(sender, message)
	w.work(jobOf(w.stored(message)))
	counts := make(map[string]int)
	for _, sentence := range w.sentences() {
		counts[strings.Fields(sentence)[0]]++
	}
	if counts["message"] != perMember*members || counts["revoked"] != perMember*members {
		t.Errorf("%v for %d phones", counts, perMember*members)
	}
}

func TestFinishQueuesALookAtEachChangeAndFinishesAlthoughTheQueueIsDown(t *testing.T) {
	w := newPushWorld(t)
	message := w.sent(w.device(alice, "a="), direct)
	w.must(w.Finish(t.Context(), message))
	if jobs := w.jobs.Take(); len(jobs) != 1 || jobs[0].MessageID != message.ID || jobs[0].Since != message.SentAt {
		t.Errorf("jobs %+v", jobs)
	}
	w.store.failing("Settle")
	unfinished := w.sent(w.device(alice, "a="), direct)
	w.store.failing()
	w.Push.Queue = failingQueue{}
	if err := w.Finish(t.Context(), unfinished); recall.NameOf(err) != recall.Unavailable {
		t.Errorf("the change does not come again: %v", err)
	}
	if stored := w.stored(unfinished); stored.Due != recall.DueNothing {
		t.Error("the notices wait for the queue of notifications")
	}
}

type failingQueue struct{}

func (failingQueue) EnqueuePush(context.Context, []recall.PushJob) error {
	return recall.Unreachable("queue", errors.New("fault of the test"))
}
