package endtoend

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// garbage returns data that no client of HTTP or WebSocket sends.
func garbage() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 8_192)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	upgrade := "GET /local HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\n"
	return map[string][]byte{
		"noise":                 noise,
		"nothing":               nil,
		"half a request":        []byte("GET /local HT"),
		"a TLS greeting":        {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03},
		"a bad request line":    []byte("G\x00T / HTTP/9.9\r\n\r\n"),
		"a negative length":     []byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\nhello"),
		"two lengths":           []byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
		"a broken chunk":        []byte("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n"),
		"a body that is short":  []byte("POST /local/@connections/x HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"),
		"a huge header":         []byte("GET /local HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 2<<20) + "\r\n\r\n"),
		"many headers":          []byte("GET /local HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X: y\r\n", 100_000) + "\r\n"),
		"an endless path":       []byte("GET /" + strings.Repeat("%41/", 300_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"),
		"a handshake, no key":   []byte(upgrade + "\r\n"),
		"a handshake, bad key":  []byte(upgrade + "Sec-WebSocket-Key: x\r\n\r\n"),
		"frames, no handshake":  append([]byte(upgrade+"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), noise...),
		"smuggled second lines": []byte("GET /local HTTP/1.1\r\nHost: x\r\nX: y\r\n Z: folded\r\n\rGET / HTTP/1.1\r\n\r\n"),
	}
}

// throw writes garbage to an address and reads the answer, until the other side closes or sends nothing for a moment.
func throw(t *testing.T, address string, data []byte) {
	connection, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		t.Errorf("%s does not listen any more: %v", address, err)
		return
	}
	defer func() { _ = connection.Close() }()
	_ = connection.SetDeadline(time.Now().Add(300 * time.Millisecond))
	// The other side may close at once, and may not answer.
	_, _ = io.Copy(connection, bytes.NewReader(data))
	_, _ = io.Copy(io.Discard, connection)
}

func TestTheStackSurvivesGarbageAtEveryPort(t *testing.T) {
	addresses := shared.Addresses()
	var group sync.WaitGroup
	for _, address := range []string{
		addresses.WebSocket, addresses.Demo, addresses.Lambda, addresses.Events, addresses.DynamoDB, addresses.Queues,
	} {
		parsed, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			for _, data := range garbage() {
				throw(t, parsed.Host, data)
			}
		})
	}
	group.Wait()
	people := users(t, "alice", "bob")
	alice, bob := connect(t, people[0]), connect(t, people[1])
	id := alice.send("c2c_"+bob.user, "still here")
	bob.event("message")
	alice.must("revoke", frame{"conversation": "c2c_" + bob.user, "messageId": id})
	bob.event("revoked")
	admin(t, frame{"action": "getSettings"})
}
