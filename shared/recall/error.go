package recall

import (
	"errors"
	"fmt"
)

// Name is the name of a failure on the wire. The list is append-only: nothing is renamed or reused.
type Name string

// The names. A caller who may not know of something gets a not-found name. A caller who may know of it, but may not
// act, gets a denial.
const (
	InvalidRequest       Name = "invalid_request"
	UnknownAction        Name = "unknown_action"
	BodyTooLarge         Name = "body_too_large"
	RecallWindowExpired  Name = "recall_window_expired"
	MessageNotFound      Name = "message_not_found"
	AlreadyRecalled      Name = "already_recalled"
	RecallDenied         Name = "recall_denied"
	ConversationNotFound Name = "conversation_not_found"
	NotAllowed           Name = "not_allowed" // reserved: no longer returned
	StaleMessageID       Name = "stale_message_id"
	MessageIDTaken       Name = "message_id_taken"
	TokenExpired         Name = "token_expired"
	TooManyRequests      Name = "too_many_requests"
	Unavailable          Name = "unavailable"
	Internal             Name = "internal"
	GroupDeleted         Name = "group_deleted"
	ConversationFull     Name = "conversation_full"
	OtherMessageRecalled Name = "other_message_recalled"
	AttachmentsOff       Name = "attachments_off"
	AttachmentNotFound   Name = "attachment_not_found"
	AttachmentTooLarge   Name = "attachment_too_large"
	PushOff              Name = "push_off"
)

// failure is what the protocol's table says of a name.
type failure struct {
	direct, group int // Tencent's number in a c2c conversation and in a group
	retryable     bool
}

// table is the error table of protocol/README.md. Code names the sources of the numbers.
func (n Name) table() failure {
	switch n {
	case InvalidRequest:
		return failure{6017, 6017, false}
	case UnknownAction:
		return failure{7014, 7014, false}
	case BodyTooLarge:
		return failure{80002, 80002, false}
	case RecallWindowExpired:
		return failure{20016, 10031, false}
	case MessageNotFound:
		return failure{20022, 10030, false}
	case AlreadyRecalled:
		return failure{20023, 20023, false}
	case RecallDenied:
		return failure{10032, 10032, false}
	case ConversationNotFound:
		return failure{10015, 10015, false}
	case NotAllowed:
		return failure{10007, 10007, false}
	case StaleMessageID:
		return failure{76001, 76001, false}
	case MessageIDTaken:
		return failure{76002, 76002, false}
	case GroupDeleted:
		return failure{10010, 10010, false}
	case ConversationFull:
		return failure{76003, 76003, false}
	case OtherMessageRecalled:
		return failure{76004, 76004, false}
	case AttachmentsOff:
		return failure{76005, 76005, false}
	case AttachmentNotFound:
		return failure{76006, 76006, false}
	case AttachmentTooLarge:
		return failure{76007, 76007, false}
	case PushOff:
		return failure{76008, 76008, false}
	case TokenExpired:
		return failure{6206, 6206, false}
	case TooManyRequests:
		return failure{10023, 10023, true}
	case Unavailable:
		return failure{20004, 20004, true}
	}
	return failure{20005, 20005, true}
}

// Error is the one error type of the rules. Its text is for developers; programs act on Name, or on Code.
type Error struct {
	Name Name
	// Desc is English, holds no message text, reason or token, and goes to the caller.
	Desc string
	// Group is set where it happened in a group: three names have another code there.
	Group bool
	// ServerTime is set with stale_message_id, so that the client can correct its clock.
	ServerTime Instant
	// cause goes to the log only.
	cause error
}

// Error is the text for the log. It includes the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Name, e.Desc, e.cause)
	}
	return fmt.Sprintf("%s: %s", e.Name, e.Desc)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Code is Tencent's number for the case, so that code written for V2TIM can branch as before (Tencent's TIMErrorCode.h
// and REST admin_msgwithdraw); 76xxx are this project's own.
func (e *Error) Code() int {
	if e.Group {
		return e.Name.table().group
	}
	return e.Name.table().direct
}

// Retryable reports whether the same request may succeed later.
func (e *Error) Retryable() bool { return e.Name.table().retryable }

// In marks the error as met in that conversation.
func (e *Error) In(conversation Conversation) *Error {
	e.Group = conversation.IsGroup()
	return e
}

// Fail makes an error of the rules.
func Fail(name Name, desc string) *Error { return &Error{Name: name, Desc: desc} }

// Invalid makes an invalid_request that names the field.
func Invalid(field, why string) *Error {
	return &Error{Name: InvalidRequest, Desc: field + ": " + why}
}

// Unreachable wraps the failure of a dependency as unavailable. The cause is for the log.
func Unreachable(what string, cause error) *Error {
	return &Error{Name: Unavailable, Desc: what + " could not be reached; retry", cause: cause}
}

// Full wraps the refusal of a write to a conversation that has reached the size at which its storage takes no more.
// The cause is for the log.
func Full(cause error) *Error {
	return &Error{
		Name:  ConversationFull,
		Desc:  "the conversation is full; use another one, or ask the operator to delete old messages",
		cause: cause,
	}
}

// NameOf returns the name of any error. It is internal for an error that is not of this package.
func NameOf(err error) Name {
	var known *Error
	if errors.As(err, &known) {
		return known.Name
	}
	return Internal
}
