package websocket

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"
	"unicode/utf8"

	"example.com/recall/local/signature"
)

// errorTypes are the values of the header x-amzn-ErrorType. AWS's SDKs choose the type of an error by it.
var errorTypes = map[int]string{
	http.StatusBadRequest:            "BadRequestException",
	http.StatusUnauthorized:          "UnauthorizedException",
	http.StatusForbidden:             "ForbiddenException",
	http.StatusGone:                  "GoneException",
	http.StatusRequestEntityTooLarge: "PayloadTooLargeException",
	http.StatusTooManyRequests:       "LimitExceededException",
	http.StatusInternalServerError:   "InternalServerErrorException",
	http.StatusBadGateway:            "BadGatewayException",
	http.StatusGatewayTimeout:        "IntegrationTimeoutException",
}

// traceForm is the form of a trace header (X-Ray Developer Guide, "Tracing header").
var traceForm = regexp.MustCompile(`^Root=1-[0-9a-f]{1,8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]$`)

// management is one request to @connections.
type management struct {
	gateway   *Gateway
	w         http.ResponseWriter
	r         *http.Request
	requestID string
	id        string
	bytes     int

	heldFrom, heldUntil time.Time
}

// manage answers POST, GET and DELETE @connections.
func (g *Gateway) manage(w http.ResponseWriter, r *http.Request, stage, id string) {
	started := g.options.Clock.Now()
	m := &management{gateway: g, w: w, r: r, requestID: newIdentifier(), id: id}
	status, outcome := m.answer(stage)
	record := Record{
		Kind: KindPost, At: started, RequestID: m.requestID, Method: knownMethod(r.Method), Status: status, Bytes: m.bytes,
		Duration: g.options.Clock.Now().Sub(started), Outcome: outcome,
		HeldFrom: m.heldFrom, HeldUntil: m.heldUntil,
	}
	if trace := r.Header.Get("X-Amzn-Trace-Id"); traceForm.MatchString(trace) {
		record.TraceID = trace // any other text was written by a caller
	}
	if wellFormedIdentifier(id) {
		record.ConnectionID = id // any other text was written by a caller
	}
	g.observe(record)
}

func knownMethod(method string) string {
	switch method {
	case http.MethodPost, http.MethodGet, http.MethodDelete:
		return method
	default:
		return "other"
	}
}

func (m *management) answer(stage string) (status int, outcome string) {
	g := m.gateway
	if stage != g.options.API.Stage {
		return m.fail(http.StatusForbidden, "Forbidden", "unknown stage")
	}
	body, err := m.body()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return m.fail(http.StatusRequestEntityTooLarge, "Message too long", "message too long")
	case err != nil:
		return m.fail(http.StatusBadRequest, "Bad Request", "the request's body did not arrive")
	}
	m.bytes = len(body)
	signed, err := g.options.Keys.Verify(m.r, body)
	switch {
	case errors.Is(err, signature.ErrMismatch):
		return m.fail(http.StatusForbidden, signature.MismatchMessage, "the signature does not match")
	case !g.options.Switches.UnsignedManagement && (err != nil || signed.Service != "execute-api"):
		return m.fail(http.StatusForbidden, "Missing Authentication Token", "not signed for execute-api")
	case knownMethod(m.r.Method) == "other":
		return m.fail(http.StatusForbidden, "Missing Authentication Token", "no such method")
	case !g.throttles.allowRequest(g.options.Clock, ""):
		return m.fail(http.StatusTooManyRequests, "Too Many Requests", "throttled")
	}
	if err := g.options.AuthorizeManagement(signed.AccessKey, m.r.Method, m.id); err != nil {
		return m.fail(http.StatusForbidden, err.Error(), "not authorized")
	}
	if !wellFormedIdentifier(m.id) {
		return m.fail(http.StatusBadRequest, "Invalid connectionId", "malformed connection ID")
	}
	if m.r.Method == http.MethodPost {
		return m.post(body)
	}
	c := g.registry.find(m.id)
	if c == nil {
		return m.gone()
	}
	if m.r.Method == http.MethodGet {
		return m.describe(c)
	}
	if !c.end(ending{code: g.options.Switches.DeleteCloseCode, deleted: true}) {
		return m.gone()
	}
	return m.empty(http.StatusNoContent)
}

// post sends the request's body to the client as one message.
func (m *management) post(body []byte) (status int, outcome string) {
	g := m.gateway
	if !utf8.Valid(body) {
		if !g.options.Switches.ReplaceInvalidText {
			return m.fail(http.StatusBadRequest, "The message is not UTF-8, and a WebSocket API sends text only",
				"the message is not UTF-8")
		}
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	fault := g.postFault(m.id)
	if fault.Delay > 0 {
		m.heldFrom = g.options.Clock.Now()
		g.wait(m.r.Context(), fault.Delay)
		m.heldUntil = g.options.Clock.Now()
	}
	if fault.Status != 0 {
		return m.fail(fault.Status, http.StatusText(fault.Status), "fault")
	}
	c := g.registry.find(m.id)
	if c == nil {
		return m.gone()
	}
	switch err := c.outbound.send(body); {
	case errors.Is(err, errBufferFull):
		return m.fail(http.StatusTooManyRequests, "Limit exceeded", err.Error())
	case err != nil:
		return m.gone()
	}
	c.touch()
	return m.empty(http.StatusOK)
}

// body reads the request's body within the message limit and the handshake time-out.
func (m *management) body() ([]byte, error) {
	limits := m.gateway.options.Limits
	controller := http.NewResponseController(m.w)
	// If the server cannot set deadlines, its own time-outs must be enough.
	guard := m.gateway.options.Clock.AfterFunc(limits.HandshakeTimeout, func() {
		_ = controller.SetReadDeadline(time.Unix(1, 0))
	})
	defer guard.Stop()
	return io.ReadAll(http.MaxBytesReader(m.w, m.r.Body, int64(limits.MessageBytes)))
}

// connectionDescription is the answer of GetConnection. Times are ISO 8601.
type connectionDescription struct {
	ConnectedAt  string   `json:"connectedAt"`
	Identity     identity `json:"identity"`
	LastActiveAt string   `json:"lastActiveAt"`
}

func (m *management) describe(c *connection) (status int, outcome string) {
	const iso8601 = "2006-01-02T15:04:05.000Z"
	body, _ := json.Marshal(connectionDescription{
		ConnectedAt: c.connectedAt.UTC().Format(iso8601), Identity: c.identity,
		LastActiveAt: time.Unix(0, c.lastActive.Load()).UTC().Format(iso8601),
	})
	writeServiceAnswer(m.w, http.StatusOK, body, m.requestID)
	return http.StatusOK, outcomeOK
}

func (m *management) empty(status int) (int, string) {
	m.w.Header().Set("X-Amzn-Requestid", m.requestID)
	m.w.WriteHeader(status)
	return status, outcomeOK
}

// gone answers 410. Only the header contains the type of the error, since captured answers have an empty body.
func (m *management) gone() (status int, outcome string) {
	return m.fail(http.StatusGone, "", "gone")
}

func (m *management) fail(status int, message, outcome string) (int, string) {
	var body []byte
	if message != "" && status != http.StatusGone {
		body = serviceFrame(message, "", m.requestID)
		if wellFormedIdentifier(m.id) {
			body = serviceFrame(message, m.id, m.requestID)
		}
	}
	writeServiceAnswer(m.w, status, body, m.requestID)
	return status, outcome
}
