package endtoend

import (
	"testing"

	"github.com/oklog/ulid/v2"
)

// newULID makes a messageId as a client does.
func newULID(t *testing.T) string {
	t.Helper()
	return ulid.Make().String()
}
