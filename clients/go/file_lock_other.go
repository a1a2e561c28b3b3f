//go:build !unix

package client

import "os"

// lockFile takes no lock: the standard library has none for this system.
func lockFile(*os.File) error { return nil }

// syncFolder does nothing: a folder cannot be synced on this system.
func syncFolder(string) error { return nil }
