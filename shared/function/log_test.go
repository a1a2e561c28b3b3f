package function_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/recall/shared/function"
)

func TestEveryLineOfAnInvocationHasItsRequestID(t *testing.T) {
	var output bytes.Buffer
	log := function.NewLogger(function.Environment{FunctionName: "send", LogLevel: slog.LevelInfo}, &output)
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "6f1c"})
	log.With("connectionId", "L0SM9cOFvHcCIhw=").InfoContext(ctx, "frame", "outcome", "ok")
	log.DebugContext(ctx, "less than the level")
	var line map[string]any
	if err := json.Unmarshal(output.Bytes(), &line); err != nil {
		t.Fatalf("%q is not one line of JSON: %v", output.String(), err)
	}
	for name, want := range map[string]string{
		"requestId":    "6f1c",
		"function":     "send",
		"connectionId": "L0SM9cOFvHcCIhw=",
		"outcome":      "ok",
		"msg":          "frame",
		"level":        "INFO",
	} {
		if line[name] != want {
			t.Errorf("%s is %v, want %q", name, line[name], want)
		}
	}
}
