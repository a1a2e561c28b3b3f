// Package peers puts Recall beside AWS's sample chat (aws-samples/simple-websockets-chat-app), which scans a table of
// all connections and posts every message to each. There a recall is one more message to everybody; here it goes to
// whom it concerns. Both run on the same local stack with the same latencies, with more and more connections.
package peers

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"example.com/recall/performance/baseline"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// Options say what to measure.
type Options struct {
	Injected measure.Injected
	// Sizes are numbers of connections, ascending.
	Sizes []int
	// Samples is how many messages are measured at each size.
	Samples int
	// Settle is how long after the last message functions may still be at work; see Settled.
	Settle   time.Duration
	Seed     uint64
	Baseline string
	// Devices makes clients; count is how many there will be.
	Devices  func(count int) (devices.Devices, error)
	Progress func(string)
}

// Measurement is one size of one of the two.
type Measurement struct {
	Connections int `json:"connections"`
	// Addressed is from the request's frame until the receiver whom it concerns has it.
	Addressed measure.Summary `json:"addressed"`
	// PerMessage is what one of them used.
	PerMessage measure.Consumption `json:"perMessage"`
	Dollars    float64             `json:"dollarsPerMillion"`
}

// Report has all measurements.
type Report struct {
	Machine  measure.Machine  `json:"machine"`
	Injected measure.Injected `json:"injected"`
	Sample   []Measurement    `json:"sample"`
	Recall   []Measurement    `json:"recall"`
}

// patience is the longest time for one message before the benchmark gives up.
const patience = 60 * time.Second

// Settled is when all that a message caused is done: a batch of the stream is gathered for a second, and finish waits
// until a change is 3 s old.
const Settled = 6 * time.Second

// Run measures both, the sample first.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{Machine: measure.ThisMachine(time.Now()), Injected: options.Injected}
	var err error
	if report.Sample, err = measureSample(ctx, options); err != nil {
		return report, fmt.Errorf("the sample chat: %w", err)
	}
	if report.Recall, err = measureRecall(ctx, options); err != nil {
		return report, fmt.Errorf("recall: %w", err)
	}
	return report, nil
}

// audience is the addressed receiver and all other devices.
type audience struct {
	addressed, others devices.Devices
	connected         int
}

func gather(options Options) (*audience, error) {
	others, err := options.Devices(options.Sizes[len(options.Sizes)-1])
	return &audience{addressed: &devices.Fleet{}, others: others}, err
}

// grow connects others until there are count in all, with the sender and the addressed receiver.
func (a *audience) grow(ctx context.Context, count int, dials func(from, to int) ([]devices.Dial, error)) error {
	more, err := dials(a.connected, count-2)
	if err != nil {
		return err
	}
	a.connected = count - 2
	return a.others.Connect(ctx, more)
}

func (a *audience) close() {
	_ = a.addressed.Close() // They only need to be closed.
	_ = a.others.Close()
}

func measureSample(ctx context.Context, options Options) ([]Measurement, error) {
	stand, err := rig.Start(ctx, rig.Options{
		Project:  options.Baseline,
		NoRights: true,
		Meter:    true,
		Injected: options.Injected,
		Seed:     options.Seed,
		Progress: options.Progress,
	})
	if err != nil {
		return nil, err
	}
	defer stand.Close()
	people, err := gather(options)
	if err != nil {
		return nil, err
	}
	defer people.close()
	anybody := devices.Dial{URL: stand.Addresses().WebSocket, Header: http.Header{}}
	if err := people.addressed.Connect(ctx, []devices.Dial{anybody}); err != nil {
		return nil, err
	}
	sender, err := rig.Call(ctx, anybody)
	if err != nil {
		return nil, err
	}
	defer sender.Close()
	var measured []Measurement
	for _, size := range options.Sizes {
		options.Progress(fmt.Sprintf("sample chat: %d connections", size))
		err := people.grow(ctx, size, func(from, to int) ([]devices.Dial, error) {
			dials := make([]devices.Dial, to-from)
			for n := range dials {
				dials[n] = anybody
			}
			return dials, nil
		})
		if err != nil {
			return nil, err
		}
		m := messages{stand: stand, options: options, size: size, samples: samples(options.Samples, size)}
		one, err := m.measure(ctx, func(n int, counted bool) (time.Duration, error) {
			return people.broadcast(ctx, sender, fmt.Sprintf("M%d-%d-%t", size, n, counted))
		})
		if err != nil {
			return nil, err
		}
		one.PerMessage.Frames = 1 + one.PerMessage.Posts // it has no reply
		measured = append(measured, one.priced())
	}
	return measured, nil
}

// samples returns a smaller number if each message goes to thousands of devices.
func samples(wanted, size int) int { return max(3, wanted*100/(100+size/10)) }

// broadcast sends one message of the sample chat, and waits until everybody has it, so that the next finds it quiet.
func (a *audience) broadcast(ctx context.Context, sender *rig.Caller, id string) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	addressed, err := a.addressed.Expect(ctx, 1, patience, id)
	if err != nil {
		return 0, err
	}
	others, err := a.others.Expect(ctx, a.connected, patience, id)
	if err != nil {
		return 0, err
	}
	sent, err := sender.Write(ctx, baseline.Message{
		Action: "sendmessage",
		Data:   `{"recall":"` + id + `","in":"c2c_alice"}`,
	})
	if err != nil {
		return 0, err
	}
	arrivals, err := addressed()
	if err != nil {
		return 0, err
	}
	if a.connected > 0 {
		_, err = others()
	}
	return arrivals.First.Sub(sent), err
}

func measureRecall(ctx context.Context, options Options) ([]Measurement, error) {
	stand, err := rig.Start(ctx, rig.Options{
		Meter:    true,
		Injected: options.Injected,
		Seed:     options.Seed,
		Progress: options.Progress,
	})
	if err != nil {
		return nil, err
	}
	defer stand.Close()
	people, err := gather(options)
	if err != nil {
		return nil, err
	}
	defer people.close()
	dials, err := stand.Dials([]string{"alice", "bob"})
	if err != nil {
		return nil, err
	}
	if err := people.addressed.Connect(ctx, dials[1:]); err != nil {
		return nil, err
	}
	sender, err := rig.Call(ctx, dials[0])
	if err != nil {
		return nil, err
	}
	defer sender.Close()
	others := rig.Users("other", options.Sizes[len(options.Sizes)-1])
	var measured []Measurement
	for _, size := range options.Sizes {
		options.Progress(fmt.Sprintf("recall: %d connections", size))
		err := people.grow(ctx, size, func(from, to int) ([]devices.Dial, error) { return stand.Dials(others[from:to]) })
		if err != nil {
			return nil, err
		}
		one, err := recalls(ctx, stand, options, people, sender, size)
		if err != nil {
			return nil, err
		}
		one.PerMessage.Frames = 2 + one.PerMessage.Posts
		measured = append(measured, one.priced())
	}
	return measured, nil
}

// recalls sends all messages first, so that only recalls are counted.
func recalls(ctx context.Context, stand *rig.Rig, options Options, people *audience, sender *rig.Caller,
	size int) (Measurement, error) {
	m := messages{stand: stand, options: options, size: size, samples: samples(options.Samples, 0)}
	ids := make([]string, m.samples+warmUps)
	for n := range ids {
		var err error
		if ids[n], err = sender.Send(ctx, "c2c_bob"); err != nil {
			return Measurement{}, err
		}
	}
	if err := pause(ctx, m.options.Settle); err != nil {
		return Measurement{}, err
	}
	return m.measure(ctx, func(n int, counted bool) (time.Duration, error) {
		id := ids[n]
		if counted {
			id = ids[warmUps+n]
		}
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		collect, err := people.addressed.Expect(ctx, 1, patience, `"type":"revoked"`, id)
		if err != nil {
			return 0, err
		}
		reply, err := sender.Revoke(ctx, "c2c_bob", id)
		if err != nil {
			return 0, err
		}
		arrivals, err := collect()
		return arrivals.First.Sub(reply.Sent), err
	})
}

// messages are the messages that are measured at one size.
type messages struct {
	stand         *rig.Rig
	options       Options
	size, samples int
}

// warmUps is the number of messages at the start that are not counted.
const warmUps = 2

func (m messages) measure(ctx context.Context,
	one func(n int, counted bool) (time.Duration, error)) (Measurement, error) {
	m.stand.Inject()
	defer m.stand.Calm()
	for n := range warmUps {
		if _, err := one(n, false); err != nil {
			return Measurement{}, err
		}
	}
	if err := pause(ctx, m.options.Settle); err != nil {
		return Measurement{}, err
	}
	m.stand.ResetUsage()
	var sample []time.Duration
	for n := range m.samples {
		took, err := one(n, true)
		if err != nil {
			return Measurement{}, err
		}
		sample = append(sample, took)
	}
	if err := pause(ctx, m.options.Settle); err != nil {
		return Measurement{}, err
	}
	return Measurement{
		Connections: m.size,
		Addressed:   measure.Summarize(sample),
		PerMessage:  m.stand.Usage().Per(m.samples),
	}, nil
}

func (m Measurement) priced() Measurement {
	m.Dollars = m.PerMessage.Dollars() * 1e6
	return m
}

func pause(ctx context.Context, duration time.Duration) error {
	select {
	case <-time.After(duration):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
