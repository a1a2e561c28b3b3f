package reliability

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	client "example.com/recall/clients/go"
	"example.com/recall/local/awsproxy"
	"example.com/recall/local/stack"
	gateway "example.com/recall/local/websocket"
)

// load is the local stack with the functions' real programs, and people who use it while everything around them
// breaks.
type load struct {
	ctx           context.Context // of the requests: what is under way when the load ends is answered
	stack         *stack.Stack
	tally         *tally
	people        []string
	devices       []*person
	conversations map[string][]string // a person's, as they see them

	mutex sync.Mutex
	// sent and recalled are what was confirmed, by message ID.
	sent     map[string]client.Message
	recalled map[string]bool
	// denied are the guest's connections: of those with true, a post was answered with 410 though they live.
	denied map[string]bool
}

// guest returns the person whose connections get 410. The others must get their notices without a new connection.
func (l *load) guest() string { return l.people[3] }

// person is one device of one person.
type person struct {
	name   string
	client *client.Client
}

// startLoad starts the stack and connects two devices of each person.
func startLoad(t *testing.T, seed uint64, counted *tally) *load {
	t.Helper()
	l := &load{
		ctx: t.Context(), tally: counted, conversations: make(map[string][]string),
		sent: make(map[string]client.Message), recalled: make(map[string]bool), denied: make(map[string]bool),
	}
	for _, name := range []string{"owner", "admin", "member", "guest"} {
		l.people = append(l.people, fmt.Sprintf("%s%d", name, seed))
	}
	running, err := stack.Start(t.Context(), stack.Options{
		Strict:             true,
		MaximumConcurrency: 4,
		Switches:           gateway.Switches{DropDisconnect: 0.3},
		Report:             l.watch,
	})
	if err != nil {
		t.Fatalf("the local stack does not start (%v); run: scripts/require.sh java dynamodb-local elasticmq", err)
	}
	t.Cleanup(running.Close)
	l.stack = running
	l.makeGroup(t)
	for _, name := range l.people {
		for range 2 {
			l.devices = append(l.devices, l.connect(t, name))
		}
	}
	return l
}

const loadGroup = "team"

func (l *load) makeGroup(t *testing.T) {
	t.Helper()
	requests := []map[string]any{{"action": "putGroup", "group": loadGroup, "name": "Team"}}
	for i, role := range []string{"owner", "admin", "member", "member"} {
		requests = append(requests, map[string]any{
			"action": "putMember",
			"group":  loadGroup,
			"user":   l.people[i],
			"role":   role,
		})
	}
	for _, request := range requests {
		raw, err := l.stack.Admin(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		var reply struct{ OK bool }
		if err := json.Unmarshal(raw, &reply); err != nil || !reply.OK {
			t.Fatalf("%v was answered %s", request, raw)
		}
	}
	for _, name := range l.people {
		l.conversations[name] = []string{"group_" + loadGroup}
		for _, other := range l.people {
			if other != name {
				l.conversations[name] = append(l.conversations[name], "c2c_"+other)
			}
		}
	}
}

func (l *load) connect(t *testing.T, name string) *person {
	t.Helper()
	token := func(context.Context) (string, error) { return l.stack.Token(name, time.Hour) }
	made, err := client.New(client.Options{
		URL: l.stack.Addresses().WebSocket, TokenProvider: token,
		RequestTimeout: 5 * time.Second, ReconnectMinimum: 50 * time.Millisecond, ReconnectMaximum: 2 * time.Second,
	})
	must(t, err)
	first, err := token(t.Context())
	must(t, err)
	must(t, made.Login(t.Context(), name, first))
	t.Cleanup(made.Logout)
	return &person{name, made}
}

// run uses the stack and breaks it until the context ends. Then everything works again.
func (l *load) run(ctx context.Context, seed uint64) {
	var work sync.WaitGroup
	for i, device := range l.devices {
		work.Go(func() { l.use(ctx, device, rand.New(rand.NewPCG(seed, uint64(i)))) })
	}
	work.Go(func() { l.kill(ctx, rand.New(rand.NewPCG(seed, 100))) })
	work.Go(func() { l.breakPosts(ctx, rand.New(rand.NewPCG(seed, 101))) })
	work.Go(func() { l.denyPosts(ctx, rand.New(rand.NewPCG(seed, 102))) })
	work.Go(func() { l.neverRead(ctx) })
	l.breakDatabase(seed)
	work.Wait()
	l.stack.DynamoDB().SetHook(nil)
	l.stack.Gateway().Faults().Clear()
	l.endDenied()
}

// pause waits, and reports false when the load ends.
func pause(ctx context.Context, duration time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(duration):
		return true
	}
}

// use is one person at one device.
func (l *load) use(ctx context.Context, device *person, random *rand.Rand) {
	for pause(ctx, time.Duration(random.IntN(300))*time.Millisecond) {
		conversations := l.conversations[device.name]
		conversation := conversations[random.IntN(len(conversations))]
		switch drawn := random.IntN(10); {
		case drawn < 5:
			l.send(device, conversation)
		case drawn < 9:
			l.revoke(device, conversation, random)
		default:
			l.read(device, conversation)
		}
	}
}

func (l *load) send(device *person, conversation string) {
	l.tally.operation("stack: send")
	message, err := device.client.SendMessage(l.ctx, conversation, map[string]string{"text": "hello"})
	if err != nil {
		l.mayFail("send", err, client.CodeAlreadyRecalled)
		return
	}
	l.tally.confirm("send")
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.sent[message.MessageID] = message
}

// revoke takes back one of the latest messages: mostly an own one.
func (l *load) revoke(device *person, conversation string, random *rand.Rand) {
	held := device.client.Messages(conversation)
	if len(held) == 0 {
		return
	}
	message := held[len(held)-1-random.IntN(min(4, len(held)))]
	l.tally.operation("stack: recall")
	err := device.client.RevokeMessage(l.ctx, conversation, message.MessageID, "why")
	if err != nil {
		l.mayFail("recall", err, client.CodeAlreadyRecalled, client.CodeRecallDenied, client.CodeRecallWindowExpired,
			client.CodeGroupRecallWindowExpired, client.CodeClientWindowOver)
		return
	}
	l.tally.confirm("recall")
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.recalled[message.MessageID] = true
}

func (l *load) read(device *person, conversation string) {
	held := device.client.Messages(conversation)
	if len(held) == 0 {
		return
	}
	l.tally.operation("stack: read")
	if _, err := device.client.MarkRead(l.ctx, conversation, held[len(held)-1].MessageID); err != nil {
		l.mayFail("read", err)
		return
	}
	l.tally.confirm("read")
}

// mayFail takes errors that a broken neighbour explains, which must not be too many, and those that the request
// itself explains.
func (l *load) mayFail(what string, err error, explained ...int) {
	code := client.Code(err)
	answered := slices.Contains(explained, code)
	if answered || code == client.CodeTimeout || code == client.CodeUnavailable {
		l.tally.notDone(answered)
		return
	}
	l.tally.violated(fmt.Sprintf("a %s was answered %v", what, err))
}

// kill sends SIGKILL to all processes of a function, again and again.
func (l *load) kill(ctx context.Context, random *rand.Rand) {
	functions := l.stack.Template().Functions
	for pause(ctx, time.Duration(100+random.IntN(600))*time.Millisecond) {
		function := functions[random.IntN(len(functions))]
		for range l.stack.Lambda().Kill(function.Name) {
			l.tally.faulty("stack: process killed by signal", true)
		}
	}
}

// breakPosts makes the next posts fail or hang for a moment.
func (l *load) breakPosts(ctx context.Context, random *rand.Rand) {
	for pause(ctx, time.Duration(random.IntN(400))*time.Millisecond) {
		fault := gateway.PostFault{Count: 1 + random.IntN(3)}
		kind := "stack: post hangs"
		switch random.IntN(3) {
		case 0:
			fault.Status, kind = http.StatusTooManyRequests, "stack: post 429"
		case 1:
			fault.Status, kind = http.StatusInternalServerError, "stack: post 500"
		default:
			fault.Delay = 5 * time.Second
		}
		l.stack.Gateway().Faults().Add(fault)
		l.tally.faulty(kind, false)
	}
}

// watch learns which connections are the guest's, and which of them were denied.
func (l *load) watch(entry stack.Entry) {
	if entry.Kind != stack.KindGateway || entry.User != l.guest() {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	gone := entry.Record.Kind == gateway.KindPost && entry.Record.Status == http.StatusGone
	l.denied[entry.Record.ConnectionID] = l.denied[entry.Record.ConnectionID] || gone
}

// denyPosts lets posts to one of the guest's connections get 410 though it lives.
func (l *load) denyPosts(ctx context.Context, random *rand.Rand) {
	for pause(ctx, time.Duration(random.IntN(1_000))*time.Millisecond) {
		l.mutex.Lock()
		connections := slices.Sorted(maps.Keys(l.denied))
		l.mutex.Unlock()
		if len(connections) == 0 {
			continue
		}
		l.stack.Gateway().Faults().Add(gateway.PostFault{
			ConnectionID: connections[random.IntN(len(connections))],
			Status:       http.StatusGone,
			Count:        1,
		})
		l.tally.faulty("stack: post 410 though it lives", false)
	}
}

// endDenied ends the connections that were denied, as API Gateway does after two hours: their devices come back and
// synchronise.
func (l *load) endDenied() {
	l.mutex.Lock()
	connections := maps.Clone(l.denied)
	l.mutex.Unlock()
	for connection, denied := range connections {
		if denied {
			l.stack.Gateway().Drop(connection) // it may have ended before
		}
	}
}

// breakDatabase lets DynamoDB throttle, fail, hang up and lose answers.
func (l *load) breakDatabase(seed uint64) {
	draw := awsproxy.Faults{Throttled: 0.02, Failed: 0.01, Dropped: 0.01, Lost: 0.01, Seed: seed}.Hook()
	l.stack.DynamoDB().SetHook(func(ctx context.Context, request awsproxy.Request) awsproxy.Action {
		action := draw(ctx, request)
		switch {
		case action.Refusal != nil:
			l.tally.faulty("stack: DynamoDB "+action.Refusal.Name, false)
		case action.Drop:
			l.tally.faulty("stack: DynamoDB hangs up", false)
		case action.LoseAnswer:
			l.tally.faulty("stack: DynamoDB's answer lost", false)
		}
		return action
	})
}

// neverRead connects a device that reads nothing and then breaks off the connection.
func (l *load) neverRead(ctx context.Context) {
	for pause(ctx, time.Second) {
		token, err := l.stack.Token(l.guest(), time.Hour)
		if err != nil {
			l.tally.violated(fmt.Sprintf("no token: %v", err))
			return
		}
		socket, _, err := websocket.Dial(ctx, l.stack.Addresses().WebSocket, &websocket.DialOptions{
			HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
		})
		if err != nil {
			continue // its handshake met a fault
		}
		l.tally.faulty("stack: a device that does not read", false)
		pause(ctx, 3*time.Second)
		_ = socket.CloseNow() // it is to go in any case
	}
}
