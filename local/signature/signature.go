// Package signature says who signed a request with AWS Signature Version 4. It verifies the signatures of signers
// whose secret it knows (IAM guide, "Elements of an AWS API request signature").
package signature

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Signature is what a signed request says about its signer.
type Signature struct {
	AccessKey, Date, Region, Service string

	at      time.Time
	headers []string
	value   string
}

var (
	// ErrMissing means that a request is not signed.
	ErrMissing = errors.New("the request has no AWS Signature Version 4")
	// ErrMalformed means that a request has a signature that is not a complete one of Signature Version 4.
	ErrMalformed = errors.New("the request has no complete AWS Signature Version 4")
	// ErrMismatch means that the request was signed with another secret, or was changed after it was signed.
	ErrMismatch = errors.New("the signature does not match")
)

// MismatchMessage is the text that AWS uses for ErrMismatch.
const MismatchMessage = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key " +
	"and signing method."

// AccessKey is the access key ID of a function. It is the function's name with only letters and digits, since
// DynamoDB Local accepts no other characters.
func AccessKey(function string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, function)
}

// Keyring has the secret of each access key that is known. People on this machine sign with other access keys, and
// their secrets are not known. For their signatures only the form is checked.
type Keyring map[string]string

// NewKeyring makes a secret for each function.
func NewKeyring(functions ...string) Keyring {
	keys := Keyring{}
	for _, function := range functions {
		keys[AccessKey(function)] = rand.Text()
	}
	return keys
}

// Secret returns the secret of a function. For an unknown function it returns any text, because nobody verifies such
// a signature.
func (k Keyring) Secret(function string) string {
	if secret, known := k[AccessKey(function)]; known {
		return secret
	}
	return "local"
}

// Verify says who signed a request with this body. It returns ErrMissing, ErrMalformed or ErrMismatch.
func (k Keyring) Verify(r *http.Request, body []byte) (Signature, error) {
	signed, presigned, err := read(r)
	if err != nil {
		return Signature{}, err
	}
	secret, known := k[signed.AccessKey]
	if !known {
		return signed, nil
	}
	credentials := aws.Credentials{AccessKeyID: signed.AccessKey, SecretAccessKey: secret}
	var again string
	if presigned {
		again, err = signed.presign(r, credentials)
	} else {
		again, err = signed.sign(r, body, credentials)
	}
	if err != nil {
		return Signature{}, err
	}
	if subtle.ConstantTimeCompare([]byte(again), []byte(signed.value)) == 0 {
		return Signature{}, ErrMismatch
	}
	return signed, nil
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	timeForm  = "20060102T150405Z"
)

// Read says who claims to have signed a request. Only Verify finds out whether that is true.
func Read(r *http.Request) (Signature, error) {
	signed, _, err := read(r)
	return signed, err
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]{64}$`)

// read reads the signature from the Authorization header, or from the query of a presigned address.
func read(r *http.Request) (signed Signature, presigned bool, err error) {
	values, date := map[string]string{}, r.Header.Get("X-Amz-Date")
	if query := r.URL.Query(); query.Get("X-Amz-Algorithm") == algorithm {
		presigned, date = true, query.Get("X-Amz-Date")
		for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
			values[name] = query.Get("X-Amz-" + name)
		}
	} else {
		fields, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" ")
		if !ok {
			return Signature{}, false, ErrMissing
		}
		for part := range strings.SplitSeq(fields, ",") {
			key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			values[key] = value
		}
	}
	scope := strings.Split(values["Credential"], "/")
	at, err := time.Parse(timeForm, date)
	if err != nil || len(scope) != 5 || scope[0] == "" || scope[4] != "aws4_request" || values["SignedHeaders"] == "" ||
		!hexadecimal.MatchString(values["Signature"]) {
		return Signature{}, false, ErrMalformed
	}
	return Signature{
		AccessKey: scope[0], Date: scope[1], Region: scope[2], Service: scope[3],
		at: at, headers: strings.Split(values["SignedHeaders"], ";"), value: values["Signature"],
	}, presigned, nil
}

// again returns the parts of the request that were signed.
func (s Signature) again(r *http.Request) *http.Request {
	address := *r.URL
	address.Host = r.Host
	again := &http.Request{Method: r.Method, URL: &address, Host: r.Host, Header: http.Header{}}
	for _, name := range s.headers {
		switch name {
		case "host": // it is in the address
		case "content-length":
			again.ContentLength = r.ContentLength
		default:
			again.Header[http.CanonicalHeaderKey(name)] = r.Header.Values(name)
		}
	}
	return again
}

// sign computes the signature of a request again, with the SDK's own signer.
func (s Signature) sign(r *http.Request, body []byte, credentials aws.Credentials) (string, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if given := r.Header.Get("X-Amz-Content-Sha256"); given == "UNSIGNED-PAYLOAD" {
		hash = given
	} else if given != "" && given != hash {
		return "", ErrMismatch
	}
	again := s.again(r)
	if err := v4.NewSigner().SignHTTP(r.Context(), credentials, again, hash, s.Service, s.Region, s.at); err != nil {
		return "", err
	}
	computed, _, err := read(again)
	return computed.value, err
}

// presign computes the signature of a presigned address again.
func (s Signature) presign(r *http.Request, credentials aws.Credentials) (string, error) {
	query := r.URL.Query()
	for _, name := range []string{"Algorithm", "Credential", "Date", "SignedHeaders", "Signature"} {
		query.Del("X-Amz-" + name)
	}
	again := s.again(r)
	again.URL.RawQuery = query.Encode()
	sum := sha256.Sum256(nil) // a presigned request of @connections has no body
	address, _, err := v4.NewSigner().PresignHTTP(r.Context(), credentials, again, hex.EncodeToString(sum[:]), s.Service,
		s.Region, s.at)
	if err != nil {
		return "", err
	}
	computed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	return computed.Query().Get("X-Amz-Signature"), nil
}
