package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"example.com/recall/local/stack"
	"example.com/recall/local/websocket"
	"example.com/recall/performance/chart"
	"example.com/recall/performance/coldstart"
	"example.com/recall/performance/devices"
	"example.com/recall/performance/emulators"
	"example.com/recall/performance/latency"
	"example.com/recall/performance/measure"
	"example.com/recall/performance/peers"
)

// benchCommand is `recall bench` and what it is compared with.
type benchCommand struct {
	Latency   benchLatencyCommand   `cmd:"" default:"withargs" help:"Measure how long a recall takes (the default)."`
	Cold      benchColdCommand      `cmd:"" help:"Measure how long the functions take to start."`
	Peers     benchPeersCommand     `cmd:"" help:"Compare Recall with the sample chat of AWS."`
	Emulators benchEmulatorsCommand `cmd:"" help:"Compare the local stack with other emulators."`
	Growth    benchGrowthCommand    `cmd:"" help:"Simulate up to 100 million users: their quotas and costs."`
	Stack     benchStackCommand     `cmd:"" hidden:"" help:"Serve an echo for another benchmark."`
	Devices   benchDevicesCommand   `cmd:"" hidden:"" help:"Serve devices to another benchmark."`
}

// benchOutput has the flags that say where a benchmark writes its results.
type benchOutput struct {
	JSON   bool   `help:"Print the results as JSON on standard output." name:"json"`
	Charts string `help:"Write the charts (SVG) into this directory." placeholder:"DIRECTORY"`
}

// benchLatencies are the latencies that a benchmark adds to the calls of services.
type benchLatencies struct {
	// A latency is fixed (4ms), uniform:2ms:8ms, or lognormal:4ms:15ms, with the median and the 99th percentile.
	Dynamodb    measure.Distribution `help:"Latency before DynamoDB." default:"4ms" name:"dynamodb-latency"`
	Connections measure.Distribution `help:"Latency before @connections." default:"15ms" name:"connections-latency"`
	Seed        uint64               `help:"Makes drawn latencies repeatable." default:"1"`
}

func (l benchLatencies) injected() measure.Injected {
	return measure.Injected{DynamoDB: l.Dynamodb, Post: l.Connections}
}

// benchLatencyCommand is `recall bench latency`.
type benchLatencyCommand struct {
	Members []int  `help:"Sizes of groups. Over 500, one member in ten is online." default:"10,100,500,10000"`
	Large   bool   `help:"Also a group of 10,000 members who are all online."`
	Samples int    `help:"Number of recalls of 1:1 and in a group of 100. Others have fewer." default:"500"`
	TLS     string `help:"Protocol with TLS before AWS: ${enum}." enum:"none,http1,http2" default:"none" name:"tls"`
	Cold    int    `help:"How many new environments answer a first recall, in 1:1 and a group of 500." default:"0"`
	Growth  string `help:"Write what the simulation of growth needs into this file." placeholder:"FILE"`
	benchLatencies
	benchOutput
}

// Help is shown by recall bench --help.
func (benchLatencyCommand) Help() string {
	return `Starts its own stack on free ports, puts latencies before DynamoDB and @connections, and measures the time
from the frame of the sender to the reply, to the first notice and to the last notice. Beside them, the table has the
floor, which is the least time that the latencies allow, and the own time, which does not wait for DynamoDB or
@connections. The second table says where the time went. docs/performance.md explains both.`
}

// Run measures and prints.
func (c benchLatencyCommand) Run(ctx context.Context) error {
	scenarios := latency.Scenarios(c.Members, c.Samples)
	if c.Large {
		scenarios = append(scenarios, latency.Scenario{Members: 10_000, Online: 10_000, Samples: 3})
	}
	report, err := latency.Run(ctx, latency.Options{
		Injected:       c.injected(),
		Scenarios:      scenarios,
		Seed:           c.Seed,
		HangingSamples: 3,
		TLS:            tlsOf(c.TLS),
		Environments:   c.Cold,
		Devices:        newDevices,
		Progress:       benchProgress(),
	})
	if err != nil {
		return err
	}
	if c.Growth != "" {
		own, err := report.Own()
		if err != nil {
			return err
		}
		content, err := json.MarshalIndent(own, "", "  ")
		if err != nil {
			return err
		}
		// #nosec G306 -- a file of the project
		if err := os.WriteFile(c.Growth, append(content, '\n'), 0o644); err != nil {
			return fmt.Errorf("write what the simulation needs: %w", err)
		}
	}
	return c.print(report, report.Table(), report.Charts())
}

// tlsOf is the option of the stack for the value of the flag.
func tlsOf(value string) stack.TLS {
	if value == "none" {
		return stack.NoTLS
	}
	return stack.TLS(value)
}

func (o benchOutput) print(report any, table string, charts map[string]chart.Chart) error {
	if o.Charts != "" {
		for name, drawing := range charts {
			drawn, err := drawing.SVG()
			if err != nil {
				return err
			}
			// #nosec G306 -- pictures for the documentation
			if err := os.WriteFile(filepath.Join(o.Charts, name), []byte(drawn), 0o644); err != nil {
				return fmt.Errorf("write the chart: %w", err)
			}
		}
	}
	if !o.JSON {
		_, err := fmt.Print(table)
		return err
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(report)
}

// benchProgress prints each step with the time since the start.
func benchProgress() func(string) {
	started := time.Now()
	return func(text string) {
		fmt.Fprintf(os.Stderr, "%5.1f s  %s\n", time.Since(started).Seconds(), text)
	}
}

// baselineProject finds the directory with what Recall is compared with, from the working directory upwards.
func baselineProject() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		found := filepath.Join(directory, "performance", "baseline")
		if _, err := os.Stat(filepath.Join(found, "template.yaml")); err == nil {
			return found, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("there is no performance/baseline here or above; change into the project")
		}
		directory = parent
	}
}

// benchPeersCommand is `recall bench peers`.
type benchPeersCommand struct {
	Connections []int `help:"Numbers of connections, ascending, of at least 3." default:"10,100,1000,10000"`
	Samples     int   `help:"Number of messages, and fewer if each goes to thousands." default:"20"`
	benchLatencies
	benchOutput
}

// Run measures and prints.
func (c benchPeersCommand) Run(ctx context.Context) error {
	baseline, err := baselineProject()
	if err != nil {
		return err
	}
	if len(c.Connections) == 0 || !slices.IsSorted(c.Connections) || c.Connections[0] < 3 {
		return errors.New("--connections must ascend from at least 3: " +
			"a sender, a receiver, and somebody whom it does not concern")
	}
	report, err := peers.Run(ctx, peers.Options{
		Injected: c.injected(),
		Sizes:    c.Connections,
		Samples:  c.Samples,
		Settle:   peers.Settled,
		Seed:     c.Seed,
		Baseline: baseline,
		Devices:  newDevices,
		Progress: benchProgress(),
	})
	if err != nil {
		return err
	}
	return c.print(report, report.Table(), report.Charts())
}

// benchColdCommand is `recall bench cold`.
type benchColdCommand struct {
	Rounds int `help:"How often each function is started." default:"30"`
	benchOutput
}

// Run measures and prints.
func (c benchColdCommand) Run(ctx context.Context) error {
	baseline, err := baselineProject()
	if err != nil {
		return err
	}
	report, err := coldstart.Run(ctx, coldstart.Options{
		Project:  filepath.Dir(filepath.Dir(baseline)),
		Rounds:   c.Rounds,
		Progress: benchProgress(),
	})
	if err != nil {
		return err
	}
	return c.print(report, report.Table(), nil)
}

// benchEmulatorsCommand is `recall bench emulators`.
type benchEmulatorsCommand struct {
	Serverless  string        `help:"Where serverless-offline is." default:".tools/serverless-offline" type:"existingdir"`
	Ministack   string        `help:"Where MiniStack is." default:".tools/ministack" type:"existingdir"`
	Rounds      int           `help:"How often each is started and measured, in turns." default:"3"`
	Frames      int           `help:"Frames whose round trip is measured in each round." default:"500"`
	Flood       time.Duration `help:"For how long as many frames as possible are sent." default:"5s"`
	Connections []int         `help:"Numbers of connections, ascending." default:"1000,10000"`
	benchOutput
}

// Run measures and prints.
func (c benchEmulatorsCommand) Run(ctx context.Context) error {
	rules, err := rulesProject()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	report, err := emulators.Run(ctx, emulators.Options{
		Program: program, Rules: rules, Serverless: c.Serverless, MiniStack: c.Ministack, Rounds: c.Rounds,
		Connections: c.Connections, Frames: c.Frames, Flood: c.Flood, Progress: benchProgress(),
	})
	if err != nil {
		return err
	}
	return c.print(report, report.Table(), nil)
}

// rulesProject is local/gatewayrules.
func rulesProject() (string, error) {
	baseline, err := baselineProject()
	return filepath.Join(filepath.Dir(filepath.Dir(baseline)), "local", "gatewayrules"), err
}

// benchStackCommand is the child process of a benchmark that compares the local stack with others. It has no quotas,
// because the others do not have them either.
type benchStackCommand struct {
	Port         int  `arg:"" help:"Port of the WebSocket API."`
	DefaultRoute bool `help:"With a $$default route."`
}

// Run serves until standard input ends.
func (c benchStackCommand) Run(ctx context.Context) error {
	rules, err := rulesProject()
	if err != nil {
		return err
	}
	parameters := map[string]string{"DefaultRoute": "no"}
	if c.DefaultRoute {
		parameters["DefaultRoute"] = "yes"
	}
	none := websocket.Throttle{RateLimit: -1}
	running, err := stack.Start(ctx, stack.Options{
		Template:   filepath.Join(rules, "template.yaml"),
		Strict:     true,
		Parameters: parameters,
		Ports:      stack.Ports{WebSocket: c.Port},
		Limits:     websocket.Limits{NewConnections: none, Requests: none},
	})
	if err != nil {
		return err
	}
	defer running.Close()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// devicesInProcess is how many devices this process takes: with the stack's ends of their connections they are twice
// as many open files.
const devicesInProcess = 4000

func newDevices(count int) (devices.Devices, error) {
	if count <= devicesInProcess {
		return &devices.Fleet{}, nil
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return devices.StartRemote(program, "bench", "devices")
}

// benchDevicesCommand is the child process of a benchmark with many devices.
type benchDevicesCommand struct{}

// Run serves until standard input ends.
func (benchDevicesCommand) Run(ctx context.Context) error {
	return devices.Serve(ctx, os.Stdin, os.Stdout)
}
