package emulators

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Memory is that of a process and all its descendants in bytes, from /proc: what is resident, with pages that several
// share counted in parts (PSS, proc(5)), since a function's program runs many times over.
type Memory int64

// MarshalJSON writes megabytes.
func (m Memory) MarshalJSON() ([]byte, error) { return json.Marshal(m.megabytes()) }

func (m Memory) megabytes() float64 { return float64(m) / 1e6 }

// process is a line of the table of processes.
type process struct {
	parent int
	share  int64
}

func memoryOf(root int) Memory {
	return sum(root, processes("/proc"))
}

// sum returns the memory of a process and all its descendants.
func sum(root int, all map[int]process) Memory {
	var memory Memory
	for id, p := range all {
		if !descends(id, root, all) {
			continue
		}
		memory += Memory(p.share)
	}
	return memory
}

func descends(id, root int, all map[int]process) bool {
	for id != root {
		p, known := all[id]
		if !known {
			return false
		}
		id = p.parent
	}
	return true
}

// processes reads the table. A process that ends meanwhile is left out.
func processes(directory string) map[int]process {
	all := map[int]process{}
	files, _ := filepath.Glob(filepath.Join(directory, "[0-9]*", "status")) // the pattern is well-formed
	for _, file := range files {
		id, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		content, readErr := os.ReadFile(file)
		if err != nil || readErr != nil {
			continue
		}
		var p process
		for line := range strings.Lines(string(content)) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			value = strings.TrimSpace(value)
			if name == "PPid" {
				p.parent, _ = strconv.Atoi(value)
			}
		}
		p.share = share(filepath.Join(filepath.Dir(file), "smaps_rollup"))
		all[id] = p
	}
	return all
}

// share returns the proportional set size of a process, or 0 if the process has ended or belongs to the kernel.
func share(file string) int64 {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(content)) {
		if value, found := strings.CutPrefix(line, "Pss:"); found {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
