package conformance

import (
	"context"
	"sync"
)

// inbox holds the values that have arrived and that no call has taken yet. A caller waits for the value that it wants.
type inbox struct {
	mutex   sync.Mutex
	entries []map[string]any
	changed chan struct{} // closed and replaced at each change
	failed  error
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

func (i *inbox) put(entry map[string]any) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.entries = append(i.entries, entry)
	i.wake()
}

// fail tells takers that nothing more will come, and why.
func (i *inbox) fail(err error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.failed == nil {
		i.failed = err
	}
	i.wake()
}

func (i *inbox) wake() {
	close(i.changed)
	i.changed = make(chan struct{})
}

// take waits for the oldest entry that fits and removes it.
func (i *inbox) take(ctx context.Context, fits func(map[string]any) bool) (map[string]any, error) {
	for {
		i.mutex.Lock()
		for place, entry := range i.entries {
			if fits(entry) {
				i.entries = append(i.entries[:place:place], i.entries[place+1:]...)
				i.mutex.Unlock()
				return entry, nil
			}
		}
		changed, failed := i.changed, i.failed
		i.mutex.Unlock()
		if failed != nil {
			return nil, failed
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// all returns the values that no call has taken.
func (i *inbox) all() []map[string]any {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return append([]map[string]any(nil), i.entries...)
}

// failure returns why nothing more comes, nil while more may.
func (i *inbox) failure() error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.failed
}
