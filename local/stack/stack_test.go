package stack_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"example.com/recall/local/eventually"
	"example.com/recall/local/stack"
	gateway "example.com/recall/local/websocket"
)

// patience is how long a test waits for something that must happen.
const patience = time.Minute

// withRuntimes puts AWS's runtime interface clients where the local stack looks for them.
func withRuntimes(t *testing.T) {
	t.Helper()
	tools, err := filepath.Abs("../../.tools")
	if err != nil {
		t.Fatal(err)
	}
	for _, needed := range []string{"lambda-python/bin/python3", "lambda-node/node_modules/aws-lambda-ric"} {
		if _, err := os.Stat(filepath.Join(tools, needed)); err != nil {
			t.Fatalf("a runtime is missing (%v); run: scripts/require.sh lambda-runtimes", err)
		}
	}
	t.Setenv("PATH", filepath.Join(tools, "lambda-python", "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("NODE_PATH", filepath.Join(tools, "lambda-node", "node_modules"))
}

// report keeps everything that a stack reports.
type report struct {
	mutex sync.Mutex
	lines []string
}

func (r *report) entry(e stack.Entry) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%s %s %s %s", e.Kind, e.Function, e.Outcome, e.Text))
}

func (r *report) text() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return strings.Join(r.lines, "\n")
}

func start(t *testing.T, options stack.Options) (*stack.Stack, *report) {
	t.Helper()
	r := &report{}
	options.Report = r.entry
	running, err := stack.Start(t.Context(), options)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.text())
	}
	t.Cleanup(running.Close)
	return running, r
}

// said sends a message to a chat and returns the answer.
func said(t *testing.T, connection *websocket.Conn, frame string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := connection.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
		t.Fatal(err)
	}
	_, answer, err := connection.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func dial(t *testing.T, running *stack.Stack) *websocket.Conn {
	t.Helper()
	connection, _, err := websocket.Dial(t.Context(), running.Addresses().WebSocket, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.CloseNow() })
	return connection
}

func TestASAMApplicationInPythonRunsFromItsTemplateAlone(t *testing.T) {
	withRuntimes(t)
	running, report := start(t, stack.Options{Template: "testdata/python/template.yaml"})
	if running.Addresses().DynamoDB != "" {
		t.Error("DynamoDB Local runs without a table")
	}
	connection := dial(t, running)
	for wanted, answer := range map[string]string{
		"hello":   "you said hello",
		"where":   "you said true AWS_Lambda_python3.12",
		"buckets": "the local stack has no s3, and lets no call of it through to AWS",
		"tables":  "the local stack has no dynamodb, and lets no call of it through to AWS",
		"roles":   "the local stack has no iam, and lets no call of it through to AWS",

		"roles at AWS":       "the local stack has no iam, and lets no call of it through to AWS",
		"a function":         `you said "Hello Ann"`,
		"another's function": "is not authorized to perform: lambda:InvokeFunction",
	} {
		if got := said(t, connection, `{"action":"sendmessage","data":"`+wanted+`"}`); !strings.Contains(got, answer) {
			t.Errorf("%s is answered with %q\n%s", wanted, got, report.text())
		}
	}
	if got := said(t, connection, `{"action":"broken"}`); !strings.Contains(got, "Internal server error") {
		t.Errorf("a function that cannot be imported gives %q", got)
	}
	for _, words := range []string{
		"No module named 'nothing_of_this_name'", "invocation BrokenFunction Runtime.ImportModuleError",
	} {
		// A function's invocation is reported when its process has ended, which may be after its answer.
		reported(t, report, words)
	}
}

func TestAnApplicationThatCDKSynthesizedRunsInNode(t *testing.T) {
	withRuntimes(t)
	running, report := start(t, stack.Options{Template: "testdata/node/template.json"})
	connection := dial(t, running)
	for _, data := range []string{"hello", "by ID"} {
		if got := said(t, connection, `{"action":"sendmessage","data":"`+data+`"}`); got != "you said "+data {
			t.Errorf("the answer is %q\n%s", got, report.text())
		}
	}
	got := said(t, connection, `{"action":"sendmessage","data":"at AWS"}`)
	if !strings.Contains(got, "the local stack has no sts") {
		t.Errorf("a call of an address of AWS is answered with %q", got)
	}
}

const unpermitted = `
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  F:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: 'handler = print'}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${F.Arn}/invocations
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Api, RouteKey: send, Target: !Sub 'integrations/${Integration}'}
  Stage: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Api, StageName: prod, AutoDeploy: true}}
`

func TestAFunctionThatAPIGatewayMayNotInvokeIsNotInvoked(t *testing.T) {
	withRuntimes(t)
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(unpermitted), 0o600); err != nil {
		t.Fatal(err)
	}
	running, report := start(t, stack.Options{Template: path})
	if got := said(t, dial(t, running), `{"action":"send"}`); !strings.Contains(got, "Internal server error") {
		t.Errorf("the answer is %q", got)
	}
	reported(t, report, "(no permission) F")
	if strings.Contains(report.text(), "invocation F") {
		t.Errorf("the function ran:\n%s", report.text())
	}
}

// heldClock does not run by itself what is due after five minutes. A test decides when it runs.
type heldClock struct {
	gateway.SystemClock
	due chan func()
}

func (c heldClock) AfterFunc(d time.Duration, f func()) gateway.Timer {
	if d != 5*time.Minute {
		return c.SystemClock.AfterFunc(d, f)
	}
	c.due <- f
	return c.SystemClock.AfterFunc(24*time.Hour, func() {})
}

const scheduled = `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 20
      InlineCode: |
        def handler(event, context):
            print(event["source"], event["detail-type"])
      Events: {Every: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}}
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.action, Routes: {send: {FunctionArn: !GetAtt F.Arn}}}
`

func TestAScheduleRunsItsFunctionEachTimeThatItIsDue(t *testing.T) {
	withRuntimes(t)
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(scheduled), 0o600); err != nil {
		t.Fatal(err)
	}
	clock := heldClock{due: make(chan func(), 1)}
	_, report := start(t, stack.Options{Template: path, Clock: clock})
	for run := 1; run <= 2; run++ {
		due := <-clock.due
		if got := strings.Count(report.text(), "aws.events Scheduled Event"); got != run-1 {
			t.Errorf("before it is due, the function ran %d times", got)
		}
		due()
		eventually.True(t, "the function runs", func() bool {
			return strings.Count(report.text(), "aws.events Scheduled Event") >= run
		})
	}
}

const missing = `
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Runtime: provided.al2023, Handler: bootstrap}}
  Topic: {Type: AWS::SNS::Topic}
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties: {RouteSelectionExpression: $request.body.action, Routes: {send: {FunctionArn: !GetAtt F.Arn}}}
`

func TestWhatATemplateHasThatIsNotEmulatedIsReportedAndStrictlyRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(missing), 0o600); err != nil {
		t.Fatal(err)
	}
	const notice = "line 4: Topic (AWS::SNS::Topic): there is no SNS here"
	running, report := start(t, stack.Options{Template: path})
	for _, words := range []string{
		"notice   template.yaml, " + notice,
		"notice   F: there is no bootstrap in " + filepath.Dir(path),
	} {
		if !strings.Contains(report.text(), words) {
			t.Errorf("nothing says %q:\n%s", words, report.text())
		}
	}
	if got := said(t, dial(t, running), `{"action":"send"}`); !strings.Contains(got, "Internal server error") {
		t.Errorf("a function without a program gives %q", got)
	}
	if _, err := stack.Start(t.Context(), stack.Options{Template: path, Strict: true}); err == nil ||
		!strings.Contains(err.Error(), notice) {
		t.Errorf("strictly, the error is %v", err)
	}
}
