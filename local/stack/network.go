package stack

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"strings"
	"syscall"
)

// part is a part of the stack that listens.
type part string

const (
	gatewayPart     part = "the WebSocket API"
	demoPart        part = "the demo page"
	adminPart       part = "the admin function's URL"
	dynamoPart      part = "DynamoDB Local"
	queuePart       part = "ElasticMQ"
	eventsPart      part = "the event bus"
	secretsPart     part = "the store of secrets"
	dynamoProxyPart part = "the functions' way to DynamoDB"
	queueProxyPart  part = "the functions' way to the queues"
	objectsPart     part = "the local S3"
	awsPart         part = "the services of AWS"
	connectionsPart part = "the functions' way to @connections"
)

// network holds the listeners. All of them are opened before anything is started, so that a port that is taken is
// noticed at once.
type network struct {
	address   string
	listeners map[part]net.Listener
	encrypted map[part]bool // the parts that speak TLS
}

// wantedPort is a port for a part, and the flag of `recall local` that changes it.
type wantedPort struct {
	part part
	port int
	flag string
}

// portTaken is the error for a port that is taken.
type portTaken struct{ wantedPort }

func (p portTaken) Error() string { return fmt.Sprintf("port %d for %s (%s)", p.port, p.part, p.flag) }

// listen opens all listeners. If ports are taken, the error names all of them and says what to do.
func listen(options Options) (*network, error) {
	n := &network{address: options.Address, listeners: map[part]net.Listener{}, encrypted: map[part]bool{}}
	if options.TLS != NoTLS {
		n.encrypted[dynamoProxyPart], n.encrypted[connectionsPart] = true, true
	}
	var taken []string
	for _, wanted := range []wantedPort{
		{gatewayPart, options.Ports.WebSocket, "--port"},
		{demoPart, options.Ports.Demo, "--demo-port"},
		{adminPart, options.Ports.Admin, "--admin-port"},
		{dynamoPart, options.Ports.DynamoDB, "--dynamodb-port"},
		{queuePart, options.Ports.Queues, "--queues-port"},
		{eventsPart, options.Ports.Events, "--events-port"},
		{objectsPart, options.Ports.Objects, "--s3-port"},
		{secretsPart, 0, ""},
		{dynamoProxyPart, 0, ""},
		{queueProxyPart, 0, ""},
		{awsPart, 0, ""},
		{connectionsPart, 0, ""},
	} {
		listener, err := open(options.Address, wanted)
		var unavailable portTaken
		switch {
		case errors.As(err, &unavailable):
			taken = append(taken, unavailable.Error())
		case err != nil:
			n.close()
			return nil, err
		default:
			n.listeners[wanted.part] = listener
		}
	}
	// These two servers are started later and listen themselves.
	for _, server := range []part{dynamoPart, queuePart} {
		if listener := n.listeners[server]; listener != nil {
			_ = listener.Close() // it has accepted no connection
			delete(n.listeners, server)
		}
	}
	if len(taken) > 0 {
		n.close()
		return nil, fmt.Errorf("taken, perhaps by another local stack: %s; "+
			"end the programs that use these ports, choose other ports with these flags, "+
			"or take any free ones with --any-ports", strings.Join(taken, ", "))
	}
	return n, nil
}

func open(address string, wanted wantedPort) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(wanted.port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, portTaken{wanted}
	case err != nil:
		return nil, fmt.Errorf("listen for %s: %w", wanted.part, err)
	}
	return listener, nil
}

func (n *network) port(p part) int { return n.listeners[p].Addr().(*net.TCPAddr).Port }

// host returns host:port as others reach it. An unspecified address becomes the loopback address of this machine.
func (n *network) host(p part) string {
	host := n.address
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, strconv.Itoa(n.port(p)))
}

func (n *network) url(p part) string {
	if n.encrypted[p] {
		return "https://" + n.host(p)
	}
	return "http://" + n.host(p)
}

func (n *network) close() {
	for _, listener := range n.listeners {
		_ = listener.Close()
	}
}

// quietLog drops what net/http reports about clients that misbehave, since that may quote what they sent.
func quietLog() *log.Logger { return log.New(io.Discard, "", 0) }
