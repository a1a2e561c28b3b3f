package wire

import "example.com/recall/shared/recall"

// smallFrame is enough for most frames without a body.
const smallFrame = 512

func beginReply(envelope Envelope, ok bool, size int) []byte {
	frame := append(make([]byte, 0, size), `{"type":"reply"`...)
	frame = appendField(frame, "action", envelope.Action)
	if envelope.ID != "" {
		frame = appendField(frame, "id", envelope.ID)
	}
	return appendTruth(frame, "ok", ok)
}

// DoneReply encodes the reply of an action that has nothing to tell but that it is done.
func DoneReply(envelope Envelope) []byte {
	return append(beginReply(envelope, true, smallFrame), '}')
}

// HelloReply encodes the reply to hello.
func HelloReply(envelope Envelope, hello recall.Hello) []byte {
	frame := beginReply(envelope, true, smallFrame)
	frame = appendNumber(frame, "serverTime", int64(hello.ServerTime))
	frame = appendField(frame, "user", string(hello.User))
	frame = appendNumber(frame, "recallWindowSeconds", int64(hello.RecallWindow))
	frame = appendNumber(frame, "maxBodyBytes", int64(hello.MaxBodyBytes))
	frame = appendNumber(frame, "tokenExpiresAt", int64(hello.TokenExpiresAt))
	return append(frame, '}')
}

// SendReply encodes the reply to send: the message without its body, which the sender has.
func SendReply(envelope Envelope, viewer recall.UserID, result recall.SendResult) []byte {
	frame := beginReply(envelope, true, smallFrame)
	frame = appendMessage(appendName(frame, "message"), viewer, &result.Message, false)
	frame = appendTruth(frame, "duplicate", result.Duplicate)
	return append(frame, '}')
}

// RevokeReply encodes the reply to revoke. single is what DecodeRevoke told; reference stands in internal errors.
func RevokeReply(envelope Envelope, results []recall.RevokeResult, single bool, reference string) []byte {
	frame := beginReply(envelope, allRevoked(results), smallFrame*(1+len(results)))
	if single && len(results) == 1 && results[0].Err != nil {
		frame = appendFailure(frame, results[0].Err, reference)
	}
	frame = appendResults(frame, results, reference)
	return append(frame, '}')
}

func allRevoked(results []recall.RevokeResult) bool {
	for _, result := range results {
		if result.Err != nil {
			return false
		}
	}
	return true
}

// appendResults appends ,"results":[…].
func appendResults(frame []byte, results []recall.RevokeResult, reference string) []byte {
	return appendList(appendName(frame, "results"), results, func(frame []byte, result recall.RevokeResult) []byte {
		frame = append(frame, '{')
		frame = appendField(frame, "messageId", string(result.MessageID))
		frame = appendTruth(frame, "ok", result.Err == nil)
		if result.Err != nil {
			return append(appendFailure(frame, result.Err, reference), '}')
		}
		frame = appendRevoked(frame, result.Revoked)
		if result.Repeated {
			frame = appendTruth(frame, "repeated", true)
		}
		return append(frame, '}')
	})
}

// SyncReply encodes the reply to sync. reference stands in internal errors.
func SyncReply(envelope Envelope, viewer recall.UserID, results []recall.SyncResult, reference string) []byte {
	size := smallFrame
	for _, result := range results {
		size += smallFrame + 256*(len(result.Messages)+len(result.Revocations))
		for _, message := range result.Messages {
			size += len(message.Body)
		}
	}
	frame := beginReply(envelope, true, size)
	frame = appendList(appendName(frame, "conversations"), results, func(frame []byte, result recall.SyncResult) []byte {
		frame = append(frame, '{')
		frame = appendField(frame, "conversation", result.Conversation.SeenBy(viewer))
		if result.Err != nil {
			return append(appendFailure(frame, result.Err, reference), '}')
		}
		return append(appendSynced(frame, viewer, result), '}')
	})
	return append(frame, '}')
}

// appendSynced appends the fields of a conversation that could be read.
func appendSynced(frame []byte, viewer recall.UserID, result recall.SyncResult) []byte {
	frame = appendList(appendName(frame, "messages"), result.Messages, func(frame []byte, message recall.Message) []byte {
		return appendMessage(frame, viewer, &message, true)
	})
	frame = appendList(appendName(frame, "revocations"), result.Revocations, appendRevocation)
	if result.Cursor != "" {
		frame = appendField(frame, "cursor", result.Cursor)
	}
	frame = appendTruth(frame, "more", result.More)
	if result.Older {
		frame = appendTruth(frame, "older", true)
	}
	frame = appendNumber(frame, "unread", int64(result.Unread))
	if result.ReadUpTo != "" {
		frame = appendField(frame, "readUpTo", string(result.ReadUpTo))
	}
	return frame
}

// ReadReply encodes the reply to read.
func ReadReply(envelope Envelope, mark recall.ReadMark) []byte {
	frame := beginReply(envelope, true, smallFrame)
	return append(appendMark(frame, mark), '}')
}

func appendMark(frame []byte, mark recall.ReadMark) []byte {
	frame = appendField(frame, "readUpTo", string(mark.ReadUpTo))
	return appendNumber(frame, "unread", int64(mark.Unread))
}

// ConversationsReply encodes the reply to conversations.
func ConversationsReply(envelope Envelope, viewer recall.UserID, result recall.ConversationsResult) []byte {
	frame := beginReply(envelope, true, smallFrame+256*len(result.Conversations))
	frame = appendList(appendName(frame, "conversations"), result.Conversations, func(frame []byte, listed recall.Listed) []byte {
		frame = append(frame, '{')
		frame = appendField(frame, "conversation", listed.Conversation.SeenBy(viewer))
		frame = appendNumber(frame, "lastChangeAt", int64(listed.LastChangeAt))
		if listed.LastMessageID != "" {
			frame = appendField(frame, "lastMessageId", string(listed.LastMessageID))
		}
		frame = appendNumber(frame, "unread", int64(listed.Unread))
		if listed.Role != "" {
			frame = appendField(frame, "role", string(listed.Role))
		}
		if listed.Name != "" {
			frame = appendField(frame, "name", listed.Name)
		}
		return append(frame, '}')
	})
	if result.Next != "" {
		frame = appendField(frame, "next", result.Next)
	}
	return append(frame, '}')
}

// ErrorReply encodes the failure of a request. An error that is none of package recall's becomes internal: its text
// stays with the server, and the caller gets the reference under which the log has it.
func ErrorReply(envelope Envelope, err error, reference string) []byte {
	frame := beginReply(envelope, false, smallFrame)
	return append(appendFailure(frame, err, reference), '}')
}
