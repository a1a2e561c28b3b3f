package signature_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/recall/local/signature"
)

func TestTheSignerOfARequestIsRead(t *testing.T) {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=SendFunction/20261124/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature="+strings.Repeat("0a", 32))
	got, err := signature.Of(r)
	if want := (signature.Signature{AccessKey: "SendFunction", Date: "20261124", Region: "us-east-1", Service: "dynamodb"}); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestARequestThatIsNotSignedIsToldApartFromABadSignature(t *testing.T) {
	for header, want := range map[string]error{
		"":             signature.ErrMissing,
		"Bearer token": signature.ErrMissing,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request":                                                           signature.ErrMalformed,
		"AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=" + strings.Repeat("0a", 32):                   signature.ErrMalformed,
		"AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=short":                      signature.ErrMalformed,
		"AWS4-HMAC-SHA256 Credential=/b/c/d/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0a", 32): signature.ErrMalformed,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", header)
		if _, err := signature.Of(r); !errors.Is(err, want) {
			t.Errorf("%q gives %v", header, err)
		}
	}
}
