package websocket

import "time"

// Kind says what a Record is about.
type Kind string

// The kinds of records.
const (
	// KindHandshake is an attempt to connect; Status is its HTTP status.
	KindHandshake Kind = "handshake"
	// KindFrame is a message; Direction says which way it went.
	KindFrame Kind = "frame"
	// KindInvocation is a call of a function; Duration is how long it took, Outcome how it ended.
	KindInvocation Kind = "invocation"
	// KindPost is a request to @connections; Method says which one, and Status how it was answered.
	KindPost Kind = "post"
	// KindClose is the end of a connection; Status is the close code.
	KindClose Kind = "close"
)

// The directions of frames.
const (
	DirectionIn  = "in"
	DirectionOut = "out"
)

// Record is one thing that happened. It never holds bodies, headers, query strings or anything else that a client
// wrote. It holds only names from the API definition, IDs, sizes and statuses.
type Record struct {
	Kind         Kind
	At           time.Time
	ConnectionID string
	RequestID    string
	// RouteKey is the route that was chosen, for frames, invocations and handshakes.
	RouteKey string
	// Function is the invoked function.
	Function string
	// Method is the HTTP method of a request to @connections.
	Method    string
	Direction string
	// Status is an HTTP status or, for KindClose, a close code.
	Status int
	// Bytes is the size of the message.
	Bytes    int
	Duration time.Duration
	// TraceID is the header X-Amzn-Trace-Id of a request to @connections, if it has the form that AWS gives it. By it,
	// the request belongs to the invocation that made it.
	TraceID string
	// HeldFrom and HeldUntil are the beginning and the end of the delay of a PostFault; zero = there was none.
	HeldFrom, HeldUntil time.Time
	// Outcome is "ok", or says in a few words what went wrong.
	Outcome string
}

// An Observer gets a record of everything that happens. It is called from many goroutines and must return quickly.
type Observer interface {
	Observe(Record)
}

// ObserverFunc is a function that observes.
type ObserverFunc func(Record)

// Observe calls the function.
func (f ObserverFunc) Observe(r Record) { f(r) }

const outcomeOK = "ok"
