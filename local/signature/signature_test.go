package signature_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"example.com/recall/local/signature"
)

// server answers every request. verified returns what Verify returned for the last one.
func server(t *testing.T, keys signature.Keyring) (address string, verified func() (signature.Signature, error)) {
	t.Helper()
	var signed signature.Signature
	err := errors.New("no request came")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readError := io.ReadAll(r.Body)
		if readError != nil {
			t.Error(readError)
		}
		signed, err = keys.Verify(r, body)
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(s.Close)
	return s.URL, func() (signature.Signature, error) { return signed, err }
}

func credentials(secret string) aws.CredentialsProviderFunc {
	return func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "Send", SecretAccessKey: secret, SessionToken: "local"}, nil
	}
}

func TestWhatAWSsOwnClientsSignIsVerified(t *testing.T) {
	keys := signature.NewKeyring("Send")
	address, verified := server(t, keys)
	for _, secret := range []string{keys.Secret("Send"), "another"} {
		for service, call := range map[string]func() error{
			"execute-api": func() error {
				client := apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
					BaseEndpoint: aws.String(address + "/prod"), Region: "eu-central-1", Credentials: credentials(secret),
				})
				_, err := client.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{
					ConnectionId: aws.String("BF-_fALIAMCKug="), Data: []byte("grüße"),
				})
				return err
			},
			"dynamodb": func() error {
				client := dynamodb.New(dynamodb.Options{
					BaseEndpoint: &address,
					Region:       "eu-central-1",
					Credentials:  credentials(secret),
				})
				_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
				return err
			},
			"sqs": func() error {
				client := sqs.New(sqs.Options{BaseEndpoint: &address, Region: "eu-central-1", Credentials: credentials(secret)})
				_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
					QueueUrl: aws.String(address + "/123456789012/Queue"), MessageBody: aws.String("x"),
				}, func(o *sqs.Options) { o.DisableMessageChecksumValidation = true })
				return err
			},
		} {
			if err := call(); err != nil {
				t.Fatalf("%s: %v", service, err)
			}
			signed, err := verified()
			switch {
			case secret == "another":
				if !errors.Is(err, signature.ErrMismatch) {
					t.Errorf("%s with another secret: %v", service, err)
				}
			case err != nil || signed.AccessKey != "Send" || signed.Service != service || signed.Region != "eu-central-1":
				t.Errorf("%s: %+v, %v", service, signed, err)
			}
		}
	}
}

// signed is a request of Send to a queue. change alters it after it was signed.
func signed(t *testing.T, secret string, change func(*http.Request)) *http.Request {
	t.Helper()
	body := []byte(`{"MessageBody":"x"}`)
	r := httptest.NewRequest(http.MethodPost, "http://queue.example.com/a%20b?x=1", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AmazonSQS.SendMessage")
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	key := aws.Credentials{AccessKeyID: "Send", SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hash, "sqs", "us-east-1",
		time.Unix(1_700_000_000, 0)); err != nil {
		t.Fatal(err)
	}
	change(r)
	return r
}

func TestAChangedRequestDoesNotMatchItsSignature(t *testing.T) {
	keys := signature.NewKeyring("Send")
	for why, change := range map[string]func(*http.Request){
		"":                 func(*http.Request) {},
		"another body":     func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"MessageBody":"y"}`)) },
		"another path":     func(r *http.Request) { r.URL.Path = "/b" },
		"another query":    func(r *http.Request) { r.URL.RawQuery = "x=2" },
		"another method":   func(r *http.Request) { r.Method = http.MethodPut },
		"another host":     func(r *http.Request) { r.Host = "other.example.com" },
		"a signed header":  func(r *http.Request) { r.Header.Set("X-Amz-Target", "AmazonSQS.DeleteQueue") },
		"another time":     func(r *http.Request) { r.Header.Set("X-Amz-Date", "20231114T221321Z") },
		"another service":  func(r *http.Request) { replaceInAuthorization(r, "/sqs/", "/sns/") },
		"a header without": func(r *http.Request) { r.Header.Set("User-Agent", "x") },
	} {
		r := signed(t, keys.Secret("Send"), change)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		_, err = keys.Verify(r, body)
		if wants := why != "" && why != "a header without"; errors.Is(err, signature.ErrMismatch) != wants {
			t.Errorf("%s: %v", why, err)
		}
	}
}

func replaceInAuthorization(r *http.Request, old, replacement string) {
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, replacement, 1))
}

func TestAPresignedAddressIsVerified(t *testing.T) {
	keys := signature.NewKeyring("Send")
	for _, secret := range []string{keys.Secret("Send"), "another"} {
		r := httptest.NewRequest(http.MethodDelete,
			"http://api.example.com/prod/@connections/BF-_fALIAMCKug=?X-Amz-Expires=60", nil)
		sum := sha256.Sum256(nil)
		key := aws.Credentials{AccessKeyID: "Send", SecretAccessKey: secret}
		address, _, err := v4.NewSigner().PresignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "execute-api",
			"us-east-1", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		got, err := keys.Verify(httptest.NewRequest(http.MethodDelete, address, nil), nil)
		if secret == "another" {
			if !errors.Is(err, signature.ErrMismatch) {
				t.Errorf("with another secret: %v", err)
			}
		} else if err != nil || got.Service != "execute-api" {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// People on this machine use any credentials that they have, and nobody knows the secrets.
func TestOfAnUnknownSignerOnlyTheFormIsLookedAt(t *testing.T) {
	r := signed(t, "whatever", func(*http.Request) {})
	if got, err := signature.NewKeyring("Other").Verify(r, nil); err != nil || got.AccessKey != "Send" ||
		got.Service != "sqs" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestARequestThatIsNotSignedIsToldApartFromABadSignature(t *testing.T) {
	const begin, headers = "AWS4-HMAC-SHA256 Credential=", ", SignedHeaders=host, Signature="
	sum := strings.Repeat("0a", 32)
	for header, want := range map[string]error{
		"":                             signature.ErrMissing,
		"Bearer token":                 signature.ErrMissing,
		begin + "a/b/c/d/aws4_request": signature.ErrMalformed,
		begin + "a" + headers + sum:    signature.ErrMalformed,
		begin + "a/b/c/d/aws4_request" + headers + "short": signature.ErrMalformed,
		begin + "/b/c/d/aws4_request" + headers + sum:      signature.ErrMalformed,
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Authorization", header)
		if _, err := signature.NewKeyring().Verify(r, nil); !errors.Is(err, want) {
			t.Errorf("%q gives %v", header, err)
		}
	}
}
