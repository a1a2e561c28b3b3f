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

// Request is a request on its way.
type Request struct {
	// Service is the service as signed for: dynamodb, sqs, events.
	Service string
	// Operation is the API operation, such as PutItem; empty when the request names none.
	Operation string
	// AccessKey is the caller's access key ID; empty when the request is not signed.
	AccessKey string
	// Body is the JSON of the request. The hook must not change it.
	Body []byte
	// Number counts the requests that came through, from 1.
	Number int
}

// Action is what a hook wants done with a request. The zero value passes it on.
type Action struct {
	// Delay is waited before anything else.
	Delay time.Duration
	// Refusal, when not nil, is the answer; the service does not see the request.
	Refusal *Refusal
	// Drop breaks the connection off; the service does not see the request.
	Drop bool
	// LoseAnswer passes the request on, throws the answer away and breaks the connection off.
	LoseAnswer bool
}

// Refusal is an error answer of the AWS JSON protocol.
type Refusal struct {
	Status  int
	Name    string // such as ThrottlingException
	Message string
}

// Hook decides about a request. It is called from many goroutines.
type Hook func(ctx context.Context, request Request) Action

// Call is a finished request, for whoever watches.
type Call struct {
	Service, Operation, AccessKey string
	Status                        int // 0 when the connection was broken off
	Duration                      time.Duration
	// ReadUnits and WriteUnits are what DynamoDB says that the call consumed; see Options.Meter.
	ReadUnits, WriteUnits float64
}

// Options say what to stand before.
type Options struct {
	// Target is the base URL of the substitute. Service, when not nil, is one in this very process instead.
	Target  string
	Service http.Handler
	// Keys are the secrets of those whose signatures are verified.
	Keys signature.Keyring
	// Authorize is asked first; what it refuses the Hook does not see. nil = everything is allowed.
	Authorize func(Request) *Refusal
	// Watch is told of each finished request; nil = nobody is.
	Watch func(Call)
	// Meter asks DynamoDB for the capacity that each call consumes.
	Meter bool
	// Now is the time; nil = time.Now.
	Now func() time.Time
}

// maximumBody is DynamoDB's limit for a request (DynamoDB quotas: 16 MB), more than SQS's and EventBridge's.
const maximumBody = 16 << 20

// idleConnections keeps one connection per concurrent request open, so that the proxy adds no handshakes.
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

// Counter names what is counted.
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
		// Failures reach the caller as 502; there is nothing else to tell.
		ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			refuse(w, Refusal{
				Status:  http.StatusServiceUnavailable,
				Name:    "ServiceUnavailable",
				Message: "the local service does not answer",
			})
		},
	}
}

// SetHook replaces the hook; nil = none.
func (p *Proxy) SetHook(hook Hook) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.hook = hook
}

// Counts are the requests seen so far, refused ones included.
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
	started := p.options.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
	if err != nil {
		refuse(w, Refusal{
			Status:  http.StatusRequestEntityTooLarge,
			Name:    "RequestEntityTooLargeException",
			Message: "the request is too large",
		})
		return
	}
	signed, err := p.options.Keys.Verify(r, body)
	if errors.Is(err, signature.ErrMismatch) {
		refuse(w, Refusal{
			Status:  http.StatusForbidden,
			Name:    "InvalidSignatureException",
			Message: signature.MismatchMessage,
		})
		return
	}
	request, hook := p.note(r, body, signed)
	recorder := &recorded{ResponseWriter: w}
	defer func() {
		if p.options.Watch != nil {
			call := Call{
				Service:   request.Service,
				Operation: request.Operation,
				AccessKey: request.AccessKey,
				Status:    recorder.status,
				Duration:  p.options.Now().Sub(started),
			}
			call.ReadUnits, call.WriteUnits = recorder.units(request.Operation)
			p.options.Watch(call)
		}
	}()
	if p.options.Authorize != nil {
		if refusal := p.options.Authorize(request); refusal != nil {
			refuse(recorder, *refusal)
			return
		}
	}
	var action Action
	if hook != nil {
		action = hook(r.Context(), request)
	}
	if !wait(r.Context(), action.Delay) {
		return
	}
	if p.options.Meter && request.Service == "dynamodb" {
		body = metered(body)
		recorder.content = &bytes.Buffer{}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	switch {
	case action.Refusal != nil:
		refuse(recorder, *action.Refusal)
	case action.Drop:
		panic(http.ErrAbortHandler)
	case action.LoseAnswer:
		p.service.ServeHTTP(discard{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	default:
		p.service.ServeHTTP(recorder, r)
	}
}

// note counts a request and says what it is.
func (p *Proxy) note(r *http.Request, body []byte, signed signature.Signature) (Request, Hook) {
	request := Request{Body: body, AccessKey: signed.AccessKey, Service: signed.Service}
	_, request.Operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.number++
	request.Number = p.number
	p.counts[Counter{request.AccessKey, request.Service, request.Operation}]++
	return request, p.hook
}

// wait waits, and reports false when the caller left meanwhile.
func wait(ctx context.Context, delay time.Duration) bool {
	if delay <= 0 {
		return true
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func refuse(w http.ResponseWriter, refusal Refusal) {
	answer.Error(w, refusal.Status, refusal.Name, refusal.Message)
}

// recorded remembers the status of an answer, and the answer itself where it is metered.
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

// discard takes an answer that is to be lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) WriteHeader(int)             {}
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
