package endtoend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/recall/local/awsproxy"
)

// canaryText is what the canary sends (functions/canary).
const canaryText = "a message of the canary"

// runCanary invokes the canary through the Lambda endpoint with the event of a schedule. It returns the answer and the
// error of the canary. The error is empty if the canary passed.
func runCanary(t *testing.T) (answer frame, failure string) {
	t.Helper()
	const event = `{"source":"aws.events","detail-type":"Scheduled Event","detail":{}}`
	address := shared.Addresses().Lambda + "/2015-03-31/functions/CanaryFunction/invocations"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256([]byte(event))
	credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, request, hex.EncodeToString(hash[:]), "lambda",
		"us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &answer); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %s", response.StatusCode, body)
	}
	if response.Header.Get("X-Amz-Function-Error") == "" {
		return answer, ""
	}
	failure, _ = answer["errorMessage"].(string)
	return answer, failure
}

func TestACanaryPassesWhereTwoUsersCanSendAndRecall(t *testing.T) {
	for range 2 {
		answer, failure := runCanary(t)
		if failure != "" {
			t.Fatalf("it failed: %s", failure)
		}
		for _, field := range []string{"messageMilliseconds", "noticeMilliseconds"} {
			if _, isNumber := answer[field].(float64); !isNumber {
				t.Errorf("the answer has no %s: %v", field, answer)
			}
		}
	}
}

func TestACanaryFailsWhereAFunctionIsBroken(t *testing.T) {
	for _, each := range []struct{ function, step string }{
		{"SendFunction", "canary: send: "}, {"RevokeFunction", "canary: revoke: "},
		{"ConnectFunction", "canary: connect canary-receiver: "},
	} {
		t.Run(each.function, func(t *testing.T) {
			shared.DynamoDB().SetHook(func(_ context.Context, call awsproxy.Request) (action awsproxy.Action) {
				if call.AccessKey == each.function {
					action.Refusal = &awsproxy.Refusal{
						Status:  http.StatusBadRequest,
						Name:    "ResourceNotFoundException",
						Message: "injected",
					}
				}
				return action
			})
			defer shared.DynamoDB().SetHook(nil)
			answer, failure := runCanary(t)
			if !strings.HasPrefix(failure, each.step) {
				t.Errorf("failed with %q, answered %v; want %s…", failure, answer, each.step)
			}
			if strings.Contains(failure, canaryText) {
				t.Errorf("the reason holds the message's text: %q", failure)
			}
		})
	}
	if _, failure := runCanary(t); failure != "" {
		t.Errorf("repaired, it still fails: %s", failure)
	}
	for _, line := range shared.logged() {
		if strings.Contains(line, canaryText) {
			t.Errorf("a log line holds the message's text: %s", line)
		}
	}
}
