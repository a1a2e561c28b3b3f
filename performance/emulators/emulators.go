// Package emulators compares the local stack with other emulators of API Gateway's WebSockets: the rules that each
// keeps, start-up, round trip, frames a second, connections, and memory. All run the same function behind the same API
// (local/gatewayrules), each as processes of its own, in turns on one machine.
package emulators

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// Options say what to measure.
type Options struct {
	// Program is this program, which serves the local stack for `bench stack`.
	Program string
	// Rules is local/gatewayrules. Serverless and MiniStack are the folders in which the others are installed.
	Rules, Serverless, MiniStack string
	// Rounds is how often each is started and measured, one after the other.
	Rounds int
	// Connections are numbers of connections, ascending. They are opened in the last round.
	Connections []int
	// Frames is how many round trips are measured in each round. Flood is for how long as many frames as possible are
	// sent.
	Frames   int
	Flood    time.Duration
	Progress func(string)
}

// Side is what was measured of one emulator. A figure that could not be measured is 0, and Failures say why.
type Side struct {
	Name string `json:"name"`
	// Rules are how many rules were probed, Kept how many of these it keeps; Broken are the others in words.
	Rules  int      `json:"rules"`
	Kept   int      `json:"kept"`
	Broken []string `json:"broken"`
	// StartMilliseconds is from the start of its process until the first connection is accepted: the median of the
	// rounds, as all that follow.
	StartMilliseconds float64 `json:"startMilliseconds"`
	// Echo is the round trip of a frame, of all rounds together. FramesPerSecond is how many went through with 16
	// clients that send the next one as soon as one is answered.
	Echo            measure.Summary `json:"echo"`
	FramesPerSecond float64         `json:"framesPerSecond"`
	// Idle is the memory while one is connected.
	Idle        Memory  `json:"idle"`
	Connections []Crowd `json:"connections"`
	// Failures say what it could not do, each once.
	Failures []string `json:"failures,omitempty"`

	sample         []time.Duration
	starts, frames []float64
	memories       []float64
}

// Crowd is what many connections cost.
type Crowd struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"` // until the last was connected, from the crowd before
	Memory  Memory  `json:"memory"`
	// Failed says why, where they did not all connect.
	Failed string `json:"failed,omitempty"`
}

// Report is everything that was measured.
type Report struct {
	Machine measure.Machine `json:"machine"`
	Rounds  int             `json:"rounds"`
	Sides   []*Side         `json:"sides"`
}

// The patiences are so long that a busy machine alone does not make a side fail.
const (
	startPatience = 2 * time.Minute
	crowdPatience = 4 * time.Minute
	echoPatience  = 30 * time.Second
	rulePatience  = 15 * time.Second
	warmUp        = 20 // frames before those that are measured
	clients       = 16
	unlimited     = 100_000 // a second: as fast as it goes
)

// Run holds all against the rules, and then measures them in turns. One that fails leaves the others to go on.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{Machine: measure.ThisMachine(time.Now()), Rounds: options.Rounds}
	emulators := options.emulators()
	for _, emulator := range emulators {
		side := &Side{Name: emulator.name}
		report.Sides = append(report.Sides, side)
		options.Progress(side.Name + ": rules")
		side.note("rules", verify(ctx, options, emulator, side))
	}
	for round := range options.Rounds {
		for i, emulator := range emulators {
			side := report.Sides[i]
			options.Progress(fmt.Sprintf("%s: round %d of %d", side.Name, round+1, options.Rounds))
			side.note("start-up", measureOnce(ctx, options, emulator, side, round == options.Rounds-1))
		}
	}
	for _, side := range report.Sides {
		side.finish()
	}
	return report, ctx.Err()
}

// note keeps a failure, with what failed. The same one in a later round is not told again.
func (s *Side) note(what string, err error) {
	if err == nil {
		return
	}
	if failure := what + ": " + err.Error(); !slices.ContainsFunc(s.Failures, func(known string) bool {
		return strings.HasPrefix(known, what+": ")
	}) {
		s.Failures = append(s.Failures, failure)
	}
}

func (s *Side) finish() {
	if len(s.sample) > 0 {
		s.Echo = measure.Summarize(s.sample)
	}
	s.StartMilliseconds, s.FramesPerSecond = median(s.starts), median(s.frames)
	s.Idle = Memory(median(s.memories))
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// verify holds an emulator against the rules, with one API that has $default and one that has not. Where a probe ends
// an emulator, that rule is broken, and the next ones are probed with a new one. An emulator that answers no frame at
// all is not probed, since it would keep every rule that wants silence.
func verify(ctx context.Context, options Options, e emulator, side *Side) error {
	var probed *pair
	defer func() { probed.stop() }()
	for _, rule := range gatewayrules.Rules() {
		if probed == nil {
			var err error
			if probed, err = startPair(ctx, e); err != nil {
				return err
			}
		}
		result := gatewayrules.Probe(ctx, probed.target(), rule)
		if result.Failure != nil && probed.answers(ctx) != nil {
			result.Failure = fmt.Errorf("%w, and the emulator answers no more", result.Failure)
			probed.stop()
			probed = nil
		}
		side.add(result)
		if side.Rules%20 == 0 {
			options.Progress(fmt.Sprintf("%s: %d of %d rules kept", side.Name, side.Kept, side.Rules))
		}
	}
	return ctx.Err()
}

// pair is an emulator of an API without $default and one of an API with it.
type pair [2]*running

func startPair(ctx context.Context, e emulator) (*pair, error) {
	var p pair
	for i := range p {
		var err error
		if p[i], err = e.start(ctx, i == 1); err != nil {
			p.stop()
			return nil, err
		}
		caller, err := firstCaller(ctx, p[i])
		if err != nil {
			p.stop()
			return nil, err
		}
		caller.Close()
	}
	if err := p.answers(ctx); err != nil {
		p.stop()
		return nil, err
	}
	return &p, nil
}

// answers is whether both answer a frame on a new connection.
func (p *pair) answers(ctx context.Context) error {
	for _, r := range p {
		caller, err := call(ctx, r)
		if err != nil {
			return err
		}
		_, err = ask(ctx, caller)
		caller.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) target() gatewayrules.Target {
	target := p[0].target
	target.DefaultURL, target.Patience = p[1].target.URL, rulePatience
	target.Sign = gatewayrules.SignWith(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	}), "us-east-1")
	return target
}

func (p *pair) stop() {
	if p == nil {
		return
	}
	for _, r := range p {
		if r != nil {
			r.stop()
		}
	}
}

func (s *Side) add(result gatewayrules.Result) {
	switch {
	case !result.Probed:
		return
	case result.Failure == nil:
		s.Kept++
	default:
		s.Broken = append(s.Broken,
			fmt.Sprintf("%s: %s (%s): %v", result.Section, result.Text, result.Basis, result.Failure))
	}
	s.Rules++
}

// measureOnce is one round. What one side cannot do is noted, and the rest is measured.
func measureOnce(ctx context.Context, options Options, e emulator, side *Side, crowds bool) error {
	started := time.Now()
	running, err := e.start(ctx, false)
	if err != nil {
		return err
	}
	defer running.stop()
	caller, err := firstCaller(ctx, running)
	if err != nil {
		return err
	}
	defer caller.Close()
	side.starts = append(side.starts, measure.Milliseconds(time.Since(started)))
	sample, err := roundTrips(ctx, caller, options.Frames)
	side.note("round trip", err)
	side.sample = append(side.sample, sample...)
	if memory := memoryOf(running.process); memory > 0 {
		side.memories = append(side.memories, float64(memory))
	}
	if err == nil {
		frames, err := flood(ctx, running.target.URL, options.Flood)
		side.note("frames a second", err)
		if err == nil {
			side.frames = append(side.frames, frames)
		}
	}
	if crowds {
		side.crowd(ctx, options, running)
	}
	return ctx.Err()
}

// roundTrips measures frames one after the other. Unless all are answered, none counts.
func roundTrips(ctx context.Context, caller *rig.Caller, count int) ([]time.Duration, error) {
	var sample []time.Duration
	for n := range count + warmUp {
		reply, err := ask(ctx, caller)
		if err != nil {
			return nil, fmt.Errorf("frame %d: %w", n+1, err)
		}
		if n >= warmUp {
			sample = append(sample, reply.At.Sub(reply.Sent))
		}
	}
	return sample, nil
}

// echo has the function answer with a frame that rig.Caller takes for a reply. An error of the emulator is none.
var echo = map[string]string{"action": "ask", "say": `{"type":"reply"}`}

// ask sends the frame and waits for its answer, but not forever.
func ask(ctx context.Context, caller *rig.Caller) (rig.Reply, error) {
	patient, cancel := context.WithTimeoutCause(ctx, echoPatience, errSilent)
	defer cancel()
	reply, err := caller.Ask(patient, echo)
	if err != nil && errors.Is(context.Cause(patient), errSilent) {
		err = errSilent
	}
	return reply, err
}

var errSilent = fmt.Errorf("a frame was not answered within %v", echoPatience)

// crowd opens more and more connections.
func (s *Side) crowd(ctx context.Context, options Options, running *running) {
	fleet := &devices.Fleet{PerSecond: unlimited}
	defer fleet.Close()
	connected := 0
	for _, count := range options.Connections {
		options.Progress(fmt.Sprintf("%s: %d connections", s.Name, count))
		crowd := Crowd{Count: count}
		began := time.Now()
		patient, cancel := context.WithTimeout(ctx, crowdPatience)
		dials := make([]devices.Dial, count-connected)
		for n := range dials {
			dials[n] = devices.Dial{URL: running.target.URL + "?key=1"}
		}
		err := fleet.Connect(patient, dials)
		cancel()
		connected = count
		crowd.Seconds, crowd.Memory = time.Since(began).Seconds(), memoryOf(running.process)
		if err != nil {
			crowd.Failed = err.Error()
			s.note(fmt.Sprintf("%d connections", count), err)
		}
		s.Connections = append(s.Connections, crowd)
		if err != nil {
			return // with the next crowd it cannot do better
		}
	}
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

// call connects.
func call(ctx context.Context, r *running) (*rig.Caller, error) {
	return rig.Call(ctx, devices.Dial{URL: r.target.URL + "?key=1"})
}

// firstCaller connects as soon as it can.
func firstCaller(ctx context.Context, running *running) (*rig.Caller, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		caller, err := call(ctx, running)
		if err == nil {
			return caller, nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-running.ended:
			return nil, fmt.Errorf("it ended: %w\n%s", err, running.output())
		case <-ctx.Done():
			return nil, errors.Join(err, errors.New(running.output()))
		}
	}
}

// flood has clients send the next frame as soon as one is answered.
func flood(ctx context.Context, url string, duration time.Duration) (float64, error) {
	callers := make([]*rig.Caller, clients)
	for n := range callers {
		caller, err := rig.Call(ctx, devices.Dial{URL: url + "?key=1"})
		if err != nil {
			return 0, err
		}
		defer caller.Close()
		callers[n] = caller
	}
	// The first frames start what each side starts for 16 clients at the same time.
	if err := together(callers, func(caller *rig.Caller) error {
		_, err := roundTrips(ctx, caller, 0)
		return err
	}); err != nil {
		return 0, err
	}
	var answered atomic.Int64
	started := time.Now()
	err := together(callers, func(caller *rig.Caller) error {
		for time.Since(started) < duration {
			if _, err := ask(ctx, caller); err != nil {
				return err
			}
			answered.Add(1)
		}
		return nil
	})
	return float64(answered.Load()) / time.Since(started).Seconds(), err
}

// together runs the same for all callers at the same time, and gives an error of one of them.
func together(callers []*rig.Caller, do func(*rig.Caller) error) error {
	var group errgroup.Group
	for _, caller := range callers {
		group.Go(func() error { return do(caller) })
	}
	return group.Wait()
}
