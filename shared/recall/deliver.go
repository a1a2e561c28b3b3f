package recall

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
)

// DeliverChunk tells a part of a large group, or tries again to tell connections that could not be reached. Those that
// still cannot be reached are queued again or closed, so the chunk itself is finished. It returns unavailable if storage,
// the queue or a connection to be closed cannot be reached; then it is to be called again with the same chunk.
func (s *Service) DeliverChunk(ctx context.Context, chunk Chunk) error {
	untold, err := s.tellChunk(ctx, chunk)
	if err != nil {
		return err
	}
	return s.tellLater(ctx, chunk, untold)
}

// tellChunk posts within ChunkBudget and returns the connections that were not reached by then.
func (s *Service) tellChunk(ctx context.Context, chunk Chunk) ([]Connection, error) {
	ctx, cancel := context.WithTimeout(ctx, ChunkBudget)
	defer cancel()
	notices, err := s.noticesOf(ctx, chunk)
	if err != nil || len(notices) == 0 {
		return nil, err
	}
	if chunk.Attempt > 0 {
		return s.notify(ctx, notices, chunk.Connections), nil
	}
	connections, err := s.Presence.Connections(ctx, chunk.Users)
	if err != nil {
		return nil, err
	}
	untold := s.notify(ctx, notices, without(connections, chunk.Except))
	s.observe(MetricQueueMilliseconds, float64(s.now()-chunk.Since), string(chunk.Due))
	return untold, nil
}

// noticesOf reads the chunk's messages: a chunk holds no text, and a message may have been recalled since.
func (s *Service) noticesOf(ctx context.Context, chunk Chunk) ([]Notice, error) {
	messages := make([]Message, len(chunk.MessageIDs))
	found := make([]bool, len(chunk.MessageIDs))
	var group errgroup.Group
	for i, id := range chunk.MessageIDs {
		group.Go(func() (err error) {
			messages[i], found[i], err = s.Store.Message(ctx, chunk.Conversation, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var current []Message
	for i, message := range messages {
		if found[i] && !message.Expired(s.now()) {
			current = append(current, message)
		}
	}
	notices := s.noticesAbout(chunk.Conversation, current)
	for i := range notices {
		notices[i].CommittedAt = s.now() // it was read just now
	}
	return notices, nil
}

// notify posts notices one behind the other and returns the connections that could not be reached. One that fails gets
// no further notice, and keeps none from the others.
func (s *Service) notify(ctx context.Context, notices []Notice, to []Connection) (failed []Connection) {
	for _, notice := range notices {
		missed := s.Notifier.Notify(ctx, notice, to)
		s.observe(MetricNotices, float64(len(to)-len(missed)), "")
		if len(missed) == 0 {
			continue
		}
		s.observe(MetricNoticesFailed, float64(len(missed)), "")
		failed = append(failed, missed...)
		to = slices.DeleteFunc(slices.Clone(to), func(each Connection) bool { return slices.Contains(missed, each) })
	}
	return failed
}
