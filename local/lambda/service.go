// Package lambda runs compiled functions as AWS Lambda does. Each process has its own Runtime API, handles one
// invocation at a time, is frozen between two invocations, and ends when its time-out is over. Functions scale out to
// a limit.
//
// It imitates what the Lambda guide describes under "Lambda execution environment" and "Runtime API". The names of
// errors are those of AWS's own Runtime Interface Emulator.
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

// Function is a function and the program that runs it.
type Function struct {
	Name, ARN, Handler string
	// Program is the path of the bootstrap. It can also be the path of an interpreter, which then gets Arguments.
	Program   string
	Arguments []string
	// Directory is where the function's code is; empty = the folder of the program.
	Directory string
	// Environment is what the template sets. The variables that Lambda itself sets are added.
	Environment     map[string]string
	Timeout         time.Duration
	MemoryMegabytes int
	// ReservedConcurrency is how many invocations may run at once. More of them are refused. Negative = no limit.
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
	// MaximumConcurrency is how many processes a function may have. Further invocations wait. 0 = 50.
	MaximumConcurrency int
	// Environment is added to the environment of every function.
	Environment map[string]string
	// Freeze halts a process between its invocations, as Lambda does. Work that a function leaves running in the
	// background is then delayed here too. A process is halted a millisecond after its last invocation; see pool.
	Freeze bool
	// Keys are the secrets with which the functions sign their requests.
	Keys signature.Keyring
	// NoSessionToken leaves out AWS_SESSION_TOKEN, for services that know only permanent keys.
	NoSessionToken bool
	// Now is the time; nil = time.Now.
	Now func() time.Time
	// Invoked is called with each finished invocation, from many goroutines; nil = no call.
	Invoked func(Invocation)
	// Logged gets the lines that functions print, at a limited rate and from many goroutines; nil = they are dropped.
	Logged func(function string, line []byte)
}

// Invocation describes a finished invocation.
type Invocation struct {
	Function, RequestID string
	// TraceID is what AWS's SDKs pass on with each call that the function makes, in the header X-Amzn-Trace-Id.
	TraceID string
	Started time.Time
	// Handed is when the process got the event, and Answered when its answer was there; zero if that never happened.
	Handed, Answered time.Time
	Duration         time.Duration // without the start of the process
	Initialization   time.Duration // of a new process; 0 when one was waiting
	// ErrorType is empty if the invocation succeeded. Otherwise it is Unauthorized, the function's own error type, or
	// an error type of Lambda such as Sandbox.Timedout or Runtime.ExitError.
	ErrorType string
}

// Unauthorized is the message with which an authorizer refuses a caller (API Gateway Developer Guide, "Lambda
// authorizer for a WebSocket API"). Lambda has no other form for this answer than an error. It is reported under a
// type of its own, so that it is not taken for a fault.
const Unauthorized = "Unauthorized"

// Result is the answer to an invocation.
type Result struct {
	Payload []byte
	// FunctionError is empty if the function succeeded. Otherwise it is "Unhandled", and Payload is a JSON object
	// with errorMessage and errorType.
	FunctionError string
	RequestID     string
}

// These are the errors of Invoke if no function ran. Their names are those of Lambda's Invoke.
var (
	ErrNotFound  = errors.New("ResourceNotFoundException: there is no such function")
	ErrTooLarge  = errors.New("RequestTooLargeException: the payload is over 6 MB")
	ErrThrottled = errors.New("TooManyRequestsException: the function's reserved concurrency is used up")
	ErrClosed    = errors.New("the local Lambda service is closed")
)

// maximumPayload is Lambda's limit for synchronous invocations, in both directions (Lambda quotas).
const maximumPayload = 6 << 20

// Service runs functions.
type Service struct {
	options Options
	pools   map[string]*pool
	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup
	// closing makes sure that Close comes after the last running.Add.
	closing sync.RWMutex
	closed  bool
}

// New makes a service. It starts no process: the first invocation of a function does.
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

// find finds a function by its name or ARN, with or without a qualifier such as :$LATEST.
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

// Invoke runs a function and waits for its answer. If ctx ends first, Invoke returns the error of ctx and the
// function runs on, as it does behind API Gateway. If the function fails, Invoke returns no error but a Result with
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
	id := requestID()
	call := &invocation{
		id: id, traceID: traceID(id, s.options.Now()), payload: payload, pool: p, now: s.options.Now,
		answered: make(chan outcome, 1), complete: make(chan struct{}),
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

// Kill ends all processes of a function at once, as a crash of their hosts would. It returns how many there were.
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

// Processes returns the operating system's IDs of a function's processes.
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

// Close ends all processes and returns when they have ended. Invocations that still run fail.
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
	_, _ = rand.Read(b[:]) // it never fails, according to crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
