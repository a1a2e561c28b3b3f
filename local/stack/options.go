package stack

import (
	"fmt"
	"path/filepath"
	"time"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/websocket"
)

// Ports are the ports at which the parts listen; 0 = a free port.
type Ports struct {
	WebSocket int // the WebSocket API and @connections
	Demo      int
	Admin     int // the admin function's URL and the Lambda endpoint
	DynamoDB  int
	Queues    int
	Objects   int // the local S3
	Events    int
}

// TLS says how functions reach DynamoDB and @connections.
type TLS string

const (
	// NoTLS is the fastest, because nothing is encrypted.
	NoTLS TLS = ""
	// TLSWithHTTP1 has TLS before both, as AWS has it.
	TLSWithHTTP1 TLS = "http1"
	// TLSWithHTTP2 has TLS before both, and @connections also speaks HTTP/2. DynamoDB does not.
	TLSWithHTTP2 TLS = "http2"
)

// Options say what to run and how. The zero value runs the template.yaml of the project that contains the working
// directory, on free ports of the loopback interface.
type Options struct {
	// Project is the directory with template.yaml and functions/; empty = the Go module that contains the template,
	// or the template's folder.
	Project string
	// Template is the template's path; empty = template.yaml in Project, or found by a search upwards from the
	// working directory.
	Template string
	// Strict refuses a template that contains anything that the local stack does differently from AWS, or that AWS
	// would refuse or punish. Without Strict, Report gets a notice for each of these when the stack starts.
	Strict bool
	// Parameters override the template's defaults.
	Parameters map[string]string
	// Programs is a folder with a compiled function in {logical ID}/bootstrap for each function; empty = the stack
	// builds them.
	Programs string
	// Environment is added to the environment of every function.
	Environment map[string]string
	// Address is the address to listen on; empty = 127.0.0.1. With any other address, others on the network can
	// connect.
	Address string
	Ports   Ports
	// TLS is put before DynamoDB and @connections. The addresses that Addresses returns stay without it.
	TLS TLS
	// StateFile is the file by which other commands find the stack; empty = no file.
	StateFile string

	// Speed is how many times faster than real time the idle and two-hour limits of connections run; 0 = 1.
	Speed float64
	// MaximumConcurrency is how many processes a function may have; 0 = 50.
	MaximumConcurrency int
	// NoFreeze lets processes run on between invocations. On AWS they are frozen.
	NoFreeze bool
	// NoRights lets every function do everything. Otherwise a function may do what its role in the template allows.
	NoRights bool
	// NoEventSources means that streams and queues are not read and schedules do not run. With NoSchedules only
	// schedules do not run.
	NoEventSources, NoSchedules bool
	// RetryPause is the pause before each retry of a failed batch of a stream; 0 = the pauses grow, as we think that they
	// do on AWS.
	RetryPause time.Duration
	// Switches change rules of the WebSocket API that we do not know for certain, and inject faults.
	Switches websocket.Switches
	// Limits change the WebSocket API's quotas.
	Limits websocket.Limits
	// Reload makes functions run the new content of their files each time that a file changes.
	Reload bool
	// Faults are injected between the functions and DynamoDB.
	Faults awsproxy.Faults
	// Meter makes the calls in Report say which capacity they consumed.
	Meter bool

	// Report is called with what happens; nil = no call. It is called from many goroutines.
	Report func(Entry)
	// Progress is called with what the start does at the moment, in a few words; nil = no call.
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
