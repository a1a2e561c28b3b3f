package gateway_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/smithy-go/middleware"

	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall/recalltest"
)

// asked is a request as a server gets it.
type asked struct {
	Method, URI, Type, Token, Date, Authorization, Body string
}

// connections serves @connections with a status, and notes what it is asked.
func connections(t *testing.T, status int, kind string) (aws.Config, string, *[]asked) {
	t.Helper()
	var requests []asked
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests = append(requests, asked{
			r.Method, r.RequestURI, r.Header.Get("Content-Type"), r.Header.Get("X-Amz-Security-Token"), r.Header.Get("X-Amz-Date"), r.Header.Get("Authorization"), string(body),
		})
		w.Header().Set("X-Amzn-Errortype", kind)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return aws.Config{
		Region: "eu-central-1", HTTPClient: server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret", SessionToken: "token"}, nil
		}),
	}, server.URL + "/stage", &requests
}

func TestARequestIsTheOneThatTheSDKSends(t *testing.T) {
	config, endpoint, requests := connections(t, http.StatusOK, "")
	sdk := apigatewaymanagementapi.NewFromConfig(config, func(o *apigatewaymanagementapi.Options) {
		o.BaseEndpoint = &endpoint
		// Their headers number attempts, and would be signed too.
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			_, _ = stack.Build.Remove("ClientRequestID")
			_, _ = stack.Finalize.Remove("Retry")
			return nil
		})
	})
	id, data := "L0SM9cO-vHc_CJQ=", []byte(`{"type":"revoked"}`)
	for name, each := range map[string]struct{ theirs, ours func(*gateway.Client) error }{
		"post": {
			func(*gateway.Client) error {
				_, err := sdk.PostToConnection(t.Context(), &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &id, Data: data})
				return err
			},
			func(c *gateway.Client) error { return c.Post(t.Context(), "L0SM9cO-vHc_CJQ=", data) },
		},
		"delete": {
			func(*gateway.Client) error {
				_, err := sdk.DeleteConnection(t.Context(), &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &id})
				return err
			},
			func(c *gateway.Client) error { return c.Delete(t.Context(), "L0SM9cO-vHc_CJQ=") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			*requests = nil
			if err := each.theirs(nil); err != nil {
				t.Fatal(err)
			}
			signedAt, err := time.Parse("20060102T150405Z", (*requests)[0].Date)
			if err != nil {
				t.Fatal(err)
			}
			clock := recalltest.NewClock()
			clock.Advance(signedAt.Sub(clock.Now()))
			if err := each.ours(gateway.NewClient(config, clock, endpoint)); err != nil {
				t.Fatal(err)
			}
			if got := *requests; got[0] != got[1] {
				t.Errorf("the SDK sends\n%+v\nand we\n%+v", got[0], got[1])
			}
		})
	}
}

func TestAnAnswerThatIsNoSuccessIsARefusal(t *testing.T) {
	config, endpoint, _ := connections(t, http.StatusGone, "GoneException")
	client := gateway.NewClient(config, recalltest.NewClock(), endpoint)
	want := gateway.Refusal{Status: http.StatusGone, Kind: "GoneException"}
	for _, err := range []error{client.Post(t.Context(), "A=", []byte("x")), client.Delete(t.Context(), "A=")} {
		var got gateway.Refusal
		if !errors.As(err, &got) || got != want {
			t.Errorf("got %v", err)
		}
	}
}

func TestConnectionsThatIsNotThereIsNoRefusal(t *testing.T) {
	config, endpoint, _ := connections(t, http.StatusOK, "")
	config.HTTPClient = &http.Client{Transport: broken{}}
	err := gateway.NewClient(config, recalltest.NewClock(), endpoint).Post(t.Context(), "A=", []byte("x"))
	var refusal gateway.Refusal
	if !errors.Is(err, errBroken) || errors.As(err, &refusal) {
		t.Errorf("got %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, errBroken }
