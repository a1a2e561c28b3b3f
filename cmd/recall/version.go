package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the version of a release, which scripts/release.sh writes here while it links. Go finds none by itself: a
// release has one tag for the whole repository, and Go looks for a tag of the module in cmd/.
var version string

// versionCommand is `recall version`.
type versionCommand struct{}

// Run prints the version, and the commit that Go recorded in the program.
func (versionCommand) Run() error {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = ", commit " + setting.Value
			}
		}
	}
	fmt.Printf("recall %s%s, protocol 1, %s %s/%s\n", versionName(), commit, runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
	return nil
}

func versionName() string {
	if version == "" {
		return "of the working tree"
	}
	return version
}
