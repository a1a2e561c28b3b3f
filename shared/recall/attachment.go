package recall

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of attachments.
const (
	// MaximumAttachments is how many attachments a message may have.
	MaximumAttachments         = 10
	MaximumAttachmentNameBytes = 255
	// MaximumMediaTypeBytes is what RFC 6838 allows for each half of a type. Here it bounds the whole.
	MaximumMediaTypeBytes = 127
	// MaximumAttachmentSize is the largest integer that every JSON reader reads exactly. The limit of the deployment is
	// far below it.
	MaximumAttachmentSize = 1<<53 - 1
)

// AttachmentName is the name of a file, as its sender calls it. It is content, like a body: it prints and logs as its
// size only.
type AttachmentName string

// Valid reports whether the name has the form that the protocol asks for.
func (n AttachmentName) Valid() bool {
	return len(n) > 0 && len(n) <= MaximumAttachmentNameBytes && utf8.ValidString(string(n)) &&
		!strings.ContainsRune(string(n), '/') && strings.IndexFunc(string(n), unicode.IsControl) < 0
}

// String hides the name from errors and logs.
func (n AttachmentName) String() string { return fmt.Sprintf("[%d bytes]", len(n)) }

// GoString hides the name from %#v too.
func (n AttachmentName) GoString() string { return n.String() }

// LogValue hides the name from structured logs.
func (n AttachmentName) LogValue() slog.Value { return slog.StringValue(n.String()) }

// MediaType is the type of a file without parameters, like image/png.
type MediaType string

// Valid reports whether the type is type/subtype, each of the characters of RFC 6838, section 4.2.
func (t MediaType) Valid() bool {
	if len(t) > MaximumMediaTypeBytes {
		return false
	}
	kind, subtype, both := strings.Cut(string(t), "/")
	return both && validMediaName(kind) && validMediaName(subtype)
}

func validMediaName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case i > 0 && strings.IndexByte("!#$&-^_.+", c) >= 0:
		default:
			return false
		}
	}
	return name != ""
}

// AttachmentSize is how many bytes an attachment has.
type AttachmentSize int64

// Attachment is a file that belongs to a message.
type Attachment struct {
	ID   AttachmentID
	Name AttachmentName
	Type MediaType
	Size AttachmentSize
	// Key is the object with the bytes. It is the message's own.
	Key ObjectKey
}

// SendAttachment names an attachment of a message that is being sent.
type SendAttachment struct {
	ID AttachmentID
	// From is the message whose attachment is forwarded. It is zero for an upload of the caller's.
	From MessageReference
}

// MessageReference names a message in any conversation.
type MessageReference struct {
	Conversation Conversation
	MessageID    MessageID
}

// wanted are attachments of which only the IDs are known yet.
func wanted(attachments []SendAttachment) []Attachment {
	var all []Attachment
	for _, each := range attachments {
		all = append(all, Attachment{ID: each.ID})
	}
	return all
}

// sameAttachments reports whether two lists name the same attachments in the same order.
func sameAttachments(a, b []Attachment) bool {
	return slices.EqualFunc(a, b, func(a, b Attachment) bool { return a.ID == b.ID })
}
