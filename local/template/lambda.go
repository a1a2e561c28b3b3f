package template

import (
	"fmt"
	"time"
)

// readFunction reads an AWS::Serverless::Function (SAM guide, "AWS::Serverless::Function").
func (r *reader) readFunction(from *resource) {
	f := r.fields(from)
	name := f.text("FunctionName", from.logicalID)
	function := Function{
		LogicalID: from.logicalID, Name: name, ARN: r.arn("lambda", "function:"+name), Line: from.line,
		Runtime: f.text("Runtime", ""), Handler: f.text("Handler", ""), Architecture: "x86_64",
		CodeDirectory: f.text("CodeUri", "."),
		// Lambda's defaults and limits: API reference, CreateFunction.
		Timeout:             time.Duration(f.integer("Timeout", 3, 1, 900)) * time.Second,
		MemoryMegabytes:     f.integer("MemorySize", 128, 128, 10240),
		ReservedConcurrency: f.integer("ReservedConcurrentExecutions", -1, 0, 1_000_000),
		RoleARN:             f.text("Role", ""),
		Environment:         map[string]string{},
	}
	if architectures := f.texts("Architectures"); len(architectures) > 0 {
		function.Architecture = architectures[0]
	}
	if kind := f.text("PackageType", "Zip"); kind != "Zip" {
		f.failAt("PackageType", "the local stack runs compiled programs, not images")
	}
	if function.Runtime != "provided.al2023" && function.Runtime != "provided.al2" {
		f.failAt("Runtime", "the local stack runs provided.al2023 and provided.al2, not %q", function.Runtime)
	}
	environment := f.fields("Environment")
	variables := environment.fields("Variables")
	for _, key := range variables.order {
		function.Environment[key] = variables.text(key, "")
	}
	environment.finish()
	if f.has("FunctionUrlConfig") {
		url := f.fields("FunctionUrlConfig")
		function.URLAuthorization = url.required("AuthType")
		if mode := url.text("InvokeMode", "BUFFERED"); mode != "BUFFERED" {
			url.failAt("InvokeMode", "the local stack only buffers")
		}
		url.ignore("Cors")
		url.finish()
	}
	function.Statements, function.ManagedPolicies = functionPolicies(f)
	r.functionEvents(from, f, function.ARN)
	f.ignore("Description", "Tracing", "Tags", "PropagateTags", "LoggingConfig", "Metadata", "CodeSigningConfigArn", "KmsKeyArn",
		"EphemeralStorage", "AutoPublishAlias", "DeploymentPreference", "PermissionsBoundary", "RolePath", "RuntimeManagementConfig",
		"VersionDescription", "AssumeRolePolicyDocument", "ProvisionedConcurrencyConfig", "RecursiveLoop", "VpcConfig")
	f.finish()
	r.result.Functions = append(r.result.Functions, function)
}

// functionPolicies reads Policies: inline documents, and the names of managed policies and of SAM's policy templates.
func functionPolicies(f fields) (statements []any, managed []string) {
	v, ok := f.get("Policies")
	if !ok {
		return nil, nil
	}
	items, isList := v.data.([]value)
	if !isList {
		items = []value{v}
	}
	for _, item := range items {
		document, isObject := item.data.(*object)
		if !isObject {
			name, _ := item.text()
			managed = append(managed, name)
			continue
		}
		if statement, found := document.values["Statement"]; found {
			statements = append(statements, statementsOf(statement)...)
		} else {
			managed = append(managed, document.keys...)
		}
	}
	return statements, managed
}

func statementsOf(v value) []any {
	if items, isList := v.plain().([]any); isList {
		return items
	}
	return []any{v.plain()}
}

// readRole reads the inline policies of an AWS::IAM::Role.
func (r *reader) readRole(from *resource) {
	f := r.fields(from)
	arn, err := r.attribute(from.logicalID, "Arn")
	if err != nil {
		r.problems = append(r.problems, err)
		return
	}
	role := Role{LogicalID: from.logicalID, ARN: fmt.Sprint(arn.data)}
	for _, item := range f.list("Policies") {
		policy := newFields(from.logicalID+".Policies", item, &r.problems)
		policy.ignore("PolicyName")
		document := policy.fields("PolicyDocument")
		document.ignore("Version", "Id")
		if statement, found := document.get("Statement"); found {
			role.Statements = append(role.Statements, statementsOf(statement)...)
		}
		document.finish()
		policy.finish()
	}
	role.ManagedPolicies = f.texts("ManagedPolicyArns")
	f.ignore("AssumeRolePolicyDocument", "Tags", "RoleName", "Path", "Description", "MaxSessionDuration", "PermissionsBoundary")
	f.finish()
	r.result.Roles = append(r.result.Roles, role)
}

// functionEvents reads the Events of a function.
func (r *reader) functionEvents(from *resource, f fields, functionARN string) {
	events := f.fields("Events")
	for _, name := range events.order {
		event := events.fields(name)
		properties := event.fields("Properties")
		logicalID := from.logicalID + name
		switch kind := event.required("Type"); kind {
		case "DynamoDB":
			r.readEventSource(logicalID, functionARN, properties.required("Stream"), properties)
		case "SQS":
			r.readEventSource(logicalID, functionARN, properties.required("Queue"), properties)
		default:
			event.failAt("Type", "the local stack does not know events of type %s", kind)
		}
		event.finish()
	}
}
