// Package process runs the other programs of the local stack (Java servers and compiled functions) so that none of
// them outlives the stack. Each program is the leader of its own process group, and the whole group ends with it.
package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Options say which program to start and how.
type Options struct {
	Path      string   // the program
	Arguments []string // without the program's name
	// Environment is the whole environment of the program, with KEY=VALUE for each variable. The program inherits
	// nothing.
	Environment []string
	Directory   string
	// Marker is one entry of Environment that no other process has. When the program ends, every process that still
	// has this entry is killed too. This finds processes that left the process group (Linux only). Empty = nothing is
	// searched for.
	Marker string
	// Output gets each line of standard output and standard error, without its line end. It is called from one
	// goroutine. It must not block for long, since the program waits meanwhile.
	Output func(line []byte)
}

// Process is a started program.
type Process struct {
	command *exec.Cmd
	stdin   *os.File
	marker  string
	done    chan struct{}
	err     error
	end     sync.Once
}

// drainTime is how long output is still read after the program's end. A grandchild may keep the pipe open.
const drainTime = 200 * time.Millisecond

// Start starts a program. The program's standard input stays open until this process ends. So a program that watches
// its standard input learns that its parent has ended.
func Start(options Options) (*Process, error) {
	command := exec.Command(options.Path, options.Arguments...) // #nosec G204 -- the developer's functions, and go
	command.Env = options.Environment
	if command.Env == nil {
		command.Env = []string{}
	}
	command.Dir = options.Directory
	command.SysProcAttr = attributes()
	input, stdin, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", options.Path, err)
	}
	stdout, output, err := os.Pipe()
	if err != nil {
		_ = errors.Join(input.Close(), stdin.Close())
		return nil, fmt.Errorf("start %s: %w", options.Path, err)
	}
	command.Stdin, command.Stdout, command.Stderr = input, output, output
	p := &Process{command: command, stdin: stdin, marker: options.Marker, done: make(chan struct{})}

	started := make(chan error)
	read := make(chan struct{})
	go func() {
		// The kernel sends the parent-death signal when the thread that started the child ends, so that thread has to
		// live as long as the child does.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		_ = errors.Join(input.Close(), output.Close())
		started <- err
		if err != nil {
			return
		}
		p.wait(stdout, read)
	}()
	if err := <-started; err != nil {
		_ = errors.Join(stdin.Close(), stdout.Close())
		return nil, fmt.Errorf("start %s: %w", options.Path, err)
	}
	go func() {
		defer close(read)
		readLines(stdout, options.Output)
	}()
	return p, nil
}

// wait waits for the end of the program, ends what remains of its group, and then lets its last output through.
func (p *Process) wait(stdout *os.File, read <-chan struct{}) {
	err := p.command.Wait()
	p.killAll()
	// This fails only if pipes have no deadlines. Then the read ends when the last process closes the pipe.
	_ = stdout.SetReadDeadline(time.Now().Add(drainTime))
	<-read
	_ = errors.Join(stdout.Close(), p.stdin.Close())
	p.err = err
	close(p.done)
}

// ID is the operating system's process ID.
func (p *Process) ID() int { return p.command.Process.Pid }

// Done is closed when the program has ended and its output was read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the program ended, as exec.Cmd.Wait does: nil for exit status 0. It waits for Done.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Status describes in words how the program ended, such as "exit status 2" or "signal: killed". It waits for Done.
func (p *Process) Status() string {
	if err := p.Err(); err != nil {
		return err.Error()
	}
	return "exit status 0"
}

// Terminate asks the program to end (SIGTERM).
func (p *Process) Terminate() {
	select {
	case <-p.done:
	default:
		// An error means that the program has just ended by itself.
		_ = p.command.Process.Signal(syscall.SIGTERM)
	}
}

// Pause halts the program and its group until Resume, on operating systems that can do so (Unix).
func (p *Process) Pause() { p.signalGroup(pauseGroup) }

// Resume lets a halted program continue.
func (p *Process) Resume() { p.signalGroup(resumeGroup) }

func (p *Process) signalGroup(signal func(*os.Process)) {
	select {
	case <-p.done:
	default:
		signal(p.command.Process)
	}
}

// Kill ends the program and its group at once and waits for that.
func (p *Process) Kill() {
	p.end.Do(p.killAll)
	<-p.done
}

// Stop asks the program to end and kills it after the grace period. It returns when the program has ended.
func (p *Process) Stop(grace time.Duration) {
	p.Terminate()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
	}
}

func (p *Process) killAll() {
	killGroup(p.command.Process)
	if p.marker != "" {
		killMarked(p.marker)
	}
}

// maxLine is how much of one line is kept. The rest of a longer line is dropped.
const maxLine = 64 << 10

// readLines splits a stream into lines. It cuts long lines off, so that memory stays bounded whatever a program
// prints.
func readLines(reader io.Reader, line func([]byte)) {
	var kept []byte
	buffer := make([]byte, 32<<10)
	emit := func() {
		if line != nil {
			line(kept)
		}
		kept = nil
	}
	for {
		n, err := reader.Read(buffer)
		for _, b := range buffer[:n] {
			switch {
			case b == '\n':
				emit()
			case len(kept) < maxLine:
				kept = append(kept, b)
			}
		}
		if err != nil {
			break
		}
	}
	if len(kept) > 0 {
		emit()
	}
}
