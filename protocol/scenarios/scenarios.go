// Package scenarios holds the conformance scenarios, so that the runner has them wherever it is installed.
package scenarios

import (
	"embed"
	"io/fs"
)

//go:embed *.json
var files embed.FS

// Files are the scenarios, each a file of its own. protocol/conformance/README.md describes their form.
func Files() fs.FS { return files }
