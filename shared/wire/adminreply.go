package wire

import "example.com/recall/shared/recall"

// AdminRevokeReply encodes the reply to revoke and revokeBySender. reference is put into internal errors.
func AdminRevokeReply(envelope Envelope, page recall.AdminRevokePage, reference string) ([]byte, error) {
	return encodeResults(envelope, Results{Results: resultsOf(page.Results, reference), Next: page.Next}, false)
}

// Settings is what the replies to getSettings and putSettings tell.
type Settings struct {
	Window recall.Window `json:"recallWindowSeconds"`
}

// AdminSettingsReply encodes the reply to getSettings and putSettings.
func AdminSettingsReply(envelope Envelope, window recall.Window) ([]byte, error) {
	return encode(struct {
		Reply
		Settings
	}{replyTo(envelope), Settings{window}})
}

// DisconnectCount is what the reply to disconnect tells: how many connections were closed.
type DisconnectCount struct {
	Count int `json:"disconnected"`
}

// AdminDisconnectReply encodes the reply to disconnect.
func AdminDisconnectReply(envelope Envelope, disconnected int) ([]byte, error) {
	return encode(struct {
		Reply
		DisconnectCount
	}{replyTo(envelope), DisconnectCount{disconnected}})
}

// Group is what the reply to getGroup tells. The name is left out where there is none, the window where it is the
// default.
type Group struct {
	Name    string         `json:"name,omitzero"`
	Window  *recall.Window `json:"recallWindowSeconds,omitzero"`
	Members []GroupMember  `json:"members"`
}

// GroupMember is a member of a group with their role.
type GroupMember struct {
	User recall.UserID     `json:"user"`
	Role recall.MemberRole `json:"role"`
}

// AdminGroupReply encodes the reply to getGroup.
func AdminGroupReply(envelope Envelope, group recall.GroupDescription) ([]byte, error) {
	members := make([]GroupMember, len(group.Roster.Users))
	for i, user := range group.Roster.Users {
		members[i] = GroupMember{user, group.Roster.Roles[i]}
	}
	return encode(struct {
		Reply
		Group
	}{replyTo(envelope), Group{group.Name, group.Window, members}})
}

// Audit is what the reply to audit tells: a page of recalls.
type Audit struct {
	Recalls []AuditEntry `json:"recalls"`
	Next    string       `json:"next,omitzero"`
}

// AuditEntry is a recall with its conversation in the absolute form.
type AuditEntry struct {
	Conversation AbsoluteConversation `json:"conversation"`
	Revocation
}

// AbsoluteConversation names a conversation as administrators do: by its group or by its two users.
type AbsoluteConversation struct {
	Group recall.GroupID  `json:"group,omitzero"`
	Users []recall.UserID `json:"users,omitzero"`
}

// AdminAuditReply encodes the reply to audit.
func AdminAuditReply(envelope Envelope, page recall.AuditPage) ([]byte, error) {
	revocations := revocationsOf(page.Recalls)
	audit := Audit{Recalls: make([]AuditEntry, len(page.Recalls)), Next: page.Next}
	for i, recalled := range page.Recalls {
		conversation := AbsoluteConversation{Group: recalled.Conversation.Group(), Users: recalled.Conversation.Users()}
		audit.Recalls[i] = AuditEntry{conversation, revocations[i]}
	}
	return encode(struct {
		Reply
		Audit
	}{replyTo(envelope), audit})
}
