package template

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// lower turns a resource of a SAM type into the CloudFormation resources that SAM makes of it, with the same logical
// IDs. The rest of the reader then sees only CloudFormation. Any other resource is returned as it is. It imitates the
// SAM guide, "Generated CloudFormation resources", and the source of the transform.
func (r *reader) lower(from *resource) []*resource {
	switch from.kind {
	case "AWS::Serverless::Function":
		return r.lowerFunction(from)
	case "AWS::Serverless::WebSocketApi":
		return r.lowerAPI(from)
	case "AWS::Serverless::SimpleTable":
		return r.lowerTable(from)
	case "AWS::Serverless::LayerVersion":
		return r.lowerLayer(from)
	default:
		return []*resource{from}
	}
}

// globalSections are the parts of Globals for the SAM types that are read here. The other parts are for types that a
// notice names.
var globalSections = map[string]string{
	"Function": "AWS::Serverless::Function", "WebSocketApi": "AWS::Serverless::WebSocketApi",
	"SimpleTable": "AWS::Serverless::SimpleTable", "LayerVersion": "AWS::Serverless::LayerVersion",
	"Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi",
	"StateMachine": "AWS::Serverless::StateMachine", "CapacityProvider": "AWS::Serverless::CapacityProvider",
}

func (r *reader) checkGlobals() {
	for _, key := range r.globals.keys {
		if globalSections[key] == "" {
			r.fail(r.globals.values[key].line, "SAM does not know the section %s of Globals", key)
		}
	}
}

// withGlobals merges Globals into a resource as SAM does (SAM guide, "Globals section"). Maps are merged. The
// resource's lists are appended to the global ones. For anything else the resource's own value is used.
func (r *reader) withGlobals(from *resource) *node {
	for section, kind := range globalSections {
		if kind == from.kind && r.globals.values[section] != nil {
			return merge(r.globals.values[section], from.properties)
		}
	}
	return from.properties
}

func merge(global, own *node) *node {
	if global.tag != "" || own.tag != "" {
		return own
	}
	switch ownData := own.data.(type) {
	case *mapping:
		globalData, ok := global.data.(*mapping)
		if _, _, call := own.function(); !ok || call {
			return own
		}
		result := newMapping()
		for _, key := range globalData.keys {
			result.set(key, globalData.values[key])
		}
		for _, key := range ownData.keys {
			if inherited := result.values[key]; inherited != nil {
				result.set(key, merge(inherited, ownData.values[key]))
			} else {
				result.set(key, ownData.values[key])
			}
		}
		return &node{line: own.line, data: result}
	case []*node:
		if globalData, ok := global.data.([]*node); ok {
			return &node{line: own.line, data: slices.Concat(globalData, ownData)}
		}
	}
	return own
}

// samProperties are the properties of a SAM resource. Lowering takes them out one after the other.
type samProperties struct {
	reader *reader
	where  string
	line   int
	m      *mapping
	taken  map[string]bool
}

// samProperties reads a node that must be a map. It evaluates Fn::If around the map, since SAM needs to see what is
// inside.
func (r *reader) samProperties(where string, n *node) samProperties {
	p := samProperties{reader: r, where: where, m: newMapping(), taken: map[string]bool{}}
	if n = r.literal(n); n == nil {
		return p
	}
	p.line = n.line
	m, ok := n.data.(*mapping)
	if !ok || n.tag != "" {
		r.fail(n.line, "%s: must be a map", where)
		return p
	}
	p.m = m
	return p
}

// literal evaluates Fn::If and AWS::NoValue at the top of a node; nil = there is nothing.
func (r *reader) literal(n *node) *node {
	if n == nil || n.data == nil && n.tag == "" {
		return nil
	}
	switch name, argument, _ := n.function(); name {
	case "Fn::If":
		items, err := arguments(argument, name, 3)
		if err != nil {
			r.problems = append(r.problems, err)
			return nil
		}
		condition, _ := textOf(items[0])
		holds, err := r.evaluator.holds(items[0], condition)
		if err != nil {
			r.problems = append(r.problems, err)
			return nil
		}
		if holds {
			return r.literal(items[1])
		}
		return r.literal(items[2])
	case "Ref":
		if target, _ := textOf(argument); target == "AWS::NoValue" {
			return nil
		}
	}
	return n
}

// take takes a property out and returns it, or nil if it is not there.
func (p samProperties) take(name string) *node {
	p.taken[name] = true
	return p.m.values[name]
}

// fields takes out a property that is a map.
func (p samProperties) fields(name string) samProperties {
	return p.reader.samProperties(p.where+"."+name, p.take(name))
}

// move moves properties into a CloudFormation resource under the same names. rename moves one under another name.
func (p samProperties) move(to *mapping, names ...string) {
	for _, name := range names {
		p.rename(to, name, name)
	}
}

func (p samProperties) rename(to *mapping, name, newName string) {
	if n := p.take(name); n != nil {
		to.set(newName, n)
	}
}

func (p samProperties) harmless(names ...string) {
	for _, name := range names {
		p.taken[name] = true
	}
}

func (p samProperties) fail(format string, arguments ...any) {
	p.reader.fail(p.line, "%s: %s", p.where, fmt.Sprintf(format, arguments...))
}

// finish reports the properties that were not taken out.
func (p samProperties) finish() {
	for _, name := range p.m.keys {
		if !p.taken[name] {
			p.reader.notice(p.m.values[name].line, "%s.%s: the local stack does not know this property", p.where, name)
		}
	}
}

// made returns a resource that SAM makes.
func (from *resource) made(logicalID, kind, where string, line int, properties *mapping) *resource {
	return &resource{
		logicalID: logicalID, kind: kind, where: where, line: line, properties: &node{line: line, data: properties},
		metadata: from.metadata, dependsOn: from.dependsOn,
	}
}

const (
	// apiGateway is the service that invokes the functions of routes.
	apiGateway = "apigateway.amazonaws.com"
	// executeARN is the beginning of the ARN of a route or an authorizer.
	executeARN = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
)

// lowerAPI lowers an AWS::Serverless::WebSocketApi.
func (r *reader) lowerAPI(from *resource) []*resource {
	p := r.samProperties(from.where, r.withGlobals(from))
	api := newMapping()
	api.set("ProtocolType", literal(from.line, "WEBSOCKET"))
	p.move(api, "Name", "Description", "RouteSelectionExpression", "ApiKeySelectionExpression",
		"DisableExecuteApiEndpoint", "DisableSchemaValidation", "IpAddressType")
	p.harmless("Tags", "PropagateTags")
	if domain := p.take("Domain"); r.literal(domain) != nil {
		r.notice(domain.line, "%s.Domain: custom domains are not served", from.where)
	}
	stage := newMapping()
	stage.set("ApiId", reference(from.line, from.logicalID))
	stage.set("AutoDeploy", &node{line: from.line, data: true})
	p.move(stage, "AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables")
	stageName := p.take("StageName")
	if stageName == nil {
		stageName = literal(from.line, "default")
	}
	stage.set("StageName", stageName)
	name, _ := textOf(stageName)
	stageID := from.logicalID + name + "Stage"
	switch name {
	case "$default":
		p.fail("SAM refuses a stage named $default for a WebSocket API")
	case "default":
		stageID = from.logicalID + "DefaultStage"
	}
	made := []*resource{from.made(from.logicalID, "AWS::ApiGatewayV2::Api", from.where, from.line, api)}
	made = append(made, from.made(stageID, "AWS::ApiGatewayV2::Stage", from.where, from.line, stage))
	routes := p.fields("Routes")
	authorization, authorizer := r.lowerAuthorization(from, p, routes.m.values["$connect"] != nil)
	made = append(made, authorizer...)
	made = append(made, r.lowerRoutes(from, routes, stageName, authorization)...)
	p.finish()
	return made
}

// lowerAuthorization returns what a $connect route gets from Auth, and the authorizer with its permission.
func (r *reader) lowerAuthorization(
	from *resource, p samProperties, connects bool,
) (route *mapping, made []*resource) {
	route = newMapping()
	auth := p.fields("Auth")
	kind, _ := textOf(auth.take("AuthType"))
	defer auth.finish()
	if len(auth.m.keys) == 0 {
		return route, nil
	}
	if !connects {
		auth.fail("SAM refuses it, since an authorizer needs a $connect route")
	}
	route.set("AuthorizationType", literal(auth.line, kind))
	if kind != "CUSTOM" {
		return route, nil
	}
	authorizerID, arn := from.logicalID+"ConnectAuthorizer", auth.take("AuthArn")
	if arn == nil {
		auth.fail("AuthType CUSTOM needs AuthArn")
		return route, nil
	}
	route.set("AuthorizerId", reference(auth.line, authorizerID))
	properties := newMapping()
	properties.set("ApiId", reference(auth.line, from.logicalID))
	properties.set("AuthorizerType", literal(auth.line, "REQUEST"))
	properties.set("AuthorizerUri", invocationURI(arn))
	auth.move(properties, "IdentitySource", "Name")
	auth.rename(properties, "InvokeRole", "AuthorizerCredentialsArn")
	made = append(made, from.made(authorizerID, "AWS::ApiGatewayV2::Authorizer", auth.where, auth.line, properties))
	if r.literal(auth.take("InvokeRole")) == nil {
		source := substitute(auth.line, executeARN+"${"+from.logicalID+"}/authorizers/*", nil)
		made = append(made, from.permission(from.logicalID+"AuthorizerPermission", auth.where, arn, apiGateway, source))
	}
	return route, made
}

// lowerRoutes returns each route with its integration and permission.
func (r *reader) lowerRoutes(
	from *resource, routes samProperties, stageName *node, authorization *mapping,
) []*resource {
	if len(routes.m.keys) == 0 {
		r.fail(from.line, "%s: the property Routes is missing or empty", from.where)
	}
	var made []*resource
	owners := map[string]string{}
	for _, key := range routes.m.keys {
		route := routes.fields(key)
		base := from.logicalID + capitalized(key)
		r.checkRouteKey(key, base+"Route", owners, route)
		properties := newMapping()
		properties.set("ApiId", reference(route.line, from.logicalID))
		properties.set("RouteKey", literal(route.line, key))
		properties.set("Target", substitute(route.line, "integrations/${"+base+"Integration}", nil))
		route.move(properties, "RouteResponseSelectionExpression", "OperationName", "ApiKeyRequired",
			"ModelSelectionExpression", "RequestModels", "RequestParameters")
		if key == "$connect" {
			for _, name := range authorization.keys {
				properties.set(name, authorization.values[name])
			}
		}
		integration := newMapping()
		integration.set("ApiId", reference(route.line, from.logicalID))
		integration.set("IntegrationType", literal(route.line, "AWS_PROXY"))
		route.rename(integration, "IntegrationTimeout", "TimeoutInMillis")
		function := route.take("FunctionArn")
		if function == nil {
			route.fail("the property FunctionArn is missing")
			continue
		}
		integration.set("IntegrationUri", invocationURI(function))
		source := substitute(route.line, executeARN+"${"+from.logicalID+"}/${__StageName__}/"+key,
			map[string]*node{"__StageName__": stageName})
		made = append(made,
			from.made(base+"Integration", "AWS::ApiGatewayV2::Integration", route.where, route.line, integration),
			from.made(base+"Route", "AWS::ApiGatewayV2::Route", route.where, route.line, properties),
			from.permission(base+"Permission", route.where, function, apiGateway, source))
		route.finish()
	}
	return made
}

// checkRouteKey refuses the keys that SAM refuses, and finds routes that overwrite each other. SAM makes the logical
// ID of the key without its $, with the first letter in upper case and the others in lower case.
func (r *reader) checkRouteKey(key, logicalID string, owners map[string]string, route samProperties) {
	special := slices.Contains([]string{"$connect", "$disconnect", "$default"}, key)
	alphanumeric := strings.IndexFunc(key, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsNumber(c) }) < 0
	if !special && (!alphanumeric || key == "") {
		route.fail("SAM refuses the route key %q: it takes letters and digits, and only $connect, $disconnect and $default "+
			"begin with $", key)
	}
	if other, taken := owners[logicalID]; taken {
		r.notice(route.line, "the routes %s and %s get the same logical ID from SAM, %s, "+
			"so the later one, %s, overwrites the "+
			"other", other, key, logicalID, key)
	}
	if lower := strings.ToLower(key); slices.Contains([]string{"connect", "disconnect", "default"}, lower) {
		r.notice(route.line, "the route named %s gets the logical ID that SAM gives $%s, and would overwrite that or be "+
			"overwritten: choose another name", key, lower)
	}
	owners[logicalID] = key
}

// capitalized returns a route key as SAM writes it in logical IDs, like Python's str.capitalize().
func capitalized(key string) string {
	key = strings.ToLower(strings.TrimPrefix(key, "$"))
	if key == "" {
		return ""
	}
	first := []rune(key)
	return strings.ToUpper(string(first[0])) + string(first[1:])
}

// lowerTable lowers an AWS::Serverless::SimpleTable.
func (r *reader) lowerTable(from *resource) []*resource {
	p := r.samProperties(from.where, r.withGlobals(from))
	key := p.fields("PrimaryKey")
	name, kind := key.take("Name"), "S"
	if name == nil {
		name = literal(from.line, "id")
	}
	if given, ok := textOf(key.take("Type")); ok {
		kind = given[:min(1, len(given))] // String, Number or Binary
	}
	key.finish()
	properties := newMapping()
	attribute, element := newMapping(), newMapping()
	attribute.set("AttributeName", name)
	attribute.set("AttributeType", literal(from.line, kind))
	element.set("AttributeName", name)
	element.set("KeyType", literal(from.line, "HASH"))
	properties.set("AttributeDefinitions", list(from.line, &node{line: from.line, data: attribute}))
	properties.set("KeySchema", list(from.line, &node{line: from.line, data: element}))
	p.move(properties, "TableName", "ProvisionedThroughput", "SSESpecification", "PointInTimeRecoverySpecification",
		"Tags")
	p.finish()
	return []*resource{from.made(from.logicalID, "AWS::DynamoDB::Table", from.where, from.line, properties)}
}

// lowerLayer lowers an AWS::Serverless::LayerVersion.
func (r *reader) lowerLayer(from *resource) []*resource {
	p := r.samProperties(from.where, r.withGlobals(from))
	properties := newMapping()
	p.rename(properties, "ContentUri", "Content")
	p.move(properties, "LayerName", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures")
	p.harmless("RetentionPolicy", "PublishLambdaVersion")
	p.finish()
	return []*resource{from.made(from.logicalID, "AWS::Lambda::LayerVersion", from.where, from.line, properties)}
}

// The following functions make nodes.

func literal(line int, text string) *node { return &node{line: line, data: text} }

func list(line int, items ...*node) *node { return &node{line: line, data: items} }

func call(line int, function string, arguments ...*node) *node {
	m := newMapping()
	m.set(function, list(line, arguments...))
	return &node{line: line, data: m}
}

func reference(line int, logicalID string) *node {
	m := newMapping()
	m.set("Ref", literal(line, logicalID))
	return &node{line: line, data: m}
}

func attribute(line int, logicalID, name string) *node {
	return call(line, "Fn::GetAtt", literal(line, logicalID), literal(line, name))
}

func substitute(line int, text string, names map[string]*node) *node {
	m := newMapping()
	for name, n := range names {
		m.set(name, n)
	}
	return call(line, "Fn::Sub", literal(line, text), &node{line: line, data: m})
}

// invocationURI returns the name under which API Gateway knows a function that it invokes.
func invocationURI(function *node) *node {
	const uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" +
		"${FunctionArn}/invocations"
	return substitute(function.line, uri, map[string]*node{"FunctionArn": function})
}

// permission makes the permission for a service to invoke a function.
func (from *resource) permission(logicalID, where string, function *node, principal string, source *node) *resource {
	properties := newMapping()
	properties.set("Action", literal(function.line, "lambda:InvokeFunction"))
	properties.set("FunctionName", function)
	properties.set("Principal", literal(function.line, principal))
	properties.set("SourceArn", source)
	return from.made(logicalID, "AWS::Lambda::Permission", where, function.line, properties)
}
