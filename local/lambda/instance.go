package lambda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/recall/local/process"
)

const (
	// initializationTime is how long a process may take until it first asks for work (Lambda guide, "Init phase").
	// Lambda then starts the process again, and the function's own time-out applies. Here the process gets that time
	// in addition.
	initializationTime = 10 * time.Second
	// extensionGrace is how long a process with an internal extension may take to end after SIGTERM (Lambda guide,
	// "Shutdown phase").
	extensionGrace = 500 * time.Millisecond
	headerTime     = 10 * time.Second
)

// invocation is one invocation while a process handles it.
type invocation struct {
	id       string
	traceID  string
	pool     *pool
	now      func() time.Time
	payload  []byte
	deadline time.Time     // set when the process takes it
	complete chan struct{} // closed when the process asks for its next invocation
	// answered gets the outcome as soon as there is one. The process and its extensions may still work then, because
	// Lambda does not let the caller wait for that either (Lambda guide, "Invoke phase").
	answered chan outcome

	mutex      sync.Mutex
	finished   bool
	finishedAt time.Time
	result     outcome
}

// outcome is what the caller gets.
type outcome struct {
	payload       []byte
	functionError string
	errorType     string
}

// finish gives the outcome to the caller. Only the first outcome counts.
func (c *invocation) finish(result outcome) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.finished {
		c.finished, c.finishedAt, c.result = true, c.now(), result
		c.pool.ending.Add(1)
		c.answered <- result
	}
}

func (c *invocation) isFinished() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.finished
}

// outcome returns what the caller got, and when it was there.
func (c *invocation) outcome() (outcome, time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.result, c.finishedAt
}

// fail ends the invocation with an error that the service itself found.
func (c *invocation) fail(errorType, message string) {
	payload, err := json.Marshal(map[string]string{
		"errorType":    errorType,
		"errorMessage": "RequestId: " + c.id + " Error: " + message,
	})
	if err != nil {
		payload = []byte(`{}`)
	}
	c.finish(outcome{payload: payload, functionError: "Unhandled", errorType: errorType})
}

// instance is one process and its Runtime API.
type instance struct {
	function Function
	renewed  int // the value of pool.renewed when it was started
	process  *process.Process
	server   *http.Server
	work     chan *invocation
	now      func() time.Time

	extension atomic.Bool // an extension has registered, so the process wants SIGTERM

	// pool.mutex guards what follows.
	freezing *time.Timer
	frozen   bool

	mutex   sync.Mutex
	current *invocation
	// initializationFailure is the error that the process reported for its initialization; nil = it reported none.
	initializationFailure *outcome
	logged                func(line []byte)
}

// run lets a process handle one invocation. It takes a process that waits, or starts a new one.
func (s *Service) run(p *pool, call *invocation) {
	report := Invocation{
		Function: p.function.Name, RequestID: call.id, TraceID: call.traceID, Started: s.options.Now(),
	}
	defer func() {
		result, answered := call.outcome()
		report.ErrorType, report.Answered = result.errorType, answered
		report.Duration = s.options.Now().Sub(report.Started) - report.Initialization
		s.options.Invoked(report)
	}()
	i := p.take()
	wait := p.function.Timeout
	isNew := i == nil
	started := func() {}
	if isNew {
		started = p.starting()
		defer started()
		var err error
		if i, err = s.start(p); err != nil {
			call.fail("Runtime.InvalidEntrypoint", err.Error())
			return
		}
		wait += initializationTime
	}
	if !s.hand(i, call, wait) {
		return
	}
	report.Handed = s.options.Now()
	started()
	if isNew {
		report.Initialization = report.Handed.Sub(report.Started)
	}
	s.await(p, i, call)
}

// hand gives the invocation to the process when the process asks for work. It waits at most as long as wait.
func (s *Service) hand(i *instance, call *invocation, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case i.work <- call:
		return true
	case <-i.process.Done():
		i.mutex.Lock()
		failure := i.initializationFailure
		i.mutex.Unlock()
		if failure != nil {
			call.finish(*failure)
			return false
		}
		call.fail("Runtime.ExitError", exitMessage(i.process))
	case <-timer.C:
		i.kill()
		call.fail("Sandbox.Timedout",
			fmt.Sprintf("Task timed out after %.2f seconds, before it asked for work", wait.Seconds()))
	case <-s.ctx.Done():
		i.kill()
		call.fail("Service.Closed", ErrClosed.Error())
	}
	return false
}

// await waits until the process has finished the invocation. Then it puts the process back or ends it.
func (s *Service) await(p *pool, i *instance, call *invocation) {
	timer := time.NewTimer(p.function.Timeout)
	defer timer.Stop()
	select {
	case <-call.complete:
		p.put(i)
	case <-i.process.Done():
		call.fail("Runtime.ExitError", exitMessage(i.process))
	case <-timer.C:
		i.kill()
		call.fail("Sandbox.Timedout", fmt.Sprintf("Task timed out after %.2f seconds", p.function.Timeout.Seconds()))
	case <-s.ctx.Done():
		if call.isFinished() {
			return // Close ends the process, since it counts as one that waits for work
		}
		i.kill()
		call.fail("Service.Closed", ErrClosed.Error())
	}
}

func exitMessage(p *process.Process) string {
	if p.Err() == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + p.Status()
}

// start starts a process and its Runtime API.
func (s *Service) start(p *pool) (*instance, error) {
	function, renewed := p.latest()
	if function.Program == "" {
		return nil, errors.New("there is no program for this function; a notice at the start of the local stack says why")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open a Runtime API: %w", err)
	}
	logged := func(line []byte) { s.options.Logged(p.function.Name, line) }
	lines := newLineLimit(s.options.Now, logged)
	i := &instance{function: function, renewed: renewed, work: make(chan *invocation), now: s.options.Now, logged: logged}
	i.server = &http.Server{Handler: i.runtimeAPI(), ReadHeaderTimeout: headerTime}
	go func() {
		// Serve returns when the instance ends. Nobody needs its error.
		_ = i.server.Serve(listener)
	}()
	address := listener.Addr().String()
	i.process, err = process.Start(process.Options{
		Path:        function.Program,
		Arguments:   function.Arguments,
		Environment: s.environment(function, address),
		Directory:   function.directory(),
		Marker:      "AWS_LAMBDA_RUNTIME_API=" + address,
		Output:      lines.line,
	})
	if err != nil {
		return nil, errors.Join(err, i.server.Close())
	}
	p.add(i)
	go func() {
		<-i.process.Done()
		p.remove(i)
		_ = i.server.Close()
	}()
	return i, nil
}

func (i *instance) ended() bool {
	select {
	case <-i.process.Done():
		return true
	default:
		return false
	}
}

func (i *instance) kill() { i.process.Kill() }

// stop ends a process that waits for work. A process that has registered an extension gets SIGTERM first.
func (i *instance) stop() {
	if i.extension.Load() {
		i.process.Resume()
		i.process.Stop(extensionGrace)
		return
	}
	i.kill()
}
