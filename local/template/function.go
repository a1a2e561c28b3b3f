package template

import (
	"slices"
	"strings"
	"time"

	"example.com/recall/local/policy"
)

// readFunction reads an AWS::Lambda::Function. Defaults and limits are those of CreateFunction in the Lambda API
// reference.
func (r *reader) readFunction(from *resource) {
	f := r.fields(from)
	name := f.text("FunctionName", from.logicalID)
	function := Function{
		LogicalID: from.logicalID, Name: name, ARN: r.arn("lambda", "function:"+name), Line: from.line,
		Runtime: f.text("Runtime", ""), Handler: f.text("Handler", ""), Architecture: "x86_64",
		Timeout:             time.Duration(f.integer("Timeout", 3, 1, 900)) * time.Second,
		MemoryMegabytes:     f.integer("MemorySize", 128, 128, 10240),
		ReservedConcurrency: f.integer("ReservedConcurrentExecutions", -1, 0, 1_000_000),
		RoleARN:             f.required("Role"),
		Environment:         map[string]string{},
	}
	if architectures := f.texts("Architectures"); len(architectures) > 0 {
		function.Architecture = architectures[0]
	}
	r.readCode(&function, from, f)
	environment := f.fields("Environment")
	variables := environment.fields("Variables")
	for _, key := range variables.order {
		function.Environment[key] = variables.text(key, "")
	}
	environment.finish()
	f.harmless("Description", "TracingConfig", "Tags", "LoggingConfig", "CodeSigningConfigArn", "KmsKeyArn",
		"EphemeralStorage", "RuntimeManagementConfig", "RecursiveLoop", "SnapStart")
	f.notEmulated("VpcConfig", "FileSystemConfigs", "DeadLetterConfig", "ImageConfig")
	f.finish()
	r.result.Functions = append(r.result.Functions, function)
}

// readCode finds out where a function's code is on this machine.
func (r *reader) readCode(function *Function, from *resource, f fields) {
	if kind := f.text("PackageType", "Zip"); kind != "Zip" {
		f.noticeAt("PackageType", "the local stack runs programs, not images")
	}
	function.CodeDirectory, function.InlineCode = r.folder(from, f, "Code")
	function.layers = f.texts("Layers")
}

// folder returns the folder of a property with code. The property names it, or CDK names it in its metadata (AWS CDK
// guide, "aws:asset" metadata). The code can also be in the template itself; then inline is not empty.
func (r *reader) folder(from *resource, f fields, property string) (folder, inline string) {
	code, _ := f.get(property)
	if folder, isText := code.text(); isText {
		return folder, ""
	}
	parts := newFields(f.where+"."+property, code, &r.findings)
	inline = parts.text("ZipFile", "")
	parts.harmless("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri", "SourceKMSKeyArn")
	parts.finish()
	if from.metadata == nil {
		return "", inline
	}
	metadata, err := r.evaluator.evaluateLiteral(from.metadata)
	if object, ok := metadata.data.(*object); err == nil && ok {
		folder, _ = object.values["aws:asset:path"].text()
	}
	return folder, inline
}

// readLayer reads an AWS::Lambda::LayerVersion.
func (r *reader) readLayer(from *resource) {
	f := r.fields(from)
	folder, _ := r.folder(from, f, "Content")
	f.harmless("LayerName", "Description", "LicenseInfo", "CompatibleRuntimes", "CompatibleArchitectures")
	f.finish()
	name, err := r.name(from)
	if err != nil {
		r.problems = append(r.problems, err)
		return
	}
	r.layers[layerARN(r, from, name)] = folder
}

// attachLayers gives each function the folders of its layers.
func (r *reader) attachLayers() {
	for i := range r.result.Functions {
		function := &r.result.Functions[i]
		for _, arn := range function.layers {
			if folder, known := r.layers[arn]; known {
				function.LayerDirectories = append(function.LayerDirectories, folder)
			} else {
				r.notice(function.Line, "%s: the layer %s is not in the template, so the function runs without it",
					function.LogicalID, arn)
			}
		}
	}
}

// readFunctionURL reads an AWS::Lambda::Url.
func (r *reader) readFunctionURL(from *resource) {
	f := r.fields(from)
	name := r.functionARN(f.required("TargetFunctionArn"))
	authorization := f.required("AuthType")
	if mode := f.text("InvokeMode", "BUFFERED"); mode != "BUFFERED" {
		f.noticeAt("InvokeMode", "the local stack only buffers")
	}
	f.notEmulated("Cors", "Qualifier")
	f.finish()
	for i := range r.result.Functions {
		if r.result.Functions[i].ARN == name {
			r.result.Functions[i].URLAuthorization = authorization
			return
		}
	}
	f.failAt("TargetFunctionArn", "there is no function %s", name)
}

// permission is what one AWS::Lambda::Permission allows.
type permission struct{ functionARN, principal, sourceARN, sourceAccount string }

func (r *reader) readPermission(from *resource) {
	f := r.fields(from)
	action := f.required("Action")
	granted := permission{
		functionARN: r.functionARN(f.required("FunctionName")), principal: f.required("Principal"),
		sourceARN: f.text("SourceArn", ""), sourceAccount: f.text("SourceAccount", ""),
	}
	f.harmless("FunctionUrlAuthType", "EventSourceToken", "PrincipalOrgID", "InvokedViaFunctionUrl")
	f.finish()
	if policy.Matches(strings.ToLower(action), "lambda:invokefunction") {
		r.permissions = append(r.permissions, granted)
	}
}

// permits reports whether a service may invoke a function for a resource with this ARN. A SourceArn is compared as
// ArnLike compares (Lambda guide, "Viewing resource-based IAM policies in Lambda").
func (r *reader) permits(functionARN, principal, sourceARN string) bool {
	invoked, _ := r.result.Function(functionARN)
	return slices.ContainsFunc(r.permissions, func(granted permission) bool {
		function, found := r.result.Function(granted.functionARN)
		return found && function.ARN == invoked.ARN &&
			(granted.principal == principal || granted.principal == "*") &&
			(granted.sourceAccount == "" || granted.sourceAccount == r.result.AccountID) &&
			(granted.sourceARN == "" || policy.MatchesARN(granted.sourceARN, sourceARN))
	})
}
