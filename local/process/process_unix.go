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
	// An error means that nobody is left in the group.
	_ = syscall.Kill(-leader.Pid, syscall.SIGKILL)
}

// killMarked needs /proc, which only Linux has.
func killMarked(string) {}
