package reliability

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// span is from the earliest to the latest time that a process read on its machine.
type span struct{ earliest, latest recall.Instant }

func spanOf(process *recall.Service) span {
	earliest, latest := process.Clock.(*simulation.MachineClock).Span()
	return span{earliest, latest}
}

// apart is how far the time of an ID was off at most.
func (s span) apart(id recall.MessageID) time.Duration {
	return max(s.latest.Sub(id.Time()), id.Time().Sub(s.earliest))
}

// noAnswer is for a client that does nothing with the answer.
func noAnswer() {}

func (m *machine) send(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	conversation := rapid.SampledFrom(m.inside(device.User())).Draw(t, "conversation")
	id := m.world.NewMessageID()
	f := &fate{
		id:           id,
		conversation: conversation,
		sender:       device.User(),
		body:         recall.Body(fmt.Sprintf(`{"text":"%s %s"}`, simulation.Canary, id)),
	}
	m.drawFile(t, f)
	m.model.add(f)
	return m.sending("send", device, f), true
}

// sendAgain is the retry of a client that had no answer, or a client that sends twice.
func (m *machine) sendAgain(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	var own []*fate
	for _, conversation := range m.inside(device.User()) {
		for _, f := range m.model.of(conversation) {
			if f.sender == device.User() && !f.dropped {
				own = append(own, f)
			}
		}
	}
	if len(own) == 0 {
		return operation{}, false
	}
	return m.sending("send again", device, own[rapid.IntRange(0, len(own)-1).Draw(t, "message")]), true
}

func (m *machine) sending(name string, device *simulation.Device, f *fate) operation {
	return operation{name: name, device: device, run: func(process *recall.Service) func() {
		if err := m.attach(device, f); err != nil {
			m.model.violate("attach: %v", err)
		}
		before := m.model.now(f)
		result, err := process.Send(m.ctx, device.Caller(), recall.SendRequest{
			Conversation: f.conversation,
			MessageID:    f.id,
			Body:         f.body,
			Attachments:  f.attached,
		})
		return func() {
			m.model.sent(f, before, result, err, spanOf(process))
			if err == nil {
				device.Acknowledged(f.conversation, f.id, f.body, 0)
			}
		}
	}}
}

// some draws up to three messages of a conversation.
func (m *machine) some(t *rapid.T, conversation recall.Conversation) []*fate {
	fates := m.model.of(conversation)
	if len(fates) == 0 {
		return nil
	}
	indices := rapid.SliceOfNDistinct(rapid.IntRange(0, len(fates)-1), 1, min(3, len(fates)),
		rapid.ID[int]).Draw(t, "messages")
	chosen := make([]*fate, len(indices))
	for i, index := range indices {
		chosen[i] = fates[len(fates)-1-index] // small numbers are the latest
	}
	return chosen
}

func idsOf(fates []*fate) []recall.MessageID {
	ids := make([]recall.MessageID, len(fates))
	for i, f := range fates {
		ids[i] = f.id
	}
	return ids
}

// tries notes that a user tries a recall. It returns what was known of the messages before.
func (m *machine) tries(user recall.UserID, fates []*fate) []fate {
	before := make([]fate, len(fates))
	m.model.mutex.Lock()
	defer m.model.mutex.Unlock()
	for i, f := range fates {
		f.tried[user] = true
		before[i] = *f
	}
	return before
}

func (m *machine) recall(t *rapid.T, unsent bool) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	conversation := rapid.SampledFrom(m.inside(device.User())).Draw(t, "conversation")
	fates := m.some(t, conversation)
	name := "recall"
	if unsent {
		// What a client cancels is a message of its own without an answer; here also one that was never sent.
		name = "cancel"
		f := &fate{id: m.world.NewMessageID(), conversation: conversation, sender: device.User()}
		f.body = recall.Body(fmt.Sprintf(`{"text":"%s %s"}`, simulation.Canary, f.id))
		if rapid.Bool().Draw(t, "never sent") || len(fates) == 0 {
			m.model.add(f)
			fates = []*fate{f}
		}
		for _, f := range fates {
			if f.sender != device.User() {
				return operation{}, false
			}
		}
	}
	if len(fates) == 0 {
		return operation{}, false
	}
	by := operator{device.User(), m.moderates(device.User(), conversation), unsent}
	return operation{name: name, device: device, run: func(process *recall.Service) func() {
		before := m.tries(by.user, fates)
		results := process.Revoke(m.ctx, device.Caller(), recall.RevokeRequest{
			Conversation: conversation,
			MessageIDs:   idsOf(fates),
			Unsent:       unsent,
			Reason:       theReason,
		})
		return func() {
			for i, result := range results {
				m.model.recalled(by, fates[i], before[i], result, spanOf(process))
				if result.Err == nil {
					device.Acknowledged(conversation, result.MessageID, "", result.Revoked.At)
				}
			}
		}
	}}, true
}

func (m *machine) adminRecall(t *rapid.T) (operation, bool) {
	conversation := rapid.SampledFrom(m.conversations).Draw(t, "conversation")
	fates := m.some(t, conversation)
	if len(fates) == 0 {
		return operation{}, false
	}
	by := operator{recall.AdminOperator, true, false}
	return operation{name: "admin recall", run: func(process *recall.Service) func() {
		before := m.tries(by.user, fates)
		results := process.AdminRevoke(m.ctx, recall.AdminRevoke{
			Conversation: conversation,
			MessageIDs:   idsOf(fates),
			Reason:       theReason,
		})
		return func() {
			for i, result := range results {
				m.model.recalled(by, fates[i], before[i], result, spanOf(process))
			}
		}
	}}, true
}

func (m *machine) read(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	conversation := rapid.SampledFrom(m.inside(device.User())).Draw(t, "conversation")
	fates := m.some(t, conversation)
	if len(fates) == 0 {
		return operation{}, false
	}
	return operation{name: "read", run: func(process *recall.Service) func() {
		before := m.model.now(fates[0])
		mark, err := process.Read(m.ctx, device.Caller(), recall.ReadRequest{
			Conversation: conversation,
			MessageID:    fates[0].id,
		})
		return func() {
			switch name := recall.NameOf(err); {
			case err == nil:
				m.model.read(device.User(), conversation, mark.ReadUpTo)
			case name == recall.Unavailable:
			case name == recall.MessageNotFound && before.stored == nil && before.revoked == nil:
			default:
				m.model.violate("read of %s was answered %v", fates[0].id, err)
			}
		}
	}}, true
}

func (m *machine) sync(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[:3]...)
	if !ok {
		return operation{}, false
	}
	conversation := rapid.SampledFrom(m.inside(device.User())).Draw(t, "conversation")
	return operation{name: "sync", run: func(process *recall.Service) func() {
		if err := device.Sync(m.ctx, process, conversation); err != nil && recall.NameOf(err) != recall.Unavailable {
			m.model.violate("sync was answered %v", err)
		}
		return noAnswer
	}}, true
}

// connect lets a device come, or come back: $connect, then the end of the handshake, then a sync. Others go on at
// each gap.
func (m *machine) connect(t *rapid.T) (operation, bool) {
	user := rapid.SampledFrom(m.users).Draw(t, "user")
	var before *simulation.Device
	open := m.world.Open()
	for _, device := range m.known {
		if device.User() == user && !slices.Contains(open, device) && !m.back[device] {
			before = device
		}
	}
	inHandshake := m.draw(t, briefly, deepest)
	beforeSync := m.draw(t, briefly, deepest)
	return operation{name: "connect", run: func(process *recall.Service) func() {
		device := m.world.Arrive(user, before)
		err := m.world.Register(m.ctx, process, device)
		return func() {
			if err != nil {
				return // the handshake is refused, and the device tries again some time
			}
			inHandshake()
			m.world.Accept(device)
			if before != nil {
				m.back[before] = true
			}
			m.known = append(m.known, device)
			beforeSync()
			for _, conversation := range m.inside(user) {
				if err := device.Sync(m.ctx, m.world.Process(simulation.Healthy{}), conversation); err != nil {
					m.model.violate("sync after connect: %v", err)
				}
			}
		}
	}}, true
}

func (m *machine) disconnect(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users...)
	if !ok {
		return operation{}, false
	}
	delivered := rapid.Bool().Draw(t, "$disconnect is delivered")
	return operation{name: "disconnect", run: func(process *recall.Service) func() {
		_ = m.world.Close(m.ctx, process, device, delivered) // nobody waits for it
		return noAnswer
	}}, true
}

// outsider asks for what is not theirs.
func (m *machine) outsider(t *rapid.T) (operation, bool) {
	device, ok := m.open(t, m.users[3])
	if !ok {
		return operation{}, false
	}
	fates := m.some(t, m.group)
	ids := append(idsOf(fates), m.world.NewMessageID())
	return operation{name: "outsider", run: func(process *recall.Service) func() {
		results := process.Revoke(m.ctx, device.Caller(), recall.RevokeRequest{
			Conversation: m.group,
			MessageIDs:   ids,
			Unsent:       len(ids)%2 == 0,
		})
		_, sendErr := process.Send(m.ctx, device.Caller(), recall.SendRequest{Conversation: m.group, Body: theBody})
		_, readErr := process.Read(m.ctx, device.Caller(), recall.ReadRequest{Conversation: m.group, MessageID: ids[0]})
		syncErr := process.Sync(m.ctx, device.Caller(), recall.SyncRequest{
			Conversations: []recall.SyncItem{{Conversation: m.group, Limit: 10}},
		})[0].Err
		return func() {
			for _, result := range results {
				m.wantRefusal("recall", result.Err, recall.MessageNotFound)
			}
			m.wantRefusal("send", sendErr, recall.ConversationNotFound)
			m.wantRefusal("read", readErr, recall.ConversationNotFound)
			m.wantRefusal("sync", syncErr, recall.ConversationNotFound)
		}
	}}, true
}

func (m *machine) wantRefusal(what string, err error, wanted recall.Name) {
	if err == nil || recall.NameOf(err) != wanted && recall.NameOf(err) != recall.Unavailable {
		m.model.violate("G8: an outsider's %s was answered %v", what, err)
	}
}

// connectionLife is a little below API Gateway's limit, since the machines' clocks differ.
const connectionLife = recall.MaximumConnectionAge - simulation.ClockRange

// pass lets time pass; connections end at their age.
func (m *machine) pass(name string, duration time.Duration) operation {
	return operation{name: name, run: func(*recall.Service) func() {
		m.expire() // so that the world knows since when each object has been there
		m.world.Clock.Advance(duration)
		m.expire()
		m.endOld()
		return noAnswer
	}}
}

func (m *machine) endOld() {
	for _, device := range m.world.Open() {
		if m.world.Now().Sub(device.Connection().ConnectedAt) > connectionLife {
			_ = m.world.Close(m.ctx, nil, device, false) // nobody is delivered
		}
	}
}
