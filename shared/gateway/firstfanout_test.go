package gateway_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"example.com/recall/shared/function"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
)

// BenchmarkFirstFanOut posts one notice to 500 connections through TLS, 15 ms each: with a client that has no
// connection yet, with one that was warmed as a function warms it, and with one that has posted before. It also tells
// how long the warming takes, which a function's start pays for, and how many posts failed because a handshake took
// too long.
func BenchmarkFirstFanOut(b *testing.B) {
	for _, certificate := range []string{"RSA", "ECDSA"} {
		key := newKey(b, certificate)
		for _, protocol := range []string{"HTTP1", "HTTP2"} {
			server := newTLSServer(b, key, protocol == "HTTP2")
			for _, pool := range []string{"cold", "warmed", "used"} {
				b.Run(certificate+"/"+protocol+"/"+pool, func(b *testing.B) { benchmarkFirst(b, server, pool) })
			}
		}
	}
}

func benchmarkFirst(b *testing.B, server *httptest.Server, pool string) {
	var warming, used time.Duration
	failed := 0
	for b.Loop() {
		b.StopTimer()
		client := trusting(server)
		poster := &gateway.Poster{Client: gateway.NewClient(configured(client), server.URL), Clock: recall.SystemClock{}}
		switch began := time.Now(); pool {
		case "warmed":
			function.Warm(b.Context(), client, function.Pool{Address: server.URL, Connections: gateway.ParallelPosts})
			warming += time.Since(began)
		case "used":
			poster.Notify(b.Context(), notice(), receivers(500))
		}
		before := processorTime(b)
		b.StartTimer()
		failed += len(poster.Notify(b.Context(), notice(), receivers(500)))
		b.StopTimer()
		used += processorTime(b) - before
		server.CloseClientConnections()
		b.StartTimer()
	}
	b.ReportMetric(float64(warming.Milliseconds())/float64(b.N), "warming-ms/op")
	b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "processor-ms/op")
	b.ReportMetric(float64(failed)/float64(b.N), "failed/op")
}

// processorTime is what client and server have used until now.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// newTLSServer serves @connections, 15 ms a post.
func newTLSServer(b *testing.B, key crypto.Signer, http2 bool) *httptest.Server {
	b.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"message":"Missing Authentication Token"}`)
			return
		}
		time.Sleep(15 * time.Millisecond)
	}))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		b.Fatal(err)
	}
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
	}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that the client gives up
	server.EnableHTTP2 = http2
	server.StartTLS()
	b.Cleanup(server.Close)
	return server
}

func newKey(b *testing.B, kind string) crypto.Signer {
	b.Helper()
	if kind == "RSA" {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			b.Fatal(err)
		}
		return key
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	return key
}

// trusting is the functions' client, which trusts the server's certificate.
func trusting(server *httptest.Server) *awshttp.BuildableClient {
	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	return function.HTTPClient().WithTransportOptions(func(transport *http.Transport) {
		transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	})
}
