//go:build unix

package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/recall/local/eventually"
	"example.com/recall/local/process"
)

// shell starts a shell script and returns a function that returns the lines printed so far.
func shell(t *testing.T, options process.Options, script string) (*process.Process, func() []string) {
	t.Helper()
	var mutex sync.Mutex
	var lines []string
	options.Path, options.Arguments = "/bin/sh", []string{"-c", script}
	options.Environment = append(options.Environment, "PATH="+os.Getenv("PATH"))
	options.Output = func(line []byte) {
		mutex.Lock()
		defer mutex.Unlock()
		lines = append(lines, string(line))
	}
	p, err := process.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p, func() []string {
		mutex.Lock()
		defer mutex.Unlock()
		return append([]string(nil), lines...)
	}
}

// gone waits until no process has this ID, or only a dead one that its parent has not waited for yet.
func gone(t *testing.T, id int) {
	t.Helper()
	eventually.True(t, fmt.Sprintf("process %d is gone", id), func() bool {
		if syscall.Kill(id, 0) != nil {
			return true
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		return err == nil && strings.Contains(string(status), ") Z ")
	})
}

func TestOutputComesLineByLine(t *testing.T) {
	p, lines := shell(t, process.Options{}, "echo one; echo two >&2; printf three")
	<-p.Done()
	if got := strings.Join(lines(), ","); got != "one,two,three" {
		t.Errorf("lines are %s", got)
	}
	if p.Err() != nil {
		t.Errorf("it ended with %v", p.Err())
	}
}

func TestALongLineIsCutOff(t *testing.T) {
	p, lines := shell(t, process.Options{}, "head -c 300000 /dev/zero | tr '\\0' x; echo; echo end")
	<-p.Done()
	got := lines()
	if len(got) != 2 || len(got[0]) != 64<<10 || got[1] != "end" {
		t.Errorf("%d lines", len(got))
	}
}

func TestTheStatusTellsHowItEnded(t *testing.T) {
	p, _ := shell(t, process.Options{}, "exit 3")
	if got := p.Status(); got != "exit status 3" {
		t.Errorf("status is %q", got)
	}
}

func TestKillEndsTheChildrenToo(t *testing.T) {
	p, lines := shell(t, process.Options{}, "sleep 1000 & echo $!; wait")
	eventually.True(t, "the child's ID is printed", func() bool { return len(lines()) == 1 })
	child, err := strconv.Atoi(lines()[0])
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	gone(t, child)
}

func TestWhatLeftTheGroupIsFoundByItsMarker(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		return // only Linux can do it
	}
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Fatal("setsid is missing; install util-linux")
	}
	marker := fmt.Sprintf("RECALL_TEST_MARKER=%d.%s", os.Getpid(), t.Name())
	p, lines := shell(t, process.Options{Marker: marker, Environment: []string{marker}},
		"setsid sh -c 'echo $$; exec sleep 1000' & wait")
	eventually.True(t, "the child's ID is printed", func() bool { return len(lines()) == 1 })
	child, err := strconv.Atoi(lines()[0])
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	gone(t, child)
}

func TestChildrenLeftBehindByAProgramThatEndsAreKilled(t *testing.T) {
	p, lines := shell(t, process.Options{}, "sleep 1000 & echo $!")
	<-p.Done()
	child, err := strconv.Atoi(strings.Join(lines(), ""))
	if err != nil {
		t.Fatal(err)
	}
	gone(t, child)
}

func TestStopAsksFirstAndKillsAfterTheGracePeriod(t *testing.T) {
	polite, lines := shell(t, process.Options{}, "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.01; done")
	eventually.True(t, "it is up", func() bool { return len(lines()) == 1 })
	polite.Stop(20 * time.Second)
	if got := strings.Join(lines(), ","); got != "up,asked" {
		t.Errorf("lines are %s", got)
	}
	stubborn, lines := shell(t, process.Options{}, "trap '' TERM; echo up; while :; do sleep 0.01; done")
	eventually.True(t, "it is up", func() bool { return len(lines()) == 1 })
	stubborn.Stop(10 * time.Millisecond)
	if got := stubborn.Status(); got != "signal: killed" {
		t.Errorf("status is %q", got)
	}
}

func TestAMissingProgramIsAnError(t *testing.T) {
	if _, err := process.Start(process.Options{Path: "/no/such/program"}); err == nil {
		t.Error("it started")
	}
}
