package lambda

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.com/recall/local/answer"
)

// runtimeAPI returns the API that the process calls (Lambda guide, "Lambda runtime API" and "Extensions API").
func (i *instance) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", i.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", i.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", i.error)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", i.initializationError)
	mux.HandleFunc("POST /2020-01-01/extension/register", i.registerExtension)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", func(_ http.ResponseWriter, r *http.Request) {
		// No event is ever sent, because the shutdown is announced by a signal.
		<-r.Context().Done()
	})
	for _, path := range []string{"init", "exit"} {
		mux.HandleFunc("POST /2020-01-01/extension/"+path+"/error", func(w http.ResponseWriter, _ *http.Request) {
			accepted(w)
		})
	}
	return mux
}

// next ends the previous invocation and waits for another one.
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	if i.current != nil {
		close(i.current.complete)
		if !i.current.isFinished() {
			// A process that asks for more work without having answered has lost the answer.
			i.current.fail("Runtime.NoResponse", "the runtime asked for the next invocation without answering this one")
		}
		i.current = nil
	}
	i.mutex.Unlock()
	select {
	case call := <-i.work:
		call.deadline = i.now().Add(i.function.Timeout)
		i.mutex.Lock()
		i.current = call
		i.mutex.Unlock()
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", call.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(call.deadline.UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", i.function.ARN)
		header.Set("Lambda-Runtime-Trace-Id", call.traceID)
		header.Set("Content-Length", strconv.Itoa(len(call.payload)))
		// If the process has ended by now, its end is noticed elsewhere.
		_, _ = w.Write(call.payload)
	case <-r.Context().Done():
	}
}

// traceID returns an X-Ray header that says "not sampled".
func traceID(requestID string, now time.Time) string {
	digits := requestID[:8] + requestID[9:13] + requestID[14:18] + requestID[19:23] + requestID[24:36]
	return "Root=1-" + strconv.FormatInt(now.Unix(), 16) + "-" + digits[:24] + ";Parent=" + digits[8:24] + ";Sampled=0"
}

// take returns the invocation that an answer is for. If there is none, it answers the process with an error.
func (i *instance) take(w http.ResponseWriter, r *http.Request) *invocation {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.current == nil || i.current.id != r.PathValue("id") {
		answer.JSON(w, http.StatusBadRequest, map[string]string{
			"errorMessage": "Invalid request ID",
			"errorType":    "InvalidRequestID",
		})
		return nil
	}
	return i.current
}

func (i *instance) response(w http.ResponseWriter, r *http.Request) {
	call := i.take(w, r)
	if call == nil {
		return
	}
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumPayload))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		call.fail("Function.ResponseSizeTooLarge",
			"Response payload size exceeded maximum allowed payload size ("+strconv.Itoa(maximumPayload)+" bytes).")
		answer.JSON(w, http.StatusRequestEntityTooLarge, map[string]string{
			"errorMessage": "Exceeded maximum allowed payload size",
			"errorType":    "RequestEntityTooLarge",
		})
		return
	case err != nil:
		// The process broke the connection off while it answered. Its end, or its next call, decides what happens.
		return
	}
	// If the function failed in the middle of a streamed answer, the trailers say so.
	if kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type"); kind != "" {
		call.finish(outcome{payload: payload, functionError: "Unhandled", errorType: kind})
	} else {
		call.finish(outcome{payload: payload})
	}
	accepted(w)
}

func (i *instance) error(w http.ResponseWriter, r *http.Request) {
	call := i.take(w, r)
	if call == nil {
		return
	}
	if failure, _, ok := readFailure(w, r); ok {
		call.finish(failure)
		accepted(w)
	}
}

// readFailure reads the failure that a process reports, and the message in it. If that cannot be read, it answers the
// process with an error.
func readFailure(w http.ResponseWriter, r *http.Request) (failure outcome, message string, ok bool) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumPayload))
	if err != nil {
		answer.JSON(w, http.StatusBadRequest, map[string]string{
			"errorMessage": "the error could not be read",
			"errorType":    "InvalidErrorShape",
		})
		return outcome{}, "", false
	}
	var shape struct {
		ErrorType    string `json:"errorType"`
		ErrorMessage string `json:"errorMessage"`
	}
	// A payload of another form is passed on unchanged.
	_ = json.Unmarshal(payload, &shape)
	switch {
	case shape.ErrorMessage == Unauthorized:
		shape.ErrorType = Unauthorized
	case shape.ErrorType == "":
		shape.ErrorType = "Runtime.Unknown"
	}
	return outcome{payload: payload, functionError: "Unhandled", errorType: shape.ErrorType}, shape.ErrorMessage, true
}

// initializationError keeps what a process reports before it ends itself, for example that its handler cannot be
// imported. The invocation that waits for the process fails with this error.
func (i *instance) initializationError(w http.ResponseWriter, r *http.Request) {
	failure, message, ok := readFailure(w, r)
	if !ok {
		return
	}
	i.mutex.Lock()
	i.initializationFailure = &failure
	i.mutex.Unlock()
	i.logged([]byte("The function cannot be initialized: " + failure.errorType + ": " + message))
	accepted(w)
}

func (i *instance) registerExtension(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Lambda-Extension-Name") == "" {
		answer.JSON(w, http.StatusBadRequest, map[string]string{
			"errorMessage": "Lambda-Extension-Name is missing",
			"errorType":    "Extension.MissingHeader",
		})
		return
	}
	i.extension.Store(true)
	w.Header().Set("Lambda-Extension-Identifier", requestID())
	answer.JSON(w, http.StatusOK, map[string]string{
		"functionName":    i.function.Name,
		"functionVersion": "$LATEST",
		"handler":         i.function.Handler,
	})
}

// accepted answers with 202, the only status that the Go runtime accepts as success.
func accepted(w http.ResponseWriter) {
	answer.JSON(w, http.StatusAccepted, map[string]string{"status": "OK"})
}
