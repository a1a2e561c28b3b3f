// Package verify asks an account of AWS, or the local stack, what is true of API Gateway and of Recall, and keeps the
// answers (package verified). It deploys stacks of its own with sam, and takes them down in every case.
package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	client "example.com/recall/clients/go"
	"example.com/recall/performance/devices"
	"example.com/recall/protocol/conformance"
)

// Product is a running deployment of Recall.
type Product struct {
	// URL is the address of the WebSocket API. Token makes a token for a user.
	URL   string
	Token func(user string) (string, error)
	// Invoke calls the admin function by direct invocation, and ByURL by its URL; nil = it cannot be reached.
	Invoke, ByURL func(ctx context.Context, request any) ([]byte, error)
	// Patience is how long a probe waits for what a device must learn; 0 = a minute.
	Patience time.Duration
	// PerSecond is how many devices may connect in a second.
	PerSecond float64
	// Measure is told how long recalls took, and makes the groups recall more than once; nil = nobody measures.
	Measure func(name string, sample []time.Duration)
	// Prefix begins the names of all users and groups, so that two runs do not meet.
	Prefix string
	// Files says whether the deployment takes files.
	Files bool
	// Clients are the drivers of the clients that meet, by the names of the clients; none = they do not meet.
	Clients []conformance.Participant

	http *http.Client // of the devices; nil = the usual one
}

// productProbe returns what it saw, and an error if the rule is broken.
type productProbe func(ctx context.Context, p Product) (seen string, err error)

// productProbes are the probes of the product's own rules, by the ID of the rule.
func productProbes() map[string]productProbe {
	return map[string]productProbe{
		"recall.send":         sendReaches,
		"recall.recall":       recallReaches,
		"recall.group-3":      groupOf(3),
		"recall.group-501":    groupOf(501),
		"recall.admin-invoke": administratorRecalls(func(p Product) call { return p.Invoke }),
		"recall.admin-url":    administratorRecalls(func(p Product) call { return p.ByURL }),
		"recall.offline":      offlineLearns,
		files:                 fileReaches,
	}
}

// smokeRules are asked after each deployment. They need no right to administer.
func smokeRules() []string { return []string{"recall.send", "recall.recall", "recall.offline", files} }

type call func(ctx context.Context, request any) ([]byte, error)

// person is a user with a device.
type person struct {
	user     string
	device   *client.Client
	messages chan string // the IDs of messages that came
	revoked  chan string // the IDs of messages whose recall the device learned of
	synced   chan struct{}
}

// more is how many events may wait.
const more = 64

func (p Product) login(ctx context.Context, name string) (*person, error) {
	user := p.Prefix + "-" + name
	token, err := p.Token(user)
	if err != nil {
		return nil, err
	}
	device, err := client.New(client.Options{URL: p.URL, HTTPClient: p.http})
	if err != nil {
		return nil, err
	}
	one := &person{user, device, make(chan string, more), make(chan string, more), make(chan struct{}, more)}
	device.AddListener(client.Listener{
		OnRecvNewMessage:     func(m client.Message) { offer(one.messages, m.MessageID) },
		OnRecvMessageRevoked: func(id, _, _ string) { offer(one.revoked, id) },
		OnSynchronised:       func() { offer(one.synced, struct{}{}) },
	})
	if err := device.Login(ctx, user, token); err != nil {
		device.Logout()
		return nil, fmt.Errorf("log in: %w", err)
	}
	return one, await(ctx, p, one.synced, struct{}{}, "the first synchronisation")
}

func offer[T any](events chan T, event T) {
	select {
	case events <- event:
	default: // nobody waits for so many
	}
}

// patience is how long a device may take to learn of something.
func (p Product) patience() time.Duration {
	if p.Patience > 0 {
		return p.Patience
	}
	return time.Minute
}

func await[T comparable](ctx context.Context, p Product, events chan T, wanted T, what string) error {
	ctx, cancel := context.WithTimeout(ctx, p.patience())
	defer cancel()
	for {
		select {
		case event := <-events:
			if event == wanted {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%s does not come", what)
		}
	}
}

// people logs several users in. Those with the same name are devices of one user.
func (p Product) people(ctx context.Context, names ...string) (all []*person, leave func(), err error) {
	leave = func() {
		for _, each := range all {
			each.device.Logout()
		}
	}
	for _, name := range names {
		one, err := p.login(ctx, name)
		if err != nil {
			leave()
			return nil, nil, err
		}
		all = append(all, one)
	}
	return all, leave, nil
}

func body() map[string]string { return map[string]string{"text": Marker} }

// Marker is the text of every message that the probes send. It must be in no log.
const Marker = "the verification of recall sent this text, which belongs in no log"

func sendReaches(ctx context.Context, p Product) (string, error) {
	all, leave, err := p.people(ctx, "send-alice", "send-alice", "send-bob")
	if err != nil {
		return "", err
	}
	defer leave()
	message, err := all[0].device.SendMessage(ctx, "c2c_"+all[2].user, body())
	if err != nil {
		return "", err
	}
	return "", errors.Join(
		await(ctx, p, all[1].messages, message.MessageID, "the message at the sender's other device"),
		await(ctx, p, all[2].messages, message.MessageID, "the message at the receiver"))
}

func recallReaches(ctx context.Context, p Product) (string, error) {
	all, leave, err := p.people(ctx, "recall-alice", "recall-alice", "recall-bob")
	if err != nil {
		return "", err
	}
	defer leave()
	conversation := "c2c_" + all[2].user
	message, err := all[0].device.SendMessage(ctx, conversation, body())
	if err != nil {
		return "", err
	}
	if err := await(ctx, p, all[2].messages, message.MessageID, "the message"); err != nil {
		return "", err
	}
	if err := all[0].device.RevokeMessage(ctx, conversation, message.MessageID, "typo"); err != nil {
		return "", err
	}
	return "", errors.Join(
		await(ctx, p, all[1].revoked, message.MessageID, "the recall at the sender's other device"),
		await(ctx, p, all[2].revoked, message.MessageID, "the recall at the receiver"))
}

// offlineLearns lets a device leave. It learns of the recall after it has come back.
func offlineLearns(ctx context.Context, p Product) (string, error) {
	all, leave, err := p.people(ctx, "offline-alice", "offline-bob")
	if err != nil {
		return "", err
	}
	defer leave()
	alice, bob := all[0], all[1]
	conversation := "c2c_" + bob.user
	message, err := alice.device.SendMessage(ctx, conversation, body())
	if err != nil {
		return "", err
	}
	if err := await(ctx, p, bob.messages, message.MessageID, "the message"); err != nil {
		return "", err
	}
	bob.device.Logout()
	if err := alice.device.RevokeMessage(ctx, conversation, message.MessageID, ""); err != nil {
		return "", err
	}
	token, err := p.Token(bob.user)
	if err != nil {
		return "", err
	}
	if err := bob.device.Login(ctx, bob.user, token); err != nil {
		return "", err
	}
	history, err := bob.device.History(ctx, "c2c_"+alice.user, "", 10)
	if err != nil {
		return "", err
	}
	for _, each := range history {
		if each.MessageID == message.MessageID && each.Revoked != nil {
			return "", nil
		}
	}
	return "", errors.New("the device still has the message after it has come back")
}

// administer calls the admin function and checks that it succeeded.
func administer(ctx context.Context, by call, request map[string]any) error {
	raw, err := by(ctx, request)
	if err != nil {
		return fmt.Errorf("%s: %w", request["action"], err)
	}
	var reply struct {
		OK bool `json:"ok"`
	}
	if err := json.Unmarshal(raw, &reply); err != nil || !reply.OK {
		return fmt.Errorf("%s is answered %s", request["action"], raw)
	}
	return nil
}

var errNoAdministration = errors.New("the admin function cannot be reached")

func administratorRecalls(way func(p Product) call) productProbe {
	return func(ctx context.Context, p Product) (string, error) {
		by := way(p)
		if by == nil {
			return "", errNoAdministration
		}
		all, leave, err := p.people(ctx, "admin-alice", "admin-bob")
		if err != nil {
			return "", err
		}
		defer leave()
		message, err := all[0].device.SendMessage(ctx, "c2c_"+all[1].user, body())
		if err != nil {
			return "", err
		}
		if err := await(ctx, p, all[1].messages, message.MessageID, "the message"); err != nil {
			return "", err
		}
		if err := administer(ctx, by, map[string]any{
			"action": "revoke", "conversation": map[string]any{"users": []string{all[0].user, all[1].user}},
			"messageIds": []string{message.MessageID}, "reason": "verification", "operator": "verification",
		}); err != nil {
			return "", err
		}
		return "", await(ctx, p, all[1].revoked, message.MessageID, "the recall at the receiver")
	}
}

// connectsPerSecond is how many members may connect in a second, if an account may have so many environments of
// functions at once; 0 = as many as a new account may have.
func connectsPerSecond(environments int) float64 {
	const (
		ofAnEnvironment = 2   // a handshake keeps one for less than half a second (an estimate)
		atMost          = 300 // API Gateway's quota is 500
	)
	if environments == 0 {
		environments = smallQuota
	}
	return min(ofAnEnvironment*float64(environments), atMost)
}

// group is a group with its members connected. The first member sends.
type group struct {
	conversation string
	sender       *person
	receivers    *devices.Fleet
	members      int
}

func (g *group) close() {
	g.sender.device.Logout()
	_ = g.receivers.Close() // the probe has its answer
}

func (p Product) group(ctx context.Context, name string, members int) (*group, error) {
	if p.Invoke == nil {
		return nil, errNoAdministration
	}
	id := p.Prefix + "-" + name
	if err := administer(ctx, p.Invoke, map[string]any{"action": "putGroup", "group": id}); err != nil {
		return nil, err
	}
	var dials []devices.Dial
	for n := range members {
		user := fmt.Sprintf("%s-%d", id, n)
		if err := administer(ctx, p.Invoke, map[string]any{
			"action": "putMember", "group": id, "user": user, "role": "member",
		}); err != nil {
			return nil, err
		}
		token, err := p.Token(user)
		if err != nil {
			return nil, err
		}
		dials = append(dials, devices.Dial{URL: p.URL, Header: http.Header{"Authorization": {"Bearer " + token}}})
	}
	receivers := &devices.Fleet{PerSecond: p.PerSecond}
	g := &group{conversation: "group_" + id, receivers: receivers, members: members}
	if err := g.receivers.Connect(ctx, dials[1:]); err != nil {
		_ = g.receivers.Close() // they did not all connect
		return nil, err
	}
	var err error
	if g.sender, err = p.login(ctx, name+"-0"); err != nil {
		_ = g.receivers.Close() // there is nobody who sends
		return nil, err
	}
	return g, nil
}

// recall sends a message, recalls it, and returns when the first and the last member learned of that. If the function
// that recalls is cut off, the client asks again, as every client does.
func (g *group) recall(ctx context.Context, patience time.Duration) (first, last time.Duration, err error) {
	message, err := g.sender.device.SendMessage(ctx, g.conversation, body())
	if err != nil {
		return 0, 0, err
	}
	arrived, err := g.receivers.Expect(ctx, g.members-1, patience, `"type":"revoked"`, message.MessageID)
	if err != nil {
		return 0, 0, err
	}
	sent := time.Now()
	if err := g.sender.device.RevokeMessage(ctx, g.conversation, message.MessageID, ""); err != nil {
		return 0, 0, err
	}
	all, err := arrived()
	return all.First.Sub(sent), all.Last.Sub(sent), err
}

// samples is how often a group recalls.
func (p Product) samples(members int) int {
	switch {
	case p.Measure == nil:
		return 1
	case members > 100:
		return 10
	default:
		return 50
	}
}

func groupOf(members int) productProbe {
	return func(ctx context.Context, p Product) (string, error) {
		g, err := p.group(ctx, fmt.Sprintf("group-%d", members), members)
		if err != nil {
			return "", err
		}
		defer g.close()
		var firsts, lasts []time.Duration
		for range p.samples(members) {
			first, last, err := g.recall(ctx, p.patience())
			if err != nil {
				return "", err
			}
			firsts, lasts = append(firsts, first), append(lasts, last)
		}
		if p.Measure != nil {
			p.Measure(fmt.Sprintf("recall to first notice, group of %d", members), firsts)
			p.Measure(fmt.Sprintf("recall to last notice, group of %d", members), lasts)
		}
		return fmt.Sprintf("all of %d devices learned of it", members-1), nil
	}
}
