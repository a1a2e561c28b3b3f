package template_test

import (
	"strings"
	"testing"
	"time"

	"example.com/recall/local/template"
)

func TestAnAPIOfPlainResourcesIsRead(t *testing.T) {
	result, err := template.Load("testdata/plain.yaml", template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := result.API
	if api.Stage != "prod" || api.Throttle != (template.Throttle{RequestsPerSecond: 7, Burst: 5}) {
		t.Errorf("stage %s, throttle %+v", api.Stage, api.Throttle)
	}
	if api.Authorizer == nil || api.Authorizer.FunctionARN != result.Functions[1].ARN ||
		strings.Join(api.Authorizer.IdentitySources, " ") != "route.request.header.Authorization" {
		t.Errorf("authorizer %+v", api.Authorizer)
	}
	var got []string
	for _, route := range api.Routes {
		if route.FunctionARN != result.Functions[0].ARN || route.Timeout != time.Second {
			t.Errorf("route %+v", route)
		}
		if route.RouteResponse {
			got = append(got, route.Key)
		}
	}
	if strings.Join(got, " ") != "send" {
		t.Errorf("the routes that answer are %v", got)
	}
	wantNotice(t, result, "route silent has a RouteResponseSelectionExpression and no")
}

// wantNotice checks that there is a notice with a line and these words.
func wantNotice(t *testing.T, result *template.Template, words string) {
	t.Helper()
	for _, notice := range result.Notices {
		if notice.Line > 0 && strings.Contains(notice.Text, words) {
			return
		}
	}
	t.Errorf("no notice says %q, but %v", words, result.Notices)
}

// serverless is a SAM API with the given routes and other resources.
func serverless(routes, others string) string {
	return `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: provided.al2023}
  Api:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.action
      Routes: {` + routes + `}
` + others
}

func TestARouteThatOverwritesAnotherIsWarnedOf(t *testing.T) {
	for routes, want := range map[string]string{
		"$connect: {FunctionArn: !GetAtt F.Arn}, connect: {FunctionArn: !GetAtt F.Arn}":        "route named connect",
		"disconnect: {FunctionArn: !GetAtt F.Arn}":                                             "route named disconnect",
		"sendMessage: {FunctionArn: !GetAtt F.Arn}, sendmessage: {FunctionArn: !GetAtt F.Arn}": "ApiSendmessageRoute",
	} {
		result := read(t, serverless(routes, ""), template.Options{})
		wantNotice(t, result, want)
	}
}

func TestARouteAnswersOnlyWithBothPartsOfARouteResponse(t *testing.T) {
	const response = `
  Response:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref Api, RouteId: !Ref ApiSendRoute, RouteResponseKey: $default}
`
	const plain = "send: {FunctionArn: !GetAtt F.Arn}"
	const selecting = "send: {FunctionArn: !GetAtt F.Arn, RouteResponseSelectionExpression: $default}"
	for name, test := range map[string]struct {
		source  string
		answers bool
		warned  bool
	}{
		"neither":         {serverless(plain, ""), false, false},
		"only expression": {serverless(selecting, ""), false, true},
		"only response":   {serverless(plain, response), false, true},
		"both":            {serverless(selecting, response), true, false},
	} {
		result := read(t, test.source, template.Options{})
		if got := result.API.Routes[0].RouteResponse; got != test.answers {
			t.Errorf("%s: it answers: %v", name, got)
		}
		if got := len(result.Notices) > 0; got != test.warned {
			t.Errorf("%s: notices %v", name, result.Notices)
		}
	}
}

func TestTheAliasOfAFunctionIsTheFunction(t *testing.T) {
	const route = "send: {FunctionArn: !Ref F.Alias}"
	aliased := strings.Replace(serverless(route, ""), "{Runtime: provided.al2023}",
		"{Runtime: provided.al2023, AutoPublishAlias: live}", 1)
	result := read(t, aliased, template.Options{})
	function, found := result.Function(result.API.Routes[0].FunctionARN)
	if !found || function.LogicalID != "F" {
		t.Errorf("the route leads to %+v", result.API.Routes[0])
	}
	if len(result.Notices) > 0 {
		t.Errorf("notices %v", result.Notices)
	}
}

func TestAnAPIWithAMissingPartIsRefused(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"function": {
			serverless("send: {FunctionArn: 'arn:aws:lambda:us-east-1:1:function:none'}", ""),
			"there is no function",
		},
		"alias": {
			serverless("send: {FunctionArn: !Ref F.Alias}", ""),
			"F has no AutoPublishAlias, so there is no F.Alias",
		},
		"dollar": {
			serverless("$send: {FunctionArn: !GetAtt F.Arn}", ""),
			"only $connect, $disconnect and $default begin with $",
		},
		"timeout": {
			serverless("send: {FunctionArn: !GetAtt F.Arn, IntegrationTimeout: 30000}", ""),
			"must be from 50 to 29000",
		},
		"authorizer": {
			strings.Replace(serverless("send: {FunctionArn: !GetAtt F.Arn}", ""),
				"      Routes", "      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt F.Arn}\n      Routes", 1),
			"an authorizer needs a $connect route",
		},
		"second API": {
			serverless("send: {FunctionArn: !GetAtt F.Arn}", `
  Other:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: x}
`),
			"serves one WebSocket API",
		},
	} {
		_, err := template.Read([]byte(test.source), template.Options{Strict: true})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}
