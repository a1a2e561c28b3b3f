package wire

import (
	"errors"
	"net/http"

	"example.com/recall/shared/recall"
)

// failureOf is an error as a caller may see it: one of the rules as it is, any other as internal with a fixed text and
// the reference under which the log has the details.
func failureOf(err error, reference string) *recall.Error {
	var known *recall.Error
	if errors.As(err, &known) && known.Name != recall.Internal {
		return known
	}
	return recall.Fail(recall.Internal, "internal error; reference "+reference)
}

// appendFailure appends ,"error":{…}.
func appendFailure(frame []byte, err error, reference string) []byte {
	failure := failureOf(err, reference)
	frame = append(appendName(frame, "error"), '{')
	frame = appendNumber(frame, "code", int64(failure.Code()))
	frame = appendField(frame, "name", string(failure.Name))
	frame = appendField(frame, "desc", failure.Desc)
	frame = appendTruth(frame, "retryable", failure.Retryable())
	if failure.ServerTime != 0 {
		frame = appendNumber(frame, "serverTime", int64(failure.ServerTime))
	}
	return append(frame, '}')
}

// HTTPStatus is the status of a reply of the admin function's URL; 200 for no error.
func HTTPStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch recall.NameOf(err) {
	case recall.InvalidRequest, recall.UnknownAction, recall.BodyTooLarge, recall.StaleMessageID:
		return http.StatusBadRequest
	case recall.NotAllowed, recall.RecallDenied, recall.TokenExpired:
		return http.StatusForbidden
	case recall.MessageNotFound, recall.ConversationNotFound:
		return http.StatusNotFound
	case recall.AlreadyRecalled, recall.RecallWindowExpired, recall.MessageIDTaken, recall.GroupDeleted,
		recall.ConversationFull:
		return http.StatusConflict
	case recall.TooManyRequests:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}
