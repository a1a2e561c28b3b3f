// Package tools finds the programs that scripts/require.sh has installed into the folder .tools.
package tools

import (
	"fmt"
	"os"
	"path/filepath"
)

// Find returns the first file that fits a pattern, as filepath.Glob knows them, in the folder .tools of the working
// directory, of the directory of this program, or of any directory above them. The command line of this repository may
// run for a project elsewhere. Then the tools are beside this program.
func Find(pattern string) (string, error) {
	working, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", pattern, err)
	}
	starts := []string{working}
	if executable, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(executable))
	}
	for _, directory := range starts {
		for {
			found, err := filepath.Glob(filepath.Join(directory, ".tools", pattern))
			if err == nil && len(found) > 0 {
				return found[0], nil
			}
			parent := filepath.Dir(directory)
			if parent == directory {
				break
			}
			directory = parent
		}
	}
	return "", fmt.Errorf("%s is not in .tools of the working directory, of the directory of this program, "+
		"or of any directory above them", pattern)
}
