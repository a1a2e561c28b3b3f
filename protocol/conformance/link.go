package conformance

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// links are the TCP connections that a listener accepted. They can fall silent, as a phone's do when it leaves the
// network.
type links struct {
	net.Listener
	mutex       sync.Mutex
	accepted    []*link
	unreachable bool
	marks       map[string]chan struct{} // closed when the connection from this address was accepted
}

func newLinks(listener net.Listener) *links {
	return &links{Listener: listener, marks: map[string]chan struct{}{}}
}

// Accept implements [net.Listener].
func (l *links) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	made := &link{Conn: connection, silent: make(chan struct{}), closed: make(chan struct{})}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.accepted = append(l.accepted, made)
	if mark := l.marks[made.RemoteAddr().String()]; mark != nil {
		close(mark)
	}
	if l.unreachable {
		_ = made.Close() // Whoever reads from it next learns that it is closed.
	}
	return made, nil
}

// setReachable says whether a client can reach the server. If not, all connections are cut, and every new one is cut
// before anything is read from it.
func (l *links) setReachable(reachable bool) {
	l.mutex.Lock()
	l.unreachable = !reachable
	l.mutex.Unlock()
	if !reachable {
		l.cut()
	}
}

// cut closes all connections.
func (l *links) cut() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, each := range l.accepted {
		_ = each.Close() // It may be closed already.
	}
	l.accepted = nil
}

// cutAll closes all connections that were made until now, also those that the operating system made and that are not
// accepted yet. Connections are accepted in the order in which they were made. So a connection of its own shows when
// all earlier ones have been accepted.
func (l *links) cutAll(deadline time.Duration) error {
	accepted := make(chan struct{})
	l.mutex.Lock() // Accept waits until the address of the connection is known.
	own, err := net.DialTimeout(l.Addr().Network(), l.Addr().String(), deadline)
	if err != nil {
		l.mutex.Unlock()
		return fmt.Errorf("connecting to the scenario's own server: %w", err)
	}
	defer own.Close()
	address := own.LocalAddr().String()
	l.marks[address] = accepted
	l.mutex.Unlock()
	select {
	case <-accepted:
	case <-time.After(deadline):
		return fmt.Errorf("the scenario's server accepted no connection within %s", deadline)
	}
	l.mutex.Lock()
	delete(l.marks, address)
	l.mutex.Unlock()
	l.cut()
	return nil
}

// silence drops everything on all open connections from now on, but closes none of them.
func (l *links) silence() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, each := range l.accepted {
		each.fallSilent()
	}
}

// link is one TCP connection.
type link struct {
	net.Conn
	silent, closed         chan struct{}
	silenceOnce, closeOnce sync.Once
}

func (l *link) fallSilent() { l.silenceOnce.Do(func() { close(l.silent) }) }

func (l *link) isSilent() bool { return isDone(l.silent) }

func (l *link) isClosed() bool { return isDone(l.closed) }

func isDone(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// linkKey is the key under which the context of a request has its link.
type linkKey struct{}

// linkOf returns the link of a request.
func linkOf(r *http.Request) *link {
	found, _ := r.Context().Value(linkKey{}).(*link) // The server puts it there.
	return found
}

// Read implements [net.Conn]. What the other side sends into the silence, its end too, is never read.
func (l *link) Read(data []byte) (int, error) {
	count, err := l.Conn.Read(data)
	if l.isSilent() {
		<-l.closed
		return 0, net.ErrClosed
	}
	return count, err
}

// Write implements [net.Conn]. What is written into the silence is lost.
func (l *link) Write(data []byte) (int, error) {
	if l.isSilent() {
		return len(data), nil
	}
	return l.Conn.Write(data)
}

// Close implements [net.Conn].
func (l *link) Close() error {
	l.closeOnce.Do(func() { close(l.closed) })
	return l.Conn.Close()
}
