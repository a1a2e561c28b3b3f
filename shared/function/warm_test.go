package function_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"example.com/recall/shared/function"
)

// service is a TLS server that answers as DynamoDB does, with a body, and counts how often it is dialled. It speaks HTTP/2
// too if a test wants that.
type service struct {
	*httptest.Server
	dialled atomic.Int32
	// expected makes every request wait for an answer until that many requests have come. 0 is none.
	expected, came atomic.Int32
	complete       chan struct{}
}

func newService(t *testing.T, http2 bool) (*service, *awshttp.BuildableClient) {
	t.Helper()
	s := &service{complete: make(chan struct{})}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.dialled.Add(1)
		}
	}
	s.EnableHTTP2 = http2
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, trusting(s.Certificate())
}

// trusting is the functions' client. It trusts a test's certificate, and gives a busy machine a minute instead of seconds.
func trusting(certificate *x509.Certificate) *awshttp.BuildableClient {
	authorities := x509.NewCertPool()
	authorities.AddCert(certificate)
	return function.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
		transport.TLSHandshakeTimeout, transport.ResponseHeaderTimeout = time.Minute, time.Minute
	})
}

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
			service, client := newService(t, http2)
			function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: 1})
			warmed := service.dialled.Load()
			fetch(t, client, service.URL)
			if dialled := service.dialled.Load(); warmed != 1 || dialled != warmed {
				t.Errorf("the warming dialled %d times, the first call %d times", warmed, dialled-warmed)
			}
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
			service, client := newService(t, test.http2)
			function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: atOnce})
			warmed := service.dialled.Load()
			service.expected.Store(atOnce)
			var calls sync.WaitGroup
			for range atOnce {
				calls.Go(func() { fetch(t, client, service.URL) })
			}
			calls.Wait()
			if dialled := service.dialled.Load(); warmed != test.want || dialled != warmed {
				t.Errorf("the warming dialled %d times, want %d; the fan-out dialled %d times more", warmed, test.want, dialled-warmed)
			}
		})
	}
}

func TestAServiceThatCannotBeReachedAtTheStartIsNoError(t *testing.T) {
	service, client := newService(t, false)
	service.Close()
	function.Warm(t.Context(), client, function.Pool{Address: service.URL, Connections: 3}, function.Pool{Address: "://no address", Connections: 3})
}
