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

// request and answer are one operation on one message as its caller saw it.
type request struct {
	what string // send, store, recall or read; store is a send's first attempt, whose answer was lost
	by   recall.UserID
}

type answer struct {
	name    recall.Name
	revoked recall.Revocation
	exists  bool
}

// register is the state of one message.
type register struct {
	sent    bool
	revoked recall.Revocation
}

// messageModel says which answers each operation may get in each state: the recalls of the owner, who moderates, and
// of the sender, who may also cancel what is not stored.
func messageModel(sender recall.UserID) porcupine.Model {
	allowed := porcupine.NondeterministicModel{
		Init:  func() []any { return []any{register{}} },
		Equal: func(a, b any) bool { return a == b },
		Step: func(state, input, output any) []any {
			return step(sender, state.(register), input.(request), output.(answer))
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
	}
	return allowed.ToModel()
}

func step(sender recall.UserID, state register, in request, out answer) []any {
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
	case "store":
		if recalled {
			return nil
		}
		return sent
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

// TestHistoriesOfSendsRecallsAndReadsAtOnceAreLinearizable lets five callers at once send, recall and read one
// message, over a store that loses answers.
func TestHistoriesOfSendsRecallsAndReadsAtOnceAreLinearizable(t *testing.T) {
	seed := rand.Uint64N(1 << 32)
	if *soakSeed != 0 {
		seed = *soakSeed
	}
	counted := newTally()
	const histories = 20
	for range histories {
		history(t, seed, counted)
		seed++
	}
	t.Logf("seeds up to %d: %s", seed-1, counted.line())
	for _, violation := range counted.violations {
		t.Error(violation)
	}
	counted.wantEnough(t, least{operations: histories * callers * callsEach})
}

// These are the sizes of a history. Each caller makes its calls one after the other.
const callers, callsEach = 5, 4

// history makes one history and checks it.
func history(t *testing.T, seed uint64, counted *tally) {
	world := newWorld(t)
	a := action{group: true}
	s := stage(t, world, a, 0)
	id := s.ids[0]
	sender, owner := s.actor, s.bystander
	noted := record{started: time.Now()}
	var work sync.WaitGroup
	for client := range callers {
		work.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(client)))
			for range callsEach {
				// Answers get lost and are asked for again by the SDK; processes do not die, so that each recall has its answer.
				lost := &answerLoss{nth: random.Uint64N(4)}
				process := world.Process(lost)
				ctx := t.Context()
				switch drawn := random.IntN(10); {
				case drawn < 3:
					noted.note(client, request{"send", sender.User()}, lost, func() answer { return sendAnswer(ctx, process, s, id) })
				case drawn < 5:
					noted.note(client, request{"recall", sender.User()}, lost, func() answer {
						return recallAnswer(ctx, process, s, sender, id)
					})
				case drawn < 7:
					noted.note(client, request{"recall", owner.User()}, lost, func() answer {
						return recallAnswer(ctx, process, s, owner, id)
					})
				default:
					noted.note(client, request{"read", owner.User()}, lost, func() answer { return readAnswer(ctx, process, s, id) })
				}
			}
		})
	}
	work.Wait()
	counted.run(seed)
	for _, operation := range noted.operations {
		counted.operation("history: " + operation.Input.(request).what)
	}
	if result := noted.check(sender.User()); result != porcupine.Ok {
		counted.violated(fmt.Sprintf("seed %d: a history is not linearizable (%s): %+v", seed, result, noted.operations))
	}
}

// TestASendThatIsRecalledBetweenItsTwoAttemptsIsLinearizable has a reader see the message that its sender is then
// told was recalled.
func TestASendThatIsRecalledBetweenItsTwoAttemptsIsLinearizable(t *testing.T) {
	s := stage(t, newWorld(t), action{group: true}, 0)
	id, sender := s.ids[0], s.actor
	noted := record{started: time.Now()}
	lost := &answerLoss{nth: 1, between: func() {
		noted.note(1, request{"read", s.bystander.User()}, nil, func() answer {
			return readAnswer(t.Context(), s.healthy(), s, id)
		})
		noted.note(2, request{"recall", sender.User()}, nil, func() answer {
			return recallAnswer(t.Context(), s.healthy(), s, sender, id)
		})
	}}
	noted.note(0, request{"send", sender.User()}, lost, func() answer {
		return sendAnswer(t.Context(), s.world.Process(lost), s, id)
	})
	last := noted.operations[len(noted.operations)-1]
	if last.Input.(request).what != "store" {
		t.Fatalf("the send was not recalled between its attempts: %+v", noted.operations)
	}
	if result := noted.check(sender.User()); result != porcupine.Ok {
		t.Errorf("%s: %+v", result, noted.operations)
	}
}

// record is a history as its callers saw it.
type record struct {
	started    time.Time
	mutex      sync.Mutex
	operations []porcupine.Operation
}

// note makes a call and keeps its answer. lost is the fault that the call may meet, or nil.
func (r *record) note(client int, in request, lost *answerLoss, call func() answer) {
	begin := int64(time.Since(r.started))
	out := call()
	end := int64(time.Since(r.started))
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.operations = append(r.operations, porcupine.Operation{
		ClientId: client,
		Input:    in,
		Output:   out,
		Call:     begin,
		Return:   end,
	})
	if lost != nil && lost.stored && out.name == recall.AlreadyRecalled {
		// The first attempt stored the message, and a recall came before the second: two effects of one send.
		r.operations = append(r.operations, porcupine.Operation{
			ClientId: client,
			Input:    request{"store", in.by},
			Output:   answer{},
			Call:     begin,
			Return:   end,
		})
	}
}

func (r *record) check(sender recall.UserID) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(messageModel(sender), r.operations, time.Minute)
}

// answerLoss is a fault that loses every nth answer of a write, so that the SDK tries again.
type answerLoss struct {
	nth uint64
	// stored tells that the message was stored by an attempt whose answer was lost.
	stored bool
	// between, where given, runs when an answer was lost, before the next attempt.
	between func()
}

// Around makes the call, twice where its answer is lost.
func (l *answerLoss) Around(label string, do func() error) error {
	if l.nth == 1 && (label == "PutItem msg" || label == "UpdateItem msg") {
		err := do() // its answer is lost
		l.stored = l.stored || err == nil && label == "PutItem msg"
		if l.between != nil {
			l.between()
		}
	}
	return do()
}

var _ simulation.Fault = (*answerLoss)(nil)

func sendAnswer(ctx context.Context, process *recall.Service, s *scene, id recall.MessageID) answer {
	return failureAnswer(send(ctx, process, s, s.actor, id))
}

func failureAnswer(err error) answer {
	if err == nil {
		return answer{}
	}
	return answer{name: recall.NameOf(err)}
}

func recallAnswer(ctx context.Context, process *recall.Service, s *scene, by *simulation.Device,
	id recall.MessageID) answer {
	result := process.Revoke(ctx, by.Caller(), recall.RevokeRequest{
		Conversation: s.conversation,
		MessageIDs:   []recall.MessageID{id},
		Unsent:       by == s.actor,
		Reason:       theReason,
	})[0]
	out := failureAnswer(result.Err)
	out.revoked = result.Revoked
	return out
}

func readAnswer(ctx context.Context, process *recall.Service, s *scene, id recall.MessageID) answer {
	page := process.Sync(ctx, s.bystander.Caller(), recall.SyncRequest{
		Conversations: []recall.SyncItem{{Conversation: s.conversation, Limit: 10}},
	})[0]
	if page.Err != nil {
		return failureAnswer(page.Err)
	}
	for _, message := range page.Messages {
		if message.ID == id {
			if message.Revoked != nil {
				return answer{exists: true, revoked: *message.Revoked}
			}
			return answer{exists: true}
		}
	}
	return answer{}
}
