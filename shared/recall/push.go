package recall

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Pusher sends notifications through the push services.
type Pusher interface {
	// Push passes one notification to the push service of the device. A later notification of the same message replaces
	// the earlier one on the device. It returns ErrDeviceGone if the service does not know the device any more, and
	// ErrPushRefused if the service will never take this notification. Any other error may be over at the next attempt.
	Push(ctx context.Context, device Device, notification Notification) error
}

// What a push service may answer.
var (
	ErrDeviceGone  = errors.New("the push service does not know the device any more")
	ErrPushRefused = errors.New("the push service refused the notification")
)

// Notification is what a device is told of one message.
type Notification struct {
	MessageID MessageID
	// Conversation and Sender are empty if the message was recalled.
	Conversation string
	Sender       UserID
	// Body is there only if the deployment shows texts in notifications.
	Body Body
	// Revoked says that the message was recalled, so that its notification has to disappear.
	Revoked bool
	// TTL is for how long the push service keeps the notification for a device that it cannot reach.
	TTL time.Duration
}

// PushJob asks to look at one message and to send what its state demands: notifications of the message, or of its
// recall. It holds no text.
type PushJob struct {
	Conversation Conversation
	MessageID    MessageID
	// Users are a part of the members. Empty is all of them.
	Users []UserID
	// Devices are those that a further attempt is for. Empty is all devices of the users.
	Devices []DeviceID
	// Attempt counts the further attempts.
	Attempt int
	// Since is when the message was sent or recalled.
	Since Instant
	// Delay is how long the queue keeps the job back.
	Delay time.Duration
}

// PushQueue keeps the jobs.
type PushQueue interface {
	// EnqueuePush takes all jobs, or returns an error; after an error it may have taken some.
	EnqueuePush(ctx context.Context, jobs []PushJob) error
}

// Limits of notifications, with their reasons in docs/push.md.
const (
	// UsersPerPush is how many members one job serves, and DevicesPerPush how many devices.
	UsersPerPush   = 100
	DevicesPerPush = 500
	// PushFor is for how long a notification is tried, and for how long a push service keeps it.
	PushFor = 24 * time.Hour
	// PushedFor is for how long it is known to which devices a notification may have gone. A recall after that does not
	// reach a notification that is still on a screen.
	PushedFor = 7 * 24 * time.Hour
	// PushBudget bounds how long the notifications of one job take. A device that is not reached by then gets a further
	// attempt.
	PushBudget = 20 * time.Second
	// FirstPushRetryAfter is the pause before the first further attempt. Each pause is twice the one before, up to
	// LongestPushPause, which is the longest that SQS keeps a message back.
	FirstPushRetryAfter = 5 * time.Second
	LongestPushPause    = 15 * time.Minute
	// pushesAtOnce is how many notifications of a job are sent side by side.
	pushesAtOnce = 32
)

// queuePush queues a look at a changed message, for those who have no open connection.
func (s *Service) queuePush(ctx context.Context, changed Message) error {
	if s.Push == nil || s.Push.Queue == nil {
		return nil
	}
	return s.Push.Queue.EnqueuePush(ctx, []PushJob{
		{Conversation: changed.Conversation, MessageID: changed.ID, Since: changed.ChangedAt()},
	})
}

// SendPush sends the notifications of one message to the devices of members who have no open connection. If the
// message was recalled, it tells so to all devices to which a notification of the message may have gone.
//
// A recall never loses to its message. First it is stored to which devices notifications may go. Then the message is
// read, and only then they are sent. Then the message is read once more. So there are two cases. If the recall was
// committed before the last read, this function tells of it after all that it has sent itself. If it was committed
// later, the job of the recall finds what was stored and tells of it. The last notification of a message that was
// recalled is therefore always the one of the recall.
//
// It returns unavailable if storage or the queue cannot be reached; then it is to be called again with the same job. A
// device may get the same notification more than once, which shows only once.
func (s *Service) SendPush(ctx context.Context, job PushJob) error {
	message, found, err := s.Store.Message(ctx, job.Conversation, job.MessageID)
	switch {
	case err != nil:
		return err
	case !found || message.Expired(s.now()):
		return nil
	case message.Revoked != nil:
		return s.withdraw(ctx, job, nil)
	}
	if len(job.Users) == 0 {
		users, err := s.splitPush(ctx, job)
		if err != nil || users == nil {
			return err
		}
		job.Users = users
	}
	return s.announce(ctx, job, message)
}

// splitPush returns the members of a small conversation. For a larger one it queues jobs of UsersPerPush members each,
// and returns none.
func (s *Service) splitPush(ctx context.Context, job PushJob) ([]UserID, error) {
	roster, err := readRoster(ctx, job.Conversation, firstPage(s.Store.RosterPage))
	if err != nil {
		return nil, err
	}
	if !roster.More && len(roster.Users) <= UsersPerPush {
		return roster.Users, nil
	}
	for {
		var jobs []PushJob
		for some := range slices.Chunk(roster.Users, UsersPerPush) {
			part := job
			part.Users = some
			jobs = append(jobs, part)
		}
		if err := s.Push.Queue.EnqueuePush(ctx, jobs); err != nil || !roster.More {
			return nil, err
		}
		last := roster.Users[len(roster.Users)-1]
		if roster, err = s.Store.RosterPage(ctx, job.Conversation.Group(), last); err != nil {
			return nil, err
		}
	}
}

// announce sends the notifications of a message that was not recalled when it was last read.
func (s *Service) announce(ctx context.Context, job PushJob, message Message) error {
	devices, err := s.receivers(ctx, job, message)
	if err != nil || len(devices) == 0 {
		return err
	}
	pushed, now := PushedMessage{job.Conversation, job.MessageID}, s.now()
	if job.Attempt == 0 { // The devices of a further attempt are stored already.
		if err := s.Push.Devices.AddPushed(ctx, pushed, partOf(job), idsOf(devices), now.Add(PushedFor)); err != nil {
			return err
		}
	}
	message, found, err := s.Store.Message(ctx, job.Conversation, job.MessageID)
	switch {
	case err != nil:
		return err
	case !found:
		return nil
	case message.Revoked != nil:
		return s.withdraw(ctx, job, nil)
	}
	failed := s.pushAll(ctx, devices, func(device Device) Notification { return s.notificationOf(message, device) })
	// Without this read, a notification that was sent while the recall was told would be the last one.
	message, found, err = s.Store.Message(ctx, job.Conversation, job.MessageID)
	if err != nil {
		return err
	}
	if found && message.Revoked != nil {
		return s.withdraw(ctx, job, devices)
	}
	return s.pushLater(ctx, job, failed)
}

// receivers are the devices of the job's users who have no open connection and have not read the message.
func (s *Service) receivers(ctx context.Context, job PushJob, message Message) ([]Device, error) {
	users := slices.DeleteFunc(slices.Clone(job.Users), func(user UserID) bool { return user == message.Sender })
	devices, err := s.Push.Devices.DevicesOf(ctx, users)
	if err != nil {
		return nil, err
	}
	if len(job.Devices) > 0 {
		devices = slices.DeleteFunc(devices, func(d Device) bool { return !slices.Contains(job.Devices, d.ID()) })
	}
	if len(devices) == 0 {
		return nil, nil
	}
	waiting, err := s.waiting(ctx, ownersOf(devices), message)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(devices, func(device Device) bool { return !waiting[device.User] }), nil
}

// waiting are those of the users who are to be told of the message by a notification.
func (s *Service) waiting(ctx context.Context, users []UserID, message Message) (map[UserID]bool, error) {
	connections, err := s.Presence.Connections(ctx, users)
	if err != nil {
		return nil, err
	}
	now := s.now()
	for _, connection := range connections {
		if !connection.Expired(now) {
			users = slices.DeleteFunc(users, func(user UserID) bool { return user == connection.User })
		}
	}
	waits := make([]bool, len(users))
	var group errgroup.Group
	group.SetLimit(pushesAtOnce)
	for i, user := range users {
		group.Go(func() error {
			row, found, err := s.Store.Membership(ctx, user, message.Conversation)
			outside := message.Conversation.IsGroup() && !found // They left, and may not learn of it.
			waits[i] = !outside && row.ReadUpTo < message.ID
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	waiting := make(map[UserID]bool, len(users))
	for i, user := range users {
		waiting[user] = waits[i]
	}
	return waiting, nil
}

func (s *Service) notificationOf(message Message, device Device) Notification {
	notification := Notification{
		MessageID:    message.ID,
		Conversation: message.Conversation.SeenBy(device.User),
		Sender:       message.Sender,
		TTL:          PushFor,
	}
	if s.Push.ShowsText {
		notification.Body = message.Body
	}
	return notification
}

// withdraw tells devices that the message was recalled: those that are given, those of a further attempt, or all to
// which a notification may have gone. It tells nobody else, because a browser shows something for each notification
// that comes for nothing.
func (s *Service) withdraw(ctx context.Context, job PushJob, devices []Device) error {
	if devices == nil {
		ids := job.Devices
		if len(ids) == 0 {
			var err error
			ids, err = s.Push.Devices.Pushed(ctx, PushedMessage{job.Conversation, job.MessageID}, partOf(job))
			if err != nil {
				return err
			}
		}
		if len(ids) > DevicesPerPush {
			return s.splitWithdrawal(ctx, job, ids)
		}
		var err error
		if devices, err = s.Push.Devices.Devices(ctx, ids); err != nil {
			return err
		}
	}
	revoked := Notification{MessageID: job.MessageID, Revoked: true, TTL: PushFor}
	failed := s.pushAll(ctx, devices, func(Device) Notification { return revoked })
	return s.pushLater(ctx, job, failed)
}

func (s *Service) splitWithdrawal(ctx context.Context, job PushJob, ids []DeviceID) error {
	var jobs []PushJob
	for some := range slices.Chunk(ids, DevicesPerPush) {
		part := job
		part.Devices = some
		jobs = append(jobs, part)
	}
	return s.Push.Queue.EnqueuePush(ctx, jobs)
}

// pushAll sends to all devices within PushBudget. It removes devices that are gone, and returns those that need a
// further attempt. One slow push service delays no other.
func (s *Service) pushAll(ctx context.Context, devices []Device, of func(Device) Notification) (failed []Device) {
	ctx, cancel := context.WithTimeout(ctx, PushBudget)
	defer cancel()
	var mutex sync.Mutex
	var group errgroup.Group
	group.SetLimit(pushesAtOnce)
	for _, device := range devices {
		group.Go(func() error {
			if s.pushOne(ctx, device, of(device)) {
				return nil
			}
			mutex.Lock()
			defer mutex.Unlock()
			failed = append(failed, device)
			return nil
		})
	}
	_ = group.Wait()
	return failed
}

// pushOne sends to one device. It reports whether no further attempt is needed.
func (s *Service) pushOne(ctx context.Context, device Device, notification Notification) bool {
	err := s.Push.Pusher.Push(ctx, device, notification)
	switch s.observePush(ctx, device, err) {
	case pushGone:
		return s.Push.Devices.RemoveDevice(ctx, device.User, device.ID()) == nil
	case pushFailed:
		return false
	}
	return true
}

// The outcomes of a notification, as in the metric.
const (
	pushSent    = "ok"
	pushGone    = "gone"
	pushRefused = "refused"
	pushFailed  = "failed"
	pushDropped = "dropped"
)

func (s *Service) observePush(ctx context.Context, device Device, err error) string {
	outcome := pushFailed
	switch {
	case err == nil:
		outcome = pushSent
	case errors.Is(err, ErrDeviceGone):
		outcome = pushGone
	case errors.Is(err, ErrPushRefused):
		outcome = pushRefused
	}
	s.observe(MetricPushes, 1, outcome)
	if s.Log != nil && (outcome == pushFailed || outcome == pushRefused) {
		s.Log.WarnContext(ctx, "notification not sent", "kind", device.Kind, "outcome", outcome, "error", err)
	}
	return outcome
}

// pushLater queues a further attempt for the devices that were not reached, until PushFor is over.
func (s *Service) pushLater(ctx context.Context, job PushJob, failed []Device) error {
	if len(failed) == 0 {
		return nil
	}
	if s.now().Sub(job.Since) > PushFor {
		s.observe(MetricPushes, float64(len(failed)), pushDropped)
		return nil
	}
	job.Devices, job.Users = idsOf(failed), ownersOf(failed)
	job.Delay = min(FirstPushRetryAfter<<min(job.Attempt, 8), LongestPushPause)
	job.Attempt++
	return s.Push.Queue.EnqueuePush(ctx, []PushJob{job})
}

// partOf names the part of the members that a job is for. The job of the recall is for all.
func partOf(job PushJob) string {
	if len(job.Users) == 0 {
		return ""
	}
	return string(slices.Min(job.Users))
}

func idsOf(devices []Device) []DeviceID {
	ids := make([]DeviceID, len(devices))
	for i, device := range devices {
		ids[i] = device.ID()
	}
	return ids
}

// ownersOf are the users of the devices, each of them once.
func ownersOf(devices []Device) []UserID {
	var users []UserID
	for _, device := range devices {
		users = append(users, device.User)
	}
	slices.Sort(users)
	return slices.Compact(users)
}
