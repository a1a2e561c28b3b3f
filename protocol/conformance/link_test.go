package conformance

import (
	"net"
	"testing"
	"time"
)

func TestConnectionsThatWaitToBeAcceptedAreCutTooWhenADriverIsKilled(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := listener.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	waiting, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	links, done := newLinks(listener), make(chan error)
	go func() { done <- links.cutAll(time.Minute) }()
	old, err := links.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if own, err := links.Accept(); err != nil || own.RemoteAddr().String() == waiting.LocalAddr().String() {
		t.Fatalf("the second connection is %v, error %v; want that of cutAll", own, err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !old.(*link).isClosed() {
		t.Error("the connection that was made before is still open")
	}
}
