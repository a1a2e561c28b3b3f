package simulation

import (
	"cmp"
	"context"
	"slices"

	"example.com/recall/shared/recall"
)

// pushed is the process's push service. The phone shows the notification that comes last, since both have the same
// tag.
type pushed struct{ calls *calls }

// Push implements recall.Pusher.
func (p pushed) Push(_ context.Context, device recall.Device, notification recall.Notification) error {
	return p.calls.fault.Around(notificationLabel, func() error {
		p.calls.world.show(string(device.Address), notification)
		return nil
	})
}

// notificationLabel is the label of a request to a push service, as in the table of all calls.
const notificationLabel = "notification"

func (w *World) show(token string, notification recall.Notification) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.screens[token+" "+string(notification.MessageID)] = !notification.Revoked
}

// Shows reports whether a phone shows the notification of a message.
func (w *World) Shows(token string, id recall.MessageID) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.screens[token+" "+string(id)]
}

// queuedJob is a job and when the queue brings it.
type queuedJob struct {
	job     recall.PushJob
	readyAt recall.Instant
}

// queuedJobs is the process's queue of notifications.
type queuedJobs struct{ calls *calls }

// EnqueuePush implements recall.PushQueue.
func (q queuedJobs) EnqueuePush(_ context.Context, jobs []recall.PushJob) error {
	w := q.calls.world
	err := q.calls.fault.Around("SendMessageBatch jobs", func() error {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		for _, each := range jobs {
			w.jobs = append(w.jobs, queuedJob{each, w.Now().Add(each.Delay)})
		}
		return nil
	})
	if err != nil {
		return recall.Unreachable("queue", err)
	}
	return nil
}

// sendJobs brings the jobs to push; those that fail come again the next time.
func (w *World) sendJobs(ctx context.Context, process func() *recall.Service, jobs []queuedJob) {
	slices.SortStableFunc(jobs, func(a, b queuedJob) int { return cmp.Compare(a.readyAt, b.readyAt) })
	for _, each := range jobs {
		w.Clock.Advance(max(0, each.readyAt.Sub(w.Now())))
		err := process().SendPush(ctx, each.job)
		w.mutex.Lock()
		if err != nil {
			w.jobs = append(w.jobs, each)
		} else {
			w.pastJobs = append(w.pastJobs, each)
		}
		w.mutex.Unlock()
	}
}
