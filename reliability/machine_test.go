package reliability

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

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
}

// operation is a request that is ready to run. It returns what its client does with the answer.
type operation struct {
	name string
	run  func(*recall.Service) (answer func())
	// device asked for a change, and synchronises when it gets no answer: no event tells it of its own request.
	device *simulation.Device
}

func newMachine(ctx context.Context, world *simulation.World, tally *tally, number int) (*machine, error) {
	m := &machine{ctx: ctx, world: world, tally: tally, model: newModel(), back: make(map[*simulation.Device]bool), unsure: make(map[*simulation.Device]bool)}
	for _, name := range []string{"owner", "admin", "member", "outsider"} {
		m.users = append(m.users, recall.UserID(fmt.Sprintf("%s%d", name, number)))
	}
	m.group = recall.InGroup(recall.GroupID(fmt.Sprintf("group%d", number)))
	m.conversations = []recall.Conversation{recall.Between(m.users[0], m.users[1]), recall.Between(m.users[2], m.users[0]), m.group}
	process := world.Process(simulation.Healthy{})
	if err := process.PutGroup(ctx, recall.AdminPutGroup{Group: m.group.Group(), Name: "group"}); err != nil {
		return nil, err
	}
	for i, role := range []recall.MemberRole{recall.MemberOwner, recall.MemberAdmin, recall.MemberMember} {
		if err := process.PutMember(ctx, recall.AdminPutMember{Group: m.group.Group(), User: m.users[i], Role: role}); err != nil {
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

// deepest is how many processes stand still at once at most.
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
		Seed: rapid.Uint64().Draw(t, "fault seed"), Percent: rapid.SampledFrom([]int{0, 0, 5, 20}).Draw(t, "percent of faults"),
		Count: m.tally.fault,
	}
	if depth < deepest && rapid.IntRange(0, 2).Draw(t, "between") == 0 {
		between = m.draw(t, briefly, depth+1)
		fault.BetweenNumber = rapid.IntRange(1, 9).Draw(t, "before call")
	}
	skew := rapid.SampledFrom([]time.Duration{0, 0, 0, -4 * time.Second, 4 * time.Second}).Draw(t, "skew")
	return func() {
		// A read that an action began and no longer waits for may come after the action's end.
		var once sync.Once
		fault.Between = func() { once.Do(between) }
		m.tally.operation(op.name)
		answer := op.run(m.world.ProcessWithSkew(fault, skew))
		if !fault.Killed() {
			answer()
		} else if op.device != nil {
			m.unsure[op.device] = true
		}
		once.Do(between)
	}
}

// briefly are the operations that may happen while a process stands still: no process lives for minutes.
var briefly = []string{"send", "send", "send again", "recall", "recall", "cancel", "read", "sync", "disconnect", "moment"}

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

// inside are the conversations of a user.
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

// rest lets the event sources finish, at first with faults, and holds every guarantee.
func (m *machine) rest(t *rapid.T) {
	seed := rapid.Uint64().Draw(t, "deliver's fault seed")
	rounds := rapid.IntRange(0, 3).Draw(t, "rounds with faults")
	for round := range rounds {
		number := 0
		m.world.DeliverOnce(m.ctx, func() *recall.Service {
			number++
			return m.world.Process(&simulation.Random{Seed: seed + uint64(1_000*round+number), Percent: 20, Count: m.tally.fault})
		})
	}
	healthy := func() *recall.Service { return m.world.Process(simulation.Healthy{}) }
	if err := m.world.Deliver(m.ctx, healthy); err != nil {
		m.model.violate("G4: %v", err)
	}
	if rapid.Bool().Draw(t, "again in reverse") {
		m.world.Redeliver(m.ctx, healthy())
	}
	m.tally.operation("rest and check")
	for device := range m.unsure {
		for _, conversation := range m.inside(device.User()) {
			if err := device.Sync(m.ctx, healthy(), conversation); err != nil {
				m.model.violate("sync without an answer: %v", err)
			}
		}
	}
	clear(m.unsure)
	for _, conversation := range m.conversations {
		m.check(conversation)
	}
	m.report(t)
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
