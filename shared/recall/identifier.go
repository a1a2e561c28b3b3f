package recall

import (
	"github.com/oklog/ulid/v2"
)

// Identifiers are types of their own so that two of them cannot be swapped.
type (
	// UserID is 1 to 64 characters of A-Z a-z 0-9 . _ - @.
	UserID string
	// GroupID has the form of a UserID.
	GroupID string
	// MessageID is a ULID in its canonical form: 26 upper-case characters. The sending client makes it.
	MessageID string
	// RevocationID is a ULID on the server's clock that orders the recalls of a conversation.
	RevocationID string
	// AttachmentID has the form of a MessageID. The server makes it.
	AttachmentID string
	// ConnectionID is API Gateway's name of one WebSocket connection.
	ConnectionID string
)

const maximumIdentifierLength = 64

// Valid reports whether the ID has the form that the protocol asks for.
func (id UserID) Valid() bool { return validIdentifier(string(id)) }

// Valid reports whether the ID has the form that the protocol asks for.
func (id GroupID) Valid() bool { return validIdentifier(string(id)) }

func validIdentifier(text string) bool {
	if len(text) == 0 || len(text) > maximumIdentifierLength {
		return false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == '-', c == '@':
		default:
			return false
		}
	}
	return true
}

// Valid reports whether the ID is a ULID in its one canonical form. Lower case, which ULID readers may accept, is
// refused: two spellings of one message would be two items.
func (id MessageID) Valid() bool { return validULID(string(id)) }

// Valid reports whether the ID has the form of a MessageID.
func (id AttachmentID) Valid() bool { return validULID(string(id)) }

func validULID(id string) bool {
	parsed, err := ulid.ParseStrict(id)
	return err == nil && parsed.String() == id
}

// Time is the instant written into the ID by the client that made it, 0 if the ID is not valid.
func (id MessageID) Time() Instant {
	parsed, err := ulid.ParseStrict(string(id))
	if err != nil {
		return 0
	}
	return Instant(parsed.Time()) // #nosec G115 -- a ULID's time has 48 bits
}

// NewMessageID makes an ID for a message that came without one.
func NewMessageID(at Instant) MessageID { return MessageID(newULID(at)) }

// NewAttachmentID makes the ID of one upload.
func NewAttachmentID(at Instant) AttachmentID { return AttachmentID(newULID(at)) }

// NewRevocationID makes the ID of one recall.
func NewRevocationID(at Instant) RevocationID { return RevocationID(newULID(at)) }

func newULID(at Instant) string {
	return ulid.MustNew(ulid.Timestamp(at.Time()), ulid.DefaultEntropy()).String()
}

// EarliestID is the smallest ULID of an instant: every ID made at or after the instant sorts at or behind it.
func EarliestID(at Instant) string {
	if at < 0 {
		at = 0
	}
	var id ulid.ULID
	// #nosec G115 -- negative instants were handled above
	if err := id.SetTime(uint64(at)); err != nil {
		return ulid.ULID{}.String()
	}
	return id.String()
}
