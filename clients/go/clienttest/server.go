// Package clienttest is a Recall server in memory, for tests of this client and of applications that use it: sending,
// recalling, synchronising and unread numbers as the protocol says, without storage, and faults on demand. A token is
// simply the user ID.
package clienttest

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options configure a Server; the zero value is a server without faults.
type Options struct {
	Now    func() time.Time // the server's clock; nil: time.Now
	Window time.Duration    // the recall window; 0: two minutes
	Seed   uint64           // of the choice of faults
}

// Faults are the shares of frames, from 0 to 1, that meet each fault.
type Faults struct {
	Refuse    float64 // a handshake is refused with 503
	Drop      float64 // the connection is cut before a frame is sent
	HalfFrame float64 // the connection is cut in the middle of a frame
	Lose      float64 // a request is executed, and its reply is lost with the connection
	Duplicate float64 // an event is sent twice
	Delay     float64 // an event is held back behind the next ones
	Rubbish   float64 // something that is not of the protocol is sent first
	Fail      float64 // a request is answered by API Gateway's own frame, done or not
	Throttle  float64 // a request is refused as retryable
}

// Server is the server; its URL is for client.Options.URL.
type Server struct {
	URL string

	http   *httptest.Server
	now    func() time.Time
	window time.Duration

	mutex         sync.Mutex
	random        *rand.Rand
	faults        Faults
	groups        map[string][]string // member user IDs by group ID
	conversations map[string]*record  // by key
	devices       map[*device]bool
	closed        bool
}

// NewServer starts a server; Close ends it.
func NewServer(options Options) *Server {
	s := &Server{
		now: options.Now, window: options.Window,
		random: rand.New(rand.NewPCG(options.Seed, 0)), // #nosec G404 -- a test's faults, repeatable by their seed
		groups: map[string][]string{}, conversations: map[string]*record{}, devices: map[*device]bool{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.window == 0 {
		s.window = 2 * time.Minute
	}
	s.http = httptest.NewServer(http.HandlerFunc(s.handle))
	s.URL = "ws" + strings.TrimPrefix(s.http.URL, "http")
	return s
}

// Close cuts all connections and ends the server.
func (s *Server) Close() {
	s.mutex.Lock()
	s.closed = true
	s.mutex.Unlock()
	s.Cut()
	s.http.Close()
}

// SetFaults changes the faults from now on.
func (s *Server) SetFaults(faults Faults) {
	s.mutex.Lock()
	s.faults = faults
	held := []*device{}
	for d := range s.devices {
		held = append(held, d)
	}
	s.mutex.Unlock()
	for _, d := range held {
		d.release()
	}
}

// PutGroup creates a group or changes its members.
func (s *Server) PutGroup(group string, members ...string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.groups[group] = slices.Clone(members)
}

// Cut cuts every connection at once.
func (s *Server) Cut() {
	s.mutex.Lock()
	devices := s.devices
	s.devices = map[*device]bool{}
	s.mutex.Unlock()
	for d := range devices {
		_ = d.socket.CloseNow() // the client may have gone first
	}
}

// Connections returns the number of open connections.
func (s *Server) Connections() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.devices)
}

func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	user := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if user == "" || strings.HasPrefix(user, "expired") {
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return
	}
	if s.chance(func(f Faults) float64 { return f.Refuse }) {
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return
	}
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	socket.SetReadLimit(32 << 10)
	d := &device{user: user, socket: socket}
	s.mutex.Lock()
	closed := s.closed
	s.devices[d] = true
	s.mutex.Unlock()
	if closed {
		_ = socket.CloseNow() // the server is ending
	}
	s.read(d)
}

func (s *Server) read(d *device) {
	defer func() {
		s.mutex.Lock()
		delete(s.devices, d)
		s.mutex.Unlock()
		_ = d.socket.CloseNow() // it is over already
	}()
	for {
		_, data, err := d.socket.Read(context.Background())
		if err != nil {
			return
		}
		var r request
		if json.Unmarshal(data, &r) != nil {
			d.write(map[string]any{"type": "reply", "ok": false, "error": fault(7014, "unknown_action")})
			continue
		}
		s.serve(d, r)
	}
}

// serve executes a request and answers it, or lets a fault happen.
func (s *Server) serve(d *device, r request) {
	gatewaysOwn := map[string]any{
		"message": "Internal server error", "connectionId": "BFaT_fALIAMCKug=", "requestId": "BFaVtH2HoAMFZEQ=",
	}
	if s.chance(func(f Faults) float64 { return f.Throttle }) {
		d.write(r.refusal(10023, "too_many_requests", true))
		return
	}
	failing := s.chance(func(f Faults) float64 { return f.Fail })
	if failing && s.chance(func(Faults) float64 { return 0.5 }) {
		d.write(gatewaysOwn)
		return
	}
	reply, events := s.do(d.user, r)
	for _, e := range events {
		s.deliver(e, d)
	}
	switch {
	case failing:
		d.write(gatewaysOwn)
	case s.chance(func(f Faults) float64 { return f.Lose }):
		_ = d.socket.CloseNow() // this is the fault
	default:
		s.send(d, reply, false)
	}
}

// event is a frame for every device of a user, save the one that caused it.
type event struct {
	user  string
	frame map[string]any
}

func (s *Server) deliver(e event, except *device) {
	s.mutex.Lock()
	receivers := []*device{}
	for d := range s.devices {
		if d.user == e.user && d != except {
			receivers = append(receivers, d)
		}
	}
	s.mutex.Unlock()
	for _, d := range receivers {
		s.send(d, e.frame, true)
	}
}

// send writes a frame with the faults in force.
func (s *Server) send(d *device, frame map[string]any, isEvent bool) {
	switch {
	case s.chance(func(f Faults) float64 { return f.Drop }):
		_ = d.socket.CloseNow() // this is the fault
		return
	case s.chance(func(f Faults) float64 { return f.HalfFrame }):
		d.writeHalf(frame)
		return
	case s.chance(func(f Faults) float64 { return f.Rubbish }):
		d.writeText(`{"type":"message","message":{"messageId":[]}}`)
		d.writeText(`{"type":"revoked","conversation":{}}`)
		d.writeText(`][`)
	}
	if isEvent && s.chance(func(f Faults) float64 { return f.Delay }) {
		d.hold(frame)
		return
	}
	d.write(frame)
	if isEvent && s.chance(func(f Faults) float64 { return f.Duplicate }) {
		d.write(frame)
	}
	d.release()
}

func (s *Server) chance(share func(Faults) float64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.random.Float64() < share(s.faults)
}

// device is the server's end of a connection.
type device struct {
	user   string
	socket *websocket.Conn
	mutex  sync.Mutex
	held   []map[string]any
}

func (d *device) hold(frame map[string]any) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.held = append(d.held, frame)
}

// release sends the events that were held back, the last first.
func (d *device) release() {
	d.mutex.Lock()
	held := d.held
	d.held = nil
	d.mutex.Unlock()
	slices.Reverse(held)
	for _, frame := range held {
		d.write(frame)
	}
}

func (d *device) write(frame map[string]any) {
	if data, err := json.Marshal(frame); err == nil {
		d.writeText(string(data))
	}
}

const writeTimeout = 10 * time.Second

func (d *device) writeText(text string) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	_ = d.socket.Write(ctx, websocket.MessageText, []byte(text)) // a client that is gone synchronises later
}

// writeHalf sends the first half of a message and cuts the connection.
func (d *device) writeHalf(frame map[string]any) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	data, err := json.Marshal(frame)
	if err != nil {
		return
	}
	if writer, err := d.socket.Writer(ctx, websocket.MessageText); err == nil {
		_, _ = writer.Write(data[:len(data)/2]) // the connection is cut next
	}
	_ = d.socket.CloseNow() // this is the fault
}
