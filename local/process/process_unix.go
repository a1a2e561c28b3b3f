//go:build unix && !linux

package process

import (
	"os"
	"syscall"
)

// attributes puts the child into its own process group.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func killGroup(leader *os.Process) {
	// An error means that the group is empty.
	_ = syscall.Kill(-leader.Pid, syscall.SIGKILL)
}

func pauseGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGSTOP) }

func resumeGroup(leader *os.Process) { _ = syscall.Kill(-leader.Pid, syscall.SIGCONT) }

// killMarked needs /proc, which only Linux has.
func killMarked(string) {}
