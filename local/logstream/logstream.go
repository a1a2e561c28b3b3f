// Package logstream lets other programs follow what functions print, as CloudWatch Logs does. It sends one JSON
// object a line over HTTP, for as long as the reader stays.
package logstream

import (
	"encoding/json"
	"net/http"
	"sync"
)

// Entry is a line that a function printed.
type Entry struct {
	Function string `json:"function"`
	Line     string `json:"line"`
	// Missed is how many lines a slow reader has lost before this one.
	Missed int `json:"missed,omitempty"`
}

// waiting is how many lines may wait for a reader. If a reader is slower, it loses the newest lines, and no function
// has to wait.
const waiting = 1_024

// Stream passes lines to its readers. The zero value has no readers and can be used.
type Stream struct {
	mutex   sync.Mutex
	readers map[*reader]bool
}

type reader struct {
	lines  chan Entry
	missed int
}

// Publish gives a line to all current readers. It never waits.
func (s *Stream) Publish(function, line string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for r := range s.readers {
		select {
		case r.lines <- Entry{Function: function, Line: line, Missed: r.missed}:
			r.missed = 0
		default:
			r.missed++
		}
	}
}

// ServeHTTP sends all lines that come from now on, until the reader leaves.
func (s *Stream) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "GET follows the functions' logs", http.StatusMethodNotAllowed)
		return
	}
	r := s.open()
	defer s.close(r)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	sender := http.NewResponseController(w)
	encoder := json.NewEncoder(w)
	for {
		if sender.Flush() != nil {
			return
		}
		select {
		case entry := <-r.lines:
			if encoder.Encode(entry) != nil {
				return
			}
		case <-request.Context().Done():
			return
		}
	}
}

func (s *Stream) open() *reader {
	r := &reader{lines: make(chan Entry, waiting)}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.readers == nil {
		s.readers = map[*reader]bool{}
	}
	s.readers[r] = true
	return r
}

func (s *Stream) close(r *reader) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.readers, r)
}
