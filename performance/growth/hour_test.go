package growth

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/local/eventually"
	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// A small town, whose hour is played: 20 people are connected, and a third of the others in every conversation are.
// Half of the messages are recalled, so that recalls count as much as sends.
const (
	townsPeople = 20
	hourOfSends = townsPeople * 6
	// reconnecting is how many connections end and are made again in an hour.
	reconnecting = townsPeople / 2
	// conversationsEach is how many conversations each of those who reconnect has.
	conversationsEach = 4
)

func town() Workload {
	return Workload{
		MessagesPerHour: 6, RecalledShare: 0.5, OnlineShare: 1.0 / 3, Conversations: conversationsEach,
		Groups: []GroupShare{{Members: 10, Share: 0.25}, {Members: 49, Share: 0.10}},
	}
}

// hourOf is what the model says of an hour. The hellos are as many as are played.
func hourOf(w Workload, hellos float64) usage {
	var total usage
	for place, kind := range w.activities() {
		times := kind.perSecond * townsPeople * 3600
		switch place {
		case connectPlace:
			times = reconnecting
		case connectPlace - 1:
			times = hellos
		}
		total.add(kind, times)
	}
	return total
}

// counts are what the local stack reports.
type counts struct {
	mutex       sync.Mutex
	counted     measure.Consumption
	logBytes    float64
	disconnects int
	looked      float64           // read units of finish since the start: one for each change
	connections map[string]string // connection IDs by user
}

func (c *counts) report(entry stack.Entry) {
	const longerNameBytes = 25 // AWS's recall-prod-SendFunction-1aBcDeFgHiJk is called SendFunction here
	c.mutex.Lock()
	defer c.mutex.Unlock()
	finish := entry.Function == "FinishFunction"
	switch entry.Kind {
	case stack.KindGateway:
		switch record := entry.Record; {
		case record.Kind == websocket.KindFrame:
			c.counted.Frames++
		case record.Kind == websocket.KindPost:
			c.counted.Posts++
			c.counted.Frames++
		case record.Kind == websocket.KindInvocation && record.RouteKey == "$connect":
			c.connections[entry.User] = record.ConnectionID
		case record.Kind == websocket.KindInvocation && record.RouteKey == "$disconnect":
			c.disconnects++
		}
	case stack.KindCall:
		c.counted.ReadUnits += entry.Call.ReadUnits
		c.counted.WriteUnits += entry.Call.WriteUnits
		if finish {
			c.looked += entry.Call.ReadUnits
		}
	case stack.KindInvocation:
		if !finish {
			c.counted.Invocations++
		}
	case stack.KindLog:
		if !finish {
			c.logBytes += float64(len(entry.Text) + cloudWatchBytes)
			if strings.Contains(entry.Text, `"function":`) {
				c.logBytes += longerNameBytes
			}
		}
	}
}

func (c *counts) reset() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counted, c.logBytes, c.disconnects = measure.Consumption{}, 0, 0
}

// of returns a value that report changes.
func of[T any](c *counts, value func(c *counts) T) T {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return value(c)
}

// played is the town whose hour is played.
type played struct {
	t            *testing.T
	running      *stack.Stack
	counts       *counts
	people       []*client.Client
	synchronised chan struct{}
	changes      float64 // of messages since the start
}

func person(n int) string { return fmt.Sprintf("person-%02d", n) }

// neighbour is not connected.
func neighbour(n int) string { return fmt.Sprintf("neighbour-%02d", n) }

func groupName(group GroupShare) string { return fmt.Sprintf("of-%d", group.Members) }

// prepare makes the groups and connects everybody. Every two people say something to each other, because their first
// message costs more.
func (p *played) prepare() {
	p.t.Helper()
	for _, group := range town().Groups {
		var members []string
		for n := range 1 + int(float64(group.Members-1)*town().OnlineShare) {
			members = append(members, person(n))
		}
		for n := 0; len(members) < group.Members; n++ {
			members = append(members, neighbour(n))
		}
		if err := (&rig.Rig{Stack: p.running}).PutGroup(p.t.Context(), groupName(group), members); err != nil {
			p.t.Fatal(err)
		}
	}
	for n := range townsPeople {
		p.connect(person(n))
	}
	p.neighboursLeave()
	for n := range 3 {
		p.say(n, p.direct(n))
	}
	for n := townsPeople - reconnecting; n < townsPeople; n++ {
		for m := len(p.people[n].Conversations()); m < conversationsEach; m++ {
			p.say(n, "c2c_"+neighbour(n*conversationsEach+m))
		}
	}
	p.settle()
}

// neighboursLeave has each neighbour connect and go. DynamoDB charges for reading a row that does not exist, but
// DynamoDB Local does not. So everybody needs a row.
func (p *played) neighboursLeave() {
	p.t.Helper()
	count := 0
	for _, group := range town().Groups {
		count = max(count, group.Members)
	}
	for n := range count {
		p.call(neighbour(n)).Close()
	}
	eventually.True(p.t, "the neighbours are gone", func() bool {
		return of(p.counts, func(c *counts) int { return c.disconnects }) == count
	})
}

// call connects a device that says nothing by itself.
func (p *played) call(user string) *rig.Caller {
	p.t.Helper()
	dial, err := (&rig.Rig{Stack: p.running}).Dial(user)
	if err != nil {
		p.t.Fatal(err)
	}
	caller, err := rig.Call(p.t.Context(), dial)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(caller.Close)
	return caller
}

func (p *played) connect(user string) {
	p.t.Helper()
	talking, err := client.New(client.Options{URL: p.running.Addresses().WebSocket, ReconnectMinimum: time.Millisecond})
	if err != nil {
		p.t.Fatal(err)
	}
	token, err := p.running.Token(user, time.Hour)
	if err != nil {
		p.t.Fatal(err)
	}
	talking.AddListener(client.Listener{OnSynchronised: func() { p.synchronised <- struct{}{} }})
	p.people = append(p.people, talking)
	if err := talking.Login(p.t.Context(), user, token); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(talking.Logout)
	<-p.synchronised
}

// direct is the n-th conversation between two people. One in three of the receivers is connected.
func (p *played) direct(n int) string {
	if n%3 == 0 {
		return "c2c_" + person(townsPeople-1)
	}
	return "c2c_" + neighbour(n%3)
}

func (p *played) say(sender int, conversation string) string {
	p.t.Helper()
	body := map[string]string{"text": "at nine, not at ten"}
	sent, err := p.people[sender].SendMessage(p.t.Context(), conversation, body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.changes++
	return sent.MessageID
}

// settle waits until finish has looked at each change.
func (p *played) settle() {
	p.t.Helper()
	eventually.True(p.t, "finish has looked at each change", func() bool {
		return of(p.counts, func(c *counts) float64 { return c.looked }) >= p.changes
	})
}

// reconnect cuts connections as API Gateway does after two hours. The clients connect again by themselves.
func (p *played) reconnect() {
	for n := townsPeople - reconnecting; n < townsPeople; n++ {
		id := of(p.counts, func(c *counts) string { return c.connections[person(n)] })
		if !p.running.Gateway().Drop(id) {
			p.t.Fatalf("%s is not connected", person(n))
		}
		<-p.synchronised
	}
	eventually.True(p.t, "the old connections are over", func() bool {
		return of(p.counts, func(c *counts) int { return c.disconnects }) == reconnecting
	})
}

// hellos has a device send them that nobody writes to.
func (p *played) hellos(caller *rig.Caller, count int) {
	p.t.Helper()
	for range count {
		if _, err := caller.Ask(p.t.Context(), map[string]string{"action": "hello", "id": "1"}); err != nil {
			p.t.Fatal(err)
		}
	}
}

// messages sends those of an hour, and recalls some of each kind.
func (p *played) messages() {
	p.t.Helper()
	direct := 1.0
	for _, group := range town().Groups {
		direct -= group.Share
		p.share(group.Share, func(int) string { return "group_" + groupName(group) })
	}
	p.share(direct, p.direct)
}

func (p *played) share(share float64, conversation func(n int) string) {
	p.t.Helper()
	count := int(math.Round(share * townsPeople * town().MessagesPerHour))
	for n := range count {
		sender := n % 3
		id := p.say(sender, conversation(n))
		// Every second three, so that as many recalls as sends have a receiver who is connected.
		if n/3%2 == 1 {
			continue
		}
		if err := p.people[sender].RevokeMessage(p.t.Context(), conversation(n), id, ""); err != nil {
			p.t.Fatal(err)
		}
		p.changes++
	}
}

// TestAnHourOfTheModelIsWhatTheLocalStackCounts plays an hour with real clients and real functions. How long functions
// run and wait is assumed in the model and is not compared. Nor are the runs of finish, which gathers more changes
// when they are closer together.
func TestAnHourOfTheModelIsWhatTheLocalStackCounts(t *testing.T) {
	counted := &counts{connections: map[string]string{}}
	running, err := stack.Start(t.Context(), stack.Options{Strict: true, Meter: true, Report: counted.report})
	if err != nil {
		t.Fatalf("%v (needs scripts/require.sh java dynamodb-local elasticmq)", err)
	}
	t.Cleanup(running.Close)
	play := &played{t: t, running: running, counts: counted, synchronised: make(chan struct{}, townsPeople)}
	play.prepare()
	quiet := play.call("quiet")
	counted.reset()
	const hellos = 30
	play.reconnect()
	play.hellos(quiet, hellos)
	play.messages()
	play.settle()

	model := hourOf(town(), hellos)
	// The local stack writes no access log: a line for each invocation but those of the authorizer.
	accessLog := accessLineBytes * (model.frames.Invocations - reconnecting)
	got := of(counted, func(c *counts) measure.Consumption { return c.counted })
	for _, each := range []struct {
		what           string
		model, counted float64
	}{
		{"frames", model.frames.Frames, got.Frames},
		{"posts", model.frames.Posts, got.Posts},
		{"read units", model.frames.ReadUnits, got.ReadUnits},
		{"write units", model.frames.WriteUnits, got.WriteUnits},
		{"invocations", model.frames.Invocations, got.Invocations},
		{"bytes of logs", model.logBytes - accessLog, of(counted, func(c *counts) float64 { return c.logBytes })},
	} {
		if math.Abs(each.model-each.counted) > 0.03*each.counted {
			t.Errorf("%s: %.0f in the model, %.0f counted", each.what, each.model, each.counted)
		}
	}
}
