package wire

import "example.com/recall/shared/recall"

// AdminRevokeReply encodes the reply to revoke and revokeBySender. reference stands in internal errors.
func AdminRevokeReply(envelope Envelope, page recall.AdminRevokePage, reference string) []byte {
	frame := beginReply(envelope, allRevoked(page.Results), smallFrame*(1+len(page.Results)))
	frame = appendResults(frame, page.Results, reference)
	return append(appendNext(frame, page.Next), '}')
}

// AdminSettingsReply encodes the reply to getSettings and putSettings.
func AdminSettingsReply(envelope Envelope, window recall.Window) []byte {
	frame := beginReply(envelope, true, smallFrame)
	return append(appendNumber(frame, "recallWindowSeconds", int64(window)), '}')
}

// AdminDisconnectReply encodes the reply to disconnect: how many connections were closed.
func AdminDisconnectReply(envelope Envelope, disconnected int) []byte {
	frame := beginReply(envelope, true, smallFrame)
	return append(appendNumber(frame, "disconnected", int64(disconnected)), '}')
}

// AdminGroupReply encodes the reply to getGroup. The name is left out where there is none, the window where it is the default.
func AdminGroupReply(envelope Envelope, group recall.GroupDescription) []byte {
	frame := beginReply(envelope, true, smallFrame*(1+len(group.Roster.Users)))
	if group.Name != "" {
		frame = appendField(frame, "name", group.Name)
	}
	if group.Window != nil {
		frame = appendNumber(frame, "recallWindowSeconds", int64(*group.Window))
	}
	place := 0
	frame = appendList(appendName(frame, "members"), group.Roster.Users, func(frame []byte, user recall.UserID) []byte {
		frame = appendField(append(frame, '{'), "user", string(user))
		frame = appendField(frame, "role", string(group.Roster.Roles[place]))
		place++
		return append(frame, '}')
	})
	return append(frame, '}')
}

// AdminAuditReply encodes the reply to audit.
func AdminAuditReply(envelope Envelope, page recall.AuditPage) []byte {
	frame := beginReply(envelope, true, smallFrame*(1+len(page.Recalls)))
	frame = appendList(appendName(frame, "recalls"), page.Recalls, appendAudited)
	return append(appendNext(frame, page.Next), '}')
}

// appendAudited appends a recall with its conversation in the absolute form.
func appendAudited(frame []byte, recalled recall.Recalled) []byte {
	frame = append(appendName(append(frame, '{'), "conversation"), '{')
	if recalled.Conversation.IsGroup() {
		frame = appendField(frame, "group", string(recalled.Conversation.Group()))
	} else {
		frame = appendList(appendName(frame, "users"), recalled.Conversation.Users(), func(frame []byte, user recall.UserID) []byte {
			return appendText(frame, string(user))
		})
	}
	frame = append(frame, '}')
	frame = appendField(frame, "messageId", string(recalled.MessageID))
	frame = appendField(frame, "sender", string(recalled.Sender))
	frame = appendNumber(frame, "sentAt", int64(recalled.SentAt))
	return append(appendRevoked(frame, recalled.Revocation), '}')
}

func appendNext(frame []byte, next string) []byte {
	if next == "" {
		return frame
	}
	return appendField(frame, "next", next)
}
