package recall_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/recall/shared/recall"
)

// cursorAt is a cursor of a device that knows everything until then.
func cursorAt(at recall.Instant) string { return encoded(fmt.Sprintf("1:%d", at)) }

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestACursorThatThisServerDidNotGiveIsRefused(t *testing.T) {
	id := string(recall.NewMessageID(5))
	for _, text := range []string{
		"?", "AA==", encoded("1"), encoded("1:0"), encoded("2:5"), encoded("1:x"), encoded("1:-5"), encoded("1:5:" + id),
		encoded("1:5:" + id + ":" + strings.ToLower(id)), encoded("1:5:x:y"), encoded("1:5:" + id + ":" + id + ":"),
		encoded("1:5:" + id + "~:" + id), encoded("1:99999999999999999999"),
		strings.Repeat("A", recall.MaximumCursorBytes+1),
	} {
		w := newWorld(t)
		err := w.sync(bob, recall.SyncItem{Conversation: direct, Cursor: text}).Err
		wantName(t, err, recall.InvalidRequest)
		var failure *recall.Error
		if !errors.As(err, &failure) || !strings.HasPrefix(failure.Desc, "cursor: ") {
			t.Errorf("the error does not name the cursor: %v", err)
		}
		if healed := w.sync(bob, recall.SyncItem{Conversation: direct}); healed.Err != nil || healed.Cursor == "" {
			t.Errorf("a sync without a cursor gives %+v", healed)
		}
	}
}

// TestAForgedCursorOnlyReadsItsOwnersConversationAgain holds for the extremes of what a cursor can say.
func TestAForgedCursorOnlyReadsItsOwnersConversationAgain(t *testing.T) {
	highest := "7" + strings.Repeat("Z", 25)
	for _, text := range []string{
		"1:1", "1:9223372036854775807", "1:281474976710655", "1:1:" + highest + ":" + highest,
		"1:5:00000000000000000000000000:00000000000000000000000000",
	} {
		onBoth(t, func(t *testing.T, w *world) {
			w.sent(as(alice, ""), direct)
			result := w.sync(bob, recall.SyncItem{Conversation: direct, Cursor: encoded(text)})
			if result.Err != nil || result.Cursor == "" {
				t.Errorf("%s: %+v", text, result)
			}
		})
	}
}

func FuzzACursorNeverPanicsAndIsReadOrRefused(f *testing.F) {
	f.Add(cursorAt(1_790_000_000_000))
	f.Add(encoded("1:5:x:y"))
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return
		}
		w := newWorld(t)
		if err := w.sync(bob, recall.SyncItem{Conversation: direct, Cursor: text}).Err; err != nil {
			wantName(t, err, recall.InvalidRequest)
		}
	})
}
