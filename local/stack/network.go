package stack

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"syscall"
)

// part is something that listens.
type part string

const (
	gatewayPart     part = "the WebSocket API"
	demoPart        part = "the demo page"
	adminPart       part = "the admin function's URL"
	eventsPart      part = "the event bus"
	dynamoProxyPart part = "the functions' way to DynamoDB"
	queueProxyPart  part = "the functions' way to the queues"
)

// network holds the listeners. All are opened before anything is started, so that a taken port shows at once.
type network struct {
	address   string
	listeners map[part]net.Listener
	closers   []func() error
}

func listen(options Options) (*network, error) {
	n := &network{address: options.Address, listeners: map[part]net.Listener{}}
	for _, wanted := range []struct {
		part part
		port int
		flag string
	}{
		{gatewayPart, options.Ports.WebSocket, "--port"},
		{demoPart, options.Ports.Demo, "--demo-port"},
		{adminPart, options.Ports.Admin, "--admin-port"},
		{eventsPart, options.Ports.Events, "--events-port"},
		{dynamoProxyPart, 0, ""},
		{queueProxyPart, 0, ""},
	} {
		listener, err := open(options.Address, wanted.port, wanted.part, wanted.flag)
		if err != nil {
			n.close()
			return nil, err
		}
		n.listeners[wanted.part] = listener
	}
	return n, nil
}

func open(address string, port int, wanted part, flag string) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d for %s is taken, perhaps by another local stack; end that, or choose another port with %s (0 = any free one)",
			port, wanted, flag)
	case err != nil:
		return nil, fmt.Errorf("listen for %s: %w", wanted, err)
	}
	return listener, nil
}

// checkServers looks whether the servers, which are started later and listen themselves, will find their ports free: said
// now, it needs no waiting for what is built and started beside them.
func checkServers(options Options) error {
	for _, wanted := range []struct {
		part part
		port int
		flag string
	}{
		{"DynamoDB Local", options.Ports.DynamoDB, "--dynamodb-port"},
		{"ElasticMQ", options.Ports.Queues, "--queues-port"},
	} {
		if wanted.port == 0 {
			continue
		}
		listener, err := open(options.Address, wanted.port, wanted.part, wanted.flag)
		if err != nil {
			return err
		}
		if err := listener.Close(); err != nil {
			return fmt.Errorf("listen for %s: %w", wanted.part, err)
		}
	}
	return nil
}

func (n *network) port(p part) int { return n.listeners[p].Addr().(*net.TCPAddr).Port }

// host is host:port as others reach it: an unspecified address is this machine's loopback.
func (n *network) host(p part) string {
	host := n.address
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(n.port(p)))
}

func (n *network) url(p part) string { return "http://" + n.host(p) }

func (n *network) close() {
	for _, closer := range n.closers {
		// A server that is closed already is what is wanted.
		_ = closer()
	}
	for _, listener := range n.listeners {
		_ = listener.Close()
	}
}

// quietLog drops what net/http says about clients that misbehave: it may quote what they sent.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
