package endtoend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// byURL sends a request to the admin function's URL, signed with IAM credentials where signed is true.
func byURL(t *testing.T, method, body string, signed bool) (int, frame) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, shared.Addresses().Admin,
		bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	if signed {
		hash := sha256.Sum256([]byte(body))
		credentials := aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}
		err := v4.NewSigner().SignHTTP(t.Context(), credentials, request, hex.EncodeToString(hash[:]), "lambda", "us-east-1",
			time.Now())
		if err != nil {
			t.Fatal(err)
		}
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var reply frame
	if err := json.NewDecoder(answer.Body).Decode(&reply); err != nil {
		t.Fatalf("status %d, not JSON: %v", answer.StatusCode, err)
	}
	return answer.StatusCode, reply
}

func TestTheAdminFunctionsURLTakesSignedRequestsAndAnswersWithTheErrorsStatus(t *testing.T) {
	for _, each := range []struct {
		name, method, body string
		signed             bool
		status             int
		failure            string
	}{
		{"signed", "POST", `{"action":"getSettings"}`, true, http.StatusOK, ""},
		{"not signed", "POST", `{"action":"getSettings"}`, false, http.StatusForbidden, ""},
		{"not JSON", "POST", `settings`, true, http.StatusBadRequest, "unknown_action"},
		{"not complete", "POST", `{"action":"putMember","group":"eng"}`, true, http.StatusBadRequest, "invalid_request"},
		{
			"of no group", "POST", `{"action":"putMember","group":"none","user":"bob","role":"member"}`, true,
			http.StatusNotFound, "conversation_not_found",
		},
		{"another method", "GET", ``, true, http.StatusMethodNotAllowed, ""},
	} {
		t.Run(each.name, func(t *testing.T) {
			status, reply := byURL(t, each.method, each.body, each.signed)
			failure, _ := reply["error"].(frame)
			name, _ := failure["name"].(string)
			if status != each.status || name != each.failure || (reply["ok"] == true) != (status == http.StatusOK) {
				t.Errorf("status %d, reply %v", status, reply)
			}
		})
	}
}
