package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// attributes puts the child into its own process group, and has the kernel kill it when this process dies without
// being able to clean up.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(leader *os.Process) {
	// An error means that nobody is left in the group.
	_ = syscall.Kill(-leader.Pid, syscall.SIGKILL)
}

func pauseGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGSTOP) }

func resumeGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGCONT) }

// longestPause is when killMarked gives up: a process that the kernel does not end by then hangs in a device.
const longestPause = 2 * time.Second

// killMarked kills every process that has this entry in its environment, and looks until none is left: one may have forked while
// a look went on, and a killed one ends only when the kernel comes to it, which takes its time on a busy machine.
func killMarked(marker string) {
	for pause := time.Millisecond; killMarkedOnce(marker) && pause < longestPause; pause *= 2 {
		time.Sleep(pause)
	}
}

func killMarkedOnce(marker string) (found bool) {
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return false
	}
	for _, file := range files {
		environment, err := os.ReadFile(file) // #nosec G304 -- the developer's own file
		if err != nil {
			continue // another user's, or gone by now
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || pid == os.Getpid() || !hasEntry(environment, marker) {
			continue
		}
		found = true
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	return found
}

func hasEntry(environment []byte, marker string) bool {
	for entry := range bytes.SplitSeq(environment, []byte{0}) {
		if string(entry) == marker {
			return true
		}
	}
	return false
}
