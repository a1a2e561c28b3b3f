package stack

import (
	"fmt"
	"path/filepath"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/websocket"
)

// Ports are where the parts listen; 0 = a free port.
type Ports struct {
	WebSocket int // the WebSocket API and @connections
	Demo      int
	Admin     int // the admin function's URL and the Lambda endpoint
	DynamoDB  int
	Queues    int
	Events    int
}

// Options say what to run and how. The zero value runs template.yaml of the project that the working directory is in,
// on free ports of the loopback interface.
type Options struct {
	// Project is the directory with template.yaml and functions/; empty = the Go module that the template lies in, or
	// its folder.
	Project string
	// Template is the template's path; empty = template.yaml in Project, or found upwards from the working directory.
	Template string
	// Strict refuses a template with anything that the local stack does not do as AWS does it, or that AWS would
	// punish. Otherwise Report is told of each such thing when the stack starts.
	Strict bool
	// Parameters override the template's defaults.
	Parameters map[string]string
	// Programs holds a compiled function in {logical ID}/bootstrap each; empty = they are built.
	Programs string
	// Environment is added to that of every function.
	Environment map[string]string
	// Address to listen on; empty = 127.0.0.1. Anything else lets others on the network in.
	Address string
	Ports   Ports
	// StateFile is where other commands find the stack; empty = nowhere.
	StateFile string

	// Speed is how many times faster than real time the idle and two-hour limits of connections run; 0 = 1.
	Speed float64
	// MaximumConcurrency is how many processes a function may have; 0 = 50.
	MaximumConcurrency int
	// NoFreeze lets processes run on between invocations, unlike on AWS.
	NoFreeze bool
	// NoRights lets every function do everything, instead of what its role in the template allows.
	NoRights bool
	// NoEventSources leaves streams and queues unread, and runs no schedule. NoSchedules only runs no schedule.
	NoEventSources, NoSchedules bool
	// Switches change rules of the WebSocket API that are not certain, and inject faults.
	Switches websocket.Switches
	// Limits change the WebSocket API's quotas.
	Limits websocket.Limits
	// Reload has functions run what their files say now, each time that one changes.
	Reload bool
	// Faults are injected between the functions and DynamoDB.
	Faults awsproxy.Faults
	// Meter has the calls that Report is told of say which capacity they consumed.
	Meter bool

	// Report is told what happens; nil = nobody is. It is called from many goroutines.
	Report func(Entry)
	// Progress is told what the start is doing, in a few words; nil = nobody is.
	Progress func(string)
	// Clock is the time; nil = the machine's.
	Clock websocket.Clock
}

func (o Options) withDefaults() (Options, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1"
	}
	if o.Clock == nil {
		o.Clock = websocket.SystemClock{}
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Report == nil {
		o.Report = func(Entry) {}
	}
	if o.Template == "" && o.Project != "" {
		o.Template = filepath.Join(o.Project, "template.yaml")
	}
	if o.Template == "" {
		found, err := findTemplate()
		if err != nil {
			return o, err
		}
		o.Template = found
	}
	absolute, err := filepath.Abs(o.Template)
	if err != nil {
		return o, fmt.Errorf("find the template: %w", err)
	}
	o.Template = absolute
	if o.Project == "" {
		o.Project = projectOf(o.Template)
	}
	return o, nil
}
