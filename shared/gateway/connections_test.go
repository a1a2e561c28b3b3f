package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/shared/gateway"
)

// seen is what a request to @connections is judged by.
type seen struct{ Method, Path, ContentType, Body string }

type fixedClock time.Time

func (c fixedClock) Now() time.Time { return time.Time(c) }

// record answers every request with a status and notes it.
type record struct {
	requests []*http.Request
	seen     []seen
	status   int
}

func (r *record) Do(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	r.requests = append(r.requests, request)
	r.seen = append(r.seen, seen{request.Method, request.URL.EscapedPath(), request.Header.Get("Content-Type"), string(body)})
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: http.NoBody, Request: request}, nil
}

func configure(client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "eu-central-1", HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "session"}, nil
		}),
	}
}

func TestASignedRequestIsWhatTheSDKSends(t *testing.T) {
	const endpoint = "https://api.execute-api.eu-central-1.amazonaws.com/prod"
	for _, id := range []string{"L0SM9cOFvHcCIhw=", "a+b/c d%", "plain"} {
		ours, sdks := &record{status: http.StatusOK}, &record{status: http.StatusOK}
		connections := gateway.NewConnections(configure(ours), fixedClock(time.Unix(1_700_000_000, 0)), endpoint)
		sdk := apigatewaymanagementapi.NewFromConfig(configure(sdks), func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = aws.String(endpoint) })
		for _, api := range []gateway.API{connections, sdk} {
			if _, err := api.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: []byte(`{"type":"revoked"}`)}); err != nil {
				t.Fatal(err)
			}
			if _, err := api.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id}); err != nil {
				t.Fatal(err)
			}
		}
		if difference := cmp.Diff(sdks.seen, ours.seen); difference != "" {
			t.Errorf("connection %q: -SDK +ours\n%s", id, difference)
		}
	}
}

func TestARequestIsSignedForExecuteAPIWithTheRolesSession(t *testing.T) {
	client := &record{status: http.StatusOK}
	connections := gateway.NewConnections(configure(client), fixedClock(time.Unix(1_700_000_000, 0)), "https://api.example.com/prod/")
	if _, err := connections.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: aws.String("c")}); err != nil {
		t.Fatal(err)
	}
	header := client.requests[0].Header
	if got := header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=key/20231114/eu-central-1/execute-api/aws4_request, SignedHeaders=") {
		t.Errorf("Authorization is %q", got)
	}
	if header.Get("X-Amz-Date") != "20231114T221320Z" || header.Get("X-Amz-Security-Token") != "session" {
		t.Errorf("date %q, session token %q", header.Get("X-Amz-Date"), header.Get("X-Amz-Security-Token"))
	}
}

func TestAStatusBecomesTheSDKsError(t *testing.T) {
	is := func(target any) func(error) bool { return func(err error) bool { return errors.As(err, target) } }
	for status, wanted := range map[int]func(error) bool{
		http.StatusOK:                    func(err error) bool { return err == nil },
		http.StatusNoContent:             func(err error) bool { return err == nil },
		http.StatusGone:                  is(new(*types.GoneException)),
		http.StatusTooManyRequests:       is(new(*types.LimitExceededException)),
		http.StatusRequestEntityTooLarge: is(new(*types.PayloadTooLargeException)),
		http.StatusForbidden:             is(new(*types.ForbiddenException)),
		http.StatusInternalServerError:   func(err error) bool { return err != nil && strings.Contains(err.Error(), "500") },
	} {
		connections := gateway.NewConnections(configure(&record{status: status}), fixedClock(time.Unix(0, 0)), "https://api.example.com/prod")
		if _, err := connections.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: aws.String("c")}); !wanted(err) {
			t.Errorf("status %d: %v", status, err)
		}
	}
}

func TestPostsOfOneClientShareAConnection(t *testing.T) {
	addresses := map[string]bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addresses[r.RemoteAddr] = true
		w.WriteHeader(http.StatusGone)
		_, _ = io.WriteString(w, `{"message":"gone"}`)
	}))
	defer server.Close()
	connections := gateway.NewConnections(configure(server.Client()), fixedClock(time.Unix(0, 0)), server.URL)
	for range 5 {
		if _, err := connections.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: aws.String("c")}); err == nil {
			t.Fatal("a gone connection took a post")
		}
	}
	if len(addresses) != 1 {
		t.Errorf("five posts used %d connections", len(addresses))
	}
}
