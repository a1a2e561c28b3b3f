package websocket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Gateway is one running stage. It is an http.Handler for `/{stage}` and `/{stage}/@connections/{id}`.
type Gateway struct {
	options   Options
	selection routeSelection
	throttles throttles
	faults    *Faults
	lifetimes *lifetimes
	registry  registry
	buffers   frameBuffers

	// running ends when Close stops waiting. Invocations run under it.
	running context.Context
	cancel  context.CancelFunc

	mu      sync.Mutex
	closing bool
	servers []*http.Server
	// active counts handshakes, connections, requests and invocations. It may leave zero only while mu is held and
	// the gateway is not closing.
	active sync.WaitGroup
}

// New checks the options and returns a gateway without connections. Close it to end them.
func New(options Options) (*Gateway, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("local WebSocket API: %w", err)
	}
	selection, err := parseRouteSelection(options.API.RouteSelectionExpression, options.Switches.RouteReservedKeys)
	if err != nil {
		return nil, fmt.Errorf("local WebSocket API: %w", err)
	}
	g := &Gateway{
		options:   options,
		selection: selection,
		throttles: newThrottles(options.API, options.Limits),
		faults:    &Faults{},
	}
	g.running, g.cancel = context.WithCancel(context.Background())
	g.registry.connections, g.registry.opening = map[string]*connection{}, map[string]chan struct{}{}
	g.lifetimes = &lifetimes{
		clock: options.LifetimeClock, idle: options.Limits.IdleTimeout, duration: options.Limits.ConnectionDuration,
		expire: func(c *connection) {
			c.end(ending{code: options.Switches.ExpiredCloseCode, reason: options.Switches.ExpiredCloseReason})
		},
	}
	return g, nil
}

// Faults returns the faults for @connections, which can be set while the gateway runs.
func (g *Gateway) Faults() *Faults { return g.faults }

// Connections returns how many clients are connected.
func (g *Gateway) Connections() int { return g.registry.count() }

// Drop cuts a connection without a close frame, as a broken network does. It reports whether there was such a
// connection.
func (g *Gateway) Drop(connectionID string) bool {
	c := g.registry.find(connectionID)
	if c == nil {
		return false
	}
	c.outbound.abort()
	return true
}

// Serve answers requests on a listener until Close and returns nil after Close. It limits slow and oversized
// requests. It also passes the client's own spelling of header names to the functions, which a plain http.Server
// cannot.
func (g *Gateway) Serve(listener net.Listener) error {
	server := &http.Server{
		Handler:           g,
		ReadHeaderTimeout: g.options.Limits.HandshakeTimeout,
		MaxHeaderBytes:    maximumHeadBytes,
		ConnContext:       withHeadConn,
		ErrorLog:          log.New(io.Discard, "", 0), // its lines would quote what clients sent
	}
	g.mu.Lock()
	if g.closing {
		g.mu.Unlock()
		return errors.Join(errors.New("the gateway is closed: make a new one"), listener.Close())
	}
	g.servers = append(g.servers, server)
	g.mu.Unlock()
	if err := server.Serve(headListener{listener}); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("local WebSocket API: %w", err)
	}
	return nil
}

// ServeHTTP answers handshakes and @connections requests.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.begin() {
		http.Error(w, "shutting down", http.StatusServiceUnavailable)
		return
	}
	defer g.active.Done()
	// URL.Path is decoded, so %40connections and IDs that end in %3D are compared in their decoded form.
	stage, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	id, isManagement := strings.CutPrefix(rest, "@connections/")
	switch {
	case isManagement:
		g.manage(w, r, stage, id)
	case stage != g.options.API.Stage || rest != "":
		g.refuse(w, r, g.options.Switches.UnknownStageStatus, "unknown stage or path")
	case len(r.RequestURI) > maximumURLBytes:
		g.refuse(w, r, http.StatusRequestURITooLong, "URL too long")
	case r.Method != http.MethodGet:
		g.refuse(w, r, http.StatusForbidden, "not a GET")
	default:
		if status, err := checkUpgrade(r); err != nil {
			g.refuse(w, r, status, err.Error())
			return
		}
		g.handshake(w, r)
	}
}

// maximumURLBytes is API Gateway's limit for the length of a URL.
const maximumURLBytes = 4096

// refuse answers a request that is not for this stage or is not a handshake.
func (g *Gateway) refuse(w http.ResponseWriter, r *http.Request, status int, outcome string) {
	requestID := newIdentifier()
	if status == http.StatusUpgradeRequired {
		w.Header().Set("Upgrade", "websocket")
		w.Header().Set("Connection", "Upgrade")
	}
	writeServiceAnswer(w, status, serviceBody(http.StatusText(status), requestID), requestID)
	g.observe(Record{
		Kind:      KindHandshake,
		RequestID: requestID,
		Method:    knownMethod(r.Method),
		Status:    status,
		Outcome:   outcome,
	})
}

func serviceBody(message, requestID string) []byte {
	return []byte(`{"message":"` + message + `","requestId":"` + requestID + `"}`)
}

// writeServiceAnswer writes an answer that API Gateway itself gives.
func writeServiceAnswer(w http.ResponseWriter, status int, body []byte, requestID string) {
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("X-Amzn-Requestid", requestID)
	if errorType, ok := errorTypes[status]; ok {
		header.Set("X-Amzn-Errortype", errorType)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has left needs no answer
}

func (g *Gateway) observe(r Record) {
	if r.At.IsZero() {
		r.At = g.options.Clock.Now()
	}
	g.options.Observer.Observe(r)
}

// begin counts a request. It returns false if the gateway is closing.
func (g *Gateway) begin() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closing {
		return false
	}
	g.active.Add(1)
	return true
}

func (g *Gateway) isClosing() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closing
}

// Close refuses new requests and closes every connection with 1001 "Going away". It waits until all functions that
// run have ended, $disconnect included. If ctx ends first, it cancels what still runs, cuts the connections and
// returns the error of ctx.
func (g *Gateway) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closing = true
	servers := g.servers
	g.servers = nil
	g.mu.Unlock()
	g.lifetimes.stop()
	defer g.cancel()

	for _, c := range g.registry.all() {
		c.end(ending{code: closeGoingAway, reason: "Going away"})
	}
	ended := make(chan struct{})
	go func() {
		g.active.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return shutDown(ctx, servers)
	case <-ctx.Done():
		g.cancel()
		for _, c := range g.registry.all() {
			c.outbound.abort()
		}
		for _, server := range servers {
			_ = server.Close() // the error below says more
		}
		return fmt.Errorf("local WebSocket API: functions still ran when the time to close was over: %w", ctx.Err())
	}
}

// lastAnswers is how long answers that are already written may take to be sent.
const lastAnswers = 250 * time.Millisecond

// shutDown ends servers that have no more requests. It does not wait for connections on which no request ever came.
func shutDown(ctx context.Context, servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, lastAnswers)
	defer cancel()
	var err error
	for _, server := range servers {
		if server.Shutdown(ctx) != nil {
			err = errors.Join(err, server.Close())
		}
	}
	return err
}
