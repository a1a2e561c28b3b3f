package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
)

func TestALogLineIsOneJSONObjectWithTheFunctionsName(t *testing.T) {
	var output bytes.Buffer
	log := function.NewLogger(function.Environment{FunctionName: "revoke", LogLevel: slog.LevelWarn}, &output)
	log.Info("left out")
	log.Warn("kept", "body", recall.Body(`{"text":"secret"}`), "reason", recall.Reason("secret"))
	var line map[string]any
	if err := json.Unmarshal(output.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, &output)
	}
	if line["function"] != "revoke" || line["level"] != "WARN" || line["msg"] != "kept" || line["time"] == nil {
		t.Errorf("line %v", line)
	}
	if line["body"] != "[17 bytes]" || line["reason"] != "[6 bytes]" || strings.Contains(output.String(), "secret") {
		t.Errorf("text or reason are in the log: %s", &output)
	}
}

func TestAHandlersTimeEndsBeforeTheFunctions(t *testing.T) {
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	handler := function.WithMargin(func(ctx context.Context, event string) (string, error) {
		if got, ok := ctx.Deadline(); !ok || !got.Equal(deadline.Add(-500*time.Millisecond)) {
			t.Errorf("the deadline is %s before the function's", deadline.Sub(got))
		}
		return event + " answered", nil
	})
	if answer, err := handler(ctx, "event"); err != nil || answer != "event answered" {
		t.Errorf("%q, error %v", answer, err)
	}
	without := function.WithMargin(func(ctx context.Context, _ string) (string, error) {
		if _, ok := ctx.Deadline(); ok {
			t.Error("a deadline where there is none")
		}
		return "", nil
	})
	if _, err := without(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

func TestTheReferenceIsLambdasRequestID(t *testing.T) {
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "b1946ac9"})
	if got := function.RequestID(ctx); got != "b1946ac9" {
		t.Errorf("reference %q", got)
	}
	if got := function.RequestID(t.Context()); got != "none" {
		t.Errorf("reference %q", got)
	}
}
