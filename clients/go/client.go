package client

import (
	"context"
	"sync"
)

// Client is one user's device. It is safe for use by several goroutines.
type Client struct {
	options   Options
	listeners listeners
	mutex     sync.Mutex
	session   *session
}

// New returns a client that is not logged in yet. It fails only when the options are wrong.
func New(options Options) (*Client, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Client{options: options}, nil
}

// AddListener registers callbacks and returns a function that removes them. Add listeners before Login, so that they
// hear of everything.
func (c *Client) AddListener(listener Listener) (remove func()) { return c.listeners.add(listener) }

// Login connects as user with token and returns after the first synchronisation: what was missed is known then, and
// [Client.Messages] and [Client.Conversations] are complete. With Options.Storage, they have what is stored as soon as
// Login has begun, without a connection. While the server cannot be reached it keeps trying, until ctx ends.
// Afterwards the client stays connected, whatever happens to ctx, until [Client.Logout].
//
// Errors: CodeTokenExpired when the token is refused and no provider gave a good one; CodeInvalidRequest when the
// token is another user's; CodeTimeout when ctx ended, and nothing is done if it had ended before. A client that is
// logged in is logged out first. After the server ended the session, as after OnKickedOffline, a Login of the same
// user goes on with what is held.
func (c *Client) Login(ctx context.Context, user, token string) error {
	if ctx.Err() != nil {
		return cancelled(ctx.Err())
	}
	previous := c.endedFor(user)
	c.Logout()
	s := newSession(c.options, &c.listeners, user, token, previous)
	c.replace(s)
	select {
	case <-s.synchronised:
		return nil
	case <-s.ended:
		return s.failure()
	case <-ctx.Done():
		c.leave(s)
		return cancelled(ctx.Err())
	}
}

// endedFor returns the session of a user that the server ended and no Logout has, nil where there is none.
func (c *Client) endedFor(user string) *session {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.session != nil && c.session.handOver(user) {
		return c.session
	}
	return nil
}

// replace starts s as the client's session (nil: none) and ends the one before, which another Login may have begun
// meanwhile.
func (c *Client) replace(s *session) {
	c.mutex.Lock()
	previous := c.session
	c.session = s
	if s != nil {
		s.start()
	}
	c.mutex.Unlock()
	if previous != nil {
		previous.stop()
	}
}

// leave ends s, and only s.
func (c *Client) leave(s *session) {
	c.mutex.Lock()
	if c.session == s {
		c.session = nil
	}
	c.mutex.Unlock()
	s.stop()
}

// Logout closes the connection and forgets everything held; what Options.Storage has stays there, until
// [Client.ClearStorage]. Outstanding calls fail with CodeNotLoggedIn. No callback begins after it returns, except when
// a callback calls it. Logging out twice does nothing.
func (c *Client) Logout() { c.replace(nil) }

// CheckConnection makes sure at once that the connection is alive: it sends a ping that has 5 s, and ends the wait
// before a next connection. Call it when the network changed or the machine woke up. It returns without waiting, and
// does nothing without a login.
func (c *Client) CheckConnection() {
	if s, err := c.current(); err == nil {
		s.checkConnection()
	}
}

// current returns the session of a client that is logged in.
func (c *Client) current() (*session, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.session == nil {
		return nil, notLoggedIn()
	}
	return c.session, nil
}

// ServerTime returns the server's clock in milliseconds since 1970, and false before the first connect. Compare it
// with Message.RecallableUntil to offer a recall only while there is one.
func (c *Client) ServerTime() (int64, bool) {
	s, err := c.current()
	if err != nil {
		return 0, false
	}
	return s.clock.milliseconds()
}

// Messages returns what is held of a conversation, oldest first, recalled ones as tombstones. Older messages come with
// [Client.History].
func (c *Client) Messages(conversation string) []Message {
	s, err := c.current()
	if err != nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if held := s.view.get(conversation); held != nil {
		return held.list()
	}
	return nil
}

// Unread returns the number of unread messages of a conversation; recalled ones never count.
func (c *Client) Unread(conversation string) int {
	s, err := c.current()
	if err != nil {
		return 0
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if held := s.view.get(conversation); held != nil {
		return held.unread
	}
	return 0
}

// Conversations returns the conversation list, latest change first.
func (c *Client) Conversations() []Conversation {
	s, err := c.current()
	if err != nil {
		return nil
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.view.list()
}
