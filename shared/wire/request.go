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

// DecodeEnvelope reads a frame's envelope. It returns unknown_action if no action can be read from it, and invalid_request
// for a wrong id. Also with an error the envelope holds what could be read, so that the reply can echo it.
func DecodeEnvelope(frame []byte) (Envelope, error) {
	request, err := parse(frame)
	if err != nil {
		return Envelope{}, err
	}
	var envelope Envelope
	id, idErr := request.requestID()
	envelope.ID = id
	action, actionErr := request.action()
	envelope.Action = action
	if actionErr != nil {
		return envelope, actionErr
	}
	return envelope, idErr
}

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
func DecodeSend(viewer recall.UserID, frame []byte) (recall.SendRequest, error) {
	request, err := parse(frame)
	if err != nil {
		return recall.SendRequest{}, err
	}
	var send recall.SendRequest
	if send.Conversation, err = request.conversation(viewer); err != nil {
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

// DecodeRevoke reads a revoke. single tells that it names one message by messageId, so that the reply repeats a failure
// as its own. It returns invalid_request.
func DecodeRevoke(viewer recall.UserID, frame []byte) (revoke recall.RevokeRequest, single bool, err error) {
	request, err := parse(frame)
	if err != nil {
		return recall.RevokeRequest{}, false, err
	}
	if revoke.Conversation, err = request.conversation(viewer); err != nil {
		return recall.RevokeRequest{}, false, err
	}
	if revoke.MessageIDs, single, err = request.revoked(); err != nil {
		return recall.RevokeRequest{}, false, err
	}
	reason, err := request.text("reason", recall.MaximumReasonBytes)
	if err != nil {
		return recall.RevokeRequest{}, false, err
	}
	revoke.Reason = recall.Reason(reason)
	if revoke.Unsent, err = request.boolean("unsent"); err != nil {
		return recall.RevokeRequest{}, false, err
	}
	return revoke, single, nil
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
func DecodeSync(viewer recall.UserID, frame []byte) (recall.SyncRequest, error) {
	request, err := parse(frame)
	if err != nil {
		return recall.SyncRequest{}, err
	}
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
		item, err := parsed.syncItem(viewer)
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
func DecodeRead(viewer recall.UserID, frame []byte) (recall.ReadRequest, error) {
	request, err := parse(frame)
	if err != nil {
		return recall.ReadRequest{}, err
	}
	var read recall.ReadRequest
	if read.Conversation, err = request.conversation(viewer); err != nil {
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
func DecodeConversations(frame []byte) (after string, err error) {
	request, err := parse(frame)
	if err != nil {
		return "", err
	}
	return request.text("after", recall.MaximumCursorBytes)
}
