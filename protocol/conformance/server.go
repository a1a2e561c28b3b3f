package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const barrierConversation = "c2c_barrier"

// server is the scenario's server: it holds handshakes until a step answers them.
type server struct {
	http       *http.Server
	links      *links
	handshakes chan *pendingHandshake
	objects    chan *objectRequest
	closing    chan struct{}
	trace      func(direction, text string)
	fail       func(error)

	mutex       sync.Mutex
	connections []*serverConnection
	repeat      func() *script // answers handshakes that no step waits for
}

// pendingHandshake is a handshake that waits for a step.
type pendingHandshake struct {
	request  *http.Request
	decision chan handshakeDecision
	result   chan *serverConnection
}

type handshakeDecision struct {
	status int
	script *script
}

func startServer(trace func(direction, text string), fail func(error)) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the scenario's server: %w", err)
	}
	s := &server{
		links: newLinks(listener), handshakes: make(chan *pendingHandshake, 100), closing: make(chan struct{}),
		objects: make(chan *objectRequest, 100), trace: trace, fail: fail,
	}
	s.http = &http.Server{
		Handler: http.HandlerFunc(s.handle), ReadHeaderTimeout: 10 * time.Second,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, linkKey{}, c) },
	}
	go func() {
		if err := s.http.Serve(s.links); err != http.ErrServerClosed {
			fail(fmt.Errorf("the scenario's server ended: %w", err))
		}
	}()
	return s, nil
}

func (s *server) url() string { return "ws://" + s.links.Addr().String() + "/local" }

// objectsURL begins the addresses of uploads and downloads.
func (s *server) objectsURL() string { return "http://" + s.links.Addr().String() + objectsPath }

func (s *server) close() {
	close(s.closing)
	for _, c := range s.all() {
		_ = c.socket.CloseNow() // the scenario is over
	}
	_ = s.http.Close() // the same
}

func (s *server) all() []*serverConnection {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]*serverConnection(nil), s.connections...)
}

// latest returns the connection accepted last; nil before the first.
func (s *server) latest() *serverConnection {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.connections) == 0 {
		return nil
	}
	return s.connections[len(s.connections)-1]
}

func (s *server) setRepeat(repeat func() *script) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.repeat = repeat
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, objectsPath) {
		s.serveObject(w, r)
		return
	}
	s.trace("client", "handshake "+r.URL.Path)
	if strings.Contains(r.URL.RawQuery, "ey") {
		s.fail(fmt.Errorf("the handshake's URL carries a token: URLs end up in logs"))
	}
	s.mutex.Lock()
	repeat := s.repeat
	s.mutex.Unlock()
	if repeat != nil {
		s.upgrade(w, r, repeat(), nil)
		return
	}
	pending := &pendingHandshake{
		request: r, decision: make(chan handshakeDecision), result: make(chan *serverConnection, 1),
	}
	select {
	case s.handshakes <- pending:
	case <-s.closing:
		return
	}
	select {
	case decision := <-pending.decision:
		if decision.status != 0 && decision.status != http.StatusSwitchingProtocols {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(decision.status)
			fmt.Fprintf(w, `{"message":%q}`, http.StatusText(decision.status))
			close(pending.result)
			return
		}
		s.upgrade(w, r, decision.script, pending.result)
	case <-r.Context().Done():
	case <-s.closing:
	}
}

// upgrade accepts the handshake and reads frames until the connection is over.
func (s *server) upgrade(w http.ResponseWriter, r *http.Request, played *script, result chan<- *serverConnection) {
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{"recall.v1"}, InsecureSkipVerify: true, // any Origin: a driver may be a page
		OnPingReceived: func(context.Context, []byte) bool { return played == nil || !played.noPongs },
	})
	if err != nil {
		if !linkOf(r).isClosed() { // Otherwise a step cut the connection.
			s.fail(fmt.Errorf("the client's handshake is not a WebSocket handshake: %w", err))
		}
		if result != nil {
			close(result)
		}
		return
	}
	socket.SetReadLimit(1 << 20)
	c := &serverConnection{socket: socket, frames: newInbox(), played: played, trace: s.trace, fail: s.fail}
	s.mutex.Lock()
	s.connections = append(s.connections, c)
	s.mutex.Unlock()
	if result != nil {
		result <- c
	}
	c.read()
}

// next waits for a handshake and decides on it. Handshakes that the client gave up meanwhile are passed over.
func (s *server) next(ctx context.Context, token string, decision handshakeDecision) (*serverConnection, error) {
	for {
		select {
		case pending := <-s.handshakes:
			if linkOf(pending.request).isClosed() {
				continue // A step cut the connection, or killed its client.
			}
			if carried := tokenOf(pending.request); token != "" && carried != token {
				return nil, fmt.Errorf("the handshake carries another token than %s: %s", token, carried)
			}
			select {
			case pending.decision <- decision:
			case <-pending.request.Context().Done():
				continue
			}
			select {
			case c := <-pending.result:
				return c, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case <-ctx.Done():
			return nil, fmt.Errorf("no handshake came: %w", ctx.Err())
		}
	}
}

// tokenOf reads the token of a handshake from where the protocol allows it.
func tokenOf(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for offer := range strings.SplitSeq(header, ",") {
			if token, ok := strings.CutPrefix(strings.TrimSpace(offer), "bearer."); ok {
				return token
			}
		}
	}
	return ""
}

// serverConnection is the server's end of one connection.
type serverConnection struct {
	socket *websocket.Conn
	frames *inbox
	played *script // answers frames; nil: all wait for steps
	trace  func(direction, text string)
	fail   func(error)
}

func (c *serverConnection) read() {
	for {
		kind, data, err := c.socket.Read(context.Background())
		if err != nil {
			_ = c.socket.CloseNow() // the read error has said it
			return
		}
		c.trace("client", string(data))
		var frame map[string]any
		if err := json.Unmarshal(data, &frame); kind != websocket.MessageText || err != nil {
			c.fail(fmt.Errorf("the client sent a frame that is no JSON object in text: %.200q", data))
			return
		}
		if len(data) > 32<<10 {
			c.fail(fmt.Errorf("the client sent a frame of %d bytes; API Gateway takes 32 KB", len(data)))
		}
		if c.played == nil || !c.played.answer(c, frame) {
			setBarrierAside(frame)
			c.frames.put(frame)
		}
	}
}

// barrierAsked marks a sync from which the conversation of barriers was taken.
const barrierAsked = "and the barrier"

// setBarrierAside takes the conversation of barriers out of a sync that is for a step. Mostly a client asks for it
// alone, and the script answers. But on a busy machine it may ask for it together with the conversation of the next
// step.
func setBarrierAside(frame map[string]any) {
	items, _ := frame["conversations"].([]any)
	others := slices.DeleteFunc(slices.Clone(items), func(item any) bool {
		asked, _ := item.(map[string]any)
		return asked["conversation"] == barrierConversation
	})
	if frame["action"] == "sync" && len(others) > 0 && len(others) < len(items) {
		frame["conversations"], frame[barrierAsked] = others, true
	}
}

// answerBarrier adds the conversation of barriers to the reply to a sync from which it was taken.
func answerBarrier(request, reply map[string]any) {
	items, ok := reply["conversations"].([]any)
	if ok && request[barrierAsked] == true {
		reply["conversations"] = append(slices.Clone(items), emptyPage(barrierConversation))
	}
}

func (c *serverConnection) reply(request map[string]any, fields map[string]any) {
	reply := map[string]any{"type": "reply", "action": request["action"], "ok": true}
	if id, ok := request["id"]; ok {
		reply["id"] = id
	}
	for name, value := range fields {
		reply[name] = value
	}
	answerBarrier(request, reply)
	if err := c.send(reply); err != nil {
		c.trace("server", "could not send: "+err.Error())
	}
}

func (c *serverConnection) send(frame any) error {
	data, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return c.write(websocket.MessageText, data)
}

func (c *serverConnection) write(kind websocket.MessageType, data []byte) error {
	c.trace("server", fmt.Sprintf("%.2000s", data))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return c.socket.Write(ctx, kind, data)
}
