package awsjson_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"example.com/recall/shared/awsjson"
	"example.com/recall/shared/recall/recalltest"
)

// service answers one call after another as a test says, the last for ever.
type service struct {
	answers []answer
	calls   int
}

type answer struct {
	status int
	text   string
	err    error
}

func (s *service) Do(request *http.Request) (*http.Response, error) {
	s.calls++
	said := s.answers[min(s.calls, len(s.answers))-1]
	if said.err != nil {
		return nil, said.err
	}
	return &http.Response{StatusCode: said.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(said.text)), Request: request}, nil
}

func caller(client *service, credentials aws.CredentialsProviderFunc) *awsjson.Caller {
	config := aws.Config{Region: "eu-central-1", HTTPClient: client, Credentials: credentials}
	operation := awsjson.Operation{Service: "service", Target: "Service.Operation", Version: "1.1"}
	return awsjson.New(config, recalltest.NewClock(), "https://service", operation)
}

func key(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, nil
}

func TestACallIsMadeAgainWhereThatMayHelp(t *testing.T) {
	good := answer{status: 200, text: `{"word":"yes"}`}
	for name, test := range map[string]struct {
		answers []answer
		calls   int
		word    string
		mayHelp bool
	}{
		"a service that answers":          {[]answer{good}, 1, "yes", false},
		"a service that is not there yet": {[]answer{{err: errors.New("connection refused")}, good}, 2, "yes", false},
		"a service that fails twice":      {[]answer{{status: 503}, {status: 500}, good}, 3, "yes", false},
		"too many requests":               {[]answer{{status: 429}, good}, 2, "yes", false},
		"a throttled call":                {[]answer{{status: 400, text: `{"__type":"com.amazonaws.sqs#RequestThrottled"}`}, good}, 2, "yes", false},
		"a service that says it is ill":   {[]answer{{status: 400, text: `{"__type":"InternalException"}`}, good}, 2, "yes", false},
		"an answer that is cut off":       {[]answer{{status: 200, text: `{"wor`}, good}, 2, "yes", false},
		"a service that stays away":       {[]answer{{status: 500}}, 3, "", true},
		"a call that is not allowed":      {[]answer{{status: 400, text: `{"__type":"AccessDeniedException"}`}, good}, 1, "", false},
		"a refusal without a word":        {[]answer{{status: 403}, good}, 1, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			client := &service{answers: test.answers}
			calls := caller(client, key)
			var result struct{ Word string }
			err := calls.Call(t.Context(), struct{}{}, &result)
			if client.calls != test.calls || result.Word != test.word || (err == nil) != (test.word != "") {
				t.Errorf("%d calls, answer %q, error %v", client.calls, result.Word, err)
			}
			if err != nil && calls.MayHelp(err) != test.mayHelp {
				t.Errorf("of %v it says that another call may help: %v", err, !test.mayHelp)
			}
		})
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	client := &service{answers: []answer{{status: 500}}}
	if err := caller(client, key).Call(ctx, struct{}{}, &struct{}{}); err == nil || client.calls > 1 {
		t.Errorf("%d calls, %v", client.calls, err)
	}
}

func TestNothingIsSentWithoutCredentials(t *testing.T) {
	client := &service{answers: []answer{{status: 200, text: `{}`}}}
	missing := func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("no credentials") }
	if err := caller(client, missing).Call(t.Context(), struct{}{}, &struct{}{}); err == nil || client.calls != 0 {
		t.Errorf("%d calls, %v", client.calls, err)
	}
}
