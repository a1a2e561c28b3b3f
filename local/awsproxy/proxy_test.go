package awsproxy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/awsproxy"
	"example.com/recall/local/signature"
)

// start makes a proxy in front of a DynamoDB that answers every request with an empty object and counts the requests.
func start(t *testing.T, options awsproxy.Options) (*awsproxy.Proxy, *dynamodb.Client, *atomic.Int64) {
	t.Helper()
	var seen atomic.Int64
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		seen.Add(1)
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(service.Close)
	options.Target = service.URL
	proxy, err := awsproxy.New(options)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(front.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "SendFunction", SecretAccessKey: "x"}, nil
		}),
	})
	return proxy, client, &seen
}

func list(t *testing.T, client *dynamodb.Client) error {
	t.Helper()
	_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	return err
}

func TestRequestsPassAndAreCountedByCallerAndOperation(t *testing.T) {
	proxy, client, seen := start(t, awsproxy.Options{})
	for range 3 {
		if err := list(t, client); err != nil {
			t.Fatal(err)
		}
	}
	want := map[awsproxy.Counter]int{{AccessKey: "SendFunction", Service: "dynamodb", Operation: "ListTables"}: 3}
	if difference := cmp.Diff(want, proxy.Counts()); difference != "" || seen.Load() != 3 {
		t.Errorf("%s; the service saw %d", difference, seen.Load())
	}
}

func TestAServiceInThisProcessIsStoodBeforeToo(t *testing.T) {
	served := false
	proxy, err := awsproxy.New(awsproxy.Options{
		Service: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served = true }),
		Authorize: func(awsproxy.Request) *awsproxy.Refusal {
			return &awsproxy.Refusal{Status: 400, Name: "AccessDeniedException"}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	proxy.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", nil))
	if served || answer.Code != 400 || answer.Header().Get("X-Amzn-Errortype") != "AccessDeniedException" {
		t.Errorf("served is %v, the answer %d %v", served, answer.Code, answer.Header())
	}
}

func TestACallWhoseSignatureDoesNotMatchIsRefused(t *testing.T) {
	for secret, refused := range map[string]bool{"x": false, "y": true} {
		_, client, seen := start(t, awsproxy.Options{Keys: signature.Keyring{"SendFunction": secret}})
		var failure smithy.APIError
		err := list(t, client)
		if got := errors.As(err, &failure) && failure.ErrorCode() == "InvalidSignatureException"; got != refused ||
			(seen.Load() == 0) != refused {
			t.Errorf("signed with x where the secret is %s: %v", secret, err)
		}
	}
}

func TestAHookRefusesDropsAndLosesAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		action awsproxy.Action
		reach  int64
	}{
		"refusal": {
			awsproxy.Action{
				Refusal: &awsproxy.Refusal{Status: 400, Name: "ProvisionedThroughputExceededException", Message: "slow down"},
			},
			0,
		},
		"drop": {awsproxy.Action{Drop: true}, 0},
		"lose": {awsproxy.Action{LoseAnswer: true}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			proxy, client, seen := start(t, awsproxy.Options{})
			proxy.SetHook(func(context.Context, awsproxy.Request) awsproxy.Action { return test.action })
			err := list(t, client)
			var throttled *types.ProvisionedThroughputExceededException
			if err == nil || errors.As(err, &throttled) != (name == "refusal") {
				t.Errorf("the caller got %v", err)
			}
			if seen.Load() != test.reach {
				t.Errorf("the service saw %d requests", seen.Load())
			}
		})
	}
}

func TestADelayEndsWhenTheCallerLeaves(t *testing.T) {
	proxy, client, seen := start(t, awsproxy.Options{})
	entered := make(chan struct{})
	proxy.SetHook(func(context.Context, awsproxy.Request) awsproxy.Action {
		close(entered)
		return awsproxy.Action{Delay: time.Hour}
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	if _, err := client.ListTables(ctx, &dynamodb.ListTablesInput{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	if seen.Load() != 0 {
		t.Error("the service saw the request")
	}
}

func TestWhatIsNotAuthorizedIsRefusedBeforeTheHook(t *testing.T) {
	var watched []awsproxy.Call
	proxy, client, _ := start(t, awsproxy.Options{
		Authorize: func(r awsproxy.Request) *awsproxy.Refusal {
			return &awsproxy.Refusal{
				Status:  400,
				Name:    "AccessDeniedException",
				Message: r.AccessKey + " may not " + r.Operation,
			}
		},
		Watch: func(call awsproxy.Call) { watched = append(watched, call) },
	})
	proxy.SetHook(func(context.Context, awsproxy.Request) awsproxy.Action {
		t.Error("the hook was asked")
		return awsproxy.Action{}
	})
	var failure smithy.APIError
	if err := list(t, client); !errors.As(err, &failure) || failure.ErrorCode() != "AccessDeniedException" {
		t.Errorf("the caller got %v", err)
	}
	if len(watched) != 1 || watched[0].Status != 400 || watched[0].Operation != "ListTables" {
		t.Errorf("watched %+v", watched)
	}
}

func TestACallTellsForWhichInvocationItWasAndWhenItWasHeldAndServed(t *testing.T) {
	const trace = "Root=1-68000000-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0"
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "SendFunction") // the SDK passes the trace on if it runs in a function
	t.Setenv("_X_AMZN_TRACE_ID", trace)
	var clock atomic.Int64 // moves by a second each time that it is read
	watched := make(chan awsproxy.Call, 1)
	proxy, client, _ := start(t, awsproxy.Options{
		Now:   func() time.Time { return time.Unix(clock.Add(1), 0) },
		Watch: func(call awsproxy.Call) { watched <- call },
	})
	proxy.SetHook(func(context.Context, awsproxy.Request) awsproxy.Action { return awsproxy.Action{Delay: 1} })
	if err := list(t, client); err != nil {
		t.Fatal(err)
	}
	want := awsproxy.Call{
		Service: "dynamodb", Operation: "ListTables", AccessKey: "SendFunction", TraceID: trace, Status: 200,
		Started: time.Unix(1, 0), HeldFrom: time.Unix(2, 0), HeldUntil: time.Unix(3, 0), ServedFrom: time.Unix(4, 0),
		Duration: 4 * time.Second,
	}
	if difference := cmp.Diff(want, <-watched); difference != "" {
		t.Errorf("-want +got\n%s", difference)
	}
	proxy.SetHook(func(context.Context, awsproxy.Request) awsproxy.Action {
		return awsproxy.Action{Refusal: &awsproxy.Refusal{Status: 400, Name: "ThrottlingException"}}
	})
	if err := list(t, client); err == nil {
		t.Error("a refused call succeeds")
	}
	if call := <-watched; !call.HeldFrom.IsZero() || !call.ServedFrom.IsZero() {
		t.Errorf("a call that was refused at once was held or served: %+v", call)
	}
}

func TestRandomFaultsComeInTheirShares(t *testing.T) {
	hook := awsproxy.Faults{Throttled: 0.2, Failed: 0.1, Dropped: 0.1, Lost: 0.1, Seed: 7}.Hook()
	counts := map[string]int{}
	for range 10_000 {
		action := hook(t.Context(), awsproxy.Request{})
		switch {
		case action.Refusal != nil:
			counts[action.Refusal.Name]++
		case action.Drop:
			counts["drop"]++
		case action.LoseAnswer:
			counts["lose"]++
		}
	}
	for name, want := range map[string]int{
		"ThrottlingException": 2000,
		"InternalServerError": 1000,
		"drop":                1000,
		"lose":                1000,
	} {
		if got := counts[name]; got < want*8/10 || got > want*12/10 {
			t.Errorf("%s came %d times of 10,000", name, got)
		}
	}
}

// readREST reads requests as those of a service that has its operations in the method.
func readREST(r *http.Request) (operation string, body bool) {
	return r.Method, r.Method == http.MethodPost
}

func TestABodyThatNobodyNeedsPassesThroughUnread(t *testing.T) {
	// The body is larger than any that is read.
	body := strings.Repeat("x", 17<<20)
	var got int64
	service := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = io.Copy(io.Discard, r.Body) })
	var seen []string
	proxy, err := awsproxy.New(awsproxy.Options{
		Service: service, Read: readREST,
		Authorize: func(r awsproxy.Request) *awsproxy.Refusal {
			seen = append(seen, fmt.Sprintf("%s of %d bytes", r.Operation, len(r.Body)))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	proxy.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, "/a/b", strings.NewReader(body)))
	if got != int64(len(body)) {
		t.Errorf("the service got %d bytes", got)
	}
	proxy.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/a?delete", strings.NewReader("12345")))
	if got != 5 {
		t.Errorf("the service got %d bytes of a body that was read", got)
	}
	if want := []string{"PUT of 0 bytes", "POST of 5 bytes"}; !slices.Equal(seen, want) {
		t.Errorf("it saw %q", seen)
	}
}

func TestARefusalOfAServiceWithoutJSONIsXML(t *testing.T) {
	proxy, err := awsproxy.New(awsproxy.Options{
		Service: http.NotFoundHandler(), Read: readREST,
		Authorize: func(awsproxy.Request) *awsproxy.Refusal {
			return &awsproxy.Refusal{Status: http.StatusForbidden, Name: "AccessDenied", Message: "no <right>"}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	proxy.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/a/b", http.NoBody))
	const want = "<Error><Code>AccessDenied</Code><Message>no &lt;right&gt;</Message></Error>"
	if got := recorder.Body.String(); recorder.Code != http.StatusForbidden || got != want {
		t.Errorf("the answer is %d %s", recorder.Code, got)
	}
}
