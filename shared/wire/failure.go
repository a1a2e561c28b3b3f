package wire

import (
	"errors"
	"net/http"

	"example.com/recall/shared/recall"
)

// Failure is an error as a caller may see it.
type Failure struct {
	Code       int            `json:"code"`
	Name       recall.Name    `json:"name"`
	Desc       string         `json:"desc"`
	Retryable  bool           `json:"retryable"`
	ServerTime recall.Instant `json:"serverTime,omitzero"`
}

// failureOf passes on an error of the rules. Any other error becomes internal, with a fixed text and the reference
// under which the log has the details.
func failureOf(err error, reference string) *Failure {
	var known *recall.Error
	if !errors.As(err, &known) || known.Name == recall.Internal {
		known = recall.Fail(recall.Internal, "internal error; reference "+reference)
	}
	return &Failure{known.Code(), known.Name, known.Desc, known.Retryable(), known.ServerTime}
}

// ErrorReply encodes the failure of a request. An error that is none of package recall's becomes internal: its text
// stays with the server, and the caller gets the reference under which the log has it.
func ErrorReply(envelope Envelope, err error, reference string) []byte {
	reply := replyTo(envelope)
	reply.OK, reply.Error = false, failureOf(err, reference)
	frame, _ := encode(reply) // texts and numbers can always be encoded
	return frame
}

// HTTPStatus is the status of a reply of the admin function's URL; 200 for no error.
func HTTPStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch recall.NameOf(err) {
	case recall.InvalidRequest, recall.UnknownAction, recall.BodyTooLarge, recall.StaleMessageID,
		recall.AttachmentTooLarge:
		return http.StatusBadRequest
	case recall.NotAllowed, recall.RecallDenied, recall.TokenExpired:
		return http.StatusForbidden
	case recall.MessageNotFound, recall.ConversationNotFound, recall.AttachmentNotFound:
		return http.StatusNotFound
	case recall.AlreadyRecalled, recall.RecallWindowExpired, recall.MessageIDTaken, recall.GroupDeleted,
		recall.ConversationFull, recall.OtherMessageRecalled, recall.AttachmentsOff, recall.PushOff:
		return http.StatusConflict
	case recall.TooManyRequests:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
