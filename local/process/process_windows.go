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
	// An error means that it has already ended.
	_ = leader.Kill()
}

// pauseGroup does nothing: Windows has no signal that halts a process.
func pauseGroup(*os.Process) {}

func resumeGroup(*os.Process) {}

// killMarked needs /proc, which only Linux has.
func killMarked(string) {}
