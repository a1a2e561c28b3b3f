package verify

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/recall/local/verified"
)

// asCommand makes the test program run AWS as the command line does, with the options in this variable.
const asCommand = "VERIFY_AS_COMMAND"

func TestMain(m *testing.M) {
	if given := os.Getenv(asSAM); given != "" && filepath.Base(os.Args[0]) == "sam" {
		runFakeSAM(given, os.Args[1:])
		os.Exit(0)
	}
	if given := os.Getenv(asCommand); given != "" {
		os.Exit(command(given))
	}
	node, err := filepath.Abs(filepath.Join(project, ".tools", "lambda-node", "node_modules"))
	if err != nil {
		panic(err)
	}
	python, err := filepath.Abs(filepath.Join(project, ".tools", "lambda-python", "bin"))
	if err != nil {
		panic(err)
	}
	// The function of the rules of API Gateway is a Node.js program, and that of the rules of the stream is a Python
	// program. This lets them find their runtimes.
	for name, value := range map[string]string{
		"NODE_PATH": node, "PATH": python + string(filepath.ListSeparator) + os.Getenv("PATH"),
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	status := m.Run()
	simulation.end()
	os.Exit(status)
}

// command is `recall verify`. It prints each answer, and the result as JSON at the end.
func command(given string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var options Options
	if err := json.Unmarshal([]byte(given), &options); err != nil {
		panic(err)
	}
	options.Input, options.Output = os.Stdin, os.Stderr
	options.Answered = func(rule verified.Rule, answer verified.Answer) error {
		fmt.Fprintf(os.Stderr, "%s %s %s\n", answer.Outcome, rule.ID, answer.Text)
		return nil
	}
	found, err := AWS(ctx, options)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recall:", err)
		return 1
	}
	_ = json.NewEncoder(os.Stdout).Encode(found)
	return 0
}

const (
	region  = "eu-central-1"
	project = "../.."
)

// moto is a simulation of AWS. It takes long to start, so all tests share one. Each of them has its own account in it.
type moto struct {
	start    sync.Once
	process  *exec.Cmd
	address  string
	err      error
	accounts atomic.Int64
}

var simulation moto

// at starts the simulation if nobody has yet, and returns where it is.
func (m *moto) at(t *testing.T) *url.URL {
	t.Helper()
	m.start.Do(func() { m.address, m.err = m.run() })
	if m.err != nil {
		t.Fatalf("the simulation of AWS does not start: %v; is it there? Run: scripts/require.sh sam", m.err)
	}
	return &url.URL{Scheme: "http", Host: m.address}
}

// run starts the simulation on a free port. It says which one that is.
func (m *moto) run() (address string, err error) {
	program, err := filepath.Abs(filepath.Join(project, ".tools", "sam", "bin", "moto_server"))
	if err != nil {
		return "", err
	}
	server := exec.Command(program, "-H", "127.0.0.1", "-p", "0") // #nosec G204 -- moto
	output, err := server.StderrPipe()
	if err != nil {
		return "", err
	}
	if err := server.Start(); err != nil {
		return "", err
	}
	m.process = server
	var said []string
	for lines := bufio.NewScanner(output); lines.Scan(); {
		said = append(said, lines.Text())
		if _, at, found := strings.Cut(lines.Text(), "Running on http://"); found {
			go func() { _, _ = io.Copy(io.Discard, output) }() // it writes a line for each request
			return strings.TrimSpace(at), nil
		}
	}
	return "", errors.New(strings.Join(said, "\n"))
}

func (m *moto) end() {
	if m.process != nil {
		_ = m.process.Process.Kill()
		_ = m.process.Wait() // it was killed
	}
}
