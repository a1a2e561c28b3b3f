package wire

import "example.com/recall/shared/recall"

// adminConversation reads a conversation in its absolute form, {"users":["a","b"]} or {"group":"id"}; it is zero if absent.
func (o object) adminConversation() (recall.Conversation, error) {
	value, err := o.find("conversation")
	if value == nil || err != nil {
		return recall.Conversation{}, err
	}
	if value[0] != '{' {
		return recall.Conversation{}, o.invalid("conversation", `must be {"users":["a","b"]} or {"group":"id"}`)
	}
	inner := object{path: "conversation.", fields: fieldsOf(value)}
	group, err := inner.identifier("group")
	if err != nil {
		return recall.Conversation{}, err
	}
	users, err := inner.array("users", 2, 2)
	switch {
	case err != nil:
		return recall.Conversation{}, err
	case (group != "") == (users != nil):
		return recall.Conversation{}, o.invalid("conversation", "must have users or group, one of them")
	case group != "":
		return recall.InGroup(recall.GroupID(group)), nil
	}
	return inner.between(users)
}

func (o object) between(users [][]byte) (recall.Conversation, error) {
	var pair [2]recall.UserID
	for i, value := range users {
		text, why := textOf(value)
		if why == "" && !recall.UserID(text).Valid() {
			why = whyIdentifier
		}
		if why != "" {
			return recall.Conversation{}, o.invalid("users", why)
		}
		pair[i] = recall.UserID(text)
	}
	if pair[0] == pair[1] {
		return recall.Conversation{}, o.invalid("users", "a conversation with oneself does not exist")
	}
	return recall.Between(pair[0], pair[1]), nil
}

func (o object) requiredAdminConversation() (recall.Conversation, error) {
	conversation, err := o.adminConversation()
	if err == nil && conversation.IsZero() {
		err = o.missing("conversation")
	}
	return conversation, err
}

func (o object) requiredIdentifier(name string) (string, error) {
	id, err := o.identifier(name)
	if err == nil && id == "" {
		err = o.missing(name)
	}
	return id, err
}

func (o object) since() (recall.Instant, error) {
	since, _, err := o.integer("since", 0, maximumInstant)
	return recall.Instant(since), err
}

// maximumInstant is the last instant that a ULID can hold.
const maximumInstant = 1<<48 - 1

// DecodeAdminRevoke reads an admin's revoke. It returns invalid_request.
func DecodeAdminRevoke(frame Frame) (recall.AdminRevoke, error) {
	request := frame.fields
	var err error
	var revoke recall.AdminRevoke
	if revoke.Conversation, err = request.requiredAdminConversation(); err != nil {
		return recall.AdminRevoke{}, err
	}
	if revoke.MessageIDs, err = request.messageIDs("messageIds", recall.MaximumAdminRevokes); err != nil {
		return recall.AdminRevoke{}, err
	}
	if revoke.MessageIDs == nil {
		return recall.AdminRevoke{}, request.missing("messageIds")
	}
	if revoke.Reason, revoke.Operator, err = request.reasonAndOperator(); err != nil {
		return recall.AdminRevoke{}, err
	}
	return revoke, nil
}

func (o object) reasonAndOperator() (recall.Reason, recall.UserID, error) {
	reason, err := o.text("reason", recall.MaximumReasonBytes)
	if err != nil {
		return "", "", err
	}
	operator, err := o.identifier("operator")
	return recall.Reason(reason), recall.UserID(operator), err
}

// DecodeAdminRevokeBySender reads a revokeBySender. It returns invalid_request.
func DecodeAdminRevokeBySender(frame Frame) (recall.AdminRevokeBySender, error) {
	request := frame.fields
	var err error
	var revoke recall.AdminRevokeBySender
	if revoke.Conversation, err = request.requiredAdminConversation(); err != nil {
		return recall.AdminRevokeBySender{}, err
	}
	sender, err := request.requiredIdentifier("sender")
	if err != nil {
		return recall.AdminRevokeBySender{}, err
	}
	revoke.Sender = recall.UserID(sender)
	if revoke.Since, err = request.since(); err != nil {
		return recall.AdminRevokeBySender{}, err
	}
	if revoke.Reason, revoke.Operator, err = request.reasonAndOperator(); err != nil {
		return recall.AdminRevokeBySender{}, err
	}
	if revoke.Next, err = request.text("next", recall.MaximumCursorBytes); err != nil {
		return recall.AdminRevokeBySender{}, err
	}
	return revoke, nil
}

// DecodeAdminPutGroup reads a putGroup. It returns invalid_request.
func DecodeAdminPutGroup(frame Frame) (recall.AdminPutGroup, error) {
	request := frame.fields
	var put recall.AdminPutGroup
	group, err := request.requiredIdentifier("group")
	if err != nil {
		return recall.AdminPutGroup{}, err
	}
	put.Group = recall.GroupID(group)
	if put.Name, err = request.text("name", recall.MaximumNameBytes); err != nil {
		return recall.AdminPutGroup{}, err
	}
	window, given, err := request.window()
	if err != nil {
		return recall.AdminPutGroup{}, err
	}
	if given {
		put.Window = &window
	}
	return put, nil
}

func (o object) window() (window recall.Window, given bool, err error) {
	seconds, given, err := o.integer("recallWindowSeconds", int64(recall.Unlimited), int64(recall.MaximumWindow))
	return recall.Window(seconds), given, err
}

// DecodeAdminGroup reads a getGroup or deleteGroup. It returns invalid_request.
func DecodeAdminGroup(frame Frame) (recall.GroupID, error) {
	request := frame.fields
	group, err := request.requiredIdentifier("group")
	return recall.GroupID(group), err
}

// DecodeAdminPutMember reads a putMember. It returns invalid_request.
func DecodeAdminPutMember(frame Frame) (recall.AdminPutMember, error) {
	request := frame.fields
	group, user, err := request.member()
	if err != nil {
		return recall.AdminPutMember{}, err
	}
	role, err := request.identifier("role")
	switch {
	case err != nil || role != "" && !recall.MemberRole(role).Valid():
		return recall.AdminPutMember{}, request.invalid("role", "must be owner, admin or member")
	case role == "":
		return recall.AdminPutMember{}, request.missing("role")
	}
	return recall.AdminPutMember{Group: group, User: user, Role: recall.MemberRole(role)}, nil
}

func (o object) member() (recall.GroupID, recall.UserID, error) {
	group, err := o.requiredIdentifier("group")
	if err != nil {
		return "", "", err
	}
	user, err := o.requiredIdentifier("user")
	return recall.GroupID(group), recall.UserID(user), err
}

// Member is a user in a group.
type Member struct {
	Group recall.GroupID
	User  recall.UserID
}

// DecodeAdminDeleteMember reads a deleteMember. It returns invalid_request.
func DecodeAdminDeleteMember(frame Frame) (Member, error) {
	group, user, err := frame.fields.member()
	return Member{group, user}, err
}

// DecodeAdminDisconnect reads a disconnect. It returns invalid_request.
func DecodeAdminDisconnect(frame Frame) (recall.UserID, error) {
	request := frame.fields
	user, err := request.requiredIdentifier("user")
	return recall.UserID(user), err
}

// DecodeAdminPutSettings reads a putSettings. It returns invalid_request.
func DecodeAdminPutSettings(frame Frame) (recall.Window, error) {
	request := frame.fields
	window, given, err := request.window()
	if err == nil && !given {
		err = request.missing("recallWindowSeconds")
	}
	return window, err
}

// DecodeAdminAudit reads an audit. It returns invalid_request.
func DecodeAdminAudit(frame Frame) (recall.AdminAudit, error) {
	request := frame.fields
	var err error
	var audit recall.AdminAudit
	if audit.Conversation, err = request.adminConversation(); err != nil {
		return recall.AdminAudit{}, err
	}
	operator, err := request.identifier("operator")
	if err != nil {
		return recall.AdminAudit{}, err
	}
	audit.Operator = recall.UserID(operator)
	switch {
	case operator == "" && audit.Conversation.IsZero():
		return recall.AdminAudit{}, request.invalid("conversation", "is missing; give conversation or operator")
	case operator != "" && !audit.Conversation.IsZero():
		return recall.AdminAudit{}, request.invalid("operator", "must not stand beside conversation")
	}
	if audit.Since, err = request.since(); err != nil {
		return recall.AdminAudit{}, err
	}
	if audit.Next, err = request.text("next", recall.MaximumCursorBytes); err != nil {
		return recall.AdminAudit{}, err
	}
	return audit, nil
}
