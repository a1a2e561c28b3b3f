// Package awsproxy stands between functions and a local substitute of an AWS service. It passes requests on, counts
// them by caller and operation, and lets a hook slow them down, refuse them or lose their answers.
package awsproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/recall/local/answer"
	"example.com/recall/local/signature"
)

// Request is a request that passes through the proxy.
type Request struct {
	// Service is the name of the service in the signature: dynamodb, sqs, events or s3.
	Service string
	// Operation is the API operation, such as PutItem. It is empty if the request names none.
	Operation string
	// AccessKey is the caller's access key ID. It is empty if the request is not signed.
	AccessKey string
	// Body is the JSON of the request, or, with Options.Read, what that wants to be read. The hook must not change it.
	Body []byte
	// HTTP is the request itself. Its body must not be read.
	HTTP *http.Request
	// Number is the number of the request, counted from 1 in the order of arrival.
	Number int
}

// Action is what a hook wants to happen to a request. The zero value passes the request on.
type Action struct {
	// Delay is how long the proxy waits before it does anything else.
	Delay time.Duration
	// Refusal is the answer if it is not nil. The service then does not see the request.
	Refusal *Refusal
	// Drop breaks the connection off. The service does not see the request.
	Drop bool
	// LoseAnswer passes the request on, throws the answer away and breaks the connection off.
	LoseAnswer bool
}

// Refusal is an error answer.
type Refusal struct {
	Status  int
	Name    string // such as ThrottlingException
	Message string
}

// Hook decides what happens to a request. It is called from many goroutines.
type Hook func(ctx context.Context, request Request) Action

// Call is a finished request, as Options.Watch gets it.
type Call struct {
	Service, Operation, AccessKey string
	// TraceID is the header X-Amzn-Trace-Id. By it, a call belongs to the invocation that made it.
	TraceID  string
	Status   int // 0 if the connection was broken off
	Started  time.Time
	Duration time.Duration
	// HeldFrom and HeldUntil are the beginning and the end of Action.Delay; zero = there was none.
	HeldFrom, HeldUntil time.Time
	// ServedFrom is when the service got the call, which it had until the call ended; zero = it did not get it.
	ServedFrom time.Time
	// ReadUnits and WriteUnits are the capacity that DynamoDB reports for the call; see Options.Meter.
	ReadUnits, WriteUnits float64
}

// Options say which service the proxy stands in front of, and how.
type Options struct {
	// Target is the base URL of the substitute. If Service is not nil, it is used instead: a service in this process.
	Target  string
	Service http.Handler
	// Read names the operation of a request of a service whose operations are in the method and the address, as those
	// of S3. Such a service verifies signatures itself, and its bodies may be large: they pass through unread, unless
	// Read says that the body is needed. nil = a service of the AWS JSON protocol.
	Read func(*http.Request) (operation string, body bool)
	// Keys are the secrets with which signatures are verified. Only callers in Keys are verified.
	Keys signature.Keyring
	// Authorize is asked before the Hook, which does not see a request that Authorize refuses; nil = everything is
	// allowed.
	Authorize func(Request) *Refusal
	// Watch is called with each finished request; nil = no call.
	Watch func(Call)
	// Meter asks DynamoDB for the capacity that each call consumes.
	Meter bool
	// Now is the time; nil = time.Now.
	Now func() time.Time
}

// maximumBody is DynamoDB's limit for a request (DynamoDB quotas: 16 MB). The limits of SQS and EventBridge are
// lower.
const maximumBody = 16 << 20

// idleConnections is how many idle connections stay open. One for each concurrent request is enough, so that the
// proxy adds no handshakes.
const idleConnections = 512

// Proxy passes requests on. It is an http.Handler.
type Proxy struct {
	options   Options
	transport *http.Transport
	service   http.Handler

	mutex  sync.Mutex
	hook   Hook
	number int
	counts map[Counter]int
}

// Counter is a caller and an operation whose requests are counted together.
type Counter struct{ AccessKey, Service, Operation string }

// New makes a proxy.
func New(options Options) (*Proxy, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	p := &Proxy{options: options, service: options.Service, counts: map[Counter]int{}}
	p.transport = &http.Transport{
		MaxIdleConns:        idleConnections,
		MaxIdleConnsPerHost: idleConnections,
		DisableCompression:  true,
	}
	if p.service == nil {
		target, err := url.Parse(options.Target)
		if err != nil || target.Host == "" {
			return nil, fmt.Errorf("%q is not the URL of a service", options.Target)
		}
		p.service = reverse(target, p.transport)
	}
	return p, nil
}

// reverse passes requests on to a URL.
func reverse(target *url.URL, transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		Transport: transport,
		// A failure reaches the caller as an answer, so the log needs nothing.
		ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			answer.Error(w, http.StatusServiceUnavailable, "ServiceUnavailable", "the local service does not answer")
		},
	}
}

// SetHook replaces the hook; nil = none.
func (p *Proxy) SetHook(hook Hook) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hook = hook
}

// Counts returns how many requests came so far. Refused requests count too.
func (p *Proxy) Counts() map[Counter]int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	counts := make(map[Counter]int, len(p.counts))
	for counter, n := range p.counts {
		counts[counter] = n
	}
	return counts
}

// Close closes the idle connections to the service.
func (p *Proxy) Close() { p.transport.CloseIdleConnections() }

// ServeHTTP passes one request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := Call{Started: p.options.Now(), TraceID: r.Header.Get("X-Amzn-Trace-Id")}
	request, refusal := p.read(w, r)
	if refusal != nil {
		p.refuse(w, *refusal)
		return
	}
	hook := p.note(&request)
	recorder := &recorded{ResponseWriter: w}
	defer func() {
		if p.options.Watch != nil {
			call.Service, call.Operation, call.AccessKey = request.Service, request.Operation, request.AccessKey
			call.Status, call.Duration = recorder.status, p.options.Now().Sub(call.Started)
			call.ReadUnits, call.WriteUnits = recorder.units(request.Operation)
			p.options.Watch(call)
		}
	}()
	if p.options.Authorize != nil {
		if refusal := p.options.Authorize(request); refusal != nil {
			p.refuse(recorder, *refusal)
			return
		}
	}
	var action Action
	if hook != nil {
		action = hook(r.Context(), request)
	}
	if action.Delay > 0 {
		call.HeldFrom = p.options.Now()
		if !wait(r.Context(), action.Delay) {
			return
		}
		call.HeldUntil = p.options.Now()
	}
	if p.options.Meter && request.Service == "dynamodb" {
		replaceBody(r, metered(request.Body))
		recorder.content = &bytes.Buffer{}
	}
	switch {
	case action.Refusal != nil:
		p.refuse(recorder, *action.Refusal)
	case action.Drop:
		panic(http.ErrAbortHandler)
	case action.LoseAnswer:
		call.ServedFrom = p.options.Now()
		p.service.ServeHTTP(discard{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	default:
		call.ServedFrom = p.options.Now()
		p.service.ServeHTTP(recorder, r)
	}
}

// read reads what must be known of a request before it is passed on.
func (p *Proxy) read(w http.ResponseWriter, r *http.Request) (Request, *Refusal) {
	request, readBody := Request{HTTP: r}, true
	if p.options.Read != nil {
		request.Operation, readBody = p.options.Read(r)
	} else {
		_, request.Operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	}
	if readBody {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
		if err != nil {
			return request, &Refusal{
				Status: http.StatusRequestEntityTooLarge, Name: "RequestEntityTooLargeException",
				Message: "the request is too large",
			}
		}
		request.Body = body
		replaceBody(r, body)
	}
	var signed signature.Signature
	if p.options.Read != nil {
		signed, _ = signature.Read(r) // the service refuses a request that is not signed
	} else {
		var err error
		if signed, err = p.options.Keys.Verify(r, request.Body); errors.Is(err, signature.ErrMismatch) {
			return request, &Refusal{
				Status: http.StatusForbidden, Name: "InvalidSignatureException", Message: signature.MismatchMessage,
			}
		}
	}
	request.AccessKey, request.Service = signed.AccessKey, signed.Service
	return request, nil
}

// replaceBody gives a request a body that was read before.
func replaceBody(r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
}

// note counts a request, and returns the hook that decides about it.
func (p *Proxy) note(request *Request) Hook {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.number++
	request.Number = p.number
	p.counts[Counter{request.AccessKey, request.Service, request.Operation}]++
	return p.hook
}

// wait waits for a time. It returns false if the caller left before the end of it.
func wait(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (p *Proxy) refuse(w http.ResponseWriter, refusal Refusal) {
	if p.options.Read != nil {
		answer.ObjectError(w, refusal.Status, refusal.Name, refusal.Message)
		return
	}
	answer.Error(w, refusal.Status, refusal.Name, refusal.Message)
}

// recorded remembers the status of an answer. If the answer is metered, it remembers the answer itself too.
type recorded struct {
	http.ResponseWriter
	status  int
	content *bytes.Buffer
}

func (r *recorded) Write(p []byte) (int, error) {
	if r.content != nil {
		r.content.Write(p)
	}
	return r.ResponseWriter.Write(p)
}

func (r *recorded) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorded) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// discard takes an answer that must be lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
