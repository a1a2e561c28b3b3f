package recall

import (
	"context"
	"crypto/rand"
	"time"
)

// ObjectKey is the name of an object in the storage of files. It holds no text of a message, so it may be logged.
type ObjectKey string

// Objects keeps the bytes of attachments, each as one object. recalltest.RunObjects is its conformance suite.
//
// Uploads are objects that a user may write, and nobody may read. A message has copies of them, which nobody may
// write. Every method returns unavailable when the storage cannot be reached. An object that a returned method wrote
// or deleted is there or gone for every later read, also at an address that was given out before.
type Objects interface {
	// UploadAddress signs an HTTP request that writes an object of exactly this name, type and size. The request works
	// for whoever has it, from the first instant until the last one.
	UploadAddress(ctx context.Context, key ObjectKey, object Object, from, until Instant) (Upload, error)
	// DownloadAddress signs an address at which an object can be read in the same way.
	DownloadAddress(ctx context.Context, key ObjectKey, from, until Instant) (string, error)
	// Describe reads everything of an object but its bytes; found is false if there is none.
	Describe(ctx context.Context, key ObjectKey) (object Object, found bool, err error)
	// Copy copies an object to a key. copied is false if there is no such object, or if it has another Version than the
	// one given. An empty Version is any. The name and the type of the copy are those given.
	Copy(ctx context.Context, from ObjectKey, object Object, to ObjectKey) (copied bool, err error)
	// Delete deletes objects. It is no error if one is not there.
	Delete(ctx context.Context, keys []ObjectKey) error
}

// Object is what is known of an object besides its bytes.
type Object struct {
	Name AttachmentName
	Type MediaType
	Size AttachmentSize
	// Version changes when the bytes do.
	Version string
}

// AddressFor is how long an address works at which a file is uploaded or downloaded.
const AddressFor = 5 * time.Minute

// addressTimes are the first and the last instant of an address that is given out now. Signatures count whole seconds.
func addressTimes(now Instant) (from, until Instant) {
	from = now - now%1000
	return from, from.Add(AddressFor)
}

// Prefixes of keys. template.yaml has an expiry for each of them, and rights to each of them.
const (
	uploadsPrefix  = "uploads/"
	messagesPrefix = "messages/"
)

// uploadKey is where a user's upload is. It holds the user, so nobody can name an upload of somebody else.
func uploadKey(user UserID, id AttachmentID) ObjectKey {
	return ObjectKey(uploadsPrefix + string(id) + "-" + string(user))
}

// newObjectKey is a new key for an object of a message. Nobody can guess it, and no two attempts have the same one: an
// attempt that comes late can never write at a key whose object was deleted by a recall.
func newObjectKey() ObjectKey { return ObjectKey(messagesPrefix + rand.Text()) }
