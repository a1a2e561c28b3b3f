// Package lambda runs compiled functions the way AWS Lambda does: each process is a client of its own Runtime API, has
// one invocation at a time, is frozen between two, and ends with its time-out. Functions scale out to a limit.
//
// What it imitates: Lambda guide, "Lambda execution environment" and "Runtime API"; the names of errors are those of
// AWS's own Runtime Interface Emulator.
package lambda

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"example.com/recall/local/signature"
)

// Function is a function and the program that is run for it.
type Function struct {
	Name, ARN, Handler string
	// Program is the path of its bootstrap, or of an interpreter, which then gets Arguments.
	Program   string
	Arguments []string
	// Directory is where the function's code is; empty = where its program is.
	Directory string
	// Environment is the template's; what Lambda itself sets is added.
	Environment     map[string]string
	Timeout         time.Duration
	MemoryMegabytes int
	// ReservedConcurrency is how many invocations may run at once; more are refused. Negative = not limited.
	ReservedConcurrency int
}

func (f Function) directory() string {
	if f.Directory != "" {
		return f.Directory
	}
	return filepath.Dir(f.Program)
}

// Options say how to run functions.
type Options struct {
	Functions []Function
	Region    string
	// MaximumConcurrency is how many processes a function may have; further invocations wait. 0 = 50.
	MaximumConcurrency int
	// Environment is added to that of every function.
	Environment map[string]string
	// Freeze halts a process between its invocations, as Lambda does, so that work which a function leaves running in
	// the background shows its delay here too. It comes a millisecond after the last one; see pool.
	Freeze bool
	// Keys are the secrets with which the functions sign their requests.
	Keys signature.Keyring
	// Now is the time; nil = time.Now.
	Now func() time.Time
	// Invoked is told of each finished invocation, from many goroutines; nil = nobody is.
	Invoked func(Invocation)
	// Logged gets the lines that functions print, at a bounded rate, from many goroutines; nil = they are dropped.
	Logged func(function string, line []byte)
}

// Invocation describes a finished invocation.
type Invocation struct {
	Function, RequestID string
	Started             time.Time
	Duration            time.Duration // without the start of the process
	Initialization      time.Duration // of a new process; 0 when one was waiting
	// ErrorType is empty for success; Unauthorized; else the function's own error type, or Sandbox.Timedout,
	// Runtime.ExitError, ….
	ErrorType string
}

// Unauthorized is the message with which an authorizer refuses a caller (API Gateway Developer Guide, "Lambda
// authorizer for a WebSocket API"). Lambda has no other form for this answer than an error. It is reported under a
// type of its own, so that it is not taken for a fault.
const Unauthorized = "Unauthorized"

// Result is the answer to an invocation.
type Result struct {
	Payload []byte
	// FunctionError is empty for success, else "Unhandled"; Payload is then a JSON object with errorMessage and
	// errorType.
	FunctionError string
	RequestID     string
}

// Errors of Invoke, where no function ran. Their names are those of Lambda's Invoke.
var (
	ErrNotFound  = errors.New("ResourceNotFoundException: there is no such function")
	ErrTooLarge  = errors.New("RequestTooLargeException: the payload is over 6 MB")
	ErrThrottled = errors.New("TooManyRequestsException: the function's reserved concurrency is used up")
	ErrClosed    = errors.New("the local Lambda service is closed")
)

// maximumPayload is Lambda's limit for synchronous invocations, either way (Lambda quotas).
const maximumPayload = 6 << 20

// Service runs functions.
type Service struct {
	options Options
	pools   map[string]*pool
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup
	// closing orders Close after the last running.Add.
	closing sync.RWMutex
	closed  bool
}

// New makes a service. No process is started before its function's first invocation.
func New(options Options) (*Service, error) {
	if options.MaximumConcurrency <= 0 {
		options.MaximumConcurrency = 50
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Invoked == nil {
		options.Invoked = func(Invocation) {}
	}
	if options.Logged == nil {
		options.Logged = func(string, []byte) {}
	}
	s := &Service{options: options, pools: map[string]*pool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, function := range options.Functions {
		if s.pools[function.Name] != nil {
			return nil, fmt.Errorf("there are two functions named %s", function.Name)
		}
		s.pools[function.Name] = newPool(function, options)
	}
	return s, nil
}

// find looks a function up by name, ARN, or either with a qualifier such as :$LATEST.
func (s *Service) find(name string) *pool {
	if p := s.pools[name]; p != nil {
		return p
	}
	for _, p := range s.pools {
		for _, candidate := range []string{p.function.Name, p.function.ARN} {
			if name == candidate || name == candidate+":$LATEST" {
				return p
			}
		}
	}
	return nil
}

// Invoke runs a function and waits for its answer. When ctx ends first, Invoke returns with its error while the
// function runs on, as it does behind API Gateway. A failing function is no error of Invoke but a Result with
// FunctionError.
func (s *Service) Invoke(ctx context.Context, function string, payload []byte) (Result, error) {
	p := s.find(function)
	if p == nil {
		return Result{}, fmt.Errorf("%w: %s", ErrNotFound, function)
	}
	if len(payload) > maximumPayload {
		return Result{}, ErrTooLarge
	}
	s.closing.RLock()
	if s.closed {
		s.closing.RUnlock()
		return Result{}, ErrClosed
	}
	s.running.Add(1)
	s.closing.RUnlock()
	if err := p.acquire(ctx, s.ctx); err != nil {
		s.running.Done()
		return Result{}, err
	}
	call := &invocation{
		id: requestID(), payload: payload, answered: make(chan outcome, 1), complete: make(chan struct{}), pool: p,
	}
	go func() {
		defer s.running.Done()
		defer p.release()
		s.run(p, call)
	}()
	select {
	case result := <-call.answered:
		return Result{Payload: result.payload, FunctionError: result.functionError, RequestID: call.id}, nil
	case <-ctx.Done():
		return Result{}, context.Cause(ctx)
	}
}

// Kill ends all processes of a function at once, as a crash of their hosts would, and returns how many there were.
func (s *Service) Kill(function string) int {
	p := s.find(function)
	if p == nil {
		return 0
	}
	// All are killed at the same time. One after another would give the last ones time to end their work: a call that a
	// function waits for is given up and tried again after seconds.
	instances := p.retire()
	var killing sync.WaitGroup
	for _, i := range instances {
		killing.Go(i.kill)
	}
	killing.Wait()
	return len(instances)
}

// Renew makes all further invocations of a function run in new processes, since its code has changed. If program is
// not empty, they run that program. Invocations that have begun end in the process that they began in.
func (s *Service) Renew(function, program string) {
	if p := s.find(function); p != nil {
		p.renew(program)
	}
}

// Processes gives the operating system's IDs of a function's processes.
func (s *Service) Processes(function string) []int {
	p := s.find(function)
	if p == nil {
		return nil
	}
	var ids []int
	for _, i := range p.all() {
		ids = append(ids, i.process.ID())
	}
	return ids
}

// Close ends all processes and returns when they are gone. Invocations under way fail.
func (s *Service) Close() {
	s.closing.Lock()
	s.closed = true
	s.closing.Unlock()
	s.cancel()
	s.running.Wait()
	var ending sync.WaitGroup
	for _, p := range s.pools {
		for _, i := range p.all() {
			ending.Go(i.stop)
		}
	}
	ending.Wait()
}

// requestID is a random UUID.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
