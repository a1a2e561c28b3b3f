package process

import (
	"os"
	"syscall"
)

// attributes puts the child into its own process group, so that Ctrl-C in the terminal reaches this process first.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killGroup(leader *os.Process) {
	// An error means that it has ended.
	_ = leader.Kill()
}

// killMarked needs /proc, which only Linux has.
func killMarked(string) {}
