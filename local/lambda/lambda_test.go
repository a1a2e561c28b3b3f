package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	// testdata/function needs this package. The go command does not look into testdata when it decides what go.mod
	// must name.
	_ "github.com/aws/aws-lambda-go/lambda"

	"example.com/recall/local/eventually"
	"example.com/recall/local/lambda"
)

var program string // the compiled test function; set once by TestMain

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	directory, err := os.MkdirTemp("", "recall-lambda-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(directory)
	program = filepath.Join(directory, "bootstrap")
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", program, "./testdata/function")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the test function: %v\n%s", err, output)
		return 1
	}
	return m.Run()
}

// recorder collects what a service reports.
type recorder struct {
	mutex       sync.Mutex
	lines       []string
	invocations []lambda.Invocation
}

func (r *recorder) logged(_ string, line []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.lines = append(r.lines, string(line))
}

func (r *recorder) invoked(i lambda.Invocation) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.invocations = append(r.invocations, i)
}

func (r *recorder) output() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]string(nil), r.lines...)
}

// service starts a service with one function "F", which is the test program.
func service(t *testing.T, change func(*lambda.Options, *lambda.Function)) (*lambda.Service, *recorder) {
	t.Helper()
	r := &recorder{}
	function := lambda.Function{
		Name:                "F",
		ARN:                 "arn:aws:lambda:us-east-1:123456789012:function:F",
		Program:             program,
		Timeout:             20 * time.Second,
		MemoryMegabytes:     256,
		ReservedConcurrency: -1,
		Environment:         map[string]string{"COLOUR": "red", "AWS_REGION": "ignored"},
	}
	options := lambda.Options{Region: "us-east-1", Freeze: true, Logged: r.logged, Invoked: r.invoked}
	if change != nil {
		change(&options, &function)
	}
	options.Functions = []lambda.Function{function}
	s, err := lambda.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, r
}

func invoke(t *testing.T, s *lambda.Service, event string) lambda.Result {
	t.Helper()
	result, err := s.Invoke(t.Context(), "F", []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (r *recorder) ended() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return len(r.invocations)
}

// invokeToItsEnd invokes and waits until the process asks for its next invocation. The answer comes earlier. On a
// busy machine the process may then still be busy for so long that the next invocation gets another process.
func invokeToItsEnd(t *testing.T, s *lambda.Service, r *recorder, event string) lambda.Result {
	t.Helper()
	before := r.ended()
	result := invoke(t, s, event)
	eventually.True(t, "the invocation has ended", func() bool { return r.ended() > before })
	return result
}

// processOf returns the ID of the process that answered.
func processOf(t *testing.T, result lambda.Result) int {
	t.Helper()
	var answer struct{ Process int }
	if err := json.Unmarshal(result.Payload, &answer); err != nil || answer.Process == 0 {
		t.Fatalf("the answer is %s", result.Payload)
	}
	return answer.Process
}

func alive(process int) bool { return syscall.Kill(process, 0) == nil }

func TestAProcessServesOneInvocationAfterTheOther(t *testing.T) {
	s, r := service(t, nil)
	first := processOf(t, invokeToItsEnd(t, s, r, `{"Text":"a"}`))
	for range 20 {
		if again := processOf(t, invokeToItsEnd(t, s, r, `{}`)); again != first {
			t.Fatalf("process %d, then %d", first, again)
		}
	}
	if got := s.Processes("F"); len(got) != 1 {
		t.Errorf("processes %v", got)
	}
}

func TestAnInvocationTellsWhenItsProcessHadTheEventAndWhenItHadAnswered(t *testing.T) {
	s, r := service(t, nil)
	before := time.Now()
	for range 2 {
		invokeToItsEnd(t, s, r, `{}`)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for n, got := range r.invocations {
		if got.Started.Before(before) || got.Handed.Before(got.Started) || got.Answered.Before(got.Handed) {
			t.Errorf("invocation %d: %+v", n, got)
		}
		if starts := got.Initialization > 0; starts != (n == 0) {
			t.Errorf("invocation %d started its process in %v", n, got.Initialization)
		}
	}
	if first, second := r.invocations[0].TraceID, r.invocations[1].TraceID; first == second ||
		!strings.HasPrefix(first, "Root=1-") {
		t.Errorf("the traces are %q and %q", first, second)
	}
}

func TestConcurrentInvocationsGetAProcessEachUpToTheLimit(t *testing.T) {
	s, _ := service(t, func(o *lambda.Options, _ *lambda.Function) { o.MaximumConcurrency = 3 })
	gate := filepath.Join(t.TempDir(), "open")
	processes := make(chan int, 6)
	for range 6 {
		go func() {
			result, err := s.Invoke(t.Context(), "F", fmt.Appendf(nil, `{"Do":"wait","Text":%q}`, gate))
			if err != nil {
				t.Error(err)
			}
			processes <- processOf(t, result)
		}()
	}
	eventually.True(t, "three processes run", func() bool { return len(s.Processes("F")) == 3 })
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for range 6 {
		seen[<-processes] = true
	}
	if len(seen) != 3 || len(s.Processes("F")) != 3 {
		t.Errorf("the answers came from processes %v", seen)
	}
}

func TestABurstTakesProcessesThatBecomeFreeInsteadOfStartingOneForEachInvocation(t *testing.T) {
	s, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Environment["INIT"] = "slow" })
	burst := 16 * runtime.GOMAXPROCS(0)
	var answers sync.WaitGroup
	for range burst {
		answers.Go(func() {
			if result, err := s.Invoke(t.Context(), "F", []byte(`{}`)); err != nil || result.FunctionError != "" {
				t.Errorf("%v %s", err, result.Payload)
			}
		})
	}
	answers.Wait()
	if started := len(s.Processes("F")); started > burst/2 {
		t.Errorf("%d processes were started for %d invocations", started, burst)
	}
}

func TestProcessesThatStartSlowlyDoNotHoldBackOthersForLong(t *testing.T) {
	count := 2*runtime.GOMAXPROCS(0) + 1
	s, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Environment["INIT"] = "hang" })
	for range count {
		go func() { _, _ = s.Invoke(t.Context(), "F", []byte(`{}`)) }()
	}
	eventually.True(t, "each invocation has a process", func() bool { return len(s.Processes("F")) == count })
}

func TestTheAnswerDoesNotWaitForWhatTheProcessDoesAfterIt(t *testing.T) {
	gate := filepath.Join(t.TempDir(), "open")
	s, r := service(t, nil)
	before := processOf(t, invoke(t, s, fmt.Sprintf(`{"Do":"linger","Text":%q}`, gate)))
	if ended := r.ended(); ended != 0 {
		t.Errorf("%d invocations have ended", ended)
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually.True(t, "the invocation has ended", func() bool { return r.ended() == 1 })
	if after := processOf(t, invoke(t, s, `{}`)); after != before {
		t.Errorf("process %d, then %d", before, after)
	}
}

func TestAReservedConcurrencyOfOneServesACallerWhoWaitsForEachAnswer(t *testing.T) {
	s, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.ReservedConcurrency = 1 })
	first := processOf(t, invoke(t, s, `{}`))
	for range 50 {
		if again := processOf(t, invoke(t, s, `{}`)); again != first {
			t.Fatalf("process %d, then %d", first, again)
		}
	}
}

func TestReservedConcurrencyRefusesInsteadOfWaiting(t *testing.T) {
	s, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.ReservedConcurrency = 1 })
	gate := filepath.Join(t.TempDir(), "open")
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = s.Invoke(t.Context(), "F", fmt.Appendf(nil, `{"Do":"wait","Text":%q}`, gate))
	}()
	eventually.True(t, "the first is running", func() bool { return len(s.Processes("F")) == 1 })
	if _, err := s.Invoke(t.Context(), "F", []byte(`{}`)); !errors.Is(err, lambda.ErrThrottled) {
		t.Errorf("the second got %v", err)
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	<-done
	none, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.ReservedConcurrency = 0 })
	if _, err := none.Invoke(t.Context(), "F", []byte(`{}`)); !errors.Is(err, lambda.ErrThrottled) {
		t.Errorf("a reserved concurrency of 0 gave %v", err)
	}
}

func TestAFunctionErrorIsReportedAndTheProcessKept(t *testing.T) {
	s, r := service(t, nil)
	before := processOf(t, invokeToItsEnd(t, s, r, `{}`))
	result := invokeToItsEnd(t, s, r, `{"Do":"error"}`)
	if result.FunctionError != "Unhandled" ||
		string(result.Payload) != `{"errorMessage":"refused","errorType":"errorString"}` {
		t.Errorf("%s %s", result.FunctionError, result.Payload)
	}
	if after := processOf(t, invoke(t, s, `{}`)); after != before {
		t.Errorf("the process changed from %d to %d", before, after)
	}
	eventually.True(t, "all are reported", func() bool { return r.ended() == 3 })
	if r.invocations[1].ErrorType != "errorString" || r.invocations[0].Initialization == 0 ||
		r.invocations[1].Initialization != 0 {
		t.Errorf("%+v", r.invocations)
	}
}

func TestARefusalByAnAuthorizerIsReportedByItsName(t *testing.T) {
	s, r := service(t, nil)
	if result := invoke(t, s, `{"Do":"refuse"}`); result.FunctionError != "Unhandled" {
		t.Errorf("%s %s", result.FunctionError, result.Payload)
	}
	eventually.True(t, "the invocation is reported", func() bool {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		return len(r.invocations) == 1
	})
	if r.invocations[0].ErrorType != lambda.Unauthorized {
		t.Errorf("%+v", r.invocations)
	}
}

func TestTheCallerMayLeaveWhileTheFunctionRunsOn(t *testing.T) {
	s, r := service(t, nil)
	gate := filepath.Join(t.TempDir(), "open")
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Invoke(ctx, "F", fmt.Appendf(nil, `{"Do":"wait","Text":%q}`, gate))
		failed <- err
	}()
	eventually.True(t, "the function runs", func() bool { return len(s.Processes("F")) == 1 })
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually.True(t, "the invocation is done", func() bool {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		return len(r.invocations) == 1
	})
	if r.invocations[0].ErrorType != "" {
		t.Errorf("it ended with %s", r.invocations[0].ErrorType)
	}
}

// variable returns the value of an entry in a process's environment.
func variable(process int, name string) string {
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", process))
	if err != nil {
		return ""
	}
	for entry := range strings.SplitSeq(string(environment), "\x00") {
		if strings.HasPrefix(entry, name+"=") {
			return entry
		}
	}
	return ""
}

// carriers lists the processes whose environment has an entry.
func carriers(entry string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var found []string
	for _, file := range files {
		if environment, err := os.ReadFile(file); err == nil && strings.Contains(string(environment), entry+"\x00") {
			found = append(found, file)
		}
	}
	return found
}

func TestAFloodOfLogLinesIsCutAndTheFunctionServesOn(t *testing.T) {
	s, r := service(t, nil)
	invoke(t, s, `{"Do":"flood","Count":200000}`)
	eventually.True(t, "the last line of the flood has arrived", func() bool {
		invoke(t, s, `{"Do":"print","Text":"after"}`)
		lines := r.output()
		return len(lines) > 0 && lines[len(lines)-1] == "after"
	})
	lines := r.output()
	if len(lines) > 10_000 {
		t.Errorf("%d lines came through", len(lines))
	}
	if !strings.Contains(strings.Join(lines, "\n"), "lines dropped") {
		t.Error("nothing says that lines were dropped")
	}
}

func TestTheEnvironmentAndContextAreLambdas(t *testing.T) {
	s, _ := service(t, nil)
	var environment []string
	if err := json.Unmarshal(invoke(t, s, `{"Do":"environment"}`).Payload, &environment); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(environment, "\n") + "\n"
	for _, want := range []string{
		"COLOUR=red\n", "AWS_REGION=us-east-1\n", "AWS_LAMBDA_FUNCTION_NAME=F\n", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256\n",
		"AWS_ACCESS_KEY_ID=F\n", "GOMAXPROCS=1\n", "TZ=:UTC\n", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST\n",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the environment has no %s", want)
		}
	}
	if strings.Contains(all, "HOME=") {
		t.Error("the environment of this process shows through")
	}
	result := invoke(t, s, `{"Do":"context"}`)
	var found struct {
		Remaining      int
		ARN, RequestID string
	}
	if err := json.Unmarshal(result.Payload, &found); err != nil {
		t.Fatal(err)
	}
	if found.RequestID != result.RequestID || !strings.HasSuffix(found.ARN, ":function:F") || found.Remaining <= 0 ||
		found.Remaining > 20_000 {
		t.Errorf("%+v for request %s", found, result.RequestID)
	}
}

func TestPayloadsOverSixMegabytesAreRefused(t *testing.T) {
	s, _ := service(t, nil)
	if _, err := s.Invoke(t.Context(), "F", make([]byte, 6<<20+1)); !errors.Is(err, lambda.ErrTooLarge) {
		t.Errorf("a large event gave %v", err)
	}
	result := invoke(t, s, `{"Do":"big","Count":7000000}`)
	if !strings.Contains(string(result.Payload), "Function.ResponseSizeTooLarge") {
		t.Errorf("a large answer gave %.100s", result.Payload)
	}
	invoke(t, s, `{}`)
}

func TestAnUnknownFunctionIsNotFound(t *testing.T) {
	s, _ := service(t, nil)
	if _, err := s.Invoke(t.Context(), "G", nil); !errors.Is(err, lambda.ErrNotFound) {
		t.Errorf("it gave %v", err)
	}
	for _, name := range []string{"F:$LATEST", "arn:aws:lambda:us-east-1:123456789012:function:F"} {
		if _, err := s.Invoke(t.Context(), name, []byte(`{}`)); err != nil {
			t.Errorf("%s gave %v", name, err)
		}
	}
}
