package wire

import (
	"errors"

	"example.com/recall/shared/recall"
)

// event is one type of event, as one value. Each notice is encoded by the one event whose part it has.
type event struct {
	// name is the event's type on the wire.
	name string
	// has reports whether a notice has the part that this event tells.
	has func(notice recall.Notice) bool
	// seenBy returns the event as a struct, as the viewer sees it. head has what every event has. Nothing but the name of
	// the conversation may differ between viewers, as [SameForAll] says.
	seenBy func(head EventHead, viewer recall.UserID, notice recall.Notice) any
}

// EventHead is what every event has.
type EventHead struct {
	Type string `json:"type"`
	// Conversation is as the viewer names it; it is empty in events that concern no conversation.
	Conversation string `json:"conversation,omitzero"`
}

// events returns all types of events in the order of protocol/README.md.
func events() []event {
	return []event{
		{"message", func(notice recall.Notice) bool { return notice.Message != nil },
			func(head EventHead, viewer recall.UserID, notice recall.Notice) any {
				return MessageEvent{head.Type, messageOf(*notice.Message, viewer)} // the message names its conversation
			}},
		{"revoked", func(notice recall.Notice) bool { return len(notice.Revocations) > 0 },
			func(head EventHead, _ recall.UserID, notice recall.Notice) any {
				return RevokedEvent{head, revocationsOf(notice.Revocations)}
			}},
		{"read", func(notice recall.Notice) bool { return notice.Read != nil },
			func(head EventHead, _ recall.UserID, notice recall.Notice) any {
				return ReadEvent{head, ReadMark(*notice.Read)}
			}},
		{"conversation", func(notice recall.Notice) bool { return notice.Change != nil },
			func(head EventHead, _ recall.UserID, notice recall.Notice) any {
				return ConversationEvent{head, notice.Change.What, notice.Change.User, notice.Change.Role}
			}},
		{"kicked", func(notice recall.Notice) bool { return notice.Kicked != "" },
			func(head EventHead, _ recall.UserID, notice recall.Notice) any {
				return KickedEvent{head, notice.Kicked}
			}},
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

// Event encodes a notice for one of its receivers. It fails for a notice that has no part, which [Empty] finds out
// before, or more than one.
func Event(viewer recall.UserID, notice recall.Notice) ([]byte, error) {
	found := eventsOf(notice)
	if len(found) != 1 {
		return nil, errors.New("a notice must have exactly one part to be encoded")
	}
	head := EventHead{Type: found[0].name}
	if !notice.Conversation.IsZero() {
		head.Conversation = notice.Conversation.SeenBy(viewer)
	}
	return encode(found[0].seenBy(head, viewer, notice))
}

// Empty reports whether a notice has nothing to tell. A notice is empty if its message has expired when the notice is
// renewed.
func Empty(notice recall.Notice) bool { return len(eventsOf(notice)) == 0 }

// SameForAll reports whether Event gives every receiver the same bytes, so that one encoding serves a whole fan-out.
// It does so where all receivers have the same name for the conversation, as in a group, and where there is no
// conversation. Two users have different names for the conversation between them.
func SameForAll(notice recall.Notice) bool {
	return notice.Conversation.IsGroup() || notice.Conversation.IsZero()
}

// MessageEvent is the event message: a message came.
type MessageEvent struct {
	Type    string  `json:"type"`
	Message Message `json:"message"`
}

// RevokedEvent is the event revoked: messages of a conversation were recalled.
type RevokedEvent struct {
	EventHead
	Revocations []Revocation `json:"revocations"`
}

// ReadEvent is the event read: the user has read a conversation on another device.
type ReadEvent struct {
	EventHead
	ReadMark
}

// ConversationEvent is the event conversation: a group or its members changed.
type ConversationEvent struct {
	EventHead
	Change recall.ChangeKind `json:"change"`
	User   recall.UserID     `json:"user,omitzero"`
	Role   recall.MemberRole `json:"role,omitzero"`
}

// KickedEvent is the event kicked: why the server is about to close the connection.
type KickedEvent struct {
	EventHead
	Reason recall.Kick `json:"reason"`
}
