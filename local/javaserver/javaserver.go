// Package javaserver runs a server that is written in Java as a child process. The server listens on one address
// only, may take a free port, and never outlives its parent. It consists of one Java source file and of jars that a
// script of the project fetches.
package javaserver

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/recall/local/process"
	"example.com/recall/local/tools"
)

// Program describes a server that is written in Java.
type Program struct {
	// Name is what people call the server.
	Name string
	// Tool is the server's name for scripts/require.sh. Its jars are in .tools/{Tool}/lib.
	Tool string
	// Jar is a pattern for the name of one jar. If that jar is there, all are.
	Jar string
	// Source is the main class, in a file named LoopbackServer.java. Its first arguments are the address and the
	// port. It prints "ready PORT" once it listens, and it ends when its standard input ends.
	Source []byte
	// Options are arguments for the Java virtual machine. Arguments follow the address and the port.
	Options   func(libraries string) []string
	Arguments []string
}

// Options say where to run the server.
type Options struct {
	Address string    // empty = 127.0.0.1
	Port    int       // 0 = a free one
	Tools   string    // the directory that holds lib/; empty = .tools/{Tool} in or above the working directory
	Log     io.Writer // gets what the server prints; nil = it is dropped
}

// Server is a running server.
type Server struct {
	endpoint string
	process  *process.Process
	sources  string
	closed   sync.Once
}

const (
	// startTime limits how long the start may take. On an idle machine it takes one or two seconds.
	startTime = 90 * time.Second
	// stopTime is how long the server may take to end after it was asked to. It keeps nothing that could be lost.
	stopTime = 500 * time.Millisecond
)

// Start starts the server and waits until it listens. Its errors say what to do if Java or the jars are missing or
// the port is taken.
func Start(ctx context.Context, program Program, options Options) (*Server, error) {
	advice := "run: scripts/require.sh java " + program.Tool
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("%s needs Java 17 or newer, which is not on the PATH; %s", program.Name, advice)
	}
	libraries, err := findLibraries(program, options.Tools)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, advice)
	}
	if options.Address == "" {
		options.Address = "127.0.0.1"
	}
	// Java compiles the one source file when it starts, so that the project needs no compiled class.
	sources, err := os.MkdirTemp("", "recall-"+program.Tool+"-")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program.Name, err)
	}
	s := &Server{sources: sources}
	if err := s.start(ctx, java, libraries, program, options); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, java, libraries string, program Program, options Options) error {
	source := filepath.Join(s.sources, "LoopbackServer.java")
	if err := os.WriteFile(source, program.Source, 0o600); err != nil {
		return fmt.Errorf("start %s: %w", program.Name, err)
	}
	arguments := append([]string{"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"}, program.Options(libraries)...)
	arguments = append(arguments, "-cp", filepath.Join(libraries, "*"), source, options.Address,
		strconv.Itoa(options.Port))
	output := &output{Beginning: process.Beginning{Log: options.Log}, ready: make(chan string, 1)}
	child, err := process.Start(process.Options{
		Path:        java,
		Arguments:   append(arguments, program.Arguments...),
		Environment: os.Environ(),
		Directory:   s.sources,
		Output:      output.line,
	})
	if err != nil {
		return fmt.Errorf("start %s: %w", program.Name, err)
	}
	s.process = child
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case port := <-output.ready:
		s.endpoint = "http://" + net.JoinHostPort(options.Address, port)
		return nil
	case <-child.Done():
		return failure(program, options, child, output)
	case <-ctx.Done():
		return fmt.Errorf("%s was not ready in time: %w; it said: %s", program.Name, context.Cause(ctx), output.Text())
	}
}

func failure(program Program, options Options, child *process.Process, output *output) error {
	said := output.Text()
	for _, sign := range []string{"Address already in use", "Failed to bind", "Bind failed"} {
		if strings.Contains(said, sign) {
			return fmt.Errorf("port %d is taken, so %s cannot start; "+
				"end the program that uses it, or choose another port (0 = any free one)",
				options.Port, program.Name)
		}
	}
	return fmt.Errorf("%s ended while starting (%s); it said: %s; run: scripts/require.sh java %s",
		program.Name, child.Status(), said, program.Tool)
}

// Endpoint is the server's base URL, such as http://127.0.0.1:8000.
func (s *Server) Endpoint() string { return s.endpoint }

// ProcessID is the operating system's ID of the server's process.
func (s *Server) ProcessID() int { return s.process.ID() }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close ends the server and returns when its process is gone.
func (s *Server) Close() {
	s.closed.Do(func() {
		if s.process != nil {
			s.process.Stop(stopTime)
		}
		// If the directory with the one source file stays in the temporary directory, that does no harm.
		_ = os.RemoveAll(s.sources)
	})
}

// findLibraries returns the directory that contains the jars.
func findLibraries(program Program, given string) (string, error) {
	if given == "" {
		jar, err := tools.Find(filepath.Join(program.Tool, "lib", program.Jar))
		return filepath.Dir(jar), err
	}
	libraries, err := filepath.Abs(filepath.Join(given, "lib"))
	if err != nil {
		return "", fmt.Errorf("find the jars of %s: %w", program.Name, err)
	}
	if found, err := filepath.Glob(filepath.Join(libraries, program.Jar)); err != nil || len(found) == 0 {
		return "", fmt.Errorf("the jars of %s are not in %s", program.Name, libraries)
	}
	return libraries, nil
}

// output reads what the server prints, and finds the ready line in it.
type output struct {
	process.Beginning
	ready chan string
}

func (o *output) line(line []byte) {
	o.Line(line)
	if port, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "ready "); ok {
		select {
		case o.ready <- port:
		default:
		}
	}
}
