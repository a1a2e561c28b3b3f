package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/stack"
	"example.com/recall/local/state"
	"example.com/recall/local/websocket"
)

// localCommand is `recall local`.
type localCommand struct {
	Template  string            `help:"Template to run (default: template.yaml)." type:"existingfile" placeholder:"FILE"`
	Strict    bool              `help:"Refuse a template with anything that is not emulated or fails on AWS."`
	Parameter map[string]string `help:"Value of a template parameter." placeholder:"KEY=VALUE" mapsep:"none"`
	Programs  string            `help:"Directory of the built functions." type:"existingdir" placeholder:"DIRECTORY"`
	Bind      string            `help:"Address to listen on." default:"127.0.0.1" placeholder:"ADDRESS"`

	AnyPorts     bool `help:"Listen on any free ports instead of those below. A second stack needs this."`
	Port         int  `help:"Port of the WebSocket API and @connections (0: any free one)." default:"3001"`
	DemoPort     int  `help:"Port of the demo page." default:"3000"`
	AdminPort    int  `help:"Port of the admin function's URL and of the Lambda endpoint." default:"3002"`
	DynamodbPort int  `help:"Port of DynamoDB Local." default:"8000" name:"dynamodb-port"`
	QueuesPort   int  `help:"Port of ElasticMQ, the local SQS." default:"9324"`
	S3Port       int  `help:"Port of the local S3." default:"0" name:"s3-port"`
	EventsPort   int  `help:"Port of the event bus." default:"0"`

	JSON  bool   `help:"Print the addresses as JSON, and all else to standard error." name:"json"`
	State string `help:"File in which other commands find the stack." placeholder:"FILE"`
	Quiet bool   `help:"Do not print a line for each frame and invocation." short:"q"`
	Logs  bool   `help:"Print every line that a function logs, not only warnings and errors."`
	Calls bool   `help:"Also print a line for each call of a function to DynamoDB, SQS and S3."`

	Speed          float64 `help:"How many times faster the limits of connections run." default:"1"`
	MaxConcurrency int     `help:"How many processes a function may have." default:"50"`
	Freeze         bool    `help:"Stop a function between invocations, as AWS does." default:"true" negatable:""`
	Rights         bool    `help:"Refuse what the template's roles do not allow." default:"true" negatable:""`
	Reload         bool    `help:"Run the functions' new files when one changes." default:"true" negatable:""`
	EventSources   bool    `help:"Read the streams and queues of the template." default:"true" negatable:""`

	Gateway  websocket.Switches `embed:"" prefix:"gateway-" group:"What is not certain of API Gateway, and faults of it"`
	Dynamodb dynamodbFaults     `embed:"" prefix:"dynamodb-" group:"Faults of DynamoDB"`
}

// dynamodbFaults are the switches for faults between the functions and DynamoDB.
type dynamodbFaults struct {
	Latency   time.Duration `help:"Latency that is added to every call." placeholder:"DURATION"`
	Throttled float64       `help:"Share of calls (0 to 1) that are refused as throttled." placeholder:"SHARE"`
	Failed    float64       `help:"Share of calls (0 to 1) that fail with status 500." placeholder:"SHARE"`
	Dropped   float64       `help:"Share of calls (0 to 1) that break off before DynamoDB sees them." placeholder:"SHARE"`
	Lost      float64       `help:"Share of calls (0 to 1) that succeed but whose answer is lost." placeholder:"SHARE"`
	Seed      uint64        `help:"Makes the choice of calls repeatable." placeholder:"NUMBER"`
}

// Help is shown by `recall local --help`.
func (localCommand) Help() string {
	return `Runs a SAM or CloudFormation template with a WebSocket API on this machine. It emulates the WebSocket API,
runs the functions over the Lambda Runtime API (binaries, and handlers in Node.js and Python), and uses DynamoDB Local
for tables, ElasticMQ for queues and Versity S3 Gateway for buckets. First it prints its addresses and what it does
not emulate of the template. Then it prints a line for each frame and invocation: time, connection, user, route,
function, duration and outcome. Ctrl-C ends everything. local/README.md says what is emulated and what is not.

Tables and queues need Java 17 with DynamoDB Local and ElasticMQ, and buckets need versitygw:
scripts/require.sh java dynamodb-local elasticmq versitygw (make run does this). To run a second stack, use
--any-ports. It prints the --state with which recall chat, token, tail and admin find it. --state names the file in
which they look. Its default is a file of this user in $XDG_RUNTIME_DIR or the temporary directory.

--programs takes a directory with {LogicalID}/bootstrap of each function, such as .aws-sam/build. Without it the
functions are built. With another --bind than the default, other machines on the network can connect.`
}

// Run runs the stack until it is interrupted.
func (c *localCommand) Run(ctx context.Context) error {
	output := io.Writer(os.Stdout)
	if c.JSON {
		output = os.Stderr
	}
	lines := &localLines{output: output, quiet: c.Quiet, logs: c.Logs, calls: c.Calls}
	var err error
	if c.State, err = state.Claim(c.State); err != nil {
		return err
	}
	started := time.Now()
	running, err := stack.Start(ctx, c.options(lines))
	if err != nil {
		if ctx.Err() != nil {
			return nil // interrupted while starting
		}
		return err
	}
	lines.print("ready in %.1f s", time.Since(started).Seconds())
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(running.Addresses())
	} else {
		err = c.welcome(output, running)
	}
	if err != nil {
		running.Close()
		return err
	}
	select {
	case <-ctx.Done():
	case err = <-running.Failed():
	}
	lines.print("stopping")
	running.Close()
	return err
}

func (c *localCommand) options(lines *localLines) stack.Options {
	ports := stack.Ports{
		WebSocket: c.Port,
		Demo:      c.DemoPort,
		Admin:     c.AdminPort,
		DynamoDB:  c.DynamodbPort,
		Queues:    c.QueuesPort,
		Objects:   c.S3Port,
		Events:    c.EventsPort,
	}
	if c.AnyPorts {
		ports = stack.Ports{}
	}
	return stack.Options{
		Template:           c.Template,
		Strict:             c.Strict,
		Parameters:         c.Parameter,
		Programs:           c.Programs,
		Address:            c.Bind,
		StateFile:          c.State,
		Ports:              ports,
		Speed:              c.Speed,
		MaximumConcurrency: c.MaxConcurrency,
		NoFreeze:           !c.Freeze,
		NoRights:           !c.Rights,
		NoEventSources:     !c.EventSources,
		Switches:           c.Gateway,
		Report:             lines.entry,
		Progress:           func(text string) { lines.print("%s", text) },
		Reload:             c.Reload, Faults: awsproxy.Faults{
			Latency:   c.Dynamodb.Latency,
			Throttled: c.Dynamodb.Throttled,
			Failed:    c.Dynamodb.Failed,
			Dropped:   c.Dynamodb.Dropped,
			Lost:      c.Dynamodb.Lost,
			Seed:      c.Dynamodb.Seed,
		},
	}
}

// welcomeTokenTime is how long the tokens that are printed last.
const welcomeTokenTime = 24 * time.Hour

// welcome prints the addresses, and lines that can be tried at once.
func (c *localCommand) welcome(output io.Writer, running *stack.Stack) error {
	addresses := running.Addresses()
	text := "\n"
	for _, line := range [][2]string{
		{"WebSocket API", addresses.WebSocket},
		{"@connections", addresses.Management + "/@connections/{id}"},
		{"Demo page", addresses.Demo},
		{"Admin", addresses.Admin},
		{"Lambda", addresses.Lambda},
		{"DynamoDB Local", addresses.DynamoDB},
		{"Queues (SQS)", addresses.Queues},
		{"Buckets (S3)", addresses.Objects},
		{"Events", addresses.Events},
	} {
		if line[1] != "" {
			text += fmt.Sprintf("  %-15s %s\n", line[0], line[1])
		}
	}
	text += c.invitation(running) + "\nCtrl-C stops."
	if !c.Quiet {
		text += " Every frame and invocation follows."
	}
	text += "\n\n"
	_, err := io.WriteString(output, text)
	return err
}

// invitation says what can be tried at once: with tokens where the template is one of ours, or else with any client.
func (c *localCommand) invitation(running *stack.Stack) string {
	addresses := running.Addresses()
	text, first := "\nTokens, valid for a day, and no longer than this stack runs; "+
		"users, groups and messages are gone with it too:\n", ""
	for _, user := range []string{"alice", "bob", "carol"} {
		token, err := running.Token(user, welcomeTokenTime)
		if err != nil {
			return "\nTry:\n  npx wscat -c " + addresses.WebSocket + "\n"
		}
		if first == "" {
			first = token
		}
		text += fmt.Sprintf("  %-6s %s\n", user, token)
	}
	text += "\nTry, and type {\"action\":\"hello\"}:\n  npx wscat -c " + addresses.WebSocket +
		" -H 'Authorization: Bearer " + first + "'\n"
	where := ""
	if c.State != state.DefaultPath() {
		where = " --state " + c.State
	}
	return text + "or: " + os.Args[0] + " chat" + where + " --user alice --to bob\n"
}
