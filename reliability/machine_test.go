package reliability

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"example.com/recall/local/template"
	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// machine draws operations and runs them: users with devices, whose requests are served by processes that have faults,
// stand still while other processes run, and whose clocks differ.
type machine struct {
	ctx   context.Context
	world *simulation.World
	model *model
	tally *tally

	// users are a group's owner, admin and member, and one who is in none.
	users         []recall.UserID
	conversations []recall.Conversation
	group         recall.Conversation
	// known are all devices that ever were; back are those that have come back on another connection.
	known []*simulation.Device
	back  map[*simulation.Device]bool
	// unsure are devices with a request that was never answered.
	unsure map[*simulation.Device]bool
	// clocks are the errors of the clocks of the machines.
	clocks []time.Duration
	// expirations are the rules of the bucket, from the template.
	expirations []template.Expiration
}

// With the first of these clock errors every guarantee must hold. With the second some guarantees need not hold.
var (
	nearClocks = []time.Duration{0, 0, -simulation.ClockRange, simulation.ClockRange}
	farClocks  = []time.Duration{0, 0, 0, -time.Hour, time.Hour}
)

func (m *machine) far() bool { return slices.Contains(m.clocks, time.Hour) }

// clock draws the clock of a machine. Most are steady, and some jump in the middle of the work.
func (m *machine) clock(t *rapid.T) *simulation.MachineClock {
	clock := &simulation.MachineClock{World: m.world.Clock, By: rapid.SampledFrom(m.clocks).Draw(t, "clock")}
	if rapid.IntRange(0, 2).Draw(t, "jumps") == 0 {
		clock.Then, clock.Jump = rapid.SampledFrom(m.clocks).Draw(t, "clock after the jump"),
			rapid.IntRange(2, 8).Draw(t, "reading")
	}
	return clock
}

// healthy returns a process without faults that uses the clock of the world.
func (m *machine) healthy() *recall.Service { return m.world.Process(simulation.Healthy{}) }

// operation is a request that is ready to run. It returns what its client does with the answer.
type operation struct {
	name string
	run  func(*recall.Service) (answer func())
	// device asked for a change, and synchronises when it gets no answer: no event tells it of its own request.
	device *simulation.Device
}

func newMachine(ctx context.Context, world *simulation.World, tally *tally, clocks []time.Duration,
	number int) (*machine, error) {
	m := &machine{
		ctx: ctx, world: world, tally: tally, clocks: clocks, model: newModel(),
		back: make(map[*simulation.Device]bool), unsure: make(map[*simulation.Device]bool),
	}
	var err error
	if m.expirations, err = expirations(); err != nil {
		return nil, err
	}
	for _, name := range []string{"owner", "admin", "member", "outsider"} {
		m.users = append(m.users, recall.UserID(fmt.Sprintf("%s%d", name, number)))
	}
	m.group = recall.InGroup(recall.GroupID(fmt.Sprintf("group%d", number)))
	m.conversations = []recall.Conversation{
		recall.Between(m.users[0], m.users[1]), recall.Between(m.users[2], m.users[0]), m.group,
	}
	process := world.Process(simulation.Healthy{})
	if err := process.PutGroup(ctx, recall.AdminPutGroup{Group: m.group.Group(), Name: "group"}); err != nil {
		return nil, err
	}
	for i, role := range []recall.MemberRole{recall.MemberOwner, recall.MemberAdmin, recall.MemberMember} {
		err := process.PutMember(ctx, recall.AdminPutMember{Group: m.group.Group(), User: m.users[i], Role: role})
		if err != nil {
			return nil, err
		}
	}
	for _, user := range m.users {
		device, err := world.Connect(ctx, process, user, nil)
		if err != nil {
			return nil, err
		}
		m.known = append(m.known, device)
	}
	return m, nil
}

// deepest is the largest number of processes that stand still at the same time.
const deepest = 3

// step draws an operation, runs it and everything that it draws in between, and reports what contradicts the model.
func (m *machine) step(kinds ...string) func(*rapid.T) {
	return func(t *rapid.T) {
		m.draw(t, kinds, 1)()
		m.report(t)
	}
}

func (m *machine) report(t *rapid.T) {
	m.model.mutex.Lock()
	defer m.model.mutex.Unlock()
	for _, violation := range m.model.violations {
		m.tally.violated(violation)
		t.Error(violation)
	}
	if len(m.model.violations) > 0 {
		t.FailNow()
	}
}

// draw makes an operation of one of the kinds ready to run in a process with drawn faults. Everything is drawn before
// anything runs, so that it can be repeated.
func (m *machine) draw(t *rapid.T, kinds []string, depth int) func() {
	kind := rapid.SampledFrom(kinds).Draw(t, "operation")
	op, ok := m.operation(t, kind)
	if !ok {
		return func() {}
	}
	between := func() {}
	fault := &simulation.Random{
		Seed:    rapid.Uint64().Draw(t, "fault seed"),
		Percent: rapid.SampledFrom([]int{0, 0, 5, 20}).Draw(t, "percent of faults"),
		Count:   m.tally.fault,
	}
	if depth < deepest && rapid.IntRange(0, 2).Draw(t, "between") == 0 {
		between = m.draw(t, briefly, depth+1)
		fault.BetweenNumber = rapid.IntRange(1, 9).Draw(t, "before call")
	}
	clock := m.clock(t)
	return func() {
		// A read that an action began and no longer waits for may come after the action's end.
		var once sync.Once
		fault.Between = func() { once.Do(between) }
		m.tally.operation(op.name)
		answer := op.run(m.world.ProcessWithClock(fault, clock))
		if !fault.Killed() {
			answer()
		} else if op.device != nil {
			m.unsure[op.device] = true
		}
		once.Do(between)
		if clock.WentBack() {
			m.tally.faulty("clock jumps back", false)
		}
	}
}

// briefly are the operations that may happen while a process stands still. None takes minutes, because no process
// lives that long.
var briefly = []string{
	"send", "send", "send again", "recall", "recall", "cancel", "read", "sync", "disconnect", "moment", "download",
}

func (m *machine) operation(t *rapid.T, kind string) (operation, bool) {
	switch kind {
	case "send":
		return m.send(t)
	case "send again":
		return m.sendAgain(t)
	case "recall":
		return m.recall(t, false)
	case "cancel":
		return m.recall(t, true)
	case "admin recall":
		return m.adminRecall(t)
	case "read":
		return m.read(t)
	case "sync":
		return m.sync(t)
	case "connect":
		return m.connect(t)
	case "disconnect":
		return m.disconnect(t)
	case "outsider":
		return m.outsider(t)
	case "download":
		return m.download(t)
	case "moment":
		return m.pass("moment", time.Duration(rapid.IntRange(0, 2_500).Draw(t, "milliseconds"))*time.Millisecond), true
	}
	return operation{}, false
}

// open draws one of the devices that are connected, of one of the users.
func (m *machine) open(t *rapid.T, users ...recall.UserID) (*simulation.Device, bool) {
	var open []*simulation.Device
	for _, device := range m.world.Open() {
		if slices.Contains(users, device.User()) {
			open = append(open, device)
		}
	}
	if len(open) == 0 {
		return nil, false
	}
	return rapid.SampledFrom(open).Draw(t, "device"), true
}

// inside returns the conversations of a user.
func (m *machine) inside(user recall.UserID) []recall.Conversation {
	var inside []recall.Conversation
	for _, conversation := range m.conversations {
		if slices.Contains(m.members(conversation), user) {
			inside = append(inside, conversation)
		}
	}
	return inside
}

func (m *machine) members(conversation recall.Conversation) []recall.UserID {
	if conversation.IsGroup() {
		return m.users[:3]
	}
	return conversation.Users()
}

func (m *machine) moderates(user recall.UserID, conversation recall.Conversation) bool {
	return conversation.IsGroup() && (user == m.users[0] || user == m.users[1])
}

// rest lets the event sources finish, at first with faults, and checks every guarantee.
func (m *machine) rest(t *rapid.T) {
	seed := rapid.Uint64().Draw(t, "deliver's fault seed")
	rounds := rapid.IntRange(0, 3).Draw(t, "rounds with faults")
	clock := m.clock(t)
	if m.far() {
		for _, device := range m.world.Open() {
			device.Excuse()
		}
	}
	for round := range rounds {
		number := 0
		m.world.DeliverOnce(m.ctx, func() *recall.Service {
			number++
			return m.world.ProcessWithClock(
				&simulation.Random{Seed: seed + uint64(1_000*round+number), Percent: 20, Count: m.tally.fault}, clock)
		})
	}
	if err := m.world.Deliver(m.ctx, m.healthy); err != nil {
		m.model.violate("G4: %v", err)
	}
	m.endOld() // deliver's waiting takes time
	if rapid.Bool().Draw(t, "again in reverse") {
		m.world.Redeliver(m.ctx, m.healthy())
	}
	m.tally.operation("rest and check")
	for device := range m.unsure {
		m.synchronise(device, "sync without an answer")
	}
	clear(m.unsure)
	m.checkAll()
	if m.comeBack() {
		m.checkAll()
	}
	m.report(t)
}

func (m *machine) synchronise(device *simulation.Device, when string) {
	for _, conversation := range m.inside(device.User()) {
		if err := device.Sync(m.ctx, m.healthy(), conversation); err != nil {
			m.model.violate("%s: %v", when, err)
		}
	}
}

// comeBack lets the devices that may not know of everything end their connections and connect again. After it they
// must. Where the clocks are far off, the cursors that they hold are, too: they begin anew.
func (m *machine) comeBack() bool {
	came := false
	for _, old := range m.world.Open() {
		if !old.Excused() {
			continue
		}
		came = true
		before := old
		if m.far() {
			before = nil
		}
		_ = m.world.Close(m.ctx, nil, old, false) // $disconnect does not reach the functions
		device, err := m.world.Connect(m.ctx, m.healthy(), old.User(), before)
		if recall.NameOf(err) == recall.Unavailable {
			// So many connections of the user came in the last seconds that they hold all places. Until they are older, nobody
			// can tell that they are gone.
			m.world.Clock.Advance(simulation.YoungFor + simulation.ClockRange + time.Second)
			device, err = m.world.Connect(m.ctx, m.healthy(), old.User(), before)
		}
		if err != nil {
			m.model.violate("connect: %v", err)
			continue
		}
		m.back[old] = true
		m.known = append(m.known, device)
		m.synchronise(device, "sync after coming back")
	}
	return came
}

func (m *machine) checkAll() {
	for _, conversation := range m.conversations {
		m.check(conversation)
	}
	for _, violation := range m.world.CheckUploads(m.ctx) {
		m.model.violate("%s", violation)
	}
}

func (m *machine) check(conversation recall.Conversation) {
	violations, err := m.world.Check(m.ctx, conversation, m.members(conversation), "")
	if err != nil {
		m.model.violate("check: %v", err)
	}
	for _, violation := range violations {
		m.model.violate("%s", violation)
	}
	items, err := m.world.RawMessages(m.ctx, conversation)
	if err != nil {
		m.model.violate("check: %v", err)
	}
	for _, id := range m.model.compare(conversation, items) {
		for _, device := range m.known {
			if device.User() != m.senderOf(id) && device.Received(conversation, id) {
				m.model.violate("G6: %s was cancelled before it was stored, and %s got its body", id, device.User())
			}
		}
	}
}

func (m *machine) senderOf(id recall.MessageID) recall.UserID {
	for _, conversation := range m.conversations {
		for _, f := range m.model.of(conversation) {
			if f.id == id {
				return f.sender
			}
		}
	}
	return ""
}
