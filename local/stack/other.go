package stack

import (
	"encoding/xml"
	"io"
	"net/http"
	"strings"

	"example.com/recall/local/answer"
)

// maximumOtherBody is what is read of a call that is refused anyway.
const maximumOtherBody = 16 << 20

// refuseService answers every call of a service of AWS that is not here, so that none of them reaches AWS.
func (s *Stack) refuseService(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumOtherBody)) // what is too large is refused as well
	signed, _ := s.keys.Verify(r, body)                                     // whoever calls is refused
	service := signed.Service
	if service == "" {
		service = "a service of AWS"
	}
	caller := signed.AccessKey
	if caller == "" {
		caller = "somebody"
	}
	const code = "NotImplemented"
	message := "the local stack has no " + service + ", and lets no call of it through to AWS"
	s.notice(caller + " calls " + service + ": " + message)
	type failure struct{ Code, Message string }
	w.Header().Set("X-Amzn-Errortype", code)
	switch {
	case signed.Service == "s3":
		answerXML(w, struct {
			XMLName xml.Name `xml:"Error"`
			failure
		}{failure: failure{code, message}})
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		answerXML(w, struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Error   failure
		}{Error: failure{code, message}})
	default:
		answer.Error(w, http.StatusNotImplemented, code, message)
	}
}

func answerXML(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusNotImplemented)
	// A caller that is gone needs no answer.
	_ = xml.NewEncoder(w).Encode(body)
}
