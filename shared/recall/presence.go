package recall

import "context"

// Connect registers a device. It must have returned before the connection is accepted: from then on every look finds it.
func (s *Service) Connect(ctx context.Context, connection Connection) error {
	return s.Presence.Register(ctx, connection)
}

// Disconnected forgets a device. It may never be called: API Gateway does not promise it.
func (s *Service) Disconnected(ctx context.Context, connection Connection) error {
	return s.Presence.Forget(ctx, connection)
}
