package offline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/recall/performance/measure"
)

func TestMemoryIsThatOfAProcessAndItsDescendants(t *testing.T) {
	directory := t.TempDir()
	for id, p := range map[string]struct{ status, rollup string }{
		"10": {"Name:\trecall\nPPid:\t1\n", "Rss:   2000 kB\nPss:   1000 kB\nPss_Dirty: 7 kB\n"},
		"11": {"Name:\tbootstrap\nPPid:\t10\n", "Pss:   200 kB\n"},
		"12": {"Name:\tjava\nPPid:\t11\n", "Pss:  5000 kB\n"},
		"20": {"Name:\tother\nPPid:\t1\n", "Pss:   9000 kB\n"},
		"30": {"Name:\tkernel\nPPid:\t2\n", ""},
	} {
		if err := os.MkdirAll(filepath.Join(directory, id), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, id, "status"), []byte(p.status), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, id, "smaps_rollup"), []byte(p.rollup), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := sum(10, processes(directory)); got != (Memory{Bytes: 1200 << 10, Java: 5000 << 10}) {
		t.Errorf("got %+v", got)
	}
}

func TestRatiosFavourTheLocalStackWhereTheyAreAboveOne(t *testing.T) {
	side := func(ms int, frames float64, bytes int64) Side {
		return Side{
			StartMilliseconds: float64(1000 * ms),
			Echo:              measure.Summarize([]time.Duration{time.Duration(ms) * time.Millisecond}),
			FramesPerSecond:   frames,
			Idle:              Memory{Bytes: bytes},
			Connections:       []Crowd{{Count: 1000, Seconds: float64(ms), Memory: Memory{Bytes: bytes}}},
		}
	}
	table := Report{Ours: side(1, 300, 10e6), Theirs: side(4, 100, 30e6)}.Table()
	for _, row := range []string{
		"| start-up, s | 1.0 | 4.0 | 4.0 |", "| round trip, ms, p50 / p99 | 1.00 / 1.00 | 4.00 / 4.00 | 4.0 |",
		"| frames a second, 16 clients | 300 | 100 | 3.0 |", "| memory with 1000, MB | 10 | 30 | 3.0 |",
	} {
		if !strings.Contains(table, row) {
			t.Errorf("%q is not in\n%s", row, table)
		}
	}
}
