// Package dynamodblocal runs Amazon's DynamoDB Local, in memory, as a child that never outlives its parent.
package dynamodblocal

import (
	"bytes"
	"context"
	_ "embed"
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
)

// Options say how to run DynamoDB Local. The zero value takes a free port.
type Options struct {
	// Address to listen on; empty = 127.0.0.1.
	Address string
	// Port to listen on; 0 = a free one.
	Port int
	// JarDirectory holds the jars and native libraries in lib/; empty = .tools/dynamodb-local in the working directory
	// or the nearest directory above it that has one.
	JarDirectory string
	// Log gets what the server prints; nil = dropped.
	Log io.Writer
}

// Server is a running DynamoDB Local.
type Server struct {
	endpoint string
	process  *process.Process
	sources  string
	closed   sync.Once
}

// toolDirectory is where scripts/tools/dynamodb-local.sh puts the jars, below the project root.
const toolDirectory = ".tools/dynamodb-local"

// startTime bounds the start; it takes about a second on an idle machine.
const startTime = 90 * time.Second

// stopTime is how long the server may take to end after being asked to. It holds nothing that would be lost.
const stopTime = 500 * time.Millisecond

// advice is what every error about missing parts ends with.
const advice = "run: scripts/require.sh java dynamodb-local"

//go:embed LoopbackServer.java
var loopbackServer []byte

// Start starts DynamoDB Local, in memory and with one database for all regions and credentials, and waits until it
// answers. Its errors say what to do when Java or the jars are missing or the port is taken.
func Start(ctx context.Context, options Options) (*Server, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, fmt.Errorf("DynamoDB Local needs Java 17 or newer, which is not on the PATH; %s", advice)
	}
	directory, err := jarDirectory(options.JarDirectory)
	if err != nil {
		return nil, err
	}
	if options.Address == "" {
		options.Address = "127.0.0.1"
	}
	// Java compiles the one source file when it starts it, so that the project carries no compiled class.
	sources, err := os.MkdirTemp("", "recall-dynamodb-local-")
	if err != nil {
		return nil, fmt.Errorf("start DynamoDB Local: %w", err)
	}
	s := &Server{sources: sources}
	if err := s.start(ctx, java, directory, options); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, java, jars string, options Options) error {
	source := filepath.Join(s.sources, "LoopbackServer.java")
	if err := os.WriteFile(source, loopbackServer, 0o600); err != nil {
		return fmt.Errorf("start DynamoDB Local: %w", err)
	}
	startUp := newStartUp(options.Log)
	child, err := process.Start(process.Options{
		Path: java,
		Arguments: []string{
			"-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
			"-Djava.library.path=" + jars, "-cp", filepath.Join(jars, "*"), source,
			options.Address, strconv.Itoa(options.Port), "-inMemory", "-sharedDb", "-disableTelemetry",
		},
		Environment: os.Environ(),
		Directory:   s.sources,
		Output:      startUp.line,
	})
	if err != nil {
		return fmt.Errorf("start DynamoDB Local: %w", err)
	}
	s.process = child
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case port := <-startUp.ready:
		s.endpoint = "http://" + net.JoinHostPort(options.Address, port)
		return nil
	case <-child.Done():
		return s.failure(options, child, startUp)
	case <-ctx.Done():
		return fmt.Errorf("DynamoDB Local was not ready in time: %w; it said: %s", context.Cause(ctx), startUp.text())
	}
}

func (s *Server) failure(options Options, child *process.Process, startUp *startUp) error {
	said := startUp.text()
	if strings.Contains(said, "Address already in use") || strings.Contains(said, "Failed to bind") {
		return fmt.Errorf("port %d is taken, so DynamoDB Local cannot start; end the program that has it, or choose another port (0 = any free one)",
			options.Port)
	}
	return fmt.Errorf("DynamoDB Local ended while starting (%s); it said: %s; %s", child.Status(), said, advice)
}

// Endpoint is the server's base URL, such as http://127.0.0.1:8000.
func (s *Server) Endpoint() string { return s.endpoint }

// ProcessID is the operating system's ID of the server's process.
func (s *Server) ProcessID() int { return s.process.ID() }

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} { return s.process.Done() }

// Close ends the server and returns when its process is gone. All its data is gone too.
func (s *Server) Close() {
	s.closed.Do(func() {
		if s.process != nil {
			s.process.Stop(stopTime)
		}
		// A directory of one source file that stays behind in the temporary directory harms nobody.
		_ = os.RemoveAll(s.sources)
	})
}

// jarDirectory finds the directory that holds the jars themselves.
func jarDirectory(given string) (string, error) {
	if given != "" {
		return libraries(given)
	}
	directory, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find DynamoDB Local: %w", err)
	}
	for {
		found, err := libraries(filepath.Join(directory, toolDirectory))
		if err == nil {
			return found, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", fmt.Errorf("the jars of DynamoDB Local are not in %s of the working directory or any above it; %s", toolDirectory, advice)
		}
		directory = parent
	}
}

func libraries(directory string) (string, error) {
	found, err := filepath.Glob(filepath.Join(directory, "lib", "DynamoDBLocal-*.jar"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("the jars of DynamoDB Local are not in %s; %s", filepath.Join(directory, "lib"), advice)
	}
	return filepath.Abs(filepath.Join(directory, "lib"))
}

// startUp reads the server's output: it finds the ready line and keeps the beginning for an error message.
type startUp struct {
	ready chan string

	mutex sync.Mutex
	log   io.Writer
	said  bytes.Buffer
}

// keptOutput bounds what is kept for the error message of a failed start.
const keptOutput = 4 << 10

func newStartUp(log io.Writer) *startUp {
	return &startUp{ready: make(chan string, 1), log: log}
}

func (s *startUp) line(line []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.said.Len() < keptOutput {
		s.said.Write(append(line, '\n'))
	}
	if s.log != nil {
		// A log that cannot be written must not stop the server.
		_, _ = fmt.Fprintf(s.log, "%s\n", bytes.TrimSuffix(line, []byte{'\n'}))
	}
	if port, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "ready "); ok {
		select {
		case s.ready <- port:
		default:
		}
	}
}

func (s *startUp) text() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.said.Len() == 0 {
		return "nothing"
	}
	return strings.TrimSpace(s.said.String())
}
