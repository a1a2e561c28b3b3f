// Package coldstart measures what a new execution environment costs: from exec until the function first asks for
// work, and until it has answered, for every function and for a program that does nothing, in the same run.
package coldstart

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"example.com/recall/local/lambda"
	"example.com/recall/performance/measure"
)

// bare is the program that does nothing.
const bare = "BareFunction"

// functionNames are the template's functions, with the event that each answers.
var functionNames = []struct{ name, event string }{
	{"AuthorizeFunction", "authorize.json"}, {"ConnectFunction", "hello.json"}, {"SendFunction", "send.json"},
	{"RevokeFunction", "revoke.json"},
	{"SyncFunction", "sync.json"}, {"FinishFunction", "finish.json"}, {"DeliverFunction", "deliver.json"},
	{"AdminFunction", "admin.json"},
}

// Options say what to measure.
type Options struct {
	// Project is Recall's directory.
	Project string
	// Rounds is how often each program is started.
	Rounds   int
	Progress func(string)
}

// Measurement is the result for one function.
type Measurement struct {
	Function string `json:"function"`
	Bytes    int64  `json:"bytes"`
	// Start is from exec to the first request for work, without anything to warm.
	Start measure.Summary `json:"start"`
	// Warmed is the same with DynamoDB and @connections behind TLS, to which connections are opened meanwhile.
	Warmed measure.Summary `json:"warmed"`
	// Answer is from exec to the first answer; Again is the second answer of the same environment.
	Answer measure.Summary `json:"answer"`
	Again  measure.Summary `json:"again"`
}

// Report has all measurements. The first is that of the program that does nothing.
type Report struct {
	Machine      measure.Machine `json:"machine"`
	Rounds       int             `json:"rounds"`
	Measurements []Measurement   `json:"measurements"`
}

// Run builds the programs as they are deployed, and measures.
func Run(ctx context.Context, options Options) (Report, error) {
	report := Report{
		Machine:      measure.ThisMachine(time.Now()),
		Rounds:       options.Rounds,
		Measurements: []Measurement{{Function: bare}},
	}
	for _, function := range functionNames {
		report.Measurements = append(report.Measurements, Measurement{Function: function.name})
	}
	programs, err := os.MkdirTemp("", "recall-coldstart-")
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(programs)
	options.Progress("building the functions as they are deployed")
	for n := range report.Measurements {
		report.Measurements[n].Bytes, err = build(ctx, options.Project, programs, report.Measurements[n].Function)
		if err != nil {
			return report, err
		}
	}
	options.Progress(fmt.Sprintf("starting each %d times", options.Rounds))
	if err := measureStarts(ctx, programs, options.Rounds, &report); err != nil {
		return report, err
	}
	return report, measureAnswers(ctx, programs, options, &report)
}

// build makes a function with the Makefile, for this machine's processor.
func build(ctx context.Context, project, programs, function string) (int64, error) {
	directory := filepath.Join(programs, function)
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return 0, err
	}
	architecture := map[string]string{"amd64": "x86_64"}[runtime.GOARCH]
	if architecture == "" {
		architecture = "arm64"
	}
	command := exec.CommandContext(ctx, "make", "-s", "build-"+function, "ARTIFACTS_DIR="+directory,
		"ARCHITECTURE="+architecture)
	command.Dir = project
	if output, err := command.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build %s: %w\n%s", function, err, output)
	}
	info, err := os.Stat(filepath.Join(directory, "bootstrap"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// service runs programs, one invocation at a time, and passes on what Lambda would report of each.
type service struct {
	*lambda.Service
	// reported gets an invocation once its process asks for the next one, which is after its answer.
	reported chan lambda.Invocation
}

func newService(programs string, environment map[string]string, names ...string) (*service, error) {
	s := &service{reported: make(chan lambda.Invocation, 1)}
	var functions []lambda.Function
	for _, name := range names {
		functions = append(functions, lambda.Function{
			Name:                name,
			ARN:                 "arn:aws:lambda:us-east-1:000000000000:function:" + name,
			Program:             filepath.Join(programs, name, "bootstrap"),
			Environment:         environment,
			Timeout:             20 * time.Second,
			MemoryMegabytes:     1024,
			ReservedConcurrency: -1,
		})
	}
	var err error
	s.Service, err = lambda.New(lambda.Options{
		Functions: functions,
		Region:    "us-east-1",
		Invoked:   func(i lambda.Invocation) { s.reported <- i },
	})
	return s, err
}

// start starts a new process of a function, invokes it, and returns how long each of the two took.
func (s *service) start(ctx context.Context, name string, event []byte) (initialization, answer time.Duration,
	err error) {
	started := time.Now()
	_, err = s.Invoke(ctx, name, event)
	if err != nil {
		return 0, 0, err
	}
	answer = time.Since(started)
	reported, err := s.report(ctx)
	return reported.Initialization, answer, err
}

// report waits for the report of the invocation that was answered.
func (s *service) report(ctx context.Context) (lambda.Invocation, error) {
	select {
	case invocation := <-s.reported:
		return invocation, nil
	case <-ctx.Done():
		return lambda.Invocation{}, ctx.Err()
	}
}

// end kills the function's process and waits until it is gone.
func (s *service) end(ctx context.Context, name string) error {
	s.Kill(name)
	for len(s.Processes(name)) > 0 {
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// nowhere refuses connections at once, so that no connection can be opened early.
const nowhere = "http://127.0.0.1:1"

// measureStarts starts the functions in turns, so that other work of the machine affects all of them equally.
func measureStarts(ctx context.Context, programs string, rounds int, report *Report) error {
	var names []string
	for _, m := range report.Measurements {
		names = append(names, m.Function)
	}
	running, err := newService(programs, map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": nowhere,
		"AWS_ENDPOINT_URL_SQS":      nowhere,
		"MANAGEMENT_ENDPOINT":       nowhere,
		"CHUNKS_QUEUE_URL":          nowhere,
		"MESSAGES_TABLE":            "messages",
		"CONNECTIONS_TABLE":         "connections",
		"TOKEN_SECRET":              "only-for-this-machine-0123456789abcdef",
	}, names...)
	if err != nil {
		return err
	}
	defer running.Close()
	samples := make([][]time.Duration, len(names))
	for range rounds {
		for n, name := range names {
			initialization, _, err := running.start(ctx, name, []byte("{}"))
			if err != nil {
				return err
			}
			samples[n] = append(samples[n], initialization)
			if err := running.end(ctx, name); err != nil {
				return err
			}
		}
	}
	for n := range report.Measurements {
		report.Measurements[n].Start = measure.Summarize(samples[n])
	}
	return nil
}

// messageOf takes the messageId out of the answer to send.json.
func messageOf(payload []byte) (string, error) {
	var answer struct{ Body string }
	var reply struct {
		Message struct {
			MessageID string `json:"messageId"`
		} `json:"message"`
	}
	if err := json.Unmarshal(payload, &answer); err != nil {
		return "", fmt.Errorf("send was answered %s", payload)
	}
	if err := json.Unmarshal([]byte(answer.Body), &reply); err != nil || reply.Message.MessageID == "" {
		return "", fmt.Errorf("send was answered %s", payload)
	}
	return reply.Message.MessageID, nil
}
