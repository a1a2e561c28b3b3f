package latency

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

// echoes is how often the echo is measured.
const echoes = 200

func measureHarness(ctx context.Context, options Options, report *Report) error {
	stand, err := rig.Start(ctx, rig.Options{
		Project:  options.Baseline,
		NoRights: true,
		Injected: options.Injected,
		Seed:     options.Seed,
		Progress: options.Progress,
	})
	if err != nil {
		return err
	}
	defer stand.Close()
	options.Progress("harness: an echo")
	caller, err := rig.Call(ctx, devices.Dial{
		URL:    stand.Addresses().WebSocket,
		Header: http.Header{baseline.UserHeader: {"caller"}},
	})
	if err != nil {
		return err
	}
	defer caller.Close()
	var sample []time.Duration
	for n := range echoes + warmUps {
		reply, err := caller.Ask(ctx, map[string]string{"action": "echo"})
		if err != nil {
			return err
		}
		if n >= warmUps {
			sample = append(sample, reply.At.Sub(reply.Sent))
		}
	}
	report.Echo = measure.Summarize(sample)
	for n := range report.Measurements {
		measured := &report.Measurements[n]
		if measured.Scenario.queued() {
			continue
		}
		options.Progress("harness: the calls of " + measured.Scenario.Name())
		if err := measureCalls(ctx, stand, options, caller, measured, fmt.Sprintf("u%d", n)); err != nil {
			return fmt.Errorf("the calls of %s: %w", measured.Scenario.Name(), err)
		}
	}
	return nil
}

// measureCalls has a function make the calls of a recall, and measures when the notices come.
func measureCalls(ctx context.Context, stand *rig.Rig, options Options, caller *rig.Caller, measured *Measurement,
	prefix string) error {
	scenario := measured.Scenario
	users := rig.Users(prefix, scenario.Members)
	var dials []devices.Dial
	for _, user := range scenario.online(users)[1:] {
		dials = append(dials, devices.Dial{
			URL:    stand.Addresses().WebSocket,
			Header: http.Header{baseline.UserHeader: {user}},
		})
	}
	receivers, err := options.Devices(len(dials))
	if err != nil {
		return err
	}
	defer receivers.Close()
	if err := receivers.Connect(ctx, dials); err != nil {
		return err
	}
	stand.Inject()
	defer stand.Calm()
	var first, last []time.Duration
	for n := range scenario.Samples + warmUps {
		id := fmt.Sprintf("M%08d", n)
		collect, err := receivers.Expect(ctx, scenario.receivers(), patience, `"type":"revoked"`, id)
		if err != nil {
			return err
		}
		reply, err := caller.Ask(ctx, baseline.Calls{
			Action: "calls",
			ID:     prefix + id,
			Users:  users,
			Notice: fmt.Sprintf(noticeFrame, id),
		})
		if err != nil {
			return err
		}
		arrivals, err := collect()
		if err != nil {
			return err
		}
		if n >= warmUps {
			first, last = append(first, arrivals.First.Sub(reply.Sent)), append(last, arrivals.Last.Sub(reply.Sent))
		}
	}
	measured.HarnessFirst, measured.HarnessLast = measure.Summarize(first), measure.Summarize(last)
	return nil
}

// noticeFrame is a revoked event of the usual size.
const noticeFrame = `{"type":"revoked","conversation":"group_engineering","revocations":[{"messageId":"%s",` +
	`"sender":"alice","sentAt":1700000001000,"revoked":{"at":1700000005000,"by":"alice","role":"sender"}}]}`
