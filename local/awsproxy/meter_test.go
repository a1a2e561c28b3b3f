package awsproxy_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/awsproxy"
)

func TestAMeteredCallSaysWhatItConsumed(t *testing.T) {
	answers := map[string]string{
		"UpdateItem": `{"ConsumedCapacity":{"TableName":"messages","CapacityUnits":3.0}}`,
		"BatchGetItem": `{"Responses":{},"ConsumedCapacity":[{"TableName":"a","CapacityUnits":1.5},` +
			`{"TableName":"b","CapacityUnits":0.5}]}`,
		"Query": `{"Items":[]}`,
	}
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ TableName, ReturnConsumedCapacity string }
		err := json.NewDecoder(r.Body).Decode(&body)
		if err != nil || body.TableName != "messages" || body.ReturnConsumedCapacity != "TOTAL" {
			t.Errorf("the service got %+v, %v", body, err)
		}
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		_, _ = io.WriteString(w, answers[operation])
	}))
	defer service.Close()
	type consumed struct{ Read, Write float64 }
	got := map[string]consumed{}
	proxy, err := awsproxy.New(awsproxy.Options{Target: service.URL, Meter: true, Watch: func(call awsproxy.Call) {
		got[call.Operation] = consumed{call.ReadUnits, call.WriteUnits}
	}})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(proxy)
	for operation, wanted := range answers {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL,
			strings.NewReader(`{"TableName":"messages"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
		request.Header.Set("X-Amz-Date", "20260101T000000Z")
		request.Header.Set("Authorization",
			"AWS4-HMAC-SHA256 Credential=Send/20260101/us-east-1/dynamodb/aws4_request, "+
				"SignedHeaders=host, Signature="+strings.Repeat("0", 64))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || string(content) != wanted {
			t.Errorf("%s is answered %q, %v", operation, content, err)
		}
	}
	front.Close() // it waits until Watch was called for all calls
	want := map[string]consumed{"UpdateItem": {0, 3}, "BatchGetItem": {2, 0}, "Query": {}}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}
