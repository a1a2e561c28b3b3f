package conformance

import (
	"net"
	"sync"
)

// links are the TCP connections that a listener accepted. They can fall silent, as a phone's do when it leaves the
// network.
type links struct {
	net.Listener
	mutex    sync.Mutex
	accepted []*link
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
	return made, nil
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

func (l *link) isSilent() bool {
	select {
	case <-l.silent:
		return true
	default:
		return false
	}
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
