// Package offline puts the local stack beside serverless-offline, the tool that people use today, both as processes
// of their own with a function that echoes: start-up, round trip, frames a second, connections, and memory.
package offline

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/recall/performance/devices"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/rig"
)

// Options say what to measure.
type Options struct {
	// Program is this program, which serves the local stack for `bench stack PORT`.
	Program string
	// Baseline is performance/baseline, Serverless the directory in which serverless-offline is installed with our
	// serverless.yml.
	Baseline, Serverless string
	// Connections are numbers of connections, ascending.
	Connections []int
	// Echoes is how many round trips are measured, Flood for how long as many frames as possible are sent.
	Echoes   int
	Flood    time.Duration
	Progress func(string)
}

// Side is one of the two.
type Side struct {
	Name string `json:"name"`
	// StartMilliseconds is from exec until the first connection is accepted.
	StartMilliseconds float64 `json:"startMilliseconds"`
	// Echo is the round trip of a frame, FramesPerSecond how many went through with 16 clients that send the next as
	// soon as one is answered.
	Echo            measure.Summary `json:"echo"`
	FramesPerSecond float64         `json:"framesPerSecond"`
	// Idle is the memory before anybody is connected but one.
	Idle        Memory  `json:"idle"`
	Connections []Crowd `json:"connections"`
}

// Crowd is what many connections cost.
type Crowd struct {
	Count   int     `json:"count"`
	Seconds float64 `json:"seconds"` // until the last was connected, from the crowd before
	Memory  Memory  `json:"memory"`
	// Failed says why, where they did not all connect.
	Failed string `json:"failed,omitempty"`
}

// Report is everything that was measured.
type Report struct {
	Machine measure.Machine `json:"machine"`
	Ours    Side            `json:"localStack"`
	Theirs  Side            `json:"serverlessOffline"`
}

const (
	startPatience = 2 * time.Minute
	crowdPatience = 4 * time.Minute
	clients       = 16
	unlimited     = 100_000 // a second: as fast as it goes
)

// Run measures both, one after the other.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{Machine: measure.ThisMachine(time.Now())}
	port, err := freePort()
	if err != nil {
		return report, err
	}
	ours := exec.CommandContext(ctx, options.Program, "bench", "stack", strconv.Itoa(port))
	ours.Dir = filepath.Dir(filepath.Dir(options.Baseline))
	report.Ours, err = side(ctx, options, "local stack", ours, fmt.Sprintf("ws://127.0.0.1:%d/local", port))
	if err != nil {
		return report, err
	}
	ports := make([]string, 3)
	for n := range ports {
		if port, err = freePort(); err != nil {
			return report, err
		}
		ports[n] = strconv.Itoa(port)
	}
	theirs := exec.CommandContext(ctx, "node", "node_modules/serverless/bin/serverless.js", "offline", "start",
		"--host", "127.0.0.1", "--httpPort", ports[0], "--lambdaPort", ports[1], "--websocketPort", ports[2], "--noTimeout")
	theirs.Dir = options.Serverless
	theirs.Env = append(os.Environ(), "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off",
		"SLS_INTERACTIVE_SETUP_ENABLE=0")
	report.Theirs, err = side(ctx, options, "serverless-offline", theirs, "ws://127.0.0.1:"+ports[2])
	return report, err
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

func side(ctx context.Context, options Options, name string, command *exec.Cmd, url string) (Side, error) {
	result := Side{Name: name}
	options.Progress(name + ": start")
	log, err := os.CreateTemp("", "recall-bench-*.log")
	if err != nil {
		return result, err
	}
	defer os.Remove(log.Name())
	command.Stdout, command.Stderr = log, log
	input, err := command.StdinPipe() // open for as long as it is to run
	if err != nil {
		return result, err
	}
	started := time.Now()
	if err := command.Start(); err != nil {
		return result, fmt.Errorf("start %s: %w", name, err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // that it has ended is all that counts
		close(ended)
	}()
	defer func() {
		_ = input.Close()
		_ = command.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = command.Process.Kill()
		}
	}()
	caller, err := firstCaller(ctx, url, ended)
	if err != nil {
		output, _ := os.ReadFile(log.Name())
		return result, fmt.Errorf("%s does not start: %w\n%s", name, err, output)
	}
	result.StartMilliseconds = measure.Milliseconds(time.Since(started))
	defer caller.Close()
	return result, measureSide(ctx, options, &result, caller, url, command.Process.Pid)
}

// firstCaller connects as soon as it can.
func firstCaller(ctx context.Context, url string, ended <-chan struct{}) (*rig.Caller, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		caller, err := rig.Call(ctx, devices.Dial{URL: url})
		if err == nil {
			return caller, nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ended:
			return nil, fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return nil, err
		}
	}
}

func measureSide(ctx context.Context, options Options, result *Side, caller *rig.Caller, url string,
	process int) error {
	options.Progress(result.Name + ": round trips")
	var sample []time.Duration
	for n := range options.Echoes + 20 {
		reply, err := caller.Ask(ctx, map[string]string{"action": "echo"})
		if err != nil {
			return fmt.Errorf("%s: %w", result.Name, err)
		}
		if n >= 20 {
			sample = append(sample, reply.At.Sub(reply.Sent))
		}
	}
	result.Echo = measure.Summarize(sample)
	result.Idle = memoryOf(process)
	options.Progress(result.Name + ": as many frames as possible")
	var err error
	if result.FramesPerSecond, err = flood(ctx, url, options.Flood); err != nil {
		return fmt.Errorf("%s: %w", result.Name, err)
	}
	fleet := &devices.Fleet{PerSecond: unlimited}
	defer fleet.Close()
	connected := 0
	for _, count := range options.Connections {
		options.Progress(fmt.Sprintf("%s: %d connections", result.Name, count))
		crowd := Crowd{Count: count}
		began := time.Now()
		patient, cancel := context.WithTimeout(ctx, crowdPatience)
		dials := make([]devices.Dial, count-connected)
		for n := range dials {
			dials[n] = devices.Dial{URL: url}
		}
		err := fleet.Connect(patient, dials)
		cancel()
		connected = count
		crowd.Seconds, crowd.Memory = time.Since(began).Seconds(), memoryOf(process)
		if err != nil {
			crowd.Failed = err.Error()
		}
		result.Connections = append(result.Connections, crowd)
		if err != nil {
			break // with the next crowd it cannot do better
		}
	}
	return ctx.Err()
}

// flood has clients send the next frame as soon as one is answered.
func flood(ctx context.Context, url string, duration time.Duration) (float64, error) {
	callers := make([]*rig.Caller, clients)
	for n := range callers {
		caller, err := rig.Call(ctx, devices.Dial{URL: url})
		if err != nil {
			return 0, err
		}
		defer caller.Close()
		callers[n] = caller
	}
	var answered atomic.Int64
	var failure error
	var once sync.Once
	var sending sync.WaitGroup
	started := time.Now()
	for _, caller := range callers {
		sending.Go(func() {
			for time.Since(started) < duration {
				if _, err := caller.Ask(ctx, map[string]string{"action": "echo"}); err != nil {
					once.Do(func() { failure = err })
					return
				}
				answered.Add(1)
			}
		})
	}
	sending.Wait()
	return float64(answered.Load()) / time.Since(started).Seconds(), failure
}
