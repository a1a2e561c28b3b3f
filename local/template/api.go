package template

import (
	"slices"
	"strings"
	"time"
)

// API is the WebSocket API that the stack serves.
type API struct {
	LogicalID, ID, Stage     string
	RouteSelectionExpression string
	Routes                   []Route
	Authorizer               *Authorizer // of $connect; nil = none
	// Throttle is the limit for all routes. RouteThrottles are the limits for single routes, by route key.
	Throttle       Throttle
	RouteThrottles map[string]Throttle
	StageVariables map[string]string
	Line           int
}

// Route is one route.
type Route struct {
	Key string
	// FunctionARN is empty if the route does not lead to a function of the template.
	FunctionARN string
	// Permitted says whether API Gateway may invoke the function.
	Permitted bool
	// RouteResponse says whether the function's body is sent back as a frame. The route needs both a
	// RouteResponseSelectionExpression and a RouteResponse resource (API Gateway guide, "Set up a route response").
	RouteResponse bool
	Timeout       time.Duration // of the integration
	Line          int

	logicalID string
	selection string
}

// Authorizer is a REQUEST authorizer.
type Authorizer struct {
	FunctionARN string
	// Permitted says whether API Gateway may invoke the function.
	Permitted       bool
	IdentitySources []string
}

// Throttle limits requests; zero = no limit of its own.
type Throttle struct {
	RequestsPerSecond float64
	Burst             int
}

// integrationTimeout is API Gateway's default and its maximum, in milliseconds (API reference, Integration,
// TimeoutInMillis).
const integrationTimeout = 29_000

// apiReader reads one API from its resources.
type apiReader struct {
	*reader
	api          *API
	integrations map[string]Route // only with function, permission and time-out
	authorizers  map[string]*Authorizer
}

// readAPI reads the WebSocket API of the template. A notice names each API that is not served.
func (r *reader) readAPI() {
	served := ""
	r.of("AWS::ApiGatewayV2::Api", func(from *resource, f fields) {
		protocol := f.required("ProtocolType")
		switch {
		case protocol != "WEBSOCKET":
			r.notice(from.line, "%s: the local stack serves WebSocket APIs, and no API of the protocol %s",
				from.where, protocol)
		case served != "":
			r.notice(from.line, "%s: the local stack serves one WebSocket API, and that is %s", from.where, served)
		default:
			served = from.logicalID
			r.result.API = r.readOneAPI(from, f)
		}
	})
}

// stageOfNone is the name of the stage if the template has no stage.
const stageOfNone = "local"

func (r *reader) readOneAPI(from *resource, f fields) *API {
	a := apiReader{reader: r, integrations: map[string]Route{}, authorizers: map[string]*Authorizer{}, api: &API{
		LogicalID: from.logicalID, ID: r.identifier(from.logicalID, 10), Line: from.line,
		RouteSelectionExpression: f.required("RouteSelectionExpression"),
		RouteThrottles:           map[string]Throttle{}, StageVariables: map[string]string{},
	}}
	f.harmless("Name", "Description", "Tags", "ApiKeySelectionExpression", "DisableSchemaValidation", "IpAddressType",
		"Version")
	f.notEmulated("DisableExecuteApiEndpoint")
	f.finish()
	a.parts("AWS::ApiGatewayV2::Stage", a.readStage)
	if a.api.Stage == "" {
		a.api.Stage = stageOfNone
		r.notice(from.line, "%s: there is no AWS::ApiGatewayV2::Stage, "+
			"so AWS serves nothing of the API until somebody makes a stage "+
			"by hand; the local stack serves it as the stage %s", from.where, stageOfNone)
	}
	a.parts("AWS::ApiGatewayV2::Integration", a.readIntegration)
	a.parts("AWS::ApiGatewayV2::Authorizer", a.readAuthorizer)
	a.parts("AWS::ApiGatewayV2::Route", a.readRoute)
	a.parts("AWS::ApiGatewayV2::Deployment", a.readDeployment)
	a.checkRouteResponses()
	return a.api
}

// parts calls read with each resource of a type that belongs to the API.
func (a apiReader) parts(kind string, read func(from *resource, f fields)) {
	a.of(kind, func(from *resource, f fields) {
		if f.required("ApiId") == a.api.ID {
			read(from, f)
		}
	})
}

func (a apiReader) readStage(from *resource, f fields) {
	name := f.required("StageName")
	if a.api.Stage != "" {
		a.notice(from.line, "%s: the local stack serves one stage, and that is %s", from.where, a.api.Stage)
		return
	}
	a.api.Stage = name
	if !f.boolean("AutoDeploy", false) && !f.has("DeploymentId") {
		a.notice(from.line, "%s: the stage has neither AutoDeploy nor a DeploymentId, so AWS serves nothing on it until "+
			"somebody deploys the API by hand", from.where)
	}
	a.api.Throttle = throttle(f.fields("DefaultRouteSettings"))
	settings := f.fields("RouteSettings")
	for _, key := range settings.order {
		a.api.RouteThrottles[key] = throttle(settings.fields(key))
	}
	variables := f.fields("StageVariables")
	for _, key := range variables.order {
		a.api.StageVariables[key] = variables.text(key, "")
	}
	f.harmless("Description", "AccessLogSettings", "Tags", "ClientCertificateId")
	f.finish()
}

func throttle(f fields) Throttle {
	result := Throttle{
		Burst:             f.integer("ThrottlingBurstLimit", 0, 0, 1<<30),
		RequestsPerSecond: f.number("ThrottlingRateLimit", 0),
	}
	f.harmless("DetailedMetricsEnabled", "LoggingLevel", "DataTraceEnabled")
	f.finish()
	return result
}

// readIntegration reads a route's function and time-out.
func (a apiReader) readIntegration(from *resource, f fields) {
	var route Route
	if kind := f.required("IntegrationType"); kind == "AWS_PROXY" {
		route.FunctionARN = functionOfURI(f, "IntegrationUri")
		// CONVERT_TO_TEXT is about binary frames, which a WebSocket API does not accept.
		if handling := f.text("ContentHandlingStrategy", "CONVERT_TO_TEXT"); handling != "CONVERT_TO_TEXT" {
			f.noticeAt("ContentHandlingStrategy", "the local stack does not emulate %s", handling)
		}
		f.harmless("IntegrationMethod", "PassthroughBehavior", "PayloadFormatVersion", "ConnectionType")
	} else {
		f.noticeAt("IntegrationType", "the local stack runs AWS_PROXY integrations with functions. A route with %s answers "+
			"Internal server error here", kind)
		f.harmless(f.order...)
	}
	route.Permitted = f.has("CredentialsArn") // a role permits it instead of an AWS::Lambda::Permission
	route.Timeout = time.Duration(f.integer("TimeoutInMillis", integrationTimeout, 50,
		integrationTimeout)) * time.Millisecond
	f.harmless("Description")
	f.finish()
	a.integrations[from.logicalID] = route
}

// functionOfURI returns the function in arn:…:lambda:path/2015-03-31/functions/{arn}/invocations.
func functionOfURI(f fields, property string) string {
	uri := f.required(property)
	_, rest, found := strings.Cut(uri, "/functions/")
	arn, ended := strings.CutSuffix(rest, "/invocations")
	if uri != "" && (!found || !ended) {
		f.failAt(property, "must name a Lambda function, such as "+
			"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function ARN}/invocations")
	}
	return arn
}

func (a apiReader) readAuthorizer(from *resource, f fields) {
	if kind := f.required("AuthorizerType"); kind != "REQUEST" {
		f.failAt("AuthorizerType", "a WebSocket API takes REQUEST, not %s", kind)
	}
	authorizer := &Authorizer{FunctionARN: functionOfURI(f, "AuthorizerUri"), IdentitySources: f.texts("IdentitySource")}
	authorizer.Permitted = f.has("AuthorizerCredentialsArn") ||
		a.permits(authorizer.FunctionARN, apiGateway, a.executeARN("authorizers/"+from.logicalID))
	if _, found := a.result.Function(authorizer.FunctionARN); !found {
		a.fail(f.line, "%s: there is no authorizer function %s", from.where, authorizer.FunctionARN)
	}
	f.harmless("Name")
	f.finish()
	a.authorizers[from.logicalID] = authorizer
}

// executeARN returns the ARN of a route or an authorizer, as a permission names it.
func (a apiReader) executeARN(path string) string { return a.arn("execute-api", a.api.ID+"/"+path) }

func (a apiReader) readRoute(from *resource, f fields) {
	key := f.required("RouteKey")
	target := strings.TrimPrefix(f.required("Target"), "integrations/")
	route, found := a.integrations[target]
	if !found {
		f.failAt("Target", "there is no integration %s", target)
	}
	route.Key, route.Line, route.logicalID = key, from.line, from.logicalID
	route.selection = f.text("RouteResponseSelectionExpression", "")
	if _, known := a.result.Function(route.FunctionARN); !known && route.FunctionARN != "" {
		a.fail(from.line, "route %s: there is no function %s", key, route.FunctionARN)
	}
	if strings.HasPrefix(key, "$") && !slices.Contains([]string{"$connect", "$disconnect", "$default"}, key) {
		a.fail(from.line, "route %s: only $connect, $disconnect and $default begin with $", key)
	}
	a.readAuthorization(key, f)
	a.checkPermission(&route)
	f.harmless("OperationName")
	f.notEmulated("ApiKeyRequired", "RequestModels", "RequestParameters", "ModelSelectionExpression")
	f.finish()
	a.api.Routes = append(a.api.Routes, route)
}

func (a apiReader) readAuthorization(key string, f fields) {
	switch kind := f.text("AuthorizationType", "NONE"); kind {
	case "NONE":
		f.harmless("AuthorizerId")
	case "CUSTOM":
		id := f.required("AuthorizerId")
		authorizer := a.authorizers[id]
		if authorizer == nil {
			f.failAt("AuthorizerId", "there is no authorizer %s", id)
			return
		}
		if key != "$connect" {
			f.failAt("AuthorizationType", "only $connect can have an authorizer")
		}
		if !authorizer.Permitted {
			a.notice(f.lineOf("AuthorizerId"),
				"authorizer %s: no AWS::Lambda::Permission lets API Gateway invoke its function, "+
					"so every handshake fails on AWS, and here", id)
		}
		a.api.Authorizer = authorizer
	default:
		f.failAt("AuthorizationType", "the local stack does not know %s", kind)
	}
}

// checkPermission checks whether API Gateway may invoke the route's function.
func (a apiReader) checkPermission(route *Route) {
	if route.FunctionARN == "" || route.Permitted {
		return
	}
	route.Permitted = a.permits(route.FunctionARN, apiGateway, a.executeARN(a.api.Stage+"/"+route.Key))
	if !route.Permitted {
		a.notice(route.Line, "route %s: no AWS::Lambda::Permission lets API Gateway invoke %s for it, so every invocation "+
			"fails on AWS, and here", route.Key, route.FunctionARN)
	}
}

// readDeployment finds routes that a deployment may miss. A deployment contains what existed when it was made.
func (a apiReader) readDeployment(from *resource, f fields) {
	f.harmless("Description", "StageName")
	f.finish()
	for _, route := range a.api.Routes {
		if !slices.Contains(from.dependsOn, route.logicalID) {
			a.notice(from.line, "%s: its DependsOn does not name the route %s (%s), so AWS may deploy the API without it",
				from.where, route.Key, route.logicalID)
		}
	}
}

// checkRouteResponses finds out which routes send their function's answer back.
func (a apiReader) checkRouteResponses() {
	responses := map[string]bool{}
	a.parts("AWS::ApiGatewayV2::RouteResponse", func(_ *resource, f fields) {
		route := f.required("RouteId")
		if key := f.required("RouteResponseKey"); key != "$default" {
			f.failAt("RouteResponseKey", "must be $default")
		}
		if !slices.ContainsFunc(a.api.Routes, func(candidate Route) bool { return candidate.logicalID == route }) {
			f.failAt("RouteId", "there is no route %s", route)
		}
		f.notEmulated("ResponseModels", "ResponseParameters", "ModelSelectionExpression")
		f.finish()
		responses[route] = true
	})
	for i := range a.api.Routes {
		route := &a.api.Routes[i]
		has := responses[route.logicalID]
		route.RouteResponse = route.selection != "" && has
		switch {
		case route.selection != "" && !has:
			a.notice(route.Line, "route %s has a RouteResponseSelectionExpression and no AWS::ApiGatewayV2::RouteResponse, so "+
				"API Gateway throws its answers away", route.Key)
		case route.selection == "" && has:
			a.notice(route.Line, "route %s has a RouteResponse and no RouteResponseSelectionExpression, so API Gateway throws "+
				"its answers away", route.Key)
		}
	}
}
