package websocket

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
)

// identifierLength is the length of connection, message and request IDs. An ID is eleven bytes in base64url, as in
// captured events: it always has one "=" at the end, and sometimes "-" and "_" inside.
const identifierLength = 16

func newIdentifier() string {
	var random [11]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return base64.URLEncoding.EncodeToString(random[:])
}

// wellFormedIdentifier reports whether a string has the form of a connection ID. API Gateway answers 400 if it has
// not, and 410 if it has and there is no such connection.
func wellFormedIdentifier(id string) bool {
	if len(id) != identifierLength || id[identifierLength-1] != '=' {
		return false
	}
	for _, c := range []byte(id[:identifierLength-1]) {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// newTraceHeader makes an X-Amzn-Trace-Id value.
func newTraceHeader(now time.Time) string {
	var random [12]byte
	_, _ = rand.Read(random[:])
	seconds := uint32(now.Unix()) // #nosec G115 -- X-Ray has 32 bits for the seconds, which last until 2106
	return fmt.Sprintf("Root=1-%08x-%s", seconds, hex.EncodeToString(random[:]))
}
