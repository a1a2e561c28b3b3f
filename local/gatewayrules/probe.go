package gatewayrules

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// prober asks one API about one rule. It speaks the WebSocket protocol itself, since several rules are about frames
// that no client library sends.
type prober struct {
	target Target
	opened []*socket
	// seen is what the API did, for Result.Seen.
	seen []string
}

// note keeps what the API did.
func (p *prober) note(format string, arguments ...any) {
	p.seen = append(p.seen, fmt.Sprintf(format, arguments...))
}

// noteRefusal keeps the status and the body of an answer to a handshake.
func (p *prober) noteRefusal(answer *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil {
		return err
	}
	p.note("%d %s", answer.StatusCode, body)
	return nil
}

func (p *prober) close() {
	for _, s := range p.opened {
		// The other side may already have closed it.
		_ = s.Close()
	}
}

// handshake asks for a connection and returns the answer, also if it is a refusal.
func (p *prober) handshake(ctx context.Context, address string, header http.Header) (*socket, error) {
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	host, secure := at.Host, at.Scheme == "wss"
	if at.Port() == "" {
		host = net.JoinHostPort(at.Hostname(), map[bool]string{true: "443", false: "80"}[secure])
	}
	var dialer interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	if secure {
		dialer = &tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: at.Hostname()}}
	}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	s := &socket{Conn: conn, reader: bufio.NewReader(conn), prober: p}
	p.opened = append(p.opened, s)
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // it never fails, according to crypto/rand
	fields := http.Header{
		"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {base64.StdEncoding.EncodeToString(nonce[:])},
	}
	for name, values := range header {
		fields[name] = values
	}
	var request bytes.Buffer
	fmt.Fprintf(&request, "GET %s HTTP/1.1\r\nHost: %s\r\n", at.RequestURI(), at.Host)
	if err := fields.Write(&request); err != nil {
		return nil, err
	}
	request.WriteString("\r\n")
	if _, err := conn.Write(request.Bytes()); err != nil {
		return nil, err
	}
	if s.answer, err = http.ReadResponse(s.reader, nil); err != nil {
		return nil, err
	}
	if s.answer.StatusCode != http.StatusSwitchingProtocols {
		err = p.noteRefusal(s.answer)
	}
	return s, err
}

// query adds fields to an address, and also the key that the authorizer's identity source needs.
func query(address string, fields ...string) string {
	values := url.Values{"key": {"1"}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return address + "?" + values.Encode()
}

// refused checks that a handshake is answered with a status.
func (p *prober) refused(ctx context.Context, status int, fields ...string) error {
	s, err := p.handshake(ctx, query(p.target.URL, fields...), nil)
	if err != nil {
		return err
	}
	return wantStatus(s.answer, status)
}

func wantStatus(answer *http.Response, status int) error {
	if answer.StatusCode != status {
		return fmt.Errorf("the status is %d, not %d", answer.StatusCode, status)
	}
	return nil
}

// connect opens a connection.
func (p *prober) connect(ctx context.Context, fields ...string) (*socket, error) {
	return p.connectTo(ctx, p.target.URL, fields...)
}

func (p *prober) connectTo(ctx context.Context, address string, fields ...string) (*socket, error) {
	s, err := p.handshake(ctx, query(address, fields...), nil)
	if err != nil {
		return nil, err
	}
	return s, wantStatus(s.answer, http.StatusSwitchingProtocols)
}

// anotherStage returns the address of an API with the name of another stage. Some emulators have no stage.
func anotherStage(address string) (string, error) {
	at, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	if at.Path == "" || at.Path == "/" {
		return "", errors.New("the address has no stage")
	}
	return address + "x", nil
}

// ask sends a frame and returns the event that the function got for it.
func (s *socket) ask(message string) (event, error) {
	if err := s.text(message); err != nil {
		return nil, err
	}
	got, _, err := s.read()
	if err != nil {
		return nil, err
	}
	return readEvent(got)
}

func brief(text string) string {
	if len(text) > 200 {
		return fmt.Sprintf("%s… (%d bytes)", text[:200], len(text))
	}
	return text
}

// event is what a function got.
type event map[string]any

func readEvent(text string) (event, error) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return nil, fmt.Errorf("the message is not an event: %s", brief(text))
	}
	return e, nil
}

// at returns a field by its path, such as requestContext.stage.
func (e event) at(path string) any {
	var here any = map[string]any(e)
	for part := range strings.SplitSeq(path, ".") {
		fields, ok := here.(map[string]any)
		if !ok {
			return nil
		}
		here = fields[part]
	}
	return here
}

// has checks that fields have these values.
func (e event) has(fields map[string]any) error {
	var wrong []error
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		if got, wanted := e.at(path), fields[path]; got != wanted {
			wrong = append(wrong, fmt.Errorf("%s is %v, not %v", path, got, wanted))
		}
	}
	return errors.Join(wrong...)
}

// lacks checks that fields are absent.
func (e event) lacks(paths ...string) error {
	var wrong []error
	for _, path := range paths {
		if got := e.at(path); got != nil {
			wrong = append(wrong, fmt.Errorf("%s is %v, and must be absent", path, got))
		}
	}
	return errors.Join(wrong...)
}

// observed opens two connections and returns both. The functions tell the first one, the observer, which events the
// second one causes.
func (p *prober) observed(ctx context.Context, fields ...string) (observer, other *socket, err error) {
	observer, err = p.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	own, err := observer.ask(`{"action":"ask"}`)
	if err != nil {
		return nil, nil, err
	}
	id, _ := own.at("requestContext.connectionId").(string)
	other, err = p.connect(ctx, append(fields, "observer", id)...)
	return observer, other, err
}

// told waits until the observer gets an event of this kind.
func (s *socket) told(kind string) (event, error) {
	for {
		message, _, err := s.read()
		if err != nil {
			return nil, err
		}
		var told struct {
			Kind  string
			Event event
		}
		if json.Unmarshal([]byte(message), &told) == nil && told.Kind == kind {
			return told.Event, nil
		}
	}
}

// identity returns the ID of a connection.
func (s *socket) identity() (string, error) {
	e, err := s.ask(`{"action":"ask"}`)
	if err != nil {
		return "", err
	}
	id, ok := e.at("requestContext.connectionId").(string)
	if !ok {
		return "", errors.New("the event has no connectionId")
	}
	return id, nil
}

// manage calls @connections.
func (p *prober) manage(
	ctx context.Context, method, path string, body []byte, sign bool,
) (*http.Response, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if sign {
		if err := p.target.Sign(request, body); err != nil {
			return nil, nil, err
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	name, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
	p.note("%s", strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", name)))
	return response, content, err
}

// connection returns the address of a connection at @connections.
func (p *prober) connection(id string) string {
	return p.target.ManagementURL + "/@connections/" + url.QueryEscape(id)
}

// wantFailure checks that a call of @connections fails with a status and the name of an error.
func (p *prober) wantFailure(ctx context.Context, method, path string, body []byte, status int, name string) error {
	response, _, err := p.manage(ctx, method, path, body, true)
	if err != nil {
		return err
	}
	got, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
	if response.StatusCode != status || got != name {
		return fmt.Errorf("the answer is %d %s, not %d %s", response.StatusCode, got, status, name)
	}
	return nil
}
