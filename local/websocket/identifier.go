package websocket

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"
)

// identifierLength is the length of connection, message and request IDs: eleven bytes in base64url, so always one "=" at
// the end and sometimes "-" and "_" inside, as in captured events.
const identifierLength = 16

func newIdentifier() string {
	var random [11]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return base64.URLEncoding.EncodeToString(random[:])
}

// wellFormedIdentifier reports whether a string could be a connection ID. API Gateway answers 400 to what could not, and
// 410 to what could.
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
	return fmt.Sprintf("Root=1-%08x-%s", uint32(now.Unix()), hex.EncodeToString(random[:])) // #nosec G115 -- seconds as X-Ray writes them, until 2106
}
