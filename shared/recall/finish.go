package recall

import (
	"cmp"
	"context"
	"time"
)

// FinishAfter is the age of a change from which Finish takes over: until then the function that committed it is at
// work. Meanwhile Finish looks every lookEvery whether that function is done, which it mostly is at the next look.
const (
	FinishAfter = 3 * time.Second
	lookEvery   = 500 * time.Millisecond
)

// Finish is called for every change of a message that was due, with the message as the change left it. It does what
// the message still owes because the function that committed it died, ran out of time or could not queue. It reads the
// message first: nearly always nothing is left to do, and one read shows it. A message that was recalled since is left
// to the change that the recall is, so that nobody is told twice.
//
// It never posts: it queues the notices, so that no device holds up the changes behind this one. It returns
// unavailable if storage or the queue cannot be reached; then it is to be called again. What was finished is not done
// again, since the message is settled.
//
// In a deployment with push it also queues a look at the message for the notifications of those who have no open
// connection. If the queue does not take it, the notices of this message are finished all the same.
func (s *Service) Finish(ctx context.Context, changed Message) error {
	queued := s.queuePush(ctx, changed)
	return cmp.Or(s.finish(ctx, changed), queued)
}

func (s *Service) finish(ctx context.Context, changed Message) error {
	message, due, err := s.stillDue(ctx, changed)
	if err != nil || !due {
		return err
	}
	// A change from a clock that is ahead is not waited for any longer.
	wait := min(FinishAfter, FinishAfter-s.now().Sub(message.ChangedAt()))
	for ; wait > 0; wait -= lookEvery {
		if err := s.sleep(ctx, min(wait, lookEvery)); err != nil {
			return err
		}
		if message, due, err = s.stillDue(ctx, changed); err != nil || !due {
			return err
		}
	}
	s.observe(MetricDueFound, 1, string(message.Due))
	outbox := &outbox{
		service:      s,
		conversation: message.Conversation,
		due:          message.Due,
		messages:     []Message{message},
		unlisted:     func() (bool, error) { return true, nil },
		startedAt:    message.ChangedAt(),
	}
	return outbox.queueAll(ctx)
}

// stillDue reads a changed message. due is false if it owes nothing any more, or if it was recalled after this change.
func (s *Service) stillDue(ctx context.Context, changed Message) (message Message, due bool, err error) {
	message, found, err := s.Store.Message(ctx, changed.Conversation, changed.ID)
	if err != nil {
		return Message{}, false, err
	}
	recalledSince := changed.Revoked == nil && message.Revoked != nil
	return message, found && message.Due != DueNothing && !recalledSince && !message.Expired(s.now()), nil
}
