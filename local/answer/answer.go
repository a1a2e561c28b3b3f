// Package answer writes HTTP answers in JSON, and errors in the forms that AWS's services use.
package answer

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
)

// JSON answers with a value as JSON. It keeps a Content-Type that is already set.
func JSON(w http.ResponseWriter, status int, body any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	// If the reader has left, nobody needs the answer.
	_ = json.NewEncoder(w).Encode(body)
}

// AWS answers with a value as the AWS JSON protocol does.
func AWS(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	JSON(w, status, body)
}

// Error answers with an error. AWS's clients read its name from the header or from __type.
func Error(w http.ResponseWriter, status int, name, message string) {
	w.Header().Set("X-Amzn-Errortype", name)
	AWS(w, status, map[string]string{"__type": name, "message": message})
}

// ObjectError answers with an error in the form that S3 uses.
func ObjectError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	// If the reader has left, nobody needs the answer.
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: code, Message: message})
}
