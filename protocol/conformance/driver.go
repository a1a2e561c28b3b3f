package conformance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const lineLimitBytes = 64 << 20

// driver is a running driver process.
type driver struct {
	command *exec.Cmd
	input   io.WriteCloser
	lines   *inbox
	trace   func(direction, text string)
	read    sync.WaitGroup
	stderr  *tail
	killed  atomic.Bool // A killed process may end in the middle of a line, and that is no fault.
}

// storageVariable is the environment variable that names the folder in which a driver's client stores its data.
const storageVariable = "RECALL_STORAGE"

// startDriver starts the process. Its lines go to the inbox. A line that is no JSON object breaks the contract. With
// an empty storage the client stores nothing.
func startDriver(
	ctx context.Context, arguments []string, storage string, lines *inbox, trace func(direction, text string),
) (*driver, error) {
	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, storageVariable+"=")
	})
	if storage != "" {
		command.Env = append(command.Env, storageVariable+"="+storage)
	}
	command.WaitDelay = time.Second
	d := &driver{command: command, lines: lines, trace: trace, stderr: &tail{}}
	command.Stderr = d.stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the driver: %w", err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the driver: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting the driver: %w", err)
	}
	d.input = input
	d.read.Go(func() { d.readLines(output) })
	return d, nil
}

func (d *driver) readLines(output io.Reader) {
	scanner := bufio.NewScanner(output)
	scanner.Buffer(make([]byte, 64<<10), lineLimitBytes)
	for scanner.Scan() {
		d.trace("driver", scanner.Text())
		var line map[string]any
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil || line == nil {
			if d.killed.Load() {
				return
			}
			d.lines.fail(fmt.Errorf("the driver printed a line that is no JSON object: %.200q", scanner.Text()))
			continue
		}
		d.lines.put(line)
	}
	if !d.killed.Load() {
		d.lines.fail(errDriverEnded)
	}
}

var errDriverEnded = errors.New("the driver ended its output")

func (d *driver) do(command map[string]any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	d.trace("runner", string(line))
	if _, err := d.input.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing to the driver: %w", err)
	}
	return nil
}

// quit asks the driver to end and waits for it; it must exit with 0 within the deadline.
func (d *driver) quit(deadline time.Duration) error {
	writeErr := d.do(map[string]any{"do": "quit"})
	_ = d.input.Close() // the end of input means quit too
	done := make(chan error, 1)
	go func() {
		d.read.Wait()
		done <- d.command.Wait()
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("the driver did not exit with 0: %w\n%s", err, d.stderr)
		}
		return writeErr
	case <-time.After(deadline):
		_ = d.command.Process.Kill() // it is over for this scenario anyway
		<-done
		return fmt.Errorf("the driver did not exit within %s of quit", deadline)
	}
}

// kill ends the process at once, as a phone ends an application. It returns when the process is gone.
func (d *driver) kill() {
	d.killed.Store(true)
	_ = d.command.Process.Kill() // It may have ended already.
	_ = d.input.Close()
	d.read.Wait()
	_ = d.command.Wait()
}

// Ask starts a driver, so that it is built if it was not, and asks it what its client can do. A driver that does not
// know the command says nothing about any capability.
func Ask(ctx context.Context, arguments []string, deadline time.Duration) (Client, error) {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	lines := newInbox()
	started, err := startDriver(ctx, arguments, "", lines, func(string, string) {})
	if err != nil {
		return Client{}, err
	}
	answer := map[string]any{}
	if err = started.do(map[string]any{"do": "capabilities", "call": "capabilities"}); err == nil {
		answer, err = lines.take(ctx, func(line map[string]any) bool { return line["call"] == "capabilities" })
	}
	if err != nil {
		started.kill()
		return Client{}, fmt.Errorf("asking the driver for its capabilities: %w\n%s", err, started.stderr)
	}
	client := Client{Lacks: map[string]string{}}
	named, _ := answer["capabilities"].([]any)
	for _, each := range named {
		if name, ok := each.(string); ok {
			client.Capabilities = append(client.Capabilities, name)
		}
	}
	lacks, _ := answer["lacks"].(map[string]any)
	for capability, reason := range lacks {
		client.Lacks[capability], _ = reason.(string)
	}
	return client, started.quit(deadline)
}

// tail keeps the end of what a driver logs, for the report of a failure.
type tail struct {
	mutex sync.Mutex
	data  []byte
}

const tailBytes = 8 << 10

// Write keeps the last bytes.
func (t *tail) Write(data []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.data = append(t.data, data...)
	if len(t.data) > tailBytes {
		t.data = append([]byte(nil), t.data[len(t.data)-tailBytes:]...)
	}
	return len(data), nil
}

// String returns the kept text.
func (t *tail) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return string(t.data)
}
