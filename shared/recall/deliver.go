package recall

import (
	"context"
	"time"
)

// DeliverAfter is the age from which deliver takes over what a message still owes: until then the function that committed
// it is at work.
const DeliverAfter = 3 * time.Second

// GiveUpAfter is the age from which a connection that cannot be reached is closed, so that its device connects again
// and syncs. Until then deliver fails and is called again.
const GiveUpAfter = 60 * time.Second

// Finish does what a message still owes because the function that committed it died, ran out of time or could not
// reach somebody. It is called for every change of a message that was due; mostly there is nothing left to do.
// committedAt is the change's instant. An error means: call again.
func (s *Service) Finish(ctx context.Context, conversation Conversation, id MessageID, committedAt Instant) error {
	if err := s.sleep(ctx, min(DeliverAfter, DeliverAfter-s.now().Sub(committedAt))); err != nil {
		return err
	}
	message, found, err := s.Store.Message(ctx, conversation, id)
	if err != nil {
		return err
	}
	if !found || message.Due == DueNothing || message.Expired(s.now()) {
		return nil
	}
	s.observe(MetricDueFound, 1, string(message.Due))
	notices := []Notice{s.messageNotice(message)}
	if message.Revoked != nil {
		notices = revokedNotices(conversation, []Recalled{recalledOf(message)})
	}
	return s.finishTelling(ctx, telling{
		conversation: conversation,
		due:          message.Due,
		messages:     []Message{message},
		notices:      notices,
		roster:       s.beginRoster(ctx, conversation),
		joinFirst:    func() (bool, error) { return true, nil },
		startedAt:    committedAt,
		failed:       s.giveUp(message.ChangedAt()),
	})
}

// giveUp closes connections that could not be told for too long; before that it asks to be called again.
func (s *Service) giveUp(since Instant) func(context.Context, []Connection) error {
	return func(ctx context.Context, connections []Connection) error {
		if s.now().Sub(since) < GiveUpAfter {
			return Fail(Unavailable, "some connections could not be reached")
		}
		return s.disconnect(ctx, connections)
	}
}

func (s *Service) disconnect(ctx context.Context, connections []Connection) error {
	s.observe(MetricDisconnects, float64(len(connections)), "")
	return each(connections, func(connection Connection) error { return s.Notifier.Disconnect(ctx, connection) })
}

// DeliverChunk tells one part of a big group. last is true when it will not be called again for this chunk: then
// connections that cannot be reached are closed. An error means: call again.
func (s *Service) DeliverChunk(ctx context.Context, chunk Chunk, last bool) error {
	notices, err := s.noticesOf(ctx, chunk)
	if err != nil {
		return err
	}
	if len(notices) == 0 {
		return nil
	}
	connections, err := s.Presence.Connections(ctx, chunk.Users)
	if err != nil {
		return err
	}
	failed := s.notify(ctx, notices, without(connections, chunk.Except))
	s.observe(MetricQueueMilliseconds, float64(s.now()-chunk.QueuedAt), string(chunk.Due))
	switch {
	case len(failed) == 0:
		return nil
	case last:
		return s.disconnect(ctx, failed)
	}
	return Fail(Unavailable, "some connections could not be reached")
}

// noticesOf reads the chunk's messages: a chunk holds no text, and a message may have been recalled since.
func (s *Service) noticesOf(ctx context.Context, chunk Chunk) ([]Notice, error) {
	messages := make([]Message, len(chunk.MessageIDs))
	found := make([]bool, len(chunk.MessageIDs))
	err := each(indicesOf(messages), func(i int) (err error) {
		messages[i], found[i], err = s.Store.Message(ctx, chunk.Conversation, chunk.MessageIDs[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var notices []Notice
	var recalled []Recalled
	for i, message := range messages {
		switch {
		case !found[i] || message.Expired(s.now()):
		case message.Revoked != nil:
			recalled = append(recalled, recalledOf(message))
		default:
			notice := s.messageNotice(message)
			notice.CommittedAt = s.now()
			notices = append(notices, notice)
		}
	}
	return append(notices, revokedNotices(chunk.Conversation, recalled)...), nil
}

// Publish tells the bus of a recall, where one is configured. It is called for every recall, at least once.
func (s *Service) Publish(ctx context.Context, recalled Recalled) error {
	if s.Publisher == nil {
		return nil
	}
	return s.Publisher.PublishRecalled(ctx, recalled)
}
