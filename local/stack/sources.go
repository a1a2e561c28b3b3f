package stack

import "context"

// startEventSources begins to read the streams and queues that the template connects to functions.
func (s *Stack) startEventSources(context.Context) error { return nil }
