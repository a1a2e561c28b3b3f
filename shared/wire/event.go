package wire

import (
	"errors"

	"example.com/recall/shared/recall"
)

// event is one type of event, as one value. A notice is encoded by the one event whose part it has.
type event struct {
	// name is the event's type on the wire.
	name string
	// has reports whether a notice has the part that this event tells.
	has func(notice recall.Notice) bool
	// fields appends the part as the viewer sees it.
	fields func(frame []byte, viewer recall.UserID, notice recall.Notice) []byte
}

// events returns all types of events in the order of protocol/README.md.
func events() []event {
	return []event{
		{"message", func(notice recall.Notice) bool { return notice.Message != nil }, messageFields},
		{"revoked", func(notice recall.Notice) bool { return len(notice.Revocations) > 0 }, revokedFields},
		{"read", func(notice recall.Notice) bool { return notice.Read != nil }, readFields},
		{"conversation", func(notice recall.Notice) bool { return notice.Change != nil }, conversationFields},
		{"kicked", func(notice recall.Notice) bool { return notice.Kicked != "" }, kickedFields},
	}
}

// eventsOf returns the events whose parts a notice has.
func eventsOf(notice recall.Notice) []event {
	var found []event
	for _, event := range events() {
		if event.has(notice) {
			found = append(found, event)
		}
	}
	return found
}

// Event encodes a notice for one of its receivers. It fails for a notice that has no part, or more than one; [Empty]
// tells the former.
func Event(viewer recall.UserID, notice recall.Notice) ([]byte, error) {
	found := eventsOf(notice)
	if len(found) != 1 {
		return nil, errors.New("a notice must have exactly one part to be encoded")
	}
	size := smallFrame * (1 + len(notice.Revocations))
	if notice.Message != nil {
		size += len(notice.Message.Body)
	}
	frame := appendField(append(make([]byte, 0, size), '{'), "type", found[0].name)
	return append(found[0].fields(frame, viewer, notice), '}'), nil
}

// Empty reports whether a notice has nothing to tell: renewed, it found that its message has expired.
func Empty(notice recall.Notice) bool { return len(eventsOf(notice)) == 0 }

// SameForAll reports whether Event gives every receiver the same bytes, so that one encoding serves a whole fan-out. Only
// in a conversation of two does each see another name of it.
func SameForAll(notice recall.Notice) bool {
	return notice.Kicked != "" || notice.Conversation.IsGroup()
}

func messageFields(frame []byte, viewer recall.UserID, notice recall.Notice) []byte {
	return appendMessage(appendName(frame, "message"), viewer, notice.Message, true)
}

func revokedFields(frame []byte, viewer recall.UserID, notice recall.Notice) []byte {
	frame = appendField(frame, "conversation", notice.Conversation.SeenBy(viewer))
	return appendList(appendName(frame, "revocations"), notice.Revocations, appendRevocation)
}

func readFields(frame []byte, viewer recall.UserID, notice recall.Notice) []byte {
	frame = appendField(frame, "conversation", notice.Conversation.SeenBy(viewer))
	return appendMark(frame, *notice.Read)
}

func conversationFields(frame []byte, viewer recall.UserID, notice recall.Notice) []byte {
	frame = appendField(frame, "conversation", notice.Conversation.SeenBy(viewer))
	frame = appendField(frame, "change", string(notice.Change.What))
	if notice.Change.User != "" {
		frame = appendField(frame, "user", string(notice.Change.User))
	}
	if notice.Change.Role != "" {
		frame = appendField(frame, "role", string(notice.Change.Role))
	}
	return frame
}

func kickedFields(frame []byte, _ recall.UserID, notice recall.Notice) []byte {
	return appendField(frame, "reason", string(notice.Kicked))
}
