package process

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// Beginning keeps the first 4 KB of what a process prints, for the error message if it cannot start.
type Beginning struct {
	Log io.Writer // gets all that the process prints; nil = nobody does

	mutex sync.Mutex
	said  bytes.Buffer
}

const keptOutput = 4 << 10

// Line takes a line. It is for the Output of Options.
func (b *Beginning) Line(line []byte) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.said.Len() < keptOutput {
		b.said.Write(line)
		b.said.WriteByte('\n')
	}
	if b.Log != nil {
		// If the log cannot be written, the process goes on.
		_, _ = fmt.Fprintf(b.Log, "%s\n", line)
	}
}

// Text is what was kept, or "nothing".
func (b *Beginning) Text() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.said.Len() == 0 {
		return "nothing"
	}
	return strings.TrimSpace(b.said.String())
}
