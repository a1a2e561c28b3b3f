package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand is `recall version`.
type versionCommand struct{}

// Run prints the version and commit that Go recorded in the program.
func (versionCommand) Run() error {
	version, commit := "of the working tree", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = ", commit " + setting.Value
			}
		}
	}
	fmt.Printf("recall %s%s, protocol 1, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
