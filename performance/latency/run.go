package latency

import (
	"context"
	"fmt"
	"time"

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
	// Baseline is the directory of performance/baseline.
	Baseline string
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
	// Harness is how long the last notice takes when a function makes the same calls and does nothing else. Zero where
	// there is none to compare with: through the queue.
	HarnessFirst measure.Summary `json:"harnessFirst"`
	HarnessLast  measure.Summary `json:"harnessLast"`
}

// patience is how long a recall may take before the benchmark gives up.
const patience = 60 * time.Second

// warmUps are not counted: they start the functions and fill their pools.
const warmUps = 3

// Run measures everything.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{Machine: measure.ThisMachine(time.Now()), Injected: options.Injected}
	if err := measureRecall(ctx, options, &report); err != nil {
		return report, err
	}
	return report, measureHarness(ctx, options, &report)
}

func measureRecall(ctx context.Context, options Options, report *Report) error {
	stand, err := rig.Start(ctx, rig.Options{Injected: options.Injected, Seed: options.Seed, Progress: options.Progress})
	if err != nil {
		return err
	}
	defer stand.Close()
	for n, scenario := range options.Scenarios {
		options.Progress(fmt.Sprintf("recall: %s, %d recalls", scenario.Name(), scenario.Samples))
		measured, err := measureScenario(ctx, stand, options, scenario, fmt.Sprintf("s%d", n))
		if err != nil {
			return fmt.Errorf("%s: %w", scenario.Name(), err)
		}
		report.Measurements = append(report.Measurements, measured)
	}
	options.Progress("recall: a receiver that hangs")
	report.Hanging, err = measureHanging(ctx, stand, options)
	return err
}

// conversation is a scenario with its people connected.
type conversation struct {
	name      string
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
	c := conversation{name: "c2c_" + users[1], count: scenario.receivers(), users: users}
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
	var reply, first, last []time.Duration
	for n := range scenario.Samples + warmUps {
		took, err := open.recall(ctx, open.count, func() {})
		if err != nil {
			return measured, err
		}
		if n >= warmUps {
			reply, first, last = append(reply, took.Reply), append(first, took.First), append(last, took.Last)
		}
	}
	measured.Reply, measured.First, measured.Last = measure.Summarize(reply), measure.Summarize(first),
		measure.Summarize(last)
	return measured, nil
}

// recall sends a message, waits until everybody has it, and recalls it; between the two it calls sent.
func (c conversation) recall(ctx context.Context, receivers int, sent func()) (Floor, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	collect, err := c.receivers.Expect(ctx, c.count, patience, `"type":"message"`)
	if err != nil {
		return Floor{}, err
	}
	id, err := c.sender.Send(ctx, c.name)
	if err != nil {
		return Floor{}, err
	}
	if _, err := collect(); err != nil {
		return Floor{}, fmt.Errorf("the message: %w", err)
	}
	sent()
	if collect, err = c.receivers.Expect(ctx, receivers, patience, `"type":"revoked"`, id); err != nil {
		return Floor{}, err
	}
	reply, err := c.sender.Revoke(ctx, c.name, id)
	if err != nil {
		return Floor{}, err
	}
	arrivals, err := collect()
	if err != nil {
		return Floor{}, fmt.Errorf("the recall: %w", err)
	}
	return Floor{
		First: arrivals.First.Sub(reply.Sent),
		Last:  arrivals.Last.Sub(reply.Sent),
		Reply: reply.At.Sub(reply.Sent),
	}, nil
}
