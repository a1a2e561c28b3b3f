package template

import (
	"slices"
	"strings"
	"time"
)

// API is the WebSocket API, from AWS::Serverless::WebSocketApi or from AWS::ApiGatewayV2 resources.
type API struct {
	LogicalID, ID, Stage     string
	RouteSelectionExpression string
	Routes                   []Route
	Authorizer               *Authorizer // of $connect; nil = none
	// Throttle is that of all routes; RouteThrottles of single ones, by route key.
	Throttle       Throttle
	RouteThrottles map[string]Throttle
	StageVariables map[string]string
	Line           int
}

// Route is one route.
type Route struct {
	Key         string
	FunctionARN string
	// RouteResponse says whether the function's body goes back as a frame: the route needs both a
	// RouteResponseSelectionExpression and a RouteResponse resource (API Gateway guide, "Set up a route response").
	RouteResponse bool
	Timeout       time.Duration // of the integration
	Line          int

	logicalID string
	selection string
}

// Authorizer is a REQUEST authorizer.
type Authorizer struct {
	FunctionARN     string
	IdentitySources []string
}

// Throttle bounds requests; zero = no bound of its own.
type Throttle struct {
	RequestsPerSecond float64
	Burst             int
}

// integrationTimeout is API Gateway's default and maximum (API reference, Integration, TimeoutInMillis).
const integrationTimeout = 29_000

// readAPI reads the one WebSocket API of the template.
func (r *reader) readAPI() {
	var apis []*resource
	for i := range r.resources {
		if kind := r.resources[i].kind; kind == "AWS::Serverless::WebSocketApi" || kind == "AWS::ApiGatewayV2::Api" {
			apis = append(apis, &r.resources[i])
		}
	}
	if len(apis) == 0 {
		return
	}
	if len(apis) > 1 {
		r.fail(apis[1].line, "%s: the local stack serves one API, and %s is one already", apis[1].logicalID, apis[0].logicalID)
		return
	}
	from := apis[0]
	api := &API{LogicalID: from.logicalID, ID: r.identifier(from.logicalID, 10), Line: from.line, RouteThrottles: map[string]Throttle{}, StageVariables: map[string]string{}}
	if from.kind == "AWS::Serverless::WebSocketApi" {
		r.readServerlessAPI(api, from)
	} else {
		r.readPlainAPI(api, from)
	}
	r.readRouteResponses(api)
	r.checkAPI(api)
	r.result.API = api
}

// readServerlessAPI reads an AWS::Serverless::WebSocketApi (SAM guide).
func (r *reader) readServerlessAPI(api *API, from *resource) {
	f := r.fields(from)
	api.RouteSelectionExpression = f.required("RouteSelectionExpression")
	api.Stage = f.text("StageName", "default")
	routes := f.fields("Routes")
	if len(routes.order) == 0 {
		f.fail(f.line, "the property Routes is missing or empty")
	}
	for _, key := range routes.order {
		route := routes.fields(key)
		api.Routes = append(api.Routes, Route{
			Key: key, FunctionARN: route.required("FunctionArn"), Line: route.line, logicalID: routeID(from.logicalID, key),
			selection: route.text("RouteResponseSelectionExpression", ""),
			Timeout:   time.Duration(route.integer("IntegrationTimeout", integrationTimeout, 50, integrationTimeout)) * time.Millisecond,
		})
		route.ignore("OperationName")
		route.finish()
	}
	auth := f.fields("Auth")
	switch kind := auth.text("AuthType", "NONE"); kind {
	case "NONE":
	case "CUSTOM":
		api.Authorizer = &Authorizer{FunctionARN: auth.required("AuthArn"), IdentitySources: auth.texts("IdentitySource")}
	default:
		auth.failAt("AuthType", "the local stack does not know %s", kind)
	}
	auth.ignore("InvokeRole", "Name")
	auth.finish()
	r.readStageSettings(api, f)
	f.ignore("Name", "Description", "AccessLogSettings", "PropagateTags", "Tags", "Domain", "DisableExecuteApiEndpoint", "IpAddressType",
		"ApiKeySelectionExpression", "DisableSchemaValidation")
	f.finish()
}

// readStageSettings reads what both a SAM API and a plain stage have.
func (r *reader) readStageSettings(api *API, f fields) {
	api.Throttle = throttle(f.fields("DefaultRouteSettings"))
	settings := f.fields("RouteSettings")
	for _, key := range settings.order {
		api.RouteThrottles[key] = throttle(settings.fields(key))
	}
	variables := f.fields("StageVariables")
	for _, key := range variables.order {
		api.StageVariables[key] = variables.text(key, "")
	}
}

func throttle(f fields) Throttle {
	result := Throttle{Burst: f.integer("ThrottlingBurstLimit", 0, 0, 1<<30), RequestsPerSecond: float64(f.integer("ThrottlingRateLimit", 0, 0, 1<<30))}
	f.ignore("DetailedMetricsEnabled", "LoggingLevel", "DataTraceEnabled")
	f.finish()
	return result
}

// readRouteResponses finds out which routes give their function's answer back.
func (r *reader) readRouteResponses(api *API) {
	responses := map[string]bool{}
	for i := range r.resources {
		from := &r.resources[i]
		if from.kind != "AWS::ApiGatewayV2::RouteResponse" {
			continue
		}
		f := r.fields(from)
		route := f.required("RouteId")
		if key := f.required("RouteResponseKey"); key != "$default" {
			f.failAt("RouteResponseKey", "must be $default")
		}
		if f.required("ApiId") != api.ID {
			f.failAt("ApiId", "is another API")
		}
		f.ignore("ResponseModels", "ResponseParameters", "ModelSelectionExpression")
		f.finish()
		if !slices.ContainsFunc(api.Routes, func(candidate Route) bool { return candidate.logicalID == route }) {
			f.failAt("RouteId", "there is no route %s", route)
		}
		responses[route] = true
	}
	for i := range api.Routes {
		route := &api.Routes[i]
		has := responses[route.logicalID]
		route.RouteResponse = route.selection != "" && has
		switch {
		case route.selection != "" && !has:
			r.warn("route %s has a RouteResponseSelectionExpression and no AWS::ApiGatewayV2::RouteResponse, so API Gateway throws its answers away", route.Key)
		case route.selection == "" && has:
			r.warn("route %s has a RouteResponse and no RouteResponseSelectionExpression, so API Gateway throws its answers away", route.Key)
		}
	}
}

// checkAPI looks for what both validators let pass and hardly anybody means.
func (r *reader) checkAPI(api *API) {
	owners := map[string]string{}
	for _, route := range api.Routes {
		if _, found := r.result.Function(route.FunctionARN); !found {
			r.fail(route.Line, "route %s: there is no function %s", route.Key, route.FunctionARN)
		}
		switch strings.ToLower(route.Key) {
		case "connect", "disconnect", "default":
			r.warn("a route named %s gets the logical ID of $%s from SAM, and the later one overwrites the other: choose another name", route.Key, strings.ToLower(route.Key))
		}
		if other, taken := owners[route.logicalID]; taken && other != route.Key {
			r.warn("the routes %s and %s get the same logical ID, %s, from SAM, and one overwrites the other", other, route.Key, route.logicalID)
		}
		owners[route.logicalID] = route.Key
		if strings.HasPrefix(route.Key, "$") && !slices.Contains([]string{"$connect", "$disconnect", "$default"}, route.Key) {
			r.fail(route.Line, "route %s: only $connect, $disconnect and $default begin with $", route.Key)
		}
	}
	if api.Authorizer != nil {
		if _, found := r.result.Function(api.Authorizer.FunctionARN); !found {
			r.fail(api.Line, "%s: there is no authorizer function %s", api.LogicalID, api.Authorizer.FunctionARN)
		}
		if !slices.ContainsFunc(api.Routes, func(route Route) bool { return route.Key == "$connect" }) {
			r.fail(api.Line, "%s: an authorizer needs a $connect route", api.LogicalID)
		}
	}
}
