package stack_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/recall/local/eventually"
	"example.com/recall/local/stack"
)

const greeting = `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, Timeout: 20, CodeUri: code}
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes: {greet: {FunctionArn: !GetAtt F.Arn, RouteResponseSelectionExpression: $default}}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref ApiGreetRoute, RouteResponseKey: $default}
`

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// reported waits until a stack reports something.
func reported(t *testing.T, r *report, words string) {
	t.Helper()
	eventually.True(t, "the stack says "+words, func() bool { return strings.Contains(r.text(), words) })
}

func TestAFunctionWhoseFileChangesRunsItWithTheNextInvocation(t *testing.T) {
	withRuntimes(t)
	directory := t.TempDir()
	template, code := filepath.Join(directory, "template.yaml"), filepath.Join(directory, "code", "app.py")
	write(t, template, greeting)
	write(t, code, "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n")
	running, report := start(t, stack.Options{Template: template, Reload: true})
	connection := dial(t, running)
	if got := said(t, connection, `{"action":"greet"}`); got != "hello" {
		t.Fatalf("the answer is %q\n%s", got, report.text())
	}
	write(t, code,
		"from words.greeting import WORDS\n\ndef handler(event, context):\n    return {'statusCode': 200, 'body': WORDS}\n")
	write(t, filepath.Join(directory, "code", "words", "greeting.py"), "WORDS = 'good evening'\n")
	reported(t, report, "has changed: the next invocation of F runs it in a new process")
	if got := said(t, connection, `{"action":"greet"}`); got != "good evening" {
		t.Errorf("after a change, the answer is %q\n%s", got, report.text())
	}
	write(t, template, greeting+"# changed\n")
	reported(t, report, "template.yaml has changed; start the stack again")
}

func TestWithoutReloadAFunctionRunsOnAsItIs(t *testing.T) {
	withRuntimes(t)
	directory := t.TempDir()
	code := filepath.Join(directory, "code", "app.py")
	write(t, filepath.Join(directory, "template.yaml"), greeting)
	write(t, code, "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n")
	running, _ := start(t, stack.Options{Template: filepath.Join(directory, "template.yaml")})
	connection := dial(t, running)
	for range 2 {
		if got := said(t, connection, `{"action":"greet"}`); got != "hello" {
			t.Errorf("the answer is %q", got)
		}
		write(t, code, "broken")
	}
}

const greetingInGo = `
Resources:
  GreetFunction:
    Type: AWS::Serverless::Function
    Properties: {Runtime: provided.al2023, Handler: bootstrap, Timeout: 20, CodeUri: .}
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes: {greet: {FunctionArn: !GetAtt GreetFunction.Arn, RouteResponseSelectionExpression: $default}}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref ApiGreetRoute, RouteResponseKey: $default}
`

// greeter is a function in Go that needs no other package, since it uses the Runtime API itself.
const greeter = `package main

import (
	"net/http"
	"os"
	"strings"
)

func main() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(base + "next")
		if err != nil {
			os.Exit(1)
		}
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		body := strings.NewReader(` + "`{\"statusCode\":200,\"body\":\"WORDS\"}`" + `)
		answer, err := http.Post(base+id+"/response", "application/json", body)
		if err != nil || answer.StatusCode != http.StatusAccepted {
			os.Exit(1)
		}
	}
}
`

func TestFunctionsInGoAreBuiltAnewWhenTheirCodeChanges(t *testing.T) {
	directory := t.TempDir()
	code := filepath.Join(directory, "functions", "greet", "main.go")
	write(t, filepath.Join(directory, "template.yaml"), greetingInGo)
	write(t, filepath.Join(directory, "go.mod"), "module greeter\n\ngo 1.26\n")
	write(t, code, strings.ReplaceAll(greeter, "WORDS", "hello"))
	running, report := start(t, stack.Options{Project: directory, Reload: true})
	connection := dial(t, running)
	if got := said(t, connection, `{"action":"greet"}`); got != "hello" {
		t.Fatalf("the answer is %q\n%s", got, report.text())
	}
	write(t, code, "broken")
	reported(t, report, "Go code has changed, and the functions run on as they were")
	if got := said(t, connection, `{"action":"greet"}`); got != "hello" {
		t.Errorf("after a change that does not build, the answer is %q\n%s", got, report.text())
	}
	write(t, code, strings.ReplaceAll(greeter, "WORDS", "good evening"))
	reported(t, report, "Go code has changed: the functions are built anew")
	if got := said(t, connection, `{"action":"greet"}`); got != "good evening" {
		t.Errorf("after a change, the answer is %q\n%s", got, report.text())
	}
}
