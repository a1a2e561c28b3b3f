package gatewayrules_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// deviator is a proxy before an API. It makes the API deviate from single rules.
type deviator struct {
	backend    string // host and port
	deviations []deviation
}

// deviate puts a proxy before the API at an address and returns the address of the proxy.
func deviate(t *testing.T, address string, deviations []deviation) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	d := &deviator{backend: at.Host, deviations: deviations}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return strings.Replace(address, at.Host, server.Listener.Addr().String(), 1)
}

func (d *deviator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "/@connections/") {
		d.manage(w, r)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	server, err := net.Dial("tcp", d.backend)
	if err != nil {
		return
	}
	defer server.Close()
	if err := r.Write(server); err != nil {
		return
	}
	reader := bufio.NewReader(server)
	answer, err := http.ReadResponse(reader, r)
	if err != nil {
		return
	}
	l := &link{client: client, query: r.URL.Query(), request: r}
	for _, each := range d.deviations {
		if each.handshake != nil {
			each.handshake(l, answer)
		}
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		answer.Close = true
		_ = answer.Write(client)
		return
	}
	l.write([]byte("HTTP/1.1 101 Switching Protocols\r\n"))
	var header bytes.Buffer
	_ = answer.Header.Write(&header)
	l.write(append(header.Bytes(), "\r\n"...))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		d.fromClient(l, server)
	}()
	d.toClient(l, reader)
	_ = client.Close()
	<-ended
}

// link is a connection of a client.
type link struct {
	request *http.Request
	query   url.Values

	mutex  sync.Mutex
	client net.Conn
	sent   strings.Builder // what the client sent after the handshake. Its masks are zero, so it can be read
	pushed bool
}

func (l *link) write(content []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	_, _ = l.client.Write(content)
}

func (l *link) said(text string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return strings.Contains(l.sent.String(), text)
}

func (l *link) bytes() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.sent.Len()
}

func (d *deviator) fromClient(l *link, server net.Conn) {
	defer server.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := l.client.Read(buffer)
		if err != nil {
			return
		}
		l.mutex.Lock()
		l.sent.Write(buffer[:n])
		l.mutex.Unlock()
		for _, each := range d.deviations {
			if each.answers != "" && !l.pushed && l.said(each.answers) {
				l.pushed = true
				l.write(frame{0x81, []byte("more")}.encode())
			}
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// frame is a frame to the client.
type frame struct {
	first   byte
	payload []byte
}

func (f frame) encode() []byte {
	head := []byte{f.first}
	switch n := len(f.payload); {
	case n < 126:
		head = append(head, byte(n))
	case n < 1<<16:
		head = append(head, 126, byte(n>>8), byte(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	return append(head, f.payload...)
}

func (d *deviator) toClient(l *link, reader *bufio.Reader) {
	for {
		var head [2]byte
		if _, err := io.ReadFull(reader, head[:]); err != nil {
			return
		}
		size := uint64(head[1])
		if long := map[byte]int{126: 2, 127: 8}[head[1]]; long > 0 {
			var length [8]byte
			if _, err := io.ReadFull(reader, length[8-long:]); err != nil {
				return
			}
			size = binary.BigEndian.Uint64(length[:])
		}
		f := frame{head[0], make([]byte, size)}
		if _, err := io.ReadFull(reader, f.payload); err != nil {
			return
		}
		for _, each := range d.deviations {
			if each.frame != nil {
				each.frame(l, &f)
			}
		}
		l.write(f.encode())
	}
}

func (d *deviator) manage(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.Out.URL.Scheme, p.Out.URL.Host = "http", d.backend },
		ModifyResponse: func(answer *http.Response) error {
			for _, each := range d.deviations {
				if each.manage != nil {
					each.manage(r, string(body), answer)
				}
			}
			return nil
		},
	}).ServeHTTP(w, r)
}
