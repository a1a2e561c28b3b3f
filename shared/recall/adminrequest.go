package recall

// Admin requests come from callers with IAM rights. They name conversations absolutely and have no connection.

// Limits of admin requests.
const (
	MaximumAdminRevokes = 100
	AuditPageSize       = 100
	MaximumNameBytes    = 256
)

// AdminRevoke recalls any messages of any age, with role admin.
type AdminRevoke struct {
	Conversation Conversation
	MessageIDs   []MessageID
	Reason       Reason
	// Operator is who is named as having done it; empty is AdminOperator.
	Operator UserID
}

// AdminOperator stands for an admin who did not say who he is.
const AdminOperator UserID = "admin"

// AdminRevokeBySender recalls all messages of one sender, page by page.
type AdminRevokeBySender struct {
	Conversation Conversation
	Sender       UserID
	// Since is the earliest sentAt; 0 is all.
	Since    Instant
	Reason   Reason
	Operator UserID
	// Next continues where the last page ended.
	Next string
}

// AdminRevokePage is one page of recalls.
type AdminRevokePage struct {
	Results []RevokeResult
	// Next continues; empty at the end.
	Next string
}

// AdminPutGroup creates a group or changes its name and window; a nil Window is the default.
type AdminPutGroup struct {
	Group  GroupID
	Name   string
	Window *Window
}

// GroupDescription is a group as it is now; a nil Window is the default.
type GroupDescription struct {
	Name   string
	Window *Window
	Roster Roster
}

// AdminPutMember adds a member or changes their role.
type AdminPutMember struct {
	Group GroupID
	User  UserID
	Role  MemberRole
}

// AdminAudit asks who recalled what, in a conversation or by an operator.
type AdminAudit struct {
	Conversation Conversation // zero if Operator is set
	Operator     UserID
	Since        Instant
	Next         string
}

// AuditPage is a page of recalls in the order in which they were accepted.
type AuditPage struct {
	Recalls []Recalled
	Next    string
}
