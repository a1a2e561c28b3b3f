package websocket

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	coder "github.com/coder/websocket"
)

// handshake turns a correct upgrade request into a connection. It checks the throttle and asks the authorizer and the
// $connect function.
func (g *Gateway) handshake(w http.ResponseWriter, r *http.Request) {
	started := g.options.Clock.Now()
	requestID := newIdentifier()
	sourceIP := withoutPort(r.RemoteAddr)
	c := &client{
		connectionID: newIdentifier(),
		connectedAt:  started,
		host:         r.Host,
		domainName:   cmp.Or(g.options.DomainName, withoutPort(r.Host)),
		identity:     identity{UserAgent: r.UserAgent(), SourceIP: sourceIP},
	}
	done := func(status int, outcome string) {
		g.observe(Record{
			Kind: KindHandshake, At: started, ConnectionID: c.connectionID, RequestID: requestID, RouteKey: routeConnect,
			Method: http.MethodGet, Status: status, Duration: g.options.Clock.Now().Sub(started), Outcome: outcome,
		})
	}
	refuse := func(status int, message, outcome string) {
		writeServiceAnswer(w, status, serviceFrame(message, c.connectionID, requestID), requestID)
		done(status, outcome)
	}
	if !g.throttles.allowHandshake(g.options.Clock) {
		refuse(g.options.Switches.ThrottledHandshakeStatus, g.options.Switches.ThrottledMessage, "throttled")
		return
	}
	request := g.newHandshakeRequest(r, sourceIP)
	if status, outcome := g.authorize(r, c, requestID, request); status != 0 {
		refuse(status, serviceMessage(status), outcome)
		return
	}
	answer, status, outcome := g.connect(c, requestID, request)
	switch {
	case answer == nil && status != 0:
		refuse(status, serviceMessage(status), outcome)
	case answer != nil && status >= 300:
		passOn(w, *answer, status)
		done(status, outcome)
	default:
		if answer != nil {
			setConnectHeaders(w.Header(), *answer, g.options.Switches.HideConnectHeaders)
		}
		g.upgrade(w, r, c, done)
	}
}

func serviceMessage(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Unauthorized"
	case http.StatusForbidden:
		return "Forbidden"
	case http.StatusGatewayTimeout:
		return messageTimedOut
	default:
		return messageServerError
	}
}

// connect runs the $connect function. Without such a route it accepts everybody and returns nil and 0. If it returns
// a nil answer with a status, API Gateway itself refuses the handshake.
func (g *Gateway) connect(
	c *client, requestID string, request handshakeRequest,
) (answer *proxyAnswer, status int, outcome string) {
	route, ok := g.options.API.Routes[routeConnect]
	if !ok {
		return nil, 0, outcomeOK
	}
	r := g.invoke(call{
		connectionID: c.connectionID, requestID: requestID, routeKey: routeConnect,
		function: route.Function, timeout: route.timeout(),
	}, g.connectEvent(c, requestID, request))
	switch r.failure {
	case failureNone:
	case failureFunction:
		return nil, http.StatusBadGateway, string(r.failure)
	case failureFunctionTimeout, failureIntegrationTimeout:
		return nil, g.options.Switches.ConnectTimeoutStatus, string(r.failure)
	default:
		return nil, http.StatusInternalServerError, string(r.failure)
	}
	var parsed proxyAnswer
	if json.Unmarshal(r.payload, &parsed) != nil || parsed.status() == 0 {
		return nil, http.StatusBadGateway, "$connect returned no {statusCode}"
	}
	return &parsed, parsed.status(), "$connect answered"
}

// passOn answers the handshake with exactly what the $connect function returned.
func passOn(w http.ResponseWriter, answer proxyAnswer, status int) {
	setConnectHeaders(w.Header(), answer, false)
	w.WriteHeader(status)
	if answer.Body == nil {
		return
	}
	body := []byte(*answer.Body)
	if answer.IsBase64Encoded {
		if decoded, err := base64.StdEncoding.DecodeString(*answer.Body); err == nil {
			body = decoded
		}
	}
	_, _ = w.Write(body) // a client that has left needs no answer
}

// setConnectHeaders copies the headers of a $connect answer, except those that belong to the connection itself.
func setConnectHeaders(header http.Header, answer proxyAnswer, onlySubprotocol bool) {
	set := func(name string, values ...string) {
		switch http.CanonicalHeaderKey(name) {
		case "Connection", "Upgrade", "Content-Length", "Transfer-Encoding", "Trailer", "Keep-Alive",
			"Sec-Websocket-Accept", "Sec-Websocket-Extensions":
			return
		case "Sec-Websocket-Protocol":
		default:
			if onlySubprotocol {
				return
			}
		}
		header.Del(name)
		for _, value := range values {
			header.Add(name, value)
		}
	}
	for name, raw := range answer.Headers {
		var value string
		if json.Unmarshal(raw, &value) != nil {
			value = strings.TrimSpace(string(raw)) // numbers and booleans as they are written
		}
		set(name, value)
	}
	for name, values := range answer.MultiValueHeaders {
		set(name, values...)
	}
}

// upgrade writes the 101 and starts the connection. Only after that can others post to it.
func (g *Gateway) upgrade(
	w http.ResponseWriter, r *http.Request, from *client, done func(status int, outcome string),
) {
	c := newConnection(g, *from)
	opened := g.registry.open(c.connectionID)
	defer opened()
	socket, err := coder.Accept(&upgradeWriter{ResponseWriter: w, connection: c}, r, &coder.AcceptOptions{
		InsecureSkipVerify: true, // API Gateway does not look at Origin; $connect may
		OnPingReceived:     func(context.Context, []byte) bool { c.control(); return !c.outbound.full() },
		OnPongReceived:     func(context.Context, []byte) { c.control() },
	})
	if err != nil {
		opened()
		done(http.StatusInternalServerError, "the connection was lost before the 101")
		g.disconnected(c, ending{code: closeAbnormal, reason: reasonAbnormal})
		return
	}
	socket.SetReadLimit(-1) // readMessage checks the limits, also those for frames
	c.socket = socket
	done(http.StatusSwitchingProtocols, outcomeOK)
	g.active.Add(1)    // ends in serve
	g.lifetimes.add(c) // first of all, so that its age is not shorter than what others see
	g.registry.add(c)
	opened()
	if g.isClosing() {
		c.end(ending{code: closeGoingAway, reason: "Going away"})
	}
	go c.serve()
}

// upgradeWriter puts the outbound buffer between the WebSocket library and the socket.
type upgradeWriter struct {
	http.ResponseWriter
	connection *connection
}

// controlFrameBuffer is large enough for any whole control frame.
const controlFrameBuffer = 256

// Hijack implements http.Hijacker.
func (u *upgradeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(u.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := buffered.Reader.Peek(buffered.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	g := u.connection.gateway
	socket := newOutbound(conn, append([]byte(nil), early...), g.options.Clock, g.options.Limits)
	u.connection.outbound = socket
	return socket, bufio.NewReadWriter(bufio.NewReaderSize(socket, 1024),
		bufio.NewWriterSize(socket, controlFrameBuffer)), nil
}
