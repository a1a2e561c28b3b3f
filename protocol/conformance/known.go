package conformance

import (
	"fmt"
	"path/filepath"
	"strings"
)

// KnownFailures reads a list of known failures and returns the reasons for one driver, by the scenario's file. A line
// has the driver, the scenario's file and the reason. A driver may be named by the end of its path.
func KnownFailures(list, driver string) (map[string]string, error) {
	reasons := map[string]string{}
	for number, line := range strings.Split(list, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		named, rest, _ := strings.Cut(line, " ")
		file, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if file == "" || strings.TrimSpace(reason) == "" {
			return nil, fmt.Errorf("line %d needs a driver, a scenario's file and a reason: %s", number+1, line)
		}
		if hasEnd(driver, named) {
			reasons[file] = strings.TrimSpace(reason)
		}
	}
	return reasons, nil
}

// hasEnd reports whether a path is end, or ends with end behind a slash.
func hasEnd(path, end string) bool {
	path = filepath.ToSlash(path)
	return path == end || strings.HasSuffix(path, "/"+end)
}
