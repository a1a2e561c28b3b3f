package client

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// session is one login: the goroutine that keeps the connection, what is held, and what is outstanding.
type session struct {
	options   Options
	listeners *listeners
	user      string
	clock     *serverClock
	ids       *messageIDs

	ctx          context.Context
	cancel       context.CancelFunc
	ended        chan struct{} // closed when the session is over for good
	synchronised chan struct{} // closed after the first synchronisation
	callbacks    chan func()
	pongs        pongs         // used by the goroutine that keeps the connection
	finished     chan struct{} // closed when the connection is kept no longer; calls may still be returning
	drained      chan struct{} // closed when no callback is waiting any more
	after        chan struct{} // drained of the session that this one continues, or nil
	running      sync.WaitGroup
	resuming     atomic.Bool   // what an earlier session began is being ended
	saveWake     chan struct{} // something is to be saved soon
	saving       sync.Mutex    // is held while a document is written; it is locked before mutex
	failOnce     sync.Once     // for telling that the storage failed

	mutex       sync.Mutex
	view        *view
	token       string
	connection  *connection // the one that is ready for calls, after its hello
	calls       map[string]*call
	callsMade   uint64
	unanswered  map[string]bool   // messageIds of sends whose outcome is unknown
	abandoned   map[string]string // conversations of calls that ended without an answer on this connection, by call ID
	revokeCalls map[string]int    // messageIds that this client is recalling
	wanted      map[string]origin
	wake        chan struct{}   // there is something wanted
	check       chan struct{}   // the application says that the connection may be dead
	reason      *Error          // why the session ended
	handedOver  bool            // the next login goes on from here
	changed     map[string]bool // conversations that are to be saved; nil: nothing is stored
	leftUnsaved map[string]bool // what changed was at the end of the session

	maxAttachmentBytes int64 // from the latest hello; 0: the deployment has no attachments
}

const (
	callbacksLimit = 4_096
	pingTimeout    = 10 * time.Second
	checkTimeout   = 5 * time.Second
	helloPerPings  = 4 // as many pings in the time of one hello in their place
)

// pongs says whether the server is known to answer pings.
type pongs int

const (
	pongsUnknown pongs = iota
	pongsCome
	pongsNever
)

// newSession makes the session of a login. With previous, a session of the same user that the server ended, it goes
// on with what that one held.
func newSession(options Options, registered *listeners, user, token string, previous *session) *session {
	s := &session{
		options: options, listeners: registered, user: user, token: token,
		clock: &serverClock{now: options.Now}, ids: newMessageIDs(options.Entropy),
		ended: make(chan struct{}), synchronised: make(chan struct{}),
		callbacks: make(chan func(), callbacksLimit), finished: make(chan struct{}), drained: make(chan struct{}),
		view: newView(user), calls: map[string]*call{},
		unanswered: map[string]bool{}, abandoned: map[string]string{}, revokeCalls: map[string]int{},
		wanted: map[string]origin{}, wake: make(chan struct{}, 1), check: make(chan struct{}, 1),
		saveWake: make(chan struct{}, 1),
	}
	s.view.recalled = registered.contexts.recalled
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if previous != nil {
		s.view, s.changed = previous.release()
		s.after = previous.drained
	} else {
		s.load()
	}
	return s
}

// handOver says that the next login goes on from here, so that the callbacks that wait are still made. It reports
// false for a session that goes on, for another user's, and the second time.
func (s *session) handOver(user string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.user != user || s.reason == nil || s.handedOver {
		return false
	}
	s.handedOver = true
	return true
}

// release hands the view over to the next session, and what of it is not saved. What a call learns later is dropped.
// The callbacks that wait are still made, so the next session does not owe them.
func (s *session) release() (held *view, unsaved map[string]bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	held = s.view
	for _, c := range held.conversations {
		clear(c.untold)
	}
	s.view = newView(s.user)
	return held, s.leftUnsaved
}

func (s *session) start() {
	go s.tell()
	if s.options.Storage != nil {
		s.running.Go(s.keepSaving)
	}
	s.running.Go(func() {
		defer close(s.finished)
		s.tellUntold()
		s.run()
	})
}

// stop ends the session by the application's wish and waits until nothing of it runs, save a callback.
func (s *session) stop() {
	s.end(notLoggedIn())
	s.mutex.Lock()
	connection := s.connection
	s.mutex.Unlock()
	if connection != nil {
		connection.leave()
	}
	s.cancel()
	s.running.Wait()
	s.endStoring()
}

// end ends the session for good. Only the first reason counts.
func (s *session) end(reason *Error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.reason == nil {
		s.reason = reason
		close(s.ended)
	}
}

func (s *session) failure() *Error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	failure := *s.reason
	return &failure
}

// tell runs the callbacks one after another, also those that are left at the end of the session. After a Logout by the
// application it drops them.
func (s *session) tell() {
	defer close(s.drained)
	if s.after != nil {
		<-s.after
	}
	for {
		select {
		case callback := <-s.callbacks:
			s.perform(callback)
			continue
		case <-s.finished:
		}
		select {
		case callback := <-s.callbacks:
			s.perform(callback)
		default:
			return
		}
	}
}

func (s *session) perform(callback func()) {
	s.mutex.Lock()
	wanted := s.ctx.Err() == nil || s.handedOver
	s.mutex.Unlock()
	if wanted {
		callback()
	}
}

// enqueue puts a callback behind those before it. It blocks while too many are waiting, which slows the reading of
// frames and, by TCP, the server. What a call reports after the end of the session is dropped.
func (s *session) enqueue(callback func()) {
	select {
	case s.callbacks <- callback:
		return
	default:
	}
	select {
	case s.callbacks <- callback:
	case <-s.ctx.Done():
	case <-s.finished:
	}
}

// run keeps a connection until the session ends.
func (s *session) run() {
	for repeat := 0; ; repeat++ {
		c, err := s.connect(s.token)
		if err == nil {
			if s.serve(c) {
				repeat = 0
			}
			if c.needsToken() {
				err = errTokenRefused
			}
		} else {
			s.options.Logger.Info("connecting failed", "repeat", repeat)
		}
		if s.ctx.Err() != nil || s.over() {
			return
		}
		if errors.Is(err, errTokenRefused) && !s.renewToken() {
			return
		}
		if !s.pauseToReconnect(repeat) {
			return
		}
	}
}

// pauseToReconnect waits for the back-off, or until the application says that now is the time. It reports false at
// the end of the session.
func (s *session) pauseToReconnect(repeat int) bool {
	timer := time.NewTimer(s.options.backOff(repeat))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.check:
	case <-s.ctx.Done():
		return false
	case <-s.ended:
		return false
	}
	return true
}

func (s *session) checkConnection() {
	select {
	case s.check <- struct{}{}:
	default:
	}
}

func (s *session) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// renewToken asks the provider for a token. Without one the session is over, and the application is told.
func (s *session) renewToken() bool {
	if s.options.TokenProvider != nil {
		token, err := s.options.TokenProvider(s.ctx)
		if err == nil && token != "" {
			s.token = token
			return true
		}
	}
	if s.ctx.Err() != nil {
		return false
	}
	s.end(tokenOver())
	s.enqueue(func() { s.listeners.state(func(l Listener) func() { return l.OnTokenExpired }) })
	return false
}

// serve uses a connection until it is over. It reports whether the server greeted it.
func (s *session) serve(c *connection) (greeted bool) {
	s.running.Go(func() { c.read(func(data []byte) { s.receive(c, data) }) })
	defer func() {
		s.unready(c)
		if s.over() {
			c.leave()
		} else {
			c.drop()
		}
		<-c.gone
		if greeted && !s.over() {
			s.enqueue(func() { s.listeners.state(func(l Listener) func() { return l.OnDisconnected }) })
		}
	}()
	if err := s.greet(s.ctx, c); err != nil {
		return false
	}
	s.enqueue(func() { s.listeners.state(func(l Listener) func() { return l.OnConnected }) })
	s.ready(c)
	if err := s.synchroniseAll(c); err != nil {
		return true
	}
	s.enqueue(func() { s.listeners.state(func(l Listener) func() { return l.OnSynchronised }) })
	select {
	case <-s.synchronised:
	default:
		close(s.synchronised)
	}
	if s.resuming.CompareAndSwap(false, true) {
		s.running.Go(func() {
			defer s.resuming.Store(false)
			s.resume()
		})
	}
	s.attend(c)
	return true
}

// greet sends hello. The reply has the time of the server and the user of the token.
func (s *session) greet(ctx context.Context, c *connection) error {
	asked := s.options.Now()
	reply, err := s.request(ctx, c, "hello", nil)
	if err != nil {
		return err
	}
	answered := s.options.Now()
	var hello helloReply
	if err := reply.fields(&hello); err != nil || hello.ServerTime <= 0 {
		return errNotAFrame
	}
	if hello.User != "" && hello.User != s.user {
		s.end(newError(CodeInvalidRequest,
			"the token is another user's: log in with the user ID that the token was made for"))
		return s.failure()
	}
	s.clock.set(asked, answered, hello.ServerTime)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.maxAttachmentBytes = max(hello.MaxAttachmentBytes, 0)
	return nil
}

// ready lets calls use the connection, and sends the unanswered requests in their order.
func (s *session) ready(c *connection) {
	s.mutex.Lock()
	s.connection = c
	clear(s.abandoned) // events tell this connection of what an earlier one asked for
	frames := make([][]byte, 0, len(s.calls))
	for _, outstanding := range s.inOrder() {
		if outstanding.bound == nil {
			outstanding.sent++
			frames = append(frames, outstanding.frame)
		}
	}
	s.mutex.Unlock()
	for _, frame := range frames {
		c.write(frame)
	}
}

func (s *session) unready(c *connection) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.connection == c {
		s.connection = nil
	}
}

// attend keeps the connection alive and synchronises what turns out to be needed, until the connection is over.
func (s *session) attend(c *connection) {
	keepAlive := time.NewTimer(s.keepAliveAfter())
	defer keepAlive.Stop()
	look := time.NewTimer(0) // The first look shows whether the server answers pings.
	defer look.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-s.ended:
			return
		case <-keepAlive.C:
			if s.greet(s.ctx, c) != nil {
				return
			}
		case <-c.wrote: // A hello is a frame too.
			keepAlive.Reset(s.keepAliveAfter())
		case <-c.heard:
			if s.pongs == pongsNever { // So the frame saves the hello that would ask for one.
				look.Reset(s.lookAfter())
			}
		case <-look.C:
			if !s.isAlive(c, pingTimeout) {
				return
			}
			look.Reset(s.lookAfter())
		case <-s.check:
			if !s.isAlive(c, checkTimeout) {
				return
			}
		case <-s.wake:
			if s.synchroniseWanted(c) != nil {
				return
			}
		}
	}
}

// isAlive asks for a sign of life: a ping, or, where the server never answered one, a hello. The first hello that is
// answered while pings are not says that this server has no pongs.
func (s *session) isAlive(c *connection, timeout time.Duration) bool {
	timeout = min(timeout, s.options.RequestTimeout)
	if s.pongs != pongsNever {
		answered := c.ping(timeout)
		if answered {
			s.pongs = pongsCome
		}
		if s.pongs == pongsCome {
			return answered
		}
	}
	ctx, cancel := context.WithTimeout(s.ctx, timeout)
	defer cancel()
	if s.greet(ctx, c) != nil {
		return false
	}
	s.pongs = pongsNever
	return true
}

// lookAfter is the time to the next look. A hello costs a message, a ping does not.
func (s *session) lookAfter() time.Duration {
	if s.pongs == pongsNever {
		return helloPerPings * s.options.PingInterval
	}
	return s.options.PingInterval
}

// keepAliveAfter is how long nothing is sent until a hello is: 8 to 9 minutes. API Gateway ends a connection that is
// idle for 10. Devices that connected together should not speak together.
func (s *session) keepAliveAfter() time.Duration {
	return 8*time.Minute + time.Duration(s.options.Random()*float64(time.Minute))
}
