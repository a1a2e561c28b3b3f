package recall

import "context"

// Publish is called for every change of a message that was due, with the message as the change left it. It tells the event
// bus if the change is a recall. It uses no other part of the service and no function that finishes notices calls it, so a
// bus that cannot be reached delays nobody's notice. It returns unavailable if the bus cannot be reached; then it is to be
// called again. A recall may be published more than once.
func (s *Service) Publish(ctx context.Context, changed Message) error {
	if changed.Revoked == nil {
		return nil
	}
	return s.Publisher.PublishRecalled(ctx, recalledOf(changed))
}
