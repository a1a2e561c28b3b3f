package measure

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine says where and when something was measured; a figure without it says nothing.
type Machine struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Go        string `json:"go"`
	Date      string `json:"date"`
	// Load is the load average of the last minute before it began; empty where the system tells none.
	Load string `json:"load"`
}

// ThisMachine describes the machine at an instant.
func ThisMachine(now time.Time) Machine {
	m := Machine{
		Processor: "unknown processor",
		Cores:     runtime.NumCPU(),
		System:    runtime.GOOS + "/" + runtime.GOARCH,
		Go:        runtime.Version(),
		Date:      now.UTC().Format("2006-01-02 15:04 UTC"),
	}
	if file, err := os.Open("/proc/cpuinfo"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if name, value, found := strings.Cut(lines.Text(), ":"); found && strings.TrimSpace(name) == "model name" {
				m.Processor = strings.TrimSpace(value)
				break
			}
		}
	}
	if content, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(content), " ")
	}
	return m
}

func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s, %s, load %s", m.Processor, m.Cores, m.System, m.Go, m.Date, m.Load)
}
