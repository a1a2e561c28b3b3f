// Package signature reads who signed a request with AWS Signature Version 4. It does not verify: the local stack has no
// secrets, and only needs to know whether a request is signed, by whom and for which service (IAM guide, "Elements of an
// AWS API request signature").
package signature

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// Signature is what the Authorization header of a signed request says.
type Signature struct {
	AccessKey, Date, Region, Service string
}

// ErrMissing means that a request is not signed.
var ErrMissing = errors.New("the request has no AWS Signature Version 4 Authorization header")

// ErrMalformed means that the header is not one of Signature Version 4.
var ErrMalformed = errors.New("the Authorization header is not a complete AWS Signature Version 4")

const algorithm = "AWS4-HMAC-SHA256"

var hexadecimal = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Of reads the signature of a request.
func Of(r *http.Request) (Signature, error) {
	fields, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" ")
	if !ok {
		return Signature{}, ErrMissing
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(fields, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		values[key] = value
	}
	scope := strings.Split(values["Credential"], "/")
	if len(scope) != 5 || scope[0] == "" || scope[4] != "aws4_request" || values["SignedHeaders"] == "" || !hexadecimal.MatchString(values["Signature"]) {
		return Signature{}, ErrMalformed
	}
	return Signature{AccessKey: scope[0], Date: scope[1], Region: scope[2], Service: scope[3]}, nil
}
