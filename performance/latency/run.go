package latency

import (
	"context"
	"fmt"
	"time"

	"example.com/recall/local/stack"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// Options say what to measure.
type Options struct {
	Injected  measure.Injected
	Scenarios []Scenario
	Seed      uint64
	// HangingSamples is how many recalls a receiver hangs in; each keeps its sender waiting for as long as it may.
	HangingSamples int
	// TLS is put before DynamoDB and @connections.
	TLS stack.TLS
	// Environments is how many new environments answer a first recall; 0 = this is not measured.
	Environments int
	// Devices makes receivers; count is how many there will be.
	Devices  func(count int) (devices.Devices, error)
	Progress func(string)
}

// Measurement is the result of one scenario.
type Measurement struct {
	Scenario Scenario `json:"scenario"`
	// Reply, First and Last are from the revoke frame to the sender's reply, to the first and to the last notice.
	Reply measure.Summary `json:"reply"`
	First measure.Summary `json:"first"`
	Last  measure.Summary `json:"last"`
	Floor Floor           `json:"-"`
	// Own is what of Last does not wait for DynamoDB or @connections.
	Own measure.Summary `json:"own"`
	// Beyond is what of Last waits neither for DynamoDB nor for as many rounds of posts as the receivers need. It is not
	// measured for a group whose notices go through the queue.
	Beyond measure.Summary `json:"beyond"`
	// Bound is what Last would be if DynamoDB Local took no time of its own.
	Bound measure.Summary `json:"bound"`
	// BetweenPages is the work for one page of a large roster, before the next is asked for.
	BetweenPages measure.Summary `json:"betweenPages"`
	Split        Split           `json:"split"`
	Cold         Cold            `json:"cold"`
}

// patience is how long a recall may take before the benchmark gives up.
const patience = 60 * time.Second

// warmUps are not counted: they start the functions and fill their pools.
const warmUps = 3

// Run measures everything.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{Machine: measure.ThisMachine(time.Now()), Injected: options.Injected, TLS: options.TLS}
	stand, err := rig.Start(ctx, rig.Options{
		Injected: options.Injected, Seed: options.Seed, TLS: options.TLS, Progress: options.Progress,
	})
	if err != nil {
		return report, err
	}
	defer stand.Close()
	for n, scenario := range options.Scenarios {
		options.Progress(fmt.Sprintf("recall: %s, %d recalls", scenario.Name(), scenario.Samples))
		measured, err := measureScenario(ctx, stand, options, scenario, fmt.Sprintf("s%d", n))
		if err != nil {
			return report, fmt.Errorf("%s: %w", scenario.Name(), err)
		}
		report.Measurements = append(report.Measurements, measured)
	}
	options.Progress("recall: a receiver that hangs")
	report.Hanging, err = measureHanging(ctx, stand, options)
	return report, err
}

// conversation is a scenario with its people connected.
type conversation struct {
	stand     *rig.Rig
	name      string
	chunks    int // of its notices, if they go through the queue
	sender    *rig.Caller
	receivers devices.Devices
	count     int
	users     []string
}

func (c conversation) close() {
	c.sender.Close()
	_ = c.receivers.Close() // its end is all that is wanted
}

// open makes the conversation and connects who is online.
func open(ctx context.Context, stand *rig.Rig, options Options, scenario Scenario,
	prefix string) (conversation, error) {
	users := rig.Users(prefix, scenario.Members)
	c := conversation{
		stand: stand, name: "c2c_" + users[1], chunks: scenario.chunks(), count: scenario.receivers(), users: users,
	}
	if !scenario.direct() {
		if err := stand.PutGroup(ctx, prefix, users); err != nil {
			return c, err
		}
		c.name = "group_" + prefix
	}
	dials, err := stand.Dials(scenario.online(users))
	if err != nil {
		return c, err
	}
	if c.receivers, err = options.Devices(c.count); err != nil {
		return c, err
	}
	if err := c.receivers.Connect(ctx, dials[1:]); err != nil {
		_ = c.receivers.Close()
		return c, err
	}
	if c.sender, err = rig.Call(ctx, dials[0]); err != nil {
		_ = c.receivers.Close()
	}
	return c, err
}

func measureScenario(ctx context.Context, stand *rig.Rig, options Options, scenario Scenario,
	prefix string) (Measurement, error) {
	measured := Measurement{Scenario: scenario, Floor: scenario.floor(options.Injected, options.Seed)}
	open, err := open(ctx, stand, options, scenario, prefix)
	if err != nil {
		return measured, err
	}
	defer open.close()
	stand.Inject()
	defer stand.Calm()
	var recalls []recalled
	for n := range scenario.Samples + warmUps {
		took, err := open.recall(ctx, open.count, func() {})
		if err != nil {
			return measured, err
		}
		if n >= warmUps {
			recalls = append(recalls, took)
		}
	}
	measured.summarize(recalls, scenario.posts(options.Injected, options.Seed))
	if options.Environments > 0 && scenario.coldToo() {
		options.Progress(fmt.Sprintf("recall: %s, %d new environments", scenario.Name(), options.Environments))
		measured.Cold, err = open.cold(ctx, options.Environments)
	}
	return measured, err
}

// summarize fills in what the recalls took. posts is the least time of the posts to all receivers.
func (m *Measurement) summarize(recalls []recalled, posts time.Duration) {
	of := func(value func(recalled) time.Duration) measure.Summary {
		sample := make([]time.Duration, len(recalls))
		for i, recall := range recalls {
			sample[i] = value(recall)
		}
		return measure.Summarize(sample)
	}
	m.Reply = of(func(r recalled) time.Duration { return r.Reply })
	m.First = of(func(r recalled) time.Duration { return r.First })
	m.Last = of(func(r recalled) time.Duration { return r.Last })
	m.Own = of(func(r recalled) time.Duration { return r.parts.Own() })
	m.Bound = of(func(r recalled) time.Duration { return r.Last - r.parts.DynamoDB })
	if m.Scenario.queued() {
		m.BetweenPages = of(func(r recalled) time.Duration { return r.betweenPages })
	} else {
		m.Beyond = of(func(r recalled) time.Duration { return r.Last - r.dynamoDBWait - posts })
	}
	m.Split = splitOf(recalls)
}

// recalled is what one recall took, and where its time until the last notice went.
type recalled struct {
	Floor
	parts        rig.Parts
	dynamoDBWait time.Duration
	// betweenPages is from the end of one page of a large roster until the next is asked for.
	betweenPages time.Duration
	// start is how long the environment took to start, and handed is from the frame until its process had the event.
	start, handed time.Duration
}

// recall sends a message, waits until everybody has it, and recalls it; between the two it calls sent.
func (c conversation) recall(ctx context.Context, receivers int, sent func()) (recalled, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	collect, err := c.receivers.Expect(ctx, c.count, patience, `"type":"message"`)
	if err != nil {
		return recalled{}, err
	}
	// Everything that the send does is over before the recall begins, so that it takes no time of the recall.
	delivered, err := c.stand.Trace("SendFunction", "DeliverFunction")
	if err != nil {
		return recalled{}, err
	}
	id, err := c.sender.Send(ctx, c.name)
	if err != nil {
		return recalled{}, err
	}
	if _, err := collect(); err != nil {
		return recalled{}, fmt.Errorf("the message: %w", err)
	}
	if _, err := delivered(ctx, 1+c.chunks); err != nil {
		return recalled{}, fmt.Errorf("the message: %w", err)
	}
	sent()
	return c.revoke(ctx, id, receivers)
}

// revoke recalls a message.
func (c conversation) revoke(ctx context.Context, id string, receivers int) (recalled, error) {
	collect, err := c.receivers.Expect(ctx, receivers, patience, `"type":"revoked"`, id)
	if err != nil {
		return recalled{}, err
	}
	traced, err := c.stand.Trace("RevokeFunction", "DeliverFunction")
	if err != nil {
		return recalled{}, err
	}
	reply, err := c.sender.Revoke(ctx, c.name, id)
	if err != nil {
		return recalled{}, err
	}
	arrivals, err := collect()
	if err != nil {
		return recalled{}, fmt.Errorf("the recall: %w", err)
	}
	trace, err := traced(ctx, 1+c.chunks)
	if err != nil {
		return recalled{}, fmt.Errorf("the recall: %w", err)
	}
	window := measure.Span{From: reply.Sent, To: arrivals.Last}
	return recalled{
		Floor: Floor{
			First: arrivals.First.Sub(reply.Sent),
			Last:  arrivals.Last.Sub(reply.Sent),
			Reply: reply.At.Sub(reply.Sent),
		},
		parts:        trace.Parts(window),
		dynamoDBWait: trace.DynamoDBWait(window),
		betweenPages: trace.BetweenQueries(),
		start:        trace.Invocations[0].Initialization,
		handed:       trace.Invocations[0].Handed.Sub(reply.Sent),
	}, nil
}
