package recall

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// Chunk is a part of the receivers of a change. At the first attempt these are users of a large group, at a retry
// connections that could not be reached. It holds no text, because its messages are read when it is delivered.
type Chunk struct {
	Conversation Conversation
	Due          Due
	MessageIDs   []MessageID
	// Users are told on all of their connections but Except, which asked for the change and has its answer already.
	Users  []UserID
	Except ConnectionID
	// Connections are those that a retry tells.
	Connections []Connection
	// Attempt is 0 for users, and counts the retries for connections.
	Attempt int
	// Since is when the request for the change began.
	Since Instant
	// Delay is how long the queue keeps the chunk back.
	Delay time.Duration
}

// Queue keeps what is to be told later: the notices of large groups in chunks, and further attempts to tell
// connections that could not be reached.
type Queue interface {
	// Enqueue takes all chunks, or returns an error; after an error it may have taken some.
	Enqueue(ctx context.Context, chunks []Chunk) error
}

// DeliverChunk tells a part of a large group, or tries again to tell connections that could not be reached. Those that
// still cannot be reached are queued again or closed, so the chunk itself is finished. It returns unavailable if
// storage, the queue or a connection to be closed cannot be reached; then it is to be called again with the same
// chunk.
func (s *Service) DeliverChunk(ctx context.Context, chunk Chunk) error {
	failed, err := s.tellChunk(ctx, chunk)
	if err != nil {
		return err
	}
	return s.tellLater(ctx, chunk, failed)
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
	failed := s.notify(ctx, notices, without(connections, chunk.Except))
	s.observe(MetricQueueMilliseconds, float64(s.now()-chunk.Since), string(chunk.Due))
	return failed, nil
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
