package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// attributes puts the child into its own process group. It also lets the kernel kill the child if this process dies
// and cannot clean up.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func killGroup(leader *os.Process) {
	// An error means that the group is empty.
	_ = syscall.Kill(-leader.Pid, syscall.SIGKILL)
}

func pauseGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGSTOP) }

func resumeGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGCONT) }

// longestPause is when killMarked gives up. A process that the kernel has not ended by then hangs in a device.
const longestPause = 2 * time.Second

// killMarked kills every process that has this entry in its environment. It looks again until it finds none, for two
// reasons: a process may have forked while it looked, and on a busy machine the kernel takes time to end a killed
// process.
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
			continue // it belongs to another user, or has ended by now
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
