//go:build unix

package client

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of a file until it is closed. It fails if another process, or another open file of this one,
// has the lock.
func lockFile(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) // #nosec G115 -- a file descriptor is small
}

// syncFolder writes the names in a folder to the disk.
func syncFolder(folder string) error {
	opened, err := os.Open(folder) // #nosec G304 -- the folder of the storage
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}
