package function_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"example.com/recall/shared/function"
)

// service is a TLS server that answers as DynamoDB does, with a body, and counts how often it is dialled. It speaks
// HTTP/2 too if a test wants that. Its network is in memory, in a bubble of testing/synctest: net/http keeps no
// connection whose request was not seen to be written within 50 ms after its answer, which on a busy machine depends
// on luck.
type service struct {
	*httptest.Server
	network *network
	// expected makes every request wait for an answer until that many requests have come. 0 is none.
	expected, came atomic.Int32
	complete       chan struct{}
}

func newService(t *testing.T, http2 bool) (*service, *awshttp.BuildableClient) {
	t.Helper()
	s := &service{
		complete: make(chan struct{}),
		network:  &network{accepted: make(chan net.Conn), closed: make(chan struct{})},
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		if expected := s.expected.Load(); expected > 0 {
			if s.came.Add(1) == expected {
				close(s.complete)
			}
			select {
			case <-s.complete:
			case <-r.Context().Done():
			}
		}
		_, _ = io.WriteString(w, "healthy: dynamodb.eu-central-1.amazonaws.com ")
	}
	s.Server = &httptest.Server{
		Listener:    s.network,
		EnableHTTP2: http2,
		Config:      &http.Server{Handler: http.HandlerFunc(handler)},
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	// The functions' client, which trusts the test's certificate.
	authorities := x509.NewCertPool()
	authorities.AddCert(s.Certificate())
	return s, function.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
		transport.DialContext = s.network.dial
		t.Cleanup(transport.CloseIdleConnections)
	})
}

// network is a listener and the way to it.
type network struct {
	dialled  atomic.Int32
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case n.accepted <- there:
		n.dialled.Add(1)
		return here, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.accepted:
		return conn, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

// Addr is one that the test's certificate is for.
func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

func fetch(t *testing.T, client *awshttp.BuildableClient, address string) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

func TestAfterWarmingTheFirstCallDialsNothing(t *testing.T) {
	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service, client := newService(t, http2)
				function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: 1})
				warmed := service.network.dialled.Load()
				fetch(t, client, service.URL)
				if dialled := service.network.dialled.Load(); warmed != 1 || dialled != warmed {
					t.Errorf("the warming dialled %d times, the first call %d times", warmed, dialled-warmed)
				}
			})
		})
	}
}

func TestAfterWarmingTheFirstFanOutDialsNothing(t *testing.T) {
	const atOnce = 128
	for name, test := range map[string]struct {
		http2 bool
		want  int32
	}{"HTTP/1.1 needs a connection for each call": {false, atOnce}, "HTTP/2 needs one for all": {true, 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service, client := newService(t, test.http2)
				function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: atOnce})
				warmed := service.network.dialled.Load()
				service.expected.Store(atOnce)
				var calls sync.WaitGroup
				for range atOnce {
					calls.Go(func() { fetch(t, client, service.URL) })
				}
				calls.Wait()
				if dialled := service.network.dialled.Load(); warmed != test.want || dialled != warmed {
					t.Errorf("the warming dialled %d times, want %d; the fan-out dialled %d times more", warmed, test.want,
						dialled-warmed)
				}
			})
		})
	}
}

func TestAServiceThatCannotBeReachedAtTheStartIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service, client := newService(t, false)
		service.Close()
		function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: 3}, function.Pool{
			Address:     "://no address",
			Connections: 3,
		})
	})
}
