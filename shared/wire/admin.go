package wire

import "example.com/recall/shared/recall"

// AdminRevoke is an administrator's request revoke.
type AdminRevoke struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	MessageIDs   []recall.MessageID  `json:"messageIds" frame:"required"`
	Reason       recall.Reason       `json:"reason"`
	Operator     recall.UserID       `json:"operator"`
}

func (r AdminRevoke) check() error {
	return checkList("messageIds", r.MessageIDs, recall.MaximumAdminRevokes)
}

// AdminRevokeBySender is the request revokeBySender.
type AdminRevokeBySender struct {
	Conversation recall.Conversation `json:"conversation" frame:"required"`
	Sender       recall.UserID       `json:"sender" frame:"required"`
	Since        recall.Instant      `json:"since"`
	Reason       recall.Reason       `json:"reason"`
	Operator     recall.UserID       `json:"operator"`
	Next         string              `json:"next"`
}

// AdminPutGroup is the request putGroup. Without a window the group has the default one.
type AdminPutGroup struct {
	Group  recall.GroupID `json:"group" frame:"required"`
	Name   string         `json:"name"`
	Window *recall.Window `json:"recallWindowSeconds"`
}

// AdminGroup is the request getGroup or deleteGroup.
type AdminGroup struct {
	Group recall.GroupID `json:"group" frame:"required"`
}

// AdminPutMember is the request putMember.
type AdminPutMember struct {
	Group recall.GroupID    `json:"group" frame:"required"`
	User  recall.UserID     `json:"user" frame:"required"`
	Role  recall.MemberRole `json:"role" frame:"required"`
}

// AdminMember is the request deleteMember.
type AdminMember struct {
	Group recall.GroupID `json:"group" frame:"required"`
	User  recall.UserID  `json:"user" frame:"required"`
}

// AdminUser is the request disconnect.
type AdminUser struct {
	User recall.UserID `json:"user" frame:"required"`
}

// AdminSettings is the request putSettings.
type AdminSettings struct {
	Window recall.Window `json:"recallWindowSeconds" frame:"required"`
}

// AdminAudit is the request audit, of a conversation or of an operator.
type AdminAudit struct {
	Conversation recall.Conversation `json:"conversation"`
	Operator     recall.UserID       `json:"operator"`
	Since        recall.Instant      `json:"since"`
	Next         string              `json:"next"`
}

func (a AdminAudit) check() error {
	switch {
	case a.Operator == "" && a.Conversation.IsZero():
		return recall.Invalid("conversation", "is missing; give conversation or operator")
	case a.Operator != "" && !a.Conversation.IsZero():
		return recall.Invalid("operator", "must not be given together with conversation")
	}
	return nil
}
