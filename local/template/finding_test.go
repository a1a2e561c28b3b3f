package template_test

import (
	"strings"
	"testing"

	"example.com/recall/local/template"
)

// plainAPI is an API of CloudFormation resources with a route and a permission. changes are pairs of a text and its
// replacement.
func plainAPI(changes ...string) string {
	return strings.NewReplacer(changes...).Replace(`
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
  Send:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      Code: .
      Role: !GetAtt Role.Arn
      Environment: {Variables: {X: !Sub '${Stage}'}}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !Sub arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Send.Arn}/invocations
  SendRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: send
      Target: !Sub integrations/${Integration}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties:
      ApiId: !Ref Api
      StageName: prod
      AutoDeploy: true
  Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref Send
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:us-east-1:123456789012:${Api}/*/send
`)
}

func TestATemplateWithoutFindingsIsReadStrictly(t *testing.T) {
	result := read(t, plainAPI(), template.Options{Strict: true})
	if !result.API.Routes[0].Permitted {
		t.Error("the route may not invoke its function")
	}
}

func TestRefOfAStageGivesItsName(t *testing.T) {
	if got := read(t, plainAPI(), template.Options{}).Functions[0].Environment["X"]; got != "prod" {
		t.Errorf("${Stage} gives %q", got)
	}
	result := read(t, serverless("send: {FunctionArn: !GetAtt F.Arn}", `
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref ApiDefaultStage}}
`), template.Options{})
	if got := result.Queues[0].Name; got != "default" {
		t.Errorf("Ref of the stage that SAM makes gives %q", got)
	}
}

// An invocation that AWS refuses fails here, too, and a notice says why.
func TestARouteWithoutAPermissionIsFound(t *testing.T) {
	for why, changes := range map[string][]string{
		"another function":  {"FunctionName: !Ref Send", "FunctionName: Other"},
		"another principal": {"Principal: apigateway.amazonaws.com", "Principal: events.amazonaws.com"},
		"another action":    {"Action: lambda:InvokeFunction", "Action: lambda:GetFunction"},
		"another route":     {"/*/send", "/*/receive"},
		"another stage":     {"/*/send", "/dev/send"},
		"a REST path":       {"/*/send", "/*/POST/send"},
		"another account":   {"SourceArn: !Sub", "SourceAccount: '1'\n      Other: !Sub"},
	} {
		result := read(t, plainAPI(changes...), template.Options{})
		if result.API.Routes[0].Permitted {
			t.Errorf("%s: the route may invoke its function", why)
		}
		wantNotice(t, result, "route send: no AWS::Lambda::Permission lets API Gateway invoke")
	}
	for why, changes := range map[string][]string{
		"without a source": {
			"SourceArn: !Sub arn:aws:execute-api:us-east-1:123456789012:${Api}/*/send",
			"SourceAccount: '123456789012'",
		},
		"the whole API":      {"/*/send", "/*"},
		"the function's ARN": {"FunctionName: !Ref Send", "FunctionName: !GetAtt Send.Arn"},
		"a role": {
			"IntegrationType:", "CredentialsArn: !GetAtt Role.Arn\n      IntegrationType:",
			"FunctionName: !Ref Send", "FunctionName: Other",
		},
		"every action of them": {"Action: lambda:InvokeFunction", "Action: lambda:*"},
	} {
		if result := read(t, plainAPI(changes...), template.Options{Strict: true}); !result.API.Routes[0].Permitted {
			t.Errorf("%s: the route may not invoke its function", why)
		}
	}
}

func TestAStageThatIsNotDeployedIsFound(t *testing.T) {
	wantNotice(t, read(t, plainAPI("AutoDeploy: true", "Description: x"), template.Options{}), "AWS serves nothing on it")
	const deployment = `Stage:
    Type: AWS::ApiGatewayV2::Stage`
	result := read(t, plainAPI("AutoDeploy: true", "DeploymentId: !Ref Deployment", "  "+deployment, `  Deployment:
    Type: AWS::ApiGatewayV2::Deployment
    DependsOn: [Integration]
    Properties: {ApiId: !Ref Api}
  `+deployment), template.Options{})
	wantNotice(t, result, "its DependsOn does not name the route send (SendRoute)")
}

func TestWhatIsNotEmulatedIsNamedAndStrictlyRefused(t *testing.T) {
	for want, source := range map[string]string{
		"SendRoute.ApiKeyRequired": plainAPI("RouteKey: send",
			"RouteKey: send\n      ApiKeyRequired: true"),
		"Integration.ContentHandlingStrategy": plainAPI("IntegrationType:",
			"ContentHandlingStrategy: CONVERT_TO_BINARY\n      IntegrationType:"),
		"Other (AWS::SNS::Subscription): there is no": plainAPI("Resources:",
			"Resources:\n  Other: {Type: AWS::SNS::Subscription}"),
		"Other (AWS::ApiGatewayV2::DomainName): custom": plainAPI("Resources:",
			"Resources:\n  Other: {Type: AWS::ApiGatewayV2::DomainName}"),
		"resources of type AWS::EC2::Instance": plainAPI("Resources:",
			"Resources:\n  Other: {Type: AWS::EC2::Instance}"),
		"serves WebSocket APIs, and no API of the": plainAPI("Resources:",
			"Resources:\n  Other: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}"),
		"serves one WebSocket API, and that is Api": plainAPI("  Integration:\n",
			"  Other: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}\n  Integration:\n"),
		"there is no role Nobody in the template": plainAPI("Resources:",
			"Resources:\n  Other: {Type: AWS::IAM::Policy, Properties: {Roles: [Nobody], PolicyDocument: {}}}"),
		"Send.VpcConfig":                                 plainAPI("Code: .\n", "Code: .\n      VpcConfig: {}\n"),
		"does not resolve {{resolve:ssm:x}}":             plainAPI("'${Stage}'", "'{{resolve:ssm:x}}'"),
		"the local stack does not know the section Hook": plainAPI("Resources:", "Hooks: {}\nResources:"),
	} {
		wantNotice(t, read(t, source, template.Options{}), want)
		if _, err := template.Read([]byte(source), template.Options{Strict: true}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("strictly, the error is %v, and should say %s", err, want)
		}
	}
}

func TestPoliciesBesideARoleGiveItTheirRights(t *testing.T) {
	for why, source := range map[string]string{
		"as CDK writes them": `
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: x
      Roles: [!Ref Role]
      PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}}`,
		"managed": `
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:*', Resource: '*'}]}`,
	} {
		result := read(t, plainAPI("Resources:", "Resources:\n  Other: "+source), template.Options{Strict: true})
		if role, _ := result.Role(result.Functions[0].RoleARN); len(role.Statements) != 1 {
			t.Errorf("%s: the role has %v", why, role.Statements)
		}
	}
	named := plainAPI("Resources:", `Resources:
  Other:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Statement: {Effect: Allow}}}`,
		"AssumeRolePolicyDocument: {}", "ManagedPolicyArns: [!Ref Other]")
	result := read(t, named, template.Options{Strict: true})
	if role, _ := result.Role(result.Functions[0].RoleARN); len(role.Statements) != 1 || len(role.ManagedPolicies) != 0 {
		t.Errorf("a role that names a policy of the template has %+v", role)
	}
}

func TestWhatSAMRefusesIsRefused(t *testing.T) {
	for want, source := range map[string]string{
		`SAM refuses the route key "send_message"`: serverless("send_message: {FunctionArn: !GetAtt F.Arn}", ""),
		`SAM refuses the route key "send-message"`: serverless("send-message: {FunctionArn: !GetAtt F.Arn}", ""),
		"SAM refuses a stage named $default": strings.Replace(serverless("send: {FunctionArn: !GetAtt F.Arn}", ""),
			"      Routes", "      StageName: $default\n      Routes", 1),
	} {
		if _, err := template.Read([]byte(source), template.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
	// CloudFormation itself accepts such a key.
	read(t, plainAPI("RouteKey: send", "RouteKey: send_message", "/*/send", "/*"), template.Options{Strict: true})
}

// On AWS everybody can then use the API, since $connect and its authorizer no longer exist.
func TestARouteThatOverwritesConnectTakesItsAuthorizerAway(t *testing.T) {
	routes := "$connect: {FunctionArn: !GetAtt F.Arn}, connect: {FunctionArn: !GetAtt F.Arn}"
	source := strings.Replace(serverless(routes, ""),
		"      Routes", "      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt F.Arn}\n      Routes", 1)
	result := read(t, source, template.Options{})
	if len(result.API.Routes) != 1 || result.API.Routes[0].Key != "connect" || result.API.Authorizer != nil {
		t.Errorf("the routes are %+v, the authorizer %+v", result.API.Routes, result.API.Authorizer)
	}
	wantNotice(t, result, "the later one, connect, overwrites the other")
}

func TestAThrottlingRateNeedNotBeWhole(t *testing.T) {
	source := plainAPI("AutoDeploy: true",
		"AutoDeploy: true\n      DefaultRouteSettings: {ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 1}")
	result := read(t, source, template.Options{Strict: true})
	if want := (template.Throttle{RequestsPerSecond: 0.5, Burst: 1}); result.API.Throttle != want {
		t.Errorf("%+v", result.API.Throttle)
	}
}

func TestAScheduleIsReadAndNeedsAPermission(t *testing.T) {
	const event = "{Every: {Type: Schedule, Properties: {Schedule: rate(5 minutes)}}}"
	source := strings.Replace(function("F", "X: 1"), "      Runtime", "      Events: "+event+"\n      Runtime", 1)
	result := read(t, source, template.Options{Strict: true})
	if len(result.Schedules) != 1 || result.Schedules[0].Every.Minutes() != 5 || !result.Schedules[0].Permitted {
		t.Errorf("%+v", result.Schedules)
	}
	const rule = `Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: a, Arn: !GetAtt Send.Arn}]}`
	wantNotice(t, read(t, plainAPI("Resources:", rule), template.Options{}),
		"no AWS::Lambda::Permission lets EventBridge invoke Send")
}
