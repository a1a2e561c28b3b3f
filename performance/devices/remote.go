package devices

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// request is a line to the child process; one of its parts is set.
type request struct {
	Connect []Dial  `json:"connect,omitempty"`
	Expect  *expect `json:"expect,omitempty"`
	// Collect waits for what is expected.
	Collect bool `json:"collect,omitempty"`
}

type expect struct {
	Count    int           `json:"count"`
	Patience time.Duration `json:"patience"`
	Parts    []string      `json:"parts"`
}

// answer is a line from the child process.
type answer struct {
	Error    string   `json:"error,omitempty"`
	Arrivals Arrivals `json:"arrivals"`
}

// connectsPerRequest keeps a line short.
const connectsPerRequest = 500

// Remote is Devices in a child process. Times are comparable, since both processes read the same clock.
type Remote struct {
	process *exec.Cmd
	input   io.WriteCloser
	lines   *json.Decoder
}

var _ Devices = (*Remote)(nil)

// StartRemote starts a program that serves Serve on its standard input and output.
func StartRemote(program string, arguments ...string) (*Remote, error) {
	process := exec.Command(program, arguments...)
	process.Stderr = os.Stderr
	input, err := process.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the devices: %w", err)
	}
	output, err := process.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the devices: %w", err)
	}
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("start the devices: %w", err)
	}
	return &Remote{process: process, input: input, lines: json.NewDecoder(bufio.NewReader(output))}, nil
}

// Connect implements Devices.
func (r *Remote) Connect(ctx context.Context, dials []Dial) error {
	for len(dials) > 0 && ctx.Err() == nil {
		some := dials[:min(connectsPerRequest, len(dials))]
		if _, err := r.call(request{Connect: some}); err != nil {
			return err
		}
		dials = dials[len(some):]
	}
	return ctx.Err()
}

// Expect implements Devices.
func (r *Remote) Expect(_ context.Context, count int, patience time.Duration,
	parts ...string) (func() (Arrivals, error), error) {
	if _, err := r.call(request{Expect: &expect{count, patience, parts}}); err != nil {
		return nil, err
	}
	return func() (Arrivals, error) { return r.call(request{Collect: true}) }, nil
}

func (r *Remote) call(asked request) (Arrivals, error) {
	line, err := json.Marshal(asked)
	if err != nil {
		return Arrivals{}, err
	}
	if _, err := r.input.Write(append(line, '\n')); err != nil {
		return Arrivals{}, fmt.Errorf("ask the devices: %w", err)
	}
	var reply answer
	if err := r.lines.Decode(&reply); err != nil {
		return Arrivals{}, fmt.Errorf("the devices do not answer: %w", err)
	}
	if reply.Error != "" {
		return reply.Arrivals, errors.New(reply.Error)
	}
	return reply.Arrivals, nil
}

// Close implements Devices: the child ends when its input does.
func (r *Remote) Close() error {
	if err := r.input.Close(); err != nil {
		return err
	}
	return r.process.Wait()
}

// Serve is the child process: it answers each line until input ends.
func Serve(ctx context.Context, input io.Reader, output io.Writer) error {
	fleet := &Fleet{}
	defer fleet.Close()
	var collect func() (Arrivals, error)
	lines, answers := json.NewDecoder(input), json.NewEncoder(output)
	for {
		var asked request
		if err := lines.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("devices: %w", err)
		}
		var reply answer
		var err error
		switch {
		case asked.Expect != nil:
			collect, err = fleet.Expect(ctx, asked.Expect.Count, asked.Expect.Patience, asked.Expect.Parts...)
		case asked.Collect && collect != nil:
			reply.Arrivals, err = collect()
		case asked.Collect:
			err = errors.New("nothing is expected")
		default:
			err = fleet.Connect(ctx, asked.Connect)
		}
		if err != nil {
			reply.Error = err.Error()
		}
		if err := answers.Encode(reply); err != nil {
			return fmt.Errorf("devices: %w", err)
		}
	}
}
