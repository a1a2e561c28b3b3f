package template

import (
	"strings"
	"time"
)

// readPlainAPI reads an API from AWS::ApiGatewayV2 resources: Api, Integration, Authorizer, Route and Stage.
func (r *reader) readPlainAPI(api *API, from *resource) {
	f := r.fields(from)
	if protocol := f.required("ProtocolType"); protocol != "WEBSOCKET" {
		f.failAt("ProtocolType", "the local stack serves WEBSOCKET, not %s", protocol)
	}
	api.RouteSelectionExpression = f.required("RouteSelectionExpression")
	f.ignore("Name", "Description", "Tags", "DisableExecuteApiEndpoint", "ApiKeySelectionExpression", "DisableSchemaValidation", "IpAddressType", "Version")
	f.finish()
	integrations := map[string]Route{}
	authorizers := map[string]*Authorizer{}
	for i := range r.resources {
		switch part := &r.resources[i]; part.kind {
		case "AWS::ApiGatewayV2::Integration":
			integrations[part.logicalID] = r.readIntegration(part)
		case "AWS::ApiGatewayV2::Authorizer":
			authorizers[part.logicalID] = r.readAuthorizer(part)
		}
	}
	for i := range r.resources {
		switch part := &r.resources[i]; part.kind {
		case "AWS::ApiGatewayV2::Route":
			r.readRoute(api, part, integrations, authorizers)
		case "AWS::ApiGatewayV2::Stage":
			r.readStage(api, part)
		}
	}
	if api.Stage == "" {
		r.fail(from.line, "%s: there is no AWS::ApiGatewayV2::Stage", from.logicalID)
	}
}

// readIntegration gives a route's function and time-out.
func (r *reader) readIntegration(from *resource) Route {
	f := r.fields(from)
	if kind := f.required("IntegrationType"); kind != "AWS_PROXY" {
		f.failAt("IntegrationType", "the local stack knows AWS_PROXY, not %s", kind)
	}
	route := Route{
		FunctionARN: r.functionOfURI(f, "IntegrationUri"),
		Timeout:     time.Duration(f.integer("TimeoutInMillis", integrationTimeout, 50, integrationTimeout)) * time.Millisecond,
	}
	f.ignore("ApiId", "Description", "IntegrationMethod", "CredentialsArn", "ConnectionType", "PassthroughBehavior", "PayloadFormatVersion", "ContentHandlingStrategy")
	f.finish()
	return route
}

// functionOfURI takes the function out of arn:…:lambda:path/2015-03-31/functions/{arn}/invocations.
func (r *reader) functionOfURI(f fields, property string) string {
	uri := f.required(property)
	_, rest, found := strings.Cut(uri, "/functions/")
	arn, ended := strings.CutSuffix(rest, "/invocations")
	if uri != "" && (!found || !ended) {
		f.failAt(property, "must name a Lambda function, such as arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function ARN}/invocations")
	}
	return arn
}

func (r *reader) readAuthorizer(from *resource) *Authorizer {
	f := r.fields(from)
	if kind := f.required("AuthorizerType"); kind != "REQUEST" {
		f.failAt("AuthorizerType", "a WebSocket API takes REQUEST, not %s", kind)
	}
	authorizer := &Authorizer{FunctionARN: r.functionOfURI(f, "AuthorizerUri"), IdentitySources: f.texts("IdentitySource")}
	f.ignore("ApiId", "Name", "AuthorizerCredentialsArn")
	f.finish()
	return authorizer
}

func (r *reader) readRoute(api *API, from *resource, integrations map[string]Route, authorizers map[string]*Authorizer) {
	f := r.fields(from)
	target := strings.TrimPrefix(f.required("Target"), "integrations/")
	integration, found := integrations[target]
	if !found {
		f.failAt("Target", "there is no integration %s", target)
	}
	route := Route{
		Key: f.required("RouteKey"), FunctionARN: integration.FunctionARN, Timeout: integration.Timeout, Line: from.line,
		logicalID: from.logicalID, selection: f.text("RouteResponseSelectionExpression", ""),
	}
	switch kind := f.text("AuthorizationType", "NONE"); kind {
	case "NONE":
		f.ignore("AuthorizerId")
	case "CUSTOM":
		id := f.required("AuthorizerId")
		authorizer := authorizers[id]
		if authorizer == nil {
			f.failAt("AuthorizerId", "there is no authorizer %s", id)
		}
		if route.Key != "$connect" {
			f.failAt("AuthorizationType", "only $connect can have an authorizer")
		}
		api.Authorizer = authorizer
	default:
		f.failAt("AuthorizationType", "the local stack does not know %s", kind)
	}
	f.ignore("ApiId", "OperationName", "ApiKeyRequired")
	f.finish()
	api.Routes = append(api.Routes, route)
}

func (r *reader) readStage(api *API, from *resource) {
	f := r.fields(from)
	if api.Stage != "" {
		f.fail(f.line, "the local stack serves one stage, and %s is one already", api.Stage)
		return
	}
	api.Stage = f.required("StageName")
	if !f.boolean("AutoDeploy", false) && !f.has("DeploymentId") {
		r.warn("stage %s has neither AutoDeploy nor a DeploymentId: AWS serves no routes on it", api.Stage)
	}
	r.readStageSettings(api, f)
	f.ignore("ApiId", "Description", "AccessLogSettings", "Tags", "AutoDeploy", "DeploymentId", "ClientCertificateId")
	f.finish()
}
