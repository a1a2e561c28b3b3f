package reliability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"example.com/recall/reliability/simulation"
	"example.com/recall/shared/recall"
)

// asked and told are one operation on one message, as its caller saw it.
type asked struct {
	what string // send, recall or read
	by   recall.UserID
}

type told struct {
	name    recall.Name
	revoked recall.Revocation
	exists  bool
}

// register is the state of one message.
type register struct {
	sent    bool
	revoked recall.Revocation
}

// messageModel says what each operation may be told in each state: the recalls of the owner, who moderates, and of the
// sender, who may also cancel what is not stored.
func messageModel(sender recall.UserID) porcupine.Model {
	allowed := porcupine.NondeterministicModel{
		Init:  func() []any { return []any{register{}} },
		Equal: func(a, b any) bool { return a == b },
		Step: func(state, input, output any) []any {
			return step(sender, state.(register), input.(asked), output.(told))
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
	}
	return allowed.ToModel()
}

func step(sender recall.UserID, state register, in asked, out told) []any {
	recalled := state.revoked != recall.Revocation{}
	same, sent := []any{state}, []any{register{true, state.revoked}}
	switch in.what {
	case "send":
		switch {
		case recalled && out.name == recall.AlreadyRecalled:
			return same
		case !recalled && out.name == "":
			return sent
		}
		return nil
	case "read":
		if out.name == "" && out.exists == (state.sent || recalled) && out.revoked == state.revoked {
			return same
		}
		return nil
	}
	switch {
	case recalled && state.revoked.By == in.by && out.name == "" && out.revoked == state.revoked,
		recalled && state.revoked.By != in.by && out.name == recall.AlreadyRecalled,
		!recalled && !state.sent && in.by != sender && out.name == recall.MessageNotFound:
		return same
	case !recalled && (state.sent || in.by == sender) && out.name == "" && out.revoked.By == in.by:
		return []any{register{state.sent, out.revoked}}
	}
	return nil
}

// TestHistoriesOfSendsRecallsAndReadsAtOnceAreLinearizable lets five callers at once send, recall and read one message,
// over a store that loses answers.
func TestHistoriesOfSendsRecallsAndReadsAtOnceAreLinearizable(t *testing.T) {
	seed := rand.Uint64N(1 << 32)
	if *soakSeed != 0 {
		seed = *soakSeed
	}
	counted := newTally()
	for range 20 {
		history(t, seed, counted)
		seed++
	}
	t.Logf("seeds up to %d: %s", seed-1, counted.line())
	for _, violation := range counted.violations {
		t.Error(violation)
	}
}

// history makes one and checks it.
func history(t *testing.T, seed uint64, counted *tally) {
	world := newWorld(t)
	a := action{group: true}
	s := stage(t, world, a, 0)
	id := s.ids[0]
	sender, owner := s.actor, s.bystander
	started := time.Now()
	var mutex sync.Mutex
	var operations []porcupine.Operation
	note := func(client int, in asked, call func() told) {
		begin := int64(time.Since(started))
		out := call()
		end := int64(time.Since(started))
		counted.operation("history: " + in.what)
		mutex.Lock()
		defer mutex.Unlock()
		operations = append(operations, porcupine.Operation{ClientId: client, Input: in, Output: out, Call: begin, Return: end})
	}
	var work sync.WaitGroup
	for client := range 5 {
		work.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(client)))
			for range 4 {
				// Answers get lost and are asked for again by the SDK; processes do not die, so that each recall has its answer.
				process := world.Process(&loses{random.Uint64N(4)})
				ctx := t.Context()
				switch drawn := random.IntN(10); {
				case drawn < 3:
					note(client, asked{"send", sender.User()}, func() told { return sendTold(ctx, process, s, id) })
				case drawn < 5:
					note(client, asked{"recall", sender.User()}, func() told { return recallTold(ctx, process, s, sender, id) })
				case drawn < 7:
					note(client, asked{"recall", owner.User()}, func() told { return recallTold(ctx, process, s, owner, id) })
				default:
					note(client, asked{"read", owner.User()}, func() told { return readTold(ctx, process, s, id) })
				}
			}
		})
	}
	work.Wait()
	counted.run(seed)
	if result := porcupine.CheckOperationsTimeout(messageModel(sender.User()), operations, time.Minute); result != porcupine.Ok {
		counted.violated(fmt.Sprintf("seed %d: a history is not linearizable (%s): %+v", seed, result, operations))
	}
}

// loses is a fault that loses every nth answer of a write and lets the SDK try again.
type loses struct{ nth uint64 }

// Around makes the call, twice where its answer is lost.
func (l *loses) Around(label string, do func() error) error {
	if l.nth == 1 && (label == "PutItem msg" || label == "UpdateItem msg") {
		_ = do() // its answer is lost
	}
	return do()
}

var _ simulation.Fault = (*loses)(nil)

func sendTold(ctx context.Context, process *recall.Service, s *scene, id recall.MessageID) told {
	return failureTold(send(ctx, process, s, s.actor, id))
}

func failureTold(err error) told {
	if err == nil {
		return told{}
	}
	return told{name: recall.NameOf(err)}
}

func recallTold(ctx context.Context, process *recall.Service, s *scene, by *simulation.Device, id recall.MessageID) told {
	result := process.Revoke(ctx, by.Caller(), recall.RevokeRequest{Conversation: s.conversation, MessageIDs: []recall.MessageID{id}, Unsent: by == s.actor, Reason: theReason})[0]
	out := failureTold(result.Err)
	out.revoked = result.Revoked
	return out
}

func readTold(ctx context.Context, process *recall.Service, s *scene, id recall.MessageID) told {
	page := process.Sync(ctx, s.bystander.Caller(), recall.SyncRequest{Conversations: []recall.SyncItem{{Conversation: s.conversation, Limit: 10}}})[0]
	if page.Err != nil {
		return failureTold(page.Err)
	}
	for _, message := range page.Messages {
		if message.ID == id {
			if message.Revoked != nil {
				return told{exists: true, revoked: *message.Revoked}
			}
			return told{exists: true}
		}
	}
	return told{}
}
