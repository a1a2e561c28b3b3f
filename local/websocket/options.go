package websocket

import (
	"context"
	"errors"
	"time"

	"example.com/recall/local/signature"
)

// An Invoker runs functions, as the Lambda Invoke API does.
type Invoker interface {
	// Invoke runs a function once. functionError is empty if it succeeded. Otherwise it is Lambda's kind of failure
	// ("Unhandled"), and payload is the JSON object with errorMessage and errorType. err means that the function
	// could not be run at all.
	Invoke(ctx context.Context, function string, event []byte) (payload []byte, functionError string, err error)
}

// Options say what to emulate. API and Invoker are required.
type Options struct {
	API     APIDefinition
	Invoker Invoker
	// DomainName is the domainName in events; empty = the Host of the handshake without its port. If it has a port
	// and the gateway uses TLS there, functions can post to https://{domainName}/{stage}.
	DomainName string
	// Keys are the secrets with which signatures of @connections requests are verified. Other signers are not
	// verified.
	Keys signature.Keyring
	// AuthorizeManagement decides whether the signer of a call of @connections may make it. If it returns an error,
	// the answer is 403; nil = every signer may do everything.
	AuthorizeManagement func(accessKey, method, connectionID string) error
	// Clock gives the times in events and runs integration time-outs; nil means SystemClock.
	Clock Clock
	// LifetimeClock runs the idle limit and the two-hour limit; nil means Clock. With Accelerated(clock, n) both
	// limits are reached sooner.
	LifetimeClock Clock
	// Switches change rules that we do not know for certain, and inject faults.
	Switches Switches
	// Observer gets a record of everything that happens; nil = no records.
	Observer Observer
	// Limits are AWS's quotas unless set.
	Limits Limits
}

// Limits are the quotas of the service. A zero field means AWS's value.
type Limits struct {
	// FrameBytes is the largest frame in either direction, 32 KB.
	FrameBytes int
	// MessageBytes is the largest message in either direction, 128 KB.
	MessageBytes int
	// IdleTimeout is how long a connection may be without a message in either direction: 10 minutes.
	IdleTimeout time.Duration
	// ConnectionDuration is how long a connection may last: 2 hours.
	ConnectionDuration time.Duration
	// NewConnections limits handshakes: 500 a second.
	NewConnections Throttle
	// Requests limits handshakes, frames and @connections calls together: 10,000 a second with a burst of 5,000.
	Requests Throttle
	// OutboundBytes is how much may wait for a client that does not read. After that, posts get 429. AWS publishes no
	// figure; it is 512 KB here.
	OutboundBytes int
	// ConcurrentFrames is how many frames of one connection are handled at the same time. After that, the connection
	// is not read until one of them ends. AWS publishes no figure; it is 256 here.
	ConcurrentFrames int
	// HandshakeTimeout is how long the head of a request may take in Serve, and how long the body of a request may
	// take: 10 seconds.
	HandshakeTimeout time.Duration
	// CloseTimeout is how long a client may take to answer a close frame: 5 seconds.
	CloseTimeout time.Duration
}

// withDefaults sets every field that is zero to AWS's quota (page apigateway-execution-service-websocket-limits-table
// of the API Gateway Developer Guide).
func (l Limits) withDefaults() Limits {
	setDefault(&l.FrameBytes, 32<<10)
	setDefault(&l.MessageBytes, 128<<10)
	setDefault(&l.IdleTimeout, 10*time.Minute)
	setDefault(&l.ConnectionDuration, 2*time.Hour)
	setDefault(&l.NewConnections, Throttle{RateLimit: 500, BurstLimit: 500})
	setDefault(&l.Requests, Throttle{RateLimit: 10_000, BurstLimit: 5_000})
	setDefault(&l.OutboundBytes, 512<<10)
	setDefault(&l.ConcurrentFrames, 256)
	setDefault(&l.HandshakeTimeout, 10*time.Second)
	setDefault(&l.CloseTimeout, 5*time.Second)
	return l
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o Options) withDefaults() (Options, error) {
	if o.Invoker == nil {
		return o, errors.New("options without an Invoker: set Options.Invoker")
	}
	if err := o.API.validate(); err != nil {
		return o, err
	}
	if o.AuthorizeManagement == nil {
		o.AuthorizeManagement = func(string, string, string) error { return nil }
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.LifetimeClock == nil {
		o.LifetimeClock = o.Clock
	}
	if o.Observer == nil {
		o.Observer = ObserverFunc(func(Record) {})
	}
	o.Limits = o.Limits.withDefaults()
	o.Switches = o.Switches.withDefaults()
	setDefault(&o.API.Throttle, Throttle{RateLimit: 10_000, BurstLimit: 5_000})
	return o, nil
}
