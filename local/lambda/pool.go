package lambda

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

const (
	// freezeAfter is how long a process is without work before it is halted. Halting a process and resuming it costs
	// as much processor time as a small invocation. The delay avoids this cost while invocations follow each other
	// closely.
	freezeAfter = time.Millisecond
	// startAfter is how long an invocation waits for a busy process before another process is started for it. It is
	// about as long as that start takes. So a burst of short invocations does not start one process for each of them.
	startAfter = 10 * time.Millisecond
	// startsFor is how long at most a process that starts holds back the start of others. One that loads much code or
	// waits for something when it starts does not hold back the rest for longer.
	startsFor = 500 * time.Millisecond
	// endAfter is how long a process may take after its answer until it asks for more work. After that time, the
	// caller's next invocation counts as one that runs at the same time.
	endAfter = time.Second
)

// pool holds the processes of one function.
type pool struct {
	function  Function
	freezes   bool
	permits   *semaphore.Weighted
	throttles bool // refuse an invocation instead of waiting if no permit is left
	none      bool
	ending    atomic.Int64 // invocations that are answered and whose process has not asked for the next one yet
	// starts has room for as many processes as start at the same time. More of them would only delay each other. An
	// invocation that waits for its turn takes a process that becomes free meanwhile, as on Lambda.
	starts chan struct{}

	mutex     sync.Mutex
	program   string      // what new processes run
	renewed   int         // how often all processes were replaced; older ones get no more work
	idle      []*instance // the last used one is last, and is used first
	waiting   []chan *instance
	instances map[*instance]bool
}

func newPool(function Function, options Options) *pool {
	p := &pool{
		function: function, program: function.Program, freezes: options.Freeze,
		starts: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), instances: map[*instance]bool{},
	}
	maximum := options.MaximumConcurrency
	if reserved := function.ReservedConcurrency; reserved >= 0 && reserved <= maximum {
		p.throttles, p.none = true, reserved == 0
		maximum = max(1, reserved)
	}
	p.permits = semaphore.NewWeighted(int64(maximum))
	return p
}

// acquire takes the right to run one invocation. Before it refuses, it waits for an invocation that is answered and
// about to end: that may be the caller's previous one.
func (p *pool) acquire(ctx, service context.Context) error {
	if p.none {
		return ErrThrottled
	}
	if p.permits.TryAcquire(1) {
		return nil
	}
	if p.throttles && p.ending.Load() == 0 {
		if p.permits.TryAcquire(1) { // the previous one has just ended
			return nil
		}
		return ErrThrottled
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(service, func() { cancel(ErrClosed) })()
	if p.throttles {
		defer time.AfterFunc(endAfter, func() { cancel(ErrThrottled) }).Stop()
	}
	if err := p.permits.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// release gives back the right that acquire took. It is called when the invocation was answered and has ended.
func (p *pool) release() {
	p.permits.Release(1)
	p.ending.Add(-1)
}

// take returns a process that waits for work, or nil if a new one must be started. With nil the caller has a place in
// starts, which it gives back by started.
func (p *pool) take() *instance {
	p.mutex.Lock()
	if i := p.takeIdle(); i != nil {
		p.mutex.Unlock()
		return i
	}
	patience := startAfter
	if len(p.instances) == 0 {
		patience = 0
	}
	soon := make(chan *instance, 1)
	p.waiting = append(p.waiting, soon)
	p.mutex.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var starts chan<- struct{} // nil while it is too early to start a process
	for {
		select {
		case i := <-soon:
			if i == nil {
				p.starts <- struct{}{}
			}
			return i
		case <-timer.C:
			starts = p.starts
		case starts <- struct{}{}:
			if p.leave(soon) {
				return nil
			}
			i := <-soon // It came at the last moment.
			if i != nil {
				<-p.starts
			}
			return i
		}
	}
}

// leave takes an invocation out of those that wait for a process. It returns false if it was given one already.
func (p *pool) leave(soon chan *instance) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	n := slices.Index(p.waiting, soon)
	if n < 0 {
		return false
	}
	p.waiting = slices.Delete(p.waiting, n, n+1)
	return true
}

// starting returns what to call when a process that was started asks for work or has ended. The process counts as one
// that starts until then, but no longer than startsFor.
func (p *pool) starting() (started func()) {
	end := sync.OnceFunc(func() { <-p.starts })
	timer := time.AfterFunc(startsFor, end)
	return func() {
		timer.Stop()
		end()
	}
}

func (p *pool) takeIdle() *instance {
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if last.ended() {
			continue
		}
		if p.freezes {
			last.freezing.Stop()
		}
		if last.frozen {
			last.process.Resume()
			last.frozen = false
		}
		return last
	}
	return nil
}

// put takes a process back that asks for work.
func (p *pool) put(i *instance) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if i.renewed != p.renewed {
		go i.stop()
		return
	}
	if p.handOver(i) {
		return
	}
	p.idle = append(p.idle, i)
	switch {
	case !p.freezes:
	case i.freezing == nil:
		i.freezing = time.AfterFunc(freezeAfter, func() { p.freeze(i) })
	default:
		i.freezing.Reset(freezeAfter)
	}
}

// renew makes all further invocations run in new processes, and of another program if one is given. Processes that
// wait for work are ended.
func (p *pool) renew(program string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if program != "" {
		p.program = program
	}
	p.renewed++
	for _, i := range p.idle {
		go i.stop()
	}
	p.idle = nil
}

// retire returns all processes and lets none of them get more work. A caller who learns that an invocation ended with
// its process may send the next one at once. A process that is about to be killed must not get it.
func (p *pool) retire() []*instance {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.renewed++
	p.idle = nil
	return slices.Collect(maps.Keys(p.instances))
}

// latest returns the function with the program that new processes run, and how often that was replaced.
func (p *pool) latest() (Function, int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	function := p.function
	function.Program = p.program
	return function, p.renewed
}

// freeze halts a process, unless it is working again.
func (p *pool) freeze(i *instance) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !i.frozen && slices.Contains(p.idle, i) {
		i.process.Pause()
		i.frozen = true
	}
}

// handOver gives a process to an invocation that waits for one. nil tells that invocation that no process comes. It
// returns false if no invocation waits.
func (p *pool) handOver(i *instance) bool {
	if len(p.waiting) == 0 {
		return false
	}
	p.waiting[0] <- i
	p.waiting = p.waiting[1:]
	return true
}

func (p *pool) add(i *instance) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.instances[i] = true
}

// remove forgets a process that has ended. An invocation that waited for it stops waiting.
func (p *pool) remove(i *instance) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.instances, i)
	p.handOver(nil)
}

// all returns the processes.
func (p *pool) all() []*instance {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return slices.Collect(maps.Keys(p.instances))
}
