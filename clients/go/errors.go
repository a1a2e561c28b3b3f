package client

import (
	"errors"
	"fmt"
)

// The codes of the protocol's error table. Where Tencent has a number for the case it is Tencent's, so that code
// written for V2TIM can branch as before; 76xxx are Recall's own.
const (
	CodeInvalidRequest           = 6017  // a field is missing, ill-typed or too long
	CodeUnknownAction            = 7014  // no such action
	CodeBodyTooLarge             = 80002 // the body is over 12,288 bytes
	CodeRecallWindowExpired      = 20016 // the recall window is over
	CodeGroupRecallWindowExpired = 10031 // the same, in a group
	CodeMessageNotFound          = 20022 // no such message in that conversation
	CodeGroupMessageNotFound     = 10030 // the same, in a group
	CodeAlreadyRecalled          = 20023 // somebody else recalled it before, or the messageId of a send was recalled
	CodeRecallDenied             = 10032 // neither the sender nor a moderator
	CodeConversationNotFound     = 10015 // no such group, or not a member of it
	CodeNotAllowed               = 10007 // reserved, no longer returned
	CodeStaleMessageID           = 76001 // the messageId's time is over 30 s off the server's
	CodeMessageIDTaken           = 76002 // that messageId is another sender's or another body's
	CodeConversationFull         = 76003 // the conversation takes no more
	CodeOtherMessageRecalled     = 76004 // the message that unlessRevoked of a send names was recalled
	CodeAttachmentsOff           = 76005 // the deployment has no attachments
	CodeAttachmentNotFound       = 76006 // no such attachment, not the caller's, or not uploaded completely
	CodeAttachmentTooLarge       = 76007 // the attachment is larger than the deployment allows
	CodePushOff                  = 76008 // the deployment sends no notifications of this kind
	CodeGroupDeleted             = 10010 // the group was deleted; only the admin function answers it
	CodeTokenExpired             = 6206  // a new token is needed
	CodeTooManyRequests          = 10023 // a rate limit, after the client's own retries
	CodeUnavailable              = 20004 // a dependency of the server failed, after the client's own retries
	CodeInternal                 = 20005 // a bug in the server, after the client's own retries

	// The following are decided by the client alone.

	CodeTimeout           = 6012 // no reply in time, after all attempts: the outcome is unknown
	CodeNotLoggedIn       = 9508 // Login has not succeeded, or Logout was called
	CodeUploadFailed      = 6008 // the bytes of an attachment did not get to the bucket
	CodeDownloadFailed    = 6009 // the bytes of an attachment did not come, or not all of them
	CodeClientWindowOver  = 6223 // the client knows that the recall window is over, and did not ask
	codeNone              = 0
	clientWindowTolerance = 2_000 // milliseconds past recallableUntil before the client decides without asking
)

// names holds the protocol's name of each code.
func names() map[int]string {
	return map[int]string{
		CodeInvalidRequest:           "invalid_request",
		CodeUnknownAction:            "unknown_action",
		CodeBodyTooLarge:             "body_too_large",
		CodeRecallWindowExpired:      "recall_window_expired",
		CodeGroupRecallWindowExpired: "recall_window_expired",
		CodeMessageNotFound:          "message_not_found",
		CodeGroupMessageNotFound:     "message_not_found",
		CodeAlreadyRecalled:          "already_recalled",
		CodeRecallDenied:             "recall_denied",
		CodeConversationNotFound:     "conversation_not_found",
		CodeNotAllowed:               "not_allowed",
		CodeStaleMessageID:           "stale_message_id",
		CodeMessageIDTaken:           "message_id_taken",
		CodeConversationFull:         "conversation_full",
		CodeOtherMessageRecalled:     "other_message_recalled",
		CodeAttachmentsOff:           "attachments_off",
		CodeAttachmentNotFound:       "attachment_not_found",
		CodeAttachmentTooLarge:       "attachment_too_large",
		CodePushOff:                  "push_off",
		CodeGroupDeleted:             "group_deleted",
		CodeTokenExpired:             "token_expired",
		CodeTooManyRequests:          "too_many_requests",
		CodeUnavailable:              "unavailable",
		CodeInternal:                 "internal",
		CodeTimeout:                  "timeout",
		CodeNotLoggedIn:              "not_logged_in",
		CodeUploadFailed:             "upload_failed",
		CodeDownloadFailed:           "download_failed",
		CodeClientWindowOver:         "recall_window_over",
	}
}

// CodeName returns the name of a code, "" for one that this package does not know.
func CodeName(code int) string { return names()[code] }

// Error is the (code, desc) pair that V2TIM's callbacks report. Programs act on Code or Name; Desc is English for
// developers and may change.
type Error struct {
	Code       int
	Name       string // as in the protocol's table, e.g. "recall_window_expired"
	Desc       string
	Retryable  bool  // the same request may succeed later
	ServerTime int64 // the server's clock in milliseconds since 1970, where the error carries it; else 0

	cause error
}

// Error returns the code, the name and the description in one line.
func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Code, e.Name, e.Desc) }

// Unwrap returns what lies behind the error, such as [context.Canceled]; nil for the server's own errors.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an *Error with the same code, so that errors.Is(err, &Error{Code: …}) works.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// Code returns the code of an error of this package, 0 for nil and for any other error.
func Code(err error) int {
	var known *Error
	if errors.As(err, &known) {
		return known.Code
	}
	return codeNone
}

func newError(code int, desc string) *Error {
	return &Error{Code: code, Name: CodeName(code), Desc: desc}
}

func timedOut() *Error {
	e := newError(CodeTimeout, "no reply in time after all attempts; whether the server acted is unknown, "+
		"so repeat with the same messageId or look at the history")
	e.Retryable = true
	return e
}

func cancelled(cause error) *Error {
	e := newError(CodeTimeout, "the context ended before the reply; whether the server acted is unknown")
	e.cause = cause
	return e
}

func notLoggedIn() *Error {
	return newError(CodeNotLoggedIn, "not logged in: call Login first")
}

func kickedOffline(reason string) *Error {
	return newError(CodeNotLoggedIn, "the server ended this session ("+reason+"): call Login to connect again")
}

func tokenOver() *Error {
	return newError(CodeTokenExpired,
		"the token has expired and no new one was provided: log in with a new token, or set Options.TokenProvider")
}
