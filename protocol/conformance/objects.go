package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	// objectsPath begins the paths of uploads and downloads. Another path is a handshake.
	objectsPath      = "/objects/"
	objectLimitBytes = 16 << 20
)

// ObjectStep waits for the client's next upload or download, checks it and answers it.
type ObjectStep struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`    // after the address $objects, with the query
	Headers map[string]string `json:"headers"` // exactly those that the client must add to those of every HTTP library
	Body    string            `json:"body"`    // of an upload
	Status  int               `json:"status"`  // 0: 200
	Answer  string            `json:"answer"`  // the body of the answer
	Then    string            `json:"then"`    // "cut" or "hold" before the answer's last byte; "": the whole answer
}

// repeated returns the step with its bodies repeated.
func (o ObjectStep) repeated(times int) ObjectStep {
	o.Body, o.Answer = strings.Repeat(o.Body, max(times, 1)), strings.Repeat(o.Answer, max(times, 1))
	return o
}

// objectRequest is an upload or a download that waits for a step.
type objectRequest struct {
	request *http.Request
	body    []byte
	answer  chan ObjectStep
}

// serveObject hands an upload or a download to the step that waits for it.
func (s *server) serveObject(w http.ResponseWriter, r *http.Request) {
	s.trace("client", r.Method+" "+r.URL.Path)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, objectLimitBytes))
	if err != nil {
		return // The client has given up.
	}
	pending := &objectRequest{request: r, body: body, answer: make(chan ObjectStep, 1)}
	select {
	case s.objects <- pending:
	case <-s.closing:
		return
	}
	select {
	case step := <-pending.answer:
		s.answerObject(w, r, step)
	case <-r.Context().Done():
	case <-s.closing:
	}
}

func (s *server) answerObject(w http.ResponseWriter, r *http.Request, step ObjectStep) {
	if step.Then == "" {
		w.Header().Set("Content-Length", strconv.Itoa(len(step.Answer)))
		w.WriteHeader(orOK(step.Status))
		_, _ = io.WriteString(w, step.Answer) // A client may have gone away.
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(step.Answer)+1))
	w.WriteHeader(orOK(step.Status))
	_, _ = io.WriteString(w, step.Answer)
	_ = http.NewResponseController(w).Flush() // The same.
	if step.Then == "hold" {
		select {
		case <-r.Context().Done():
		case <-s.closing:
		}
	}
	panic(http.ErrAbortHandler) // It cuts the connection, and logs nothing.
}

func orOK(status int) int {
	if status == 0 {
		return http.StatusOK
	}
	return status
}

// object does a step of an upload or a download.
func (p *run) object(ctx context.Context, step ObjectStep) error {
	var pending *objectRequest
	select {
	case pending = <-p.server.objects:
	case <-ctx.Done():
		return fmt.Errorf("no upload or download came: %w", ctx.Err())
	}
	if step.Then != "" && step.Then != "cut" && step.Then != "hold" {
		return errors.New("then must be cut or hold")
	}
	if err := step.check(pending.request, pending.body); err != nil {
		return err
	}
	pending.answer <- step
	return nil
}

// check says what is wrong with an upload or a download.
func (o ObjectStep) check(r *http.Request, body []byte) error {
	path := strings.TrimPrefix(r.URL.RequestURI(), objectsPath)
	if r.Method != o.Method || path != o.Path {
		return fmt.Errorf("wanted %s %s, the client sent %s %s", o.Method, o.Path, r.Method, path)
	}
	if string(body) != o.Body {
		return fmt.Errorf("the client sent %d bytes that are not the %d of the attachment", len(body), len(o.Body))
	}
	if o.Method == http.MethodPut && r.ContentLength != int64(len(o.Body)) {
		return fmt.Errorf("the upload says that it has %d bytes, and has %d", r.ContentLength, len(o.Body))
	}
	for name, value := range o.Headers {
		if got := r.Header.Values(name); !slices.Equal(got, []string{value}) {
			return fmt.Errorf("the header %s must be %q and is %q", name, value, got)
		}
	}
	for name := range r.Header {
		if !o.allows(name) {
			return fmt.Errorf("the header %s is none of those that the server gave", name)
		}
	}
	return nil
}

// allows says whether a request may have a header. Every HTTP library adds some by itself.
func (o ObjectStep) allows(name string) bool {
	for given := range o.Headers {
		if strings.EqualFold(given, name) {
			return true
		}
	}
	switch name {
	case "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Length", "Origin",
		"Pragma", "Priority", "Referer", "User-Agent":
		return true
	}
	return strings.HasPrefix(name, "Sec-")
}

// unexpectedObject returns an error for an upload or a download that no step took.
func (s *server) unexpectedObject() error {
	select {
	case pending := <-s.objects:
		return fmt.Errorf("no step expects %s %s", pending.request.Method, pending.request.URL.Path)
	default:
		return nil
	}
}
