package lambda_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/recall/local/eventually"
	"example.com/recall/local/lambda"
)

func TestAfterAPanicOrExitAnotherProcessServes(t *testing.T) {
	for event, want := range map[string]string{
		`{"Do":"panic"}`: `"errorMessage":"broken"`,
		`{"Do":"exit"}`:  `Runtime exited with error: exit status 3`,
	} {
		s, r := service(t, nil)
		before := processOf(t, invokeToItsEnd(t, s, r, `{}`))
		result := invokeToItsEnd(t, s, r, event)
		if result.FunctionError != "Unhandled" || !strings.Contains(string(result.Payload), want) {
			t.Errorf("%s gave %s %s", event, result.FunctionError, result.Payload)
		}
		if after := processOf(t, invoke(t, s, `{}`)); after == before {
			t.Errorf("%s: process %d serves on", event, after)
		}
	}
}

func TestAFunctionThatNeverAnswersIsKilledAtItsTimeOut(t *testing.T) {
	s, r := service(t, func(_ *lambda.Options, f *lambda.Function) {
		f.Timeout, f.Environment = 250*time.Millisecond, map[string]string{"INIT": "process"}
	})
	result := invoke(t, s, `{"Do":"hang"}`)
	if !strings.Contains(string(result.Payload), "Task timed out after 0.25 seconds") ||
		!strings.Contains(string(result.Payload), "Sandbox.Timedout") {
		t.Errorf("the answer is %s", result.Payload)
	}
	var process int
	eventually.True(t, "the process prints its ID", func() bool {
		_, err := fmt.Sscanf(strings.Join(r.output(), "\n"), "process %d", &process)
		return err == nil
	})
	if alive(process) {
		t.Errorf("process %d lives", process)
	}
}

func TestAFailingInitializationIsReported(t *testing.T) {
	s, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Environment = map[string]string{"INIT": "exit"} })
	result := invoke(t, s, `{}`)
	if !strings.Contains(string(result.Payload), "Runtime.ExitError") ||
		!strings.Contains(string(result.Payload), "exit status 7") {
		t.Errorf("the answer is %s", result.Payload)
	}
	missing, _ := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Program = "/no/such/bootstrap" })
	result = invoke(t, missing, `{}`)
	if !strings.Contains(string(result.Payload), "Runtime.InvalidEntrypoint") {
		t.Errorf("the answer is %s", result.Payload)
	}
}

// A handler that cannot be imported looks like this: the runtime reports the error and ends.
func TestAnErrorOfTheInitializationIsTheAnswerOfTheInvocation(t *testing.T) {
	s, r := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Environment["INIT"] = "fail" })
	result := invoke(t, s, `{}`)
	if result.FunctionError != "Unhandled" || !strings.Contains(string(result.Payload), "No module named 'chat'") {
		t.Errorf("%s %s", result.FunctionError, result.Payload)
	}
	eventually.True(t, "the invocation is reported", func() bool { return r.ended() == 1 })
	if kind := r.invocations[0].ErrorType; kind != "Runtime.ImportModuleError" {
		t.Errorf("the error's type is %q", kind)
	}
	if text := strings.Join(r.output(), "\n"); !strings.Contains(text,
		"Runtime.ImportModuleError: No module named 'chat'") {
		t.Errorf("the log is %q", text)
	}
}

func TestAProcessThatNoLongerAsksForWorkTimesOutAfterTheFunctionsTime(t *testing.T) {
	s, r := service(t, func(o *lambda.Options, f *lambda.Function) {
		o.Freeze, f.Environment["INIT"], f.Timeout = false, "deaf", time.Second
	})
	invokeToItsEnd(t, s, r, `{}`)
	if result := invoke(t, s, `{}`); !strings.Contains(string(result.Payload), "Task timed out after 1.00 seconds") {
		t.Errorf("the answer is %s", result.Payload)
	}
}

func TestCloseLeavesNoProcessEvenOfAFunctionThatForks(t *testing.T) {
	s, _ := service(t, nil)
	go func() { _, _ = s.Invoke(t.Context(), "F", []byte(`{"Do":"fork","Count":5}`)) }()
	var marker string
	eventually.True(t, "the children run", func() bool {
		ids := s.Processes("F")
		if len(ids) == 0 {
			return false
		}
		if marker == "" {
			marker = variable(ids[0], "AWS_LAMBDA_RUNTIME_API")
		}
		return marker != "" && len(carriers(marker)) >= 6
	})
	s.Close()
	if left := carriers(marker); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := s.Invoke(t.Context(), "F", []byte(`{}`)); !errors.Is(err, lambda.ErrClosed) {
		t.Errorf("Invoke after Close gave %v", err)
	}
}

func TestAProcessWithAnExtensionIsAskedToEnd(t *testing.T) {
	s, r := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Environment = map[string]string{"SIGTERM": "1"} })
	invoke(t, s, `{}`)
	s.Close()
	if got := strings.Join(r.output(), "\n"); !strings.Contains(got, "asked to end") {
		t.Errorf("it printed %q", got)
	}
}

func TestAFrozenProcessDoesNothingBetweenInvocations(t *testing.T) {
	s, r := service(t, nil)
	invoke(t, s, `{"Do":"background"}`)
	// A second process is started and used. That takes far longer than the background work of the first one.
	process := s.Processes("F")[0]
	eventually.True(t, "the process is halted", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
		return err == nil && strings.Contains(string(status), ") T ")
	})
	if got := r.output(); len(got) != 0 {
		t.Fatalf("it printed %v while halted", got)
	}
	eventually.True(t, "the background work goes on with the next invocations", func() bool {
		invoke(t, s, `{}`)
		return len(r.output()) == 1
	})
}

func TestKillIsACrashThatTheNextInvocationSurvives(t *testing.T) {
	s, _ := service(t, nil)
	before := processOf(t, invoke(t, s, `{}`))
	if killed := s.Kill("F"); killed != 1 {
		t.Errorf("%d processes killed", killed)
	}
	if after := processOf(t, invoke(t, s, `{}`)); after == before {
		t.Errorf("process %d serves on", after)
	}
}

func TestARenewedFunctionRunsInNewProcessesAndEndsItsInvocationsAsTheyBegan(t *testing.T) {
	s, r := service(t, nil)
	waiting := processOf(t, invokeToItsEnd(t, s, r, `{}`))
	gate := filepath.Join(t.TempDir(), "open")
	answered := make(chan lambda.Result, 1)
	go func() {
		result, err := s.Invoke(t.Context(), "F", fmt.Appendf(nil, `{"Do":"wait","Text":%q}`, gate))
		if err != nil {
			t.Error(err)
		}
		answered <- result
	}()
	eventually.True(t, "the process works", func() bool { return len(r.output()) > 0 })
	s.Renew("F", "")
	renewed := processOf(t, invoke(t, s, `{}`))
	if renewed == waiting {
		t.Errorf("process %d serves on", waiting)
	}
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := processOf(t, <-answered); got != waiting {
		t.Errorf("the running invocation ended in process %d, and began in %d", got, waiting)
	}
	eventually.True(t, "the old process ends", func() bool { return !alive(waiting) })
}

func TestARenewedFunctionRunsTheProgramThatIsGiven(t *testing.T) {
	s, r := service(t, func(_ *lambda.Options, f *lambda.Function) { f.Program = "/bin/false" })
	if result := invokeToItsEnd(t, s, r, `{}`); result.FunctionError == "" {
		t.Errorf("the answer is %s", result.Payload)
	}
	s.Renew("F", program)
	processOf(t, invoke(t, s, `{}`))
}
