package growth

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/recall/shared/action"
	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func within(t *testing.T, document, name, text string) {
	t.Helper()
	if !strings.Contains(document, text) {
		t.Errorf("%s lacks this, which the model says:\n%s", name, text)
	}
}

// TestTheReport makes one report for all checks, because the search for the quotas takes most of the time.
func TestTheReport(t *testing.T) {
	var steps []string
	report := Run(Usual(), []float64{1e4, 1e5, 1e6, 1e7, 1e8}, 1, func(step string) { steps = append(steps, step) })
	t.Run("has a row for each size and quota", func(t *testing.T) {
		table := report.Table()
		for _, wanted := range []string{
			"| 10,000 | ", "| 1,000,000 | ", "| API Gateway requests | 10,000 | ", "| new connections | 500 | ",
		} {
			if !strings.Contains(table, wanted) {
				t.Errorf("the table lacks %q:\n%s", wanted, table)
			}
		}
	})
	t.Run("tells of each step", func(t *testing.T) {
		if len(steps) != 10 {
			t.Errorf("told %q", steps)
		}
	})
	t.Run("can be drawn", func(t *testing.T) {
		for name, drawing := range report.Charts() {
			if drawn, err := drawing.SVG(); err != nil || !strings.Contains(drawn, "polyline") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("stands in the documents", func(t *testing.T) { wantInDocuments(t, report) })
}

// wantInDocuments checks that the documents contain the tables that recall bench growth --charts docs prints, and the
// sentences that follow from these tables.
func wantInDocuments(t *testing.T, report Report) {
	t.Helper()
	performance, operations := read(t, "../../docs/performance.md"), read(t, "../../docs/operations.md")
	within(t, performance, "docs/performance.md", report.Table())
	within(t, performance, "docs/performance.md", report.Bill())
	within(t, performance, "docs/performance.md", LargeTable(report.Large))
	within(t, operations, "docs/operations.md", MillionRecalls())
	within(t, operations, "docs/operations.md", MillionLooks())
	logs, kept := MillionSends()
	within(t, operations, "docs/operations.md", logs)
	within(t, operations, "docs/operations.md", kept)
	within(t, operations, "docs/operations.md",
		fmt.Sprintf("10,000 connected users come to about $%s a month", count(report.Days[0].Month.Total())))
	within(t, operations, "docs/operations.md", fmt.Sprintf("%d metrics in ", alarmMetrics))
}

// TestTheStreamIsReadAsTheTemplateSays holds the numbers that the template sets against those of the model.
func TestTheStreamIsReadAsTheTemplateSays(t *testing.T) {
	template := read(t, "../../template.yaml")
	_, after, _ := strings.Cut(template, "\n  FinishFunction:\n")
	section, _, _ := strings.Cut(after, "\n  FinishLogGroup:\n")
	for name, want := range map[string]float64{
		"MemorySize":                     1024 * finishGigabytes,
		"MaximumBatchingWindowInSeconds": gatheringSeconds,
	} {
		match := regexp.MustCompile(name + `: (\d+)`).FindStringSubmatch(section)
		if match == nil {
			t.Fatalf("FinishFunction has no %s", name)
		}
		if got, err := strconv.ParseFloat(match[1], 64); err != nil || got != want {
			t.Errorf("%s is %v in the template and %v in the model (%v)", name, got, want, err)
		}
	}
}

// cloudWatchBytes are added by CloudWatch to each line.
const cloudWatchBytes = 26

// TestLogLinesAreAsLongAsTheyAreWritten lets the rules answer a send and a recall, and counts what is written.
func TestLogLinesAreAsLongAsTheyAreWritten(t *testing.T) {
	near := func(what string, modelled, written int) {
		t.Helper()
		if math.Abs(float64(modelled-written)) > 0.1*float64(written) {
			t.Errorf("%s: %d bytes in the model, %d written", what, modelled, written)
		}
	}
	lines := linesOfARecall(t)
	lengths := make(map[string]int)
	for line := range strings.Lines(lines) {
		kind := "figures"
		if match := regexp.MustCompile(`"msg":"(\w+)"`).FindStringSubmatch(line); match != nil {
			kind = match[1]
		}
		lengths[kind] += len(line) + cloudWatchBytes
	}
	near("the figures of a recall", figureLineBytes, lengths["figures"])
	near("the line of a frame", frameLineBytes, lengths["frame"])
	near("the line of a recall", recallLineBytes, lengths["recall"])
	near("the line of a connection", connectionLineBytes, lengths["connected"])

	format := regexp.MustCompile(`Format: '(\{"requestId".*\})'`).FindStringSubmatch(read(t, "../../template.yaml"))
	if format == nil {
		t.Fatal("the template has no format of the access log")
	}
	access := strings.NewReplacer("$context.requestId", "WCTqUHR8IAMFz9w=", "$context.requestTime",
		"26/Nov/2026:12:25:31 +0000",
		"$context.eventType", "MESSAGE", "$context.routeKey", "revoke", "$context.status", "200", "$context.connectionId",
		"WCTqUHR8IAMCKug=",
		"$context.integrationStatus", "200", "$context.integrationLatency", "31", "$context.error.message", "-",
		"$context.authorizer.status", "-").Replace(format[1])
	near("the access log", accessLineBytes, len(access)+cloudWatchBytes)
}

// linesOfARecall is what RevokeFunction logs of a recall.
func linesOfARecall(t *testing.T) string {
	t.Helper()
	clock, notifier := recalltest.NewClock(), &recalltest.Notifier{}
	var log bytes.Buffer
	metrics := &function.Metrics{Function: "RevokeFunction", Output: io.Discard, Clock: clock}
	service := &recall.Service{
		Store:    recalltest.NewStore(),
		Presence: recalltest.NewPresence(clock),
		Notifier: notifier,
		Queue:    &recalltest.Queue{},
		Clock:    clock,
		Window:   recall.DefaultWindow,
		Observer: metrics,
	}
	environment := function.Environment{FunctionName: "recall-prod-RevokeFunction-1aBcDeFgHiJk"}
	frames := function.Frames{Service: service, Log: function.NewLogger(environment, &log), Metrics: metrics}
	for _, user := range []recall.UserID{"alice-1234567890", "bob-123456789012"} {
		connection := recall.Connection{User: user, ID: recall.ConnectionID(user), ConnectedAt: clock.Instant()}
		if err := service.Connect(t.Context(), connection); err != nil {
			t.Fatal(err)
		}
	}
	handle := frames.Handler(append(action.AnsweredBy("send"), action.AnsweredBy("revoke")...))
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{
		AwsRequestID: "b1946ac9-2d3e-4f5a-8b6c-7d8e9f0a1b2c",
	})
	message := recall.EarliestID(clock.Instant())
	ask := func(route, rest string) {
		event := function.Event{
			Body: fmt.Sprintf(`{"action":%q,"conversation":"c2c_bob-123456789012","messageId":%q%s}`, route, message, rest),
		}
		event.RequestContext.ConnectionID, event.RequestContext.RouteKey = "WCTqUHR8IAMCKug=", route
		event.RequestContext.Authorizer = map[string]any{
			function.AuthorizerUser:      "alice-1234567890",
			function.AuthorizerExpiresAt: strconv.FormatInt(int64(clock.Instant().Add(time.Hour)), 10),
		}
		answer, err := handle(ctx, event)
		if err != nil || !strings.Contains(answer.Body, `"ok":true`) {
			t.Fatalf("%s: %s %v", route, answer.Body, err)
		}
	}
	ask("send", `,"body":{"text":"hi"}`)
	log.Reset()
	metrics.Output = &log
	ask("revoke", "")
	frames.Log.InfoContext(ctx, "connected", "connectionId", "WCTqUHR8IAMCKug=") // as functions/connect writes it
	return log.String()
}
