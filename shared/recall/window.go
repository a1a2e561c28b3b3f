package recall

import (
	"context"
	"sync"
	"time"
)

// Window is for how long a sender may recall, in seconds: 0 is not at all, -1 without limit, else 1 to 604,800 (7
// days).
type Window int64

// Limits of a window. The default of 2 minutes is Tencent Cloud Chat's.
const (
	DefaultWindow Window = 120
	WindowOff     Window = 0
	Unlimited     Window = -1
	MaximumWindow Window = 604_800
)

// Valid reports whether the window is one that can be set.
func (w Window) Valid() bool { return w >= Unlimited && w <= MaximumWindow }

// Until is the recallableUntil of a message sent at that instant.
func (w Window) Until(sentAt Instant) Instant {
	switch {
	case w < 0:
		return AlwaysRecallable
	case w == 0:
		return NeverRecallable
	}
	return sentAt.Add(time.Duration(w) * time.Second)
}

// Special values of RecallableUntil, and of a window in seconds.
const (
	NeverRecallable  Instant = 0
	AlwaysRecallable Instant = -1
)

// WindowStore keeps the default window of the deployment.
type WindowStore interface {
	// DefaultWindow reads the settings; found is false if nobody has set any.
	DefaultWindow(ctx context.Context) (window Window, found bool, err error)
	// SetDefaultWindow changes the settings.
	SetDefaultWindow(ctx context.Context, window Window) error
}

// windowFor returns the window of a message that is sent now. It returns conversation_not_found if the user may not
// send there.
func (s *Service) windowFor(ctx context.Context, user UserID, conversation Conversation) (Window, error) {
	if conversation.IsGroup() {
		member, err := s.member(ctx, conversation.Group(), user)
		if err != nil {
			return 0, err
		}
		if member.Head.Window != nil {
			return *member.Head.Window, nil
		}
	}
	return s.defaultWindow(ctx)
}

// defaultWindow returns the window of the settings, and the deployment's where nobody has set one.
func (s *Service) defaultWindow(ctx context.Context) (Window, error) {
	now := s.now()
	s.settings.mutex.Lock()
	defer s.settings.mutex.Unlock()
	age := now.Sub(s.settings.readAt)
	if s.settings.known && age >= 0 && age < SettingsFreshFor {
		return s.settings.window, nil
	}
	window, found, err := s.Store.DefaultWindow(ctx)
	if err != nil {
		return 0, err
	}
	if !found {
		window = s.Window
	}
	s.settings.window, s.settings.readAt, s.settings.known = window, now, true
	return window, nil
}

// settingsCache keeps the default window, so that not every send reads it.
type settingsCache struct {
	mutex  sync.Mutex
	window Window
	readAt Instant
	known  bool
}

// SettingsFreshFor is how long a default window that was read is used again. A change is therefore in force everywhere
// within 10 s.
const SettingsFreshFor = 5 * time.Second

// Settings returns the default window as it is stored now.
func (s *Service) Settings(ctx context.Context) (Window, error) {
	window, found, err := s.Store.DefaultWindow(ctx)
	if err != nil || found {
		return window, err
	}
	return s.Window, nil
}

// PutSettings changes the default window. The new one is in force everywhere within 10 s. Messages that were sent
// before keep the window that they were sent with.
func (s *Service) PutSettings(ctx context.Context, window Window) error {
	if !window.Valid() {
		return Invalid("recallWindowSeconds", "must be -1 (no limit), 0 (off) or 1 to 604800")
	}
	return s.Store.SetDefaultWindow(ctx, window)
}
