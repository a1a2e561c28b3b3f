package wire

import (
	"errors"

	"example.com/recall/shared/recall"
)

// Event encodes a notice for one of its receivers. It fails for a notice that has no part, or more than one; [Empty]
// tells the former.
func Event(viewer recall.UserID, notice recall.Notice) ([]byte, error) {
	if parts(notice) != 1 {
		return nil, errors.New("a notice must have exactly one part to be encoded")
	}
	conversation := notice.Conversation.SeenBy(viewer)
	switch {
	case notice.Message != nil:
		frame := beginEvent("message", smallFrame+len(notice.Message.Body))
		frame = appendMessage(appendName(frame, "message"), viewer, notice.Message, true)
		return append(frame, '}'), nil
	case len(notice.Revocations) > 0:
		frame := beginEvent("revoked", smallFrame*(1+len(notice.Revocations)))
		frame = appendField(frame, "conversation", conversation)
		frame = appendList(appendName(frame, "revocations"), notice.Revocations, appendRevocation)
		return append(frame, '}'), nil
	case notice.Read != nil:
		frame := appendField(beginEvent("read", smallFrame), "conversation", conversation)
		return append(appendMark(frame, *notice.Read), '}'), nil
	case notice.Kicked != "":
		return append(appendField(beginEvent("kicked", smallFrame), "reason", string(notice.Kicked)), '}'), nil
	}
	frame := appendField(beginEvent("conversation", smallFrame), "conversation", conversation)
	frame = appendField(frame, "change", string(notice.Change.What))
	if notice.Change.User != "" {
		frame = appendField(frame, "user", string(notice.Change.User))
	}
	if notice.Change.Role != "" {
		frame = appendField(frame, "role", string(notice.Change.Role))
	}
	return append(frame, '}'), nil
}

func beginEvent(kind string, size int) []byte {
	return appendField(append(make([]byte, 0, size), '{'), "type", kind)
}

// Empty tells whether a notice has nothing to tell: renewed, it found that its message has expired.
func Empty(notice recall.Notice) bool { return parts(notice) == 0 }

func parts(notice recall.Notice) int {
	count := 0
	for _, set := range []bool{
		notice.Message != nil, len(notice.Revocations) > 0, notice.Read != nil, notice.Change != nil, notice.Kicked != "",
	} {
		if set {
			count++
		}
	}
	return count
}

// SameForAll tells whether Event gives every receiver the same bytes, so that one encoding serves a whole fan-out. Only
// in a conversation of two does each see another name of it.
func SameForAll(notice recall.Notice) bool {
	return notice.Kicked != "" || notice.Conversation.IsGroup()
}
