package wire

import (
	"fmt"
	"unicode/utf8"

	"example.com/recall/shared/recall"
)

// Limits of the envelope, in characters (code points).
const (
	MaximumRequestIDCharacters = 64
	maximumActionCharacters    = 64
)

// Envelope is what every request has: its action, and the request ID that the reply echoes. ID is empty if there is none.
type Envelope struct {
	Action string
	ID     string
}

// Frame is a request that was read once: its envelope, and its fields for the decoder of its action.
type Frame struct {
	Envelope
	// Viewer is the user who sent the frame. Conversations are read as this user names them. An administrator has no name.
	Viewer recall.UserID
	fields object
}

// Read reads a frame and its envelope. It returns unknown_action if no action can be read from it, and invalid_request for a
// wrong id. Also with an error the envelope holds what could be read, so that the reply can echo it.
func Read(raw []byte) (Frame, error) {
	request, err := parse(raw)
	if err != nil {
		return Frame{}, err
	}
	frame := Frame{fields: request}
	var idErr, actionErr error
	frame.ID, idErr = request.requestID()
	if frame.Action, actionErr = request.action(); actionErr != nil {
		return frame, actionErr
	}
	return frame, idErr
}

// Nothing is the request of an action that needs no fields.
type Nothing struct{}

// DecodeNothing reads the request of an action that needs no fields. It returns no error.
func DecodeNothing(Frame) (Nothing, error) { return Nothing{}, nil }

func (o object) requestID() (string, error) {
	value, err := o.find("id")
	if value == nil || err != nil {
		return "", err
	}
	id, why := textOf(value)
	if why == "" && utf8.RuneCountInString(id) > MaximumRequestIDCharacters {
		why = "must have at most 64 characters"
	}
	if why != "" {
		return "", o.invalid("id", why)
	}
	return id, nil
}

// action reads the action. A very long one is nobody's and is not echoed.
func (o object) action() (string, error) {
	value, err := o.find("action")
	why := "action: "
	switch {
	case err != nil:
		why += "is given twice"
	case value == nil:
		why += "is missing"
	default:
		action, wrong := textOf(value)
		if wrong == "" && utf8.RuneCountInString(action) > maximumActionCharacters {
			wrong = "no such action"
		}
		if wrong == "" {
			return action, nil
		}
		why += wrong
	}
	return "", recall.Fail(recall.UnknownAction, why)
}

// DecodeSend reads a send. It returns invalid_request or body_too_large.
func DecodeSend(frame Frame) (recall.SendRequest, error) {
	request := frame.fields
	var err error
	var send recall.SendRequest
	if send.Conversation, err = request.conversation(frame.Viewer); err != nil {
		return recall.SendRequest{}, err
	}
	if send.MessageID, err = request.messageID("messageId"); err != nil {
		return recall.SendRequest{}, err
	}
	if send.ReplyTo, err = request.messageID("replyTo"); err != nil {
		return recall.SendRequest{}, err
	}
	body, err := request.find("body")
	if err != nil {
		return recall.SendRequest{}, err
	}
	if body == nil {
		return recall.SendRequest{}, request.missing("body")
	}
	if send.Body, err = decodeBody(body); err != nil {
		return recall.SendRequest{}, err
	}
	return send, nil
}

// Revoke is a request to recall.
type Revoke struct {
	recall.RevokeRequest
	// Single is true if the request names one message by messageId. The reply then repeats a failure as its own.
	Single bool
}

// DecodeRevoke reads a revoke. It returns invalid_request.
func DecodeRevoke(frame Frame) (Revoke, error) {
	request := frame.fields
	var revoke Revoke
	var err error
	if revoke.Conversation, err = request.conversation(frame.Viewer); err != nil {
		return Revoke{}, err
	}
	if revoke.MessageIDs, revoke.Single, err = request.revoked(); err != nil {
		return Revoke{}, err
	}
	reason, err := request.text("reason", recall.MaximumReasonBytes)
	if err != nil {
		return Revoke{}, err
	}
	revoke.Reason = recall.Reason(reason)
	if revoke.Unsent, err = request.boolean("unsent"); err != nil {
		return Revoke{}, err
	}
	return revoke, nil
}

// revoked reads messageId or messageIds.
func (o object) revoked() (ids []recall.MessageID, single bool, err error) {
	one, err := o.messageID("messageId")
	if err != nil {
		return nil, false, err
	}
	many, err := o.messageIDs("messageIds", recall.MaximumRevokes)
	if err != nil {
		return nil, false, err
	}
	switch {
	case one != "" && many != nil:
		return nil, false, o.invalid("messageIds", "must not stand beside messageId")
	case one != "":
		return []recall.MessageID{one}, true, nil
	case many != nil:
		return many, false, nil
	}
	return nil, false, o.missing("messageId")
}

// DecodeSync reads a sync. It returns invalid_request.
func DecodeSync(frame Frame) (recall.SyncRequest, error) {
	request := frame.fields
	elements, err := request.array("conversations", 1, recall.MaximumSyncs)
	if err != nil {
		return recall.SyncRequest{}, err
	}
	if elements == nil {
		return recall.SyncRequest{}, request.missing("conversations")
	}
	items := make([]recall.SyncItem, len(elements))
	seen := make(map[recall.Conversation]bool, len(elements))
	for i, element := range elements {
		name := fmt.Sprintf("conversations[%d]", i)
		if element[0] != '{' {
			return recall.SyncRequest{}, request.invalid(name, "must be an object")
		}
		parsed := object{path: name + ".", fields: fieldsOf(element)}
		item, err := parsed.syncItem(frame.Viewer)
		switch {
		case err != nil:
			return recall.SyncRequest{}, err
		case seen[item.Conversation]:
			return recall.SyncRequest{}, parsed.invalid("conversation", "is given twice")
		case item.Before != "" && len(elements) > 1:
			return recall.SyncRequest{}, parsed.invalid("before", "must stand in the only conversation of its request")
		}
		items[i], seen[item.Conversation] = item, true
	}
	return recall.SyncRequest{Conversations: items}, nil
}

func (o object) syncItem(viewer recall.UserID) (item recall.SyncItem, err error) {
	if item.Conversation, err = o.conversation(viewer); err != nil {
		return recall.SyncItem{}, err
	}
	if item.Cursor, err = o.text("cursor", recall.MaximumCursorBytes); err != nil {
		return recall.SyncItem{}, err
	}
	if item.Before, err = o.messageID("before"); err != nil {
		return recall.SyncItem{}, err
	}
	if item.Before != "" && item.Cursor != "" {
		return recall.SyncItem{}, o.invalid("before", "must not stand beside cursor")
	}
	limit, given, err := o.integer("limit", 1, recall.MaximumSyncLimit)
	if err != nil {
		return recall.SyncItem{}, err
	}
	item.Limit = recall.DefaultSyncLimit
	if given {
		item.Limit = int(limit)
	}
	return item, nil
}

// DecodeRead reads a read. It returns invalid_request.
func DecodeRead(frame Frame) (recall.ReadRequest, error) {
	request := frame.fields
	var err error
	var read recall.ReadRequest
	if read.Conversation, err = request.conversation(frame.Viewer); err != nil {
		return recall.ReadRequest{}, err
	}
	if read.MessageID, err = request.messageID("messageId"); err != nil {
		return recall.ReadRequest{}, err
	}
	if read.MessageID == "" {
		return recall.ReadRequest{}, request.missing("messageId")
	}
	return read, nil
}

// DecodeConversations reads a request for the list of conversations: where to continue, empty for the first page. It
// returns invalid_request.
func DecodeConversations(frame Frame) (after string, err error) {
	return frame.fields.text("after", recall.MaximumCursorBytes)
}
