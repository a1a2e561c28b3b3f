package lambda

import (
	"context"
	"errors"
	"io"
	"net/http"

	"example.com/recall/local/answer"
	"example.com/recall/local/signature"
)

// InvokeAPI is the HTTP form of Invoke, so that the AWS command line and SDKs reach the functions (Lambda API
// reference, Invoke). Requests must be signed, but it does not matter who signed them.
func (s *Service) InvokeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{name}/invocations", s.serveInvoke)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, "UnknownOperationException", "the local Lambda only knows Invoke")
	})
	return mux
}

func (s *Service) serveInvoke(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumPayload))
	if err != nil {
		writeError(w, http.StatusRequestEntityTooLarge, "RequestTooLargeException", "the payload is over 6 MB")
		return
	}
	switch signed, err := s.options.Keys.Verify(r, payload); {
	case errors.Is(err, signature.ErrMismatch):
		writeError(w, http.StatusForbidden, "InvalidSignatureException", signature.MismatchMessage)
		return
	case err != nil || signed.Service != "lambda":
		writeError(w, http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token")
		return
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	name := r.PathValue("name")
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "DryRun":
		if s.find(name) == nil {
			writeInvokeError(w, ErrNotFound)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case "Event":
		if s.find(name) == nil {
			writeInvokeError(w, ErrNotFound)
			return
		}
		// Nobody gets the answer of an asynchronous invocation. Unlike on AWS, an invocation that failed is not
		// retried.
		go func() { _, _ = s.Invoke(context.WithoutCancel(r.Context()), name, payload) }()
		w.WriteHeader(http.StatusAccepted)
	case "", "RequestResponse":
		result, err := s.Invoke(r.Context(), name, payload)
		if err != nil {
			writeInvokeError(w, err)
			return
		}
		if result.FunctionError != "" {
			w.Header().Set("X-Amz-Function-Error", result.FunctionError)
		}
		w.Header().Set("X-Amz-Executed-Version", "$LATEST")
		w.Header().Set("X-Amzn-Requestid", result.RequestID)
		w.Header().Set("Content-Type", "application/json")
		// If the caller has left, nobody needs the answer.
		_, _ = w.Write(result.Payload)
	default:
		writeError(w, http.StatusBadRequest, "InvalidParameterValueException", "unknown invocation type")
	}
}

func writeInvokeError(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, ErrNotFound):
		writeError(w, http.StatusNotFound, "ResourceNotFoundException", "there is no such function")
	case errors.Is(err, ErrThrottled):
		writeError(w, http.StatusTooManyRequests, "TooManyRequestsException",
			"the function's reserved concurrency is used up")
	default:
		writeError(w, http.StatusInternalServerError, "ServiceException", "the local Lambda could not run the function")
	}
}

func writeError(w http.ResponseWriter, status int, name, message string) {
	w.Header().Set("X-Amzn-Errortype", name)
	answer.JSON(w, status, map[string]string{"Type": "User", "message": message})
}
