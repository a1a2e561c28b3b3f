package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
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

// killMarked kills every process that has this entry in its environment. It looks twice, since a process may have
// forked while the first look went on.
func killMarked(marker string) {
	for range 2 {
		if !killMarkedOnce(marker) {
			return
		}
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
