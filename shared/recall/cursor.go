package recall

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// SyncOverlap is how far a sync reads behind its cursor: 30 s in which an ID may be older than its commit, and 30 s that
// a function may take to commit. So a slow commit is not jumped over.
const SyncOverlap = 60 * time.Second

// cursor says how far a client knows a conversation. It is opaque to clients; a forged one only changes what its owner
// reads again.
type cursor struct {
	// started is the server's time at which the reading began; what was committed before the overlap is known.
	started Instant
	// messages and recalls are set while there is more to read: the last IDs that were returned.
	messages, recalls string
	reading           bool
}

const cursorVersion = "1"

func (c cursor) encode() string {
	text := cursorVersion + ":" + strconv.FormatInt(int64(c.started), 10)
	if c.reading {
		text += ":" + c.messages + ":" + c.recalls
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func decodeCursor(text string) (cursor, error) {
	bad := Invalid("cursor", "is not one that this server gave")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) > MaximumCursorBytes {
		return cursor{}, bad
	}
	parts := strings.Split(string(raw), ":")
	if len(parts) != 2 && len(parts) != 4 || parts[0] != cursorVersion {
		return cursor{}, bad
	}
	started, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || started <= 0 {
		return cursor{}, bad
	}
	c := cursor{started: Instant(started)}
	if len(parts) == 4 {
		c.messages, c.recalls, c.reading = parts[2], parts[3], true
		if !MessageID(c.messages).Valid() || !MessageID(c.recalls).Valid() {
			return cursor{}, bad
		}
	}
	return c, nil
}

// positions are the IDs behind which to read on.
func (c cursor) positions() (messages, recalls string) {
	if c.reading {
		return c.messages, c.recalls
	}
	earliest := EarliestID(c.started.Add(-SyncOverlap))
	return earliest, earliest
}
