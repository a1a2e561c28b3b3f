// Package scenarios holds the conformance scenarios, so that the runner has them wherever it is installed.
package scenarios

import (
	"embed"
	"io/fs"
)

//go:embed *.json
var files embed.FS

//go:embed known-failures.txt
var knownFailures string

// KnownFailures is the list of scenarios in which a client of this project is known to fail, one on each line: the
// driver, the scenario's file, and the reason.
func KnownFailures() string { return knownFailures }

// Files are the scenarios, each a file of its own. protocol/conformance/README.md describes their form.
func Files() fs.FS { return files }
