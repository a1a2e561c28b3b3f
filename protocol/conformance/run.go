package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Runner plays scenarios against a driver.
type Runner struct {
	Driver   []string                     // the driver's command and its arguments
	Deadline time.Duration                // of each step; 0: 10 s
	Trace    func(direction, text string) // is called with every frame and line; may be nil
	Now      func() time.Time             // nil: time.Now
	// Storage gives the client a storage folder in every scenario in which it may have one, and not only in those that
	// need one.
	Storage bool
}

// run is one scenario being played.
type run struct {
	scenario  Scenario
	deadline  time.Duration
	now       func() int64 // the server's clock
	server    *server
	start     func() (*driver, error)
	driver    *driver // nil after a kill
	storage   string  // the folder of the client's storage, "" without one
	lines     *inbox
	variables variables
	memory    *memory
	user      string
	calls     int
	command   map[string]any // the latest do
	latest    string         // its call
	barriers  int
	never     []Step
}

// Run plays a scenario; nil means that the client behaved. An error says which step failed and what was seen instead.
func (r Runner) Run(ctx context.Context, scenario Scenario) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	trace := r.Trace
	if trace == nil {
		trace = func(string, string) {}
	}
	played, err := r.prepare(ctx, scenario, trace, fail)
	if err != nil {
		return err
	}
	defer played.close()
	for place, step := range scenario.Steps {
		trace("step", string(step.source))
		if err := played.step(ctx, step); err != nil {
			failure := played.explain(place, step, err)
			return errors.Join(failure, played.kill())
		}
	}
	if played.driver != nil {
		if err := played.driver.quit(played.deadline); err != nil {
			return err
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if failed := played.lines.failure(); failed != nil && !errors.Is(failed, errDriverEnded) {
		return failed
	}
	return errors.Join(played.server.unexpectedObject(), played.checkNever())
}

func (r Runner) prepare(
	ctx context.Context, scenario Scenario, trace func(string, string), fail func(error),
) (*run, error) {
	now := r.Now
	if now == nil {
		now = time.Now
	}
	started := now()
	played := &run{
		scenario: scenario, deadline: r.Deadline, lines: newInbox(), memory: newMemory(), user: "alice",
		now: func() int64 { return scenario.ServerTime + now().Sub(started).Milliseconds() },
	}
	if played.deadline == 0 {
		played.deadline = 10 * time.Second
	}
	played.variables = variables{taken: map[string]any{}, now: played.now}
	var err error
	if played.server, err = startServer(trace, fail); err != nil {
		return nil, err
	}
	played.variables.objects = played.server.objectsURL()
	if scenario.stores(r.Storage) {
		if played.storage, err = os.MkdirTemp("", "recall-storage-"); err != nil {
			played.close()
			return nil, fmt.Errorf("making the storage folder: %w", err)
		}
	}
	played.start = func() (*driver, error) { return startDriver(ctx, r.Driver, played.storage, played.lines, trace) }
	if played.driver, err = played.start(); err != nil {
		played.close()
		return nil, err
	}
	return played, nil
}

// close ends what the scenario used. The driver has ended before.
func (p *run) close() {
	p.server.close()
	if p.storage != "" {
		_ = os.RemoveAll(p.storage) // What is left over lies in the system's folder for temporary files.
	}
}

// step does one step within the deadline.
func (p *run) step(ctx context.Context, step Step) error {
	ctx, cancel := context.WithTimeout(ctx, p.deadline)
	defer cancel()
	err := p.dispatch(ctx, step)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return err
}

func (p *run) dispatch(ctx context.Context, step Step) error {
	switch {
	case step.Do != nil:
		return p.do(step.Do)
	case step.Result != nil:
		return p.result(ctx, step)
	case step.ExpectEvent != nil:
		return p.take(ctx, p.lines, step.ExpectEvent, step.As)
	case step.InOrder != nil:
		return p.takeInOrder(ctx, step)
	case step.NeverEvent != nil, step.NeverFrame != nil:
		p.never = append(p.never, step)
		return nil
	case step.Accept != nil:
		return p.accept(ctx, step.Accept)
	case step.Handshake != nil:
		return p.handshake(ctx, step.Handshake)
	case step.Barrier:
		return p.barrier(ctx)
	case step.BlackHole:
		p.server.links.silence()
		return nil
	case step.Network != nil:
		p.server.links.setReachable(*step.Network)
		return nil
	case step.Kill, step.Start:
		return p.killOrStart(step)
	case step.Storage != nil:
		return p.checkStorage(ctx, *step.Storage)
	case step.Object != nil:
		return p.object(ctx, step.Object.repeated(step.Times))
	default:
		return p.onConnection(ctx, step)
	}
}

// viewAgainAfter is how long a result of view or unsent that fits is waited for before the driver is asked again.
const viewAgainAfter = 500 * time.Millisecond

// result waits for the result of the latest do. A client may take in a reply beside the events that came behind it,
// so view and unsent are asked for until the result fits.
func (p *run) result(ctx context.Context, step Step) error {
	for {
		wanted := map[string]any{"event": "result", "call": p.latest}
		maps.Copy(wanted, step.Result)
		if p.command["do"] != "view" && p.command["do"] != "unsent" {
			return p.take(ctx, p.lines, wanted, step.As)
		}
		short, cancel := context.WithTimeout(ctx, viewAgainAfter)
		err := p.take(short, p.lines, wanted, step.As)
		cancel()
		if err == nil || ctx.Err() != nil || p.lines.failure() != nil {
			return err
		}
		if err := p.do(p.command); err != nil {
			return err
		}
	}
}

// take waits for an entry of an inbox that fits and remembers it under a name.
func (p *run) take(ctx context.Context, from *inbox, subset map[string]any, as string) error {
	wanted, err := p.variables.fill(subset, 0)
	if err != nil {
		return err
	}
	entry, err := from.take(ctx, func(entry map[string]any) bool { return matches(wanted, entry, p.now()) })
	if err != nil {
		return err
	}
	if as != "" {
		p.variables.taken[as] = entry
	}
	return nil
}

// takeInOrder takes lines of the driver that must come in the order of the step. The list may be repeated.
func (p *run) takeInOrder(ctx context.Context, step Step) error {
	var wanted []any
	for index := range max(step.Times, 1) {
		filled, err := p.variables.fill(step.InOrder, index)
		if err != nil {
			return err
		}
		wanted = append(wanted, filled.([]any)...) // fill keeps the kind of value
	}
	for len(wanted) > 0 {
		entry, err := p.lines.take(ctx, func(entry map[string]any) bool {
			return slices.ContainsFunc(wanted, func(each any) bool { return matches(each, entry, p.now()) })
		})
		if err != nil {
			return fmt.Errorf("waiting for %v: %w", wanted[0], err)
		}
		if !matches(wanted[0], entry, p.now()) {
			return fmt.Errorf("out of order: wanted %v, and %v came first", wanted[0], entry)
		}
		wanted = wanted[1:]
	}
	return nil
}

func (p *run) do(command map[string]any) error {
	p.command = command
	value, err := p.variables.fill(command, 0)
	if err != nil {
		return err
	}
	filled := value.(map[string]any) // fill keeps the kind of value
	if p.driver == nil {
		return errNoDriver
	}
	p.calls++
	setDefault(filled, "call", fmt.Sprintf("call-%d", p.calls))
	p.latest, _ = filled["call"].(string)
	if filled["do"] == "login" {
		setDefault(filled, "url", p.server.url())
		setDefault(filled, "user", "alice")
		setDefault(filled, "token", Token("alice", 4_102_444_800))
		setDefault(filled, "options", map[string]any{})
		options, ok := filled["options"].(map[string]any)
		if !ok {
			return errors.New("options must be an object")
		}
		setDefault(options, "requestTimeoutMilliseconds", 5_000)
		setDefault(options, "reconnectMinimumMilliseconds", 10)
		setDefault(options, "reconnectMaximumMilliseconds", 100)
		p.user, _ = filled["user"].(string)
	}
	return p.driver.do(filled)
}

func (p *run) accept(ctx context.Context, accept *Accept) error {
	p.server.setRepeat(nil)
	token, err := p.variables.fill(accept.Token, 0)
	if err != nil {
		return err
	}
	_, err = p.server.next(ctx, fmt.Sprint(token), handshakeDecision{status: accept.Status})
	return err
}

func (p *run) handshake(ctx context.Context, h *Handshake) error {
	p.server.setRepeat(nil)
	token, err := p.variables.fill(h.Token, 0)
	if err != nil {
		return err
	}
	fill := func(value any) (any, error) { return p.variables.fill(value, 0) }
	played, err := newScript(h, fill, p.now, p.user, p.memory)
	if err != nil {
		return err
	}
	if _, err := p.server.next(ctx, fmt.Sprint(token), handshakeDecision{script: played}); err != nil {
		return err
	}
	if h.Repeat {
		p.server.setRepeat(func() *script {
			again, err := newScript(h, fill, p.now, p.user, p.memory)
			if err != nil {
				return played
			}
			return again
		})
	}
	select {
	case <-played.complete:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the client did not finish its synchronisation, %s: %w", played.missing(), ctx.Err())
	}
}

// missing returns a text that says which requests the client has not sent.
func (s *script) missing() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	open := make([]string, 0, len(s.open))
	for name := range s.open {
		open = append(open, name)
	}
	return fmt.Sprintf("hello %t, conversations %t, not synchronised %v", s.greeted, s.listed, open)
}

// barrier sends messages until the client reports one. Then the client has handled everything that was sent before. A
// client may have dropped the connection, so it goes to the latest one, again and again.
func (p *run) barrier(ctx context.Context) error {
	for {
		connection := p.server.latest()
		if connection == nil {
			return errors.New("a barrier needs a connection")
		}
		p.barriers++
		id := fmt.Sprintf("01HF7YAT00BARR1ER0%08d", p.barriers)
		_ = connection.send(map[string]any{"type": "message", "message": map[string]any{
			"messageId": id, "conversation": barrierConversation, "sender": "barrier", "sentAt": p.now(),
			"recallableUntil": 0, "body": map[string]any{"text": "barrier"},
		}}) // a lost connection is replaced by the client
		wanted := map[string]any{"event": "onRecvNewMessage", "message": map[string]any{"messageId": id}}
		short, cancel := context.WithTimeout(ctx, time.Second)
		err := p.take(short, p.lines, wanted, "")
		cancel()
		if err == nil || ctx.Err() != nil || p.lines.failure() != nil {
			return err
		}
	}
}

// explain adds to a failed step where it stands and what was seen instead.
func (p *run) explain(place int, step Step, err error) error {
	var text strings.Builder
	fmt.Fprintf(&text, "step %d %s: ", place+1, step.source)
	if errors.Is(err, context.DeadlineExceeded) {
		fmt.Fprintf(&text, "not within %s: ", p.deadline)
	}
	fmt.Fprintf(&text, "%v", err)
	list(&text, "printed by the driver and not expected yet", p.lines.all())
	if connection := p.server.latest(); connection != nil {
		list(&text, "sent by the client and not expected yet", connection.frames.all())
	}
	if p.driver != nil && p.driver.stderr.String() != "" {
		fmt.Fprintf(&text, "\n  logged by the driver:\n%s", p.driver.stderr)
	}
	return errors.New(text.String())
}

func list(text *strings.Builder, title string, entries []map[string]any) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprintf(text, "\n  %s:", title)
	for i, entry := range entries {
		if i == 20 {
			fmt.Fprintf(text, "\n    … and %d more", len(entries)-i)
			return
		}
		data, err := json.Marshal(entry)
		if err == nil {
			fmt.Fprintf(text, "\n    %s", data)
		}
	}
}

// checkNever looks through everything that no step took.
func (p *run) checkNever() error {
	frames := []map[string]any{}
	for _, connection := range p.server.all() {
		frames = append(frames, connection.frames.all()...)
	}
	for _, step := range p.never {
		subset, entries := step.NeverEvent, p.lines.all()
		if step.NeverFrame != nil {
			subset, entries = step.NeverFrame, frames
		}
		wanted, err := p.variables.fill(subset, 0)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if matches(wanted, entry, p.now()) {
				data, _ := json.Marshal(entry) // it was decoded from JSON
				return fmt.Errorf("step %s: there was %s", step.source, data)
			}
		}
	}
	return nil
}
