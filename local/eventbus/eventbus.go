// Package eventbus stands in for EventBridge. It accepts PutEvents and keeps the last events, so that they can be
// read.
package eventbus

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/recall/local/answer"
)

// Event is an event as it was put on the bus.
type Event struct {
	ID         string          `json:"id"`
	Bus        string          `json:"bus"`
	Source     string          `json:"source"`
	DetailType string          `json:"detailType"`
	Detail     json.RawMessage `json:"detail"`
	At         int64           `json:"at"` // milliseconds since 1970 UTC
}

// Bus is an http.Handler. POST takes PutEvents in the AWS JSON protocol, and GET / returns the events that are kept,
// oldest first.
type Bus struct {
	// Now is the time; nil = time.Now.
	Now func() time.Time
	// Received is called with each event; nil = no call.
	Received func(Event)

	mutex  sync.Mutex
	away   bool
	events []Event
	number int
}

const (
	// keptEvents is how many events are kept, so that memory stays bounded.
	keptEvents = 1000
	// maximumBody is the limit of PutEvents (EventBridge quotas: 256 KB, 10 entries) and some room for the JSON
	// around it.
	maximumBody    = 1 << 20
	maximumEntries = 10
)

type putEvents struct {
	Entries []struct {
		EventBusName, Source, DetailType, Detail string
	}
}

type putResult struct {
	FailedEntryCount int
	Entries          []putEntry
}

type putEntry struct {
	EventID      string `json:"EventId,omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

// SetAway(true) makes the bus refuse every event, as EventBridge does when it is down. SetAway(false) ends that.
func (b *Bus) SetAway(away bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.away = away
}

func (b *Bus) isAway() bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.away
}

// ServeHTTP accepts events and shows the events that are kept.
func (b *Bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		answer.AWS(w, http.StatusOK, map[string]any{"events": b.Events()})
		return
	}
	if b.isAway() {
		answer.AWS(w, http.StatusServiceUnavailable, map[string]string{
			"__type":  "InternalException",
			"message": "the bus is away",
		})
		return
	}
	if r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
		answer.Error(w, http.StatusBadRequest, "UnknownOperationException", "the local EventBridge only knows PutEvents")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
	var put putEvents
	if err != nil || json.Unmarshal(body, &put) != nil {
		answer.Error(w, http.StatusBadRequest, "SerializationException", "the request is no PutEvents")
		return
	}
	if len(put.Entries) < 1 || len(put.Entries) > maximumEntries {
		answer.Error(w, http.StatusBadRequest, "ValidationException", "PutEvents takes 1 to 10 entries")
		return
	}
	result := putResult{Entries: make([]putEntry, len(put.Entries))}
	for i, entry := range put.Entries {
		if entry.Source == "" || entry.DetailType == "" || !json.Valid([]byte(entry.Detail)) {
			result.FailedEntryCount++
			result.Entries[i] = putEntry{
				ErrorCode:    "InvalidArgument",
				ErrorMessage: "Source, DetailType and a Detail of JSON are needed",
			}
			continue
		}
		result.Entries[i].EventID = b.keep(Event{
			Bus:        entry.EventBusName,
			Source:     entry.Source,
			DetailType: entry.DetailType,
			Detail:     json.RawMessage(entry.Detail),
		})
	}
	answer.AWS(w, http.StatusOK, result)
}

func (b *Bus) keep(event Event) string {
	now := time.Now
	if b.Now != nil {
		now = b.Now
	}
	event.At = now().UnixMilli()
	b.mutex.Lock()
	b.number++
	event.ID = "event-" + strconv.Itoa(b.number)
	b.events = append(b.events, event)
	if len(b.events) > keptEvents {
		b.events = append([]Event(nil), b.events[len(b.events)-keptEvents:]...)
	}
	b.mutex.Unlock()
	if b.Received != nil {
		b.Received(event)
	}
	return event.ID
}

// Events returns the events that are kept, oldest first.
func (b *Bus) Events() []Event {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return append([]Event{}, b.events...)
}
