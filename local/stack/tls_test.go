package stack_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"example.com/recall/local/stack"
)

// itsEnvironment has a function that answers with its environment.
const itsEnvironment = `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 20
      Environment: {Variables: {CONNECTIONS: !Sub 'https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod'}}
      InlineCode: |
        import json, os
        def handler(event, context):
            return {"statusCode": 200, "body": json.dumps(dict(os.environ))}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: prod
      RouteSelectionExpression: $request.body.action
      Routes: {send: {FunctionArn: !GetAtt F.Arn, RouteResponseSelectionExpression: $default}}
  Answer:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref ApiSendRoute, RouteResponseKey: $default}
`

func TestFunctionsReachDynamoDBAndConnectionsByTLSIfItIsWanted(t *testing.T) {
	withRuntimes(t)
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(itsEnvironment), 0o600); err != nil {
		t.Fatal(err)
	}
	for option, want := range map[stack.TLS]struct {
		encrypted             bool
		dynamodb, connections int // the major versions of HTTP
	}{
		stack.NoTLS: {false, 1, 1}, stack.TLSWithHTTP1: {true, 1, 1}, stack.TLSWithHTTP2: {true, 1, 2},
	} {
		running, _ := start(t, stack.Options{Template: path, TLS: option})
		var environment map[string]string
		if err := json.Unmarshal([]byte(said(t, dial(t, running), `{"action":"send"}`)), &environment); err != nil {
			t.Fatal(err)
		}
		trusted, err := os.ReadFile(environment["AWS_CA_BUNDLE"])
		if err != nil {
			t.Fatal(err)
		}
		authorities := x509.NewCertPool()
		authorities.AppendCertsFromPEM(trusted)
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: authorities}, ForceAttemptHTTP2: true,
		}}
		for variable, version := range map[string]int{
			"AWS_ENDPOINT_URL_DYNAMODB": want.dynamodb, "CONNECTIONS": want.connections,
		} {
			answer, err := client.Get(environment[variable])
			if err != nil {
				t.Fatalf("%q, %s: %v", option, variable, err)
			}
			_ = answer.Body.Close()
			if (answer.TLS != nil) != want.encrypted || answer.ProtoMajor != version {
				t.Errorf("%q, %s (%s): encrypted is %v, the protocol %s",
					option, variable, environment[variable], answer.TLS != nil, answer.Proto)
			}
		}
		client.CloseIdleConnections()
		running.Close()
	}
}
