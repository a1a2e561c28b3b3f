package stack

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// certificateTime is how long the certificate is valid. No stack runs that long.
const certificateTime = 30 * 24 * time.Hour

// newCertificate makes a certificate for addresses of this machine, so that functions can post to
// https://{domainName}/{stage} as on AWS. It also writes a file with the certificates that clients in functions
// trust: those of the system and this one.
func newCertificate(directory string, hosts ...string) (configuration *tls.Config, bundle string, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: "recall local"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(certificateTime),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if host != "" {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	var trusted bytes.Buffer
	for _, system := range []string{
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
	} {
		content, err := os.ReadFile(system) // #nosec G304 -- one of the files above
		if err == nil {
			trusted.Write(append(content, '\n'))
			break
		}
	}
	if err := pem.Encode(&trusted, &pem.Block{Type: "CERTIFICATE", Bytes: signed}); err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	bundle = filepath.Join(directory, "certificates.pem")
	if err := os.WriteFile(bundle, trusted.Bytes(), 0o600); err != nil {
		return nil, "", fmt.Errorf("make a certificate: %w", err)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		Certificates: []tls.Certificate{{Certificate: [][]byte{signed}, PrivateKey: key}},
	}, bundle, nil
}

// eitherListener accepts connections with and without TLS at one port.
type eitherListener struct {
	net.Listener
	configuration *tls.Config
}

func (l eitherListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &eitherConn{Conn: conn, configuration: l.configuration}, nil
}

// eitherConn is a connection with or without TLS. The first byte that it reads decides which.
type eitherConn struct {
	net.Conn
	configuration *tls.Config
	first         sync.Once

	mutex     sync.Mutex
	encrypted net.Conn // nil = the connection does not use TLS
	begin     []byte   // the bytes that were read to decide it
	failure   error
}

// handshakeRecord is the first byte of a TLS connection (RFC 8446, section 5.1). No HTTP request begins with it.
const handshakeRecord = 0x16

// Read reads the first byte to find out whether the connection uses TLS. A server reads before it writes.
func (c *eitherConn) Read(p []byte) (int, error) {
	c.first.Do(func() {
		begin := make([]byte, 1)
		_, err := io.ReadFull(c.Conn, begin)
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if err != nil {
			c.failure = err
		} else if begin[0] == handshakeRecord {
			c.encrypted = tls.Server(&begunConn{Conn: c.Conn, begin: begin}, c.configuration)
		} else {
			c.begin = begin
		}
	})
	c.mutex.Lock()
	encrypted, failure := c.encrypted, c.failure
	n := copy(p, c.begin)
	c.begin, c.failure = c.begin[n:], nil
	c.mutex.Unlock()
	switch {
	case failure != nil:
		return 0, failure
	case n > 0:
		return n, nil
	case encrypted != nil:
		return encrypted.Read(p)
	default:
		return c.Conn.Read(p)
	}
}

func (c *eitherConn) current() net.Conn {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.encrypted != nil {
		return c.encrypted
	}
	return c.Conn
}

func (c *eitherConn) Write(p []byte) (int, error) { return c.current().Write(p) }
func (c *eitherConn) Close() error                { return c.current().Close() }

// begunConn is a connection of which some bytes were already read. It returns these bytes first.
type begunConn struct {
	net.Conn
	begin []byte
}

func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.begin) > 0 {
		n := copy(p, c.begin)
		c.begin = c.begin[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}
