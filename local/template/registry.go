package template

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// resourceType is everything that the local stack knows of one type of CloudFormation resource. A type with neither
// read nor missing is harmless: it makes no difference on one machine.
type resourceType struct {
	// nameProperty is the property with the physical name. If it is not set, the logical ID is the name.
	nameProperty string
	// reference is the value of Ref; nil = the physical name (CloudFormation template reference, "Return values" of
	// each type).
	reference text
	// attributes are the values of Fn::GetAtt.
	attributes map[string]text
	// read reads from a resource what the stack runs.
	read func(r *reader, from *resource)
	// missing says in words what the local stack does not do for this type.
	missing string
}

// text makes a text from a resource and its physical name.
type text func(r *reader, from *resource, name string) string

// resourceTypes are all types that the local stack knows.
func resourceTypes() map[string]resourceType {
	withAPI := func(*reader, *resource) {} // readAPI reads them, since it must first know which API is served
	return map[string]resourceType{
		"AWS::ApiGatewayV2::Api": {
			reference: identifier(10), read: withAPI,
			attributes: map[string]text{"ApiId": identifier(10), "ApiEndpoint": apiEndpoint},
		},
		"AWS::ApiGatewayV2::Authorizer":    {read: withAPI, attributes: map[string]text{"AuthorizerId": physicalName}},
		"AWS::ApiGatewayV2::Deployment":    {read: withAPI, attributes: map[string]text{"DeploymentId": physicalName}},
		"AWS::ApiGatewayV2::Integration":   {read: withAPI, attributes: map[string]text{"IntegrationId": physicalName}},
		"AWS::ApiGatewayV2::Route":         {read: withAPI, attributes: map[string]text{"RouteId": physicalName}},
		"AWS::ApiGatewayV2::RouteResponse": {read: withAPI},
		"AWS::ApiGatewayV2::Stage":         {read: withAPI, nameProperty: "StageName"},

		"AWS::Lambda::Function": {
			read: (*reader).readFunction, nameProperty: "FunctionName",
			attributes: map[string]text{"Arn": arnOf("lambda", "function:")},
		},
		"AWS::Lambda::Url": {
			read:       (*reader).readFunctionURL,
			attributes: map[string]text{"FunctionUrl": functionURL, "FunctionArn": functionOfURL},
		},
		"AWS::Lambda::Permission": {read: (*reader).readPermission},
		"AWS::Lambda::LayerVersion": {
			read: (*reader).readLayer, nameProperty: "LayerName", reference: layerARN,
			attributes: map[string]text{"LayerVersionArn": layerARN},
		},
		"AWS::Lambda::EventSourceMapping": {read: (*reader).readEventSourceMapping},
		"AWS::Events::Rule": {
			read: (*reader).readRule, nameProperty: "Name", attributes: map[string]text{"Arn": arnOf("events", "rule/")},
		},
		"AWS::Events::EventBus": {
			read: (*reader).readEventBus, nameProperty: "Name",
			attributes: map[string]text{"Arn": arnOf("events", "event-bus/"), "Name": physicalName},
		},
		"AWS::DynamoDB::Table": {
			read: (*reader).readTable, nameProperty: "TableName",
			attributes: map[string]text{"Arn": arnOf("dynamodb", "table/"), "StreamArn": tableStream},
		},
		"AWS::SQS::Queue": {
			read: (*reader).readQueue, nameProperty: "QueueName", reference: queueURL,
			attributes: map[string]text{"Arn": arnOf("sqs", ""), "QueueName": physicalName, "QueueUrl": queueURL},
		},
		"AWS::S3::Bucket": {
			read: (*reader).readBucket, nameProperty: "BucketName", reference: bucketName,
			attributes: map[string]text{
				"Arn": bucketARN, "DomainName": bucketDomain, "RegionalDomainName": regionalBucketDomain,
			},
		},
		"AWS::S3::BucketPolicy": {read: (*reader).readBucketPolicy},
		"AWS::IAM::Role": {
			read: (*reader).readRole, nameProperty: "RoleName",
			attributes: map[string]text{"Arn": roleARN, "RoleId": physicalName},
		},
		"AWS::IAM::Policy":     {read: (*reader).readPolicy},
		"AWS::IAM::RolePolicy": {read: (*reader).readPolicy},
		"AWS::IAM::ManagedPolicy": {
			read: (*reader).readPolicy, nameProperty: "ManagedPolicyName", reference: managedPolicyARN,
			attributes: map[string]text{"PolicyArn": managedPolicyARN},
		},

		"AWS::ApiGateway::Account":                    {},
		"AWS::ApplicationAutoScaling::ScalableTarget": {},
		"AWS::ApplicationAutoScaling::ScalingPolicy":  {},
		"AWS::Budgets::Budget":                        {},
		"AWS::CDK::Metadata":                          {},
		"AWS::CloudWatch::Alarm":                      {attributes: map[string]text{"Arn": arnOf("cloudwatch", "alarm:")}},
		"AWS::CloudWatch::CompositeAlarm":             {},
		"AWS::CloudWatch::Dashboard":                  {},
		"AWS::KMS::Alias":                             {},
		"AWS::KMS::Key":                               {attributes: map[string]text{"Arn": arnOf("kms", "key/")}},
		"AWS::Logs::LogGroup": {
			nameProperty: "LogGroupName", attributes: map[string]text{"Arn": logGroupARN},
		},
		"AWS::Logs::MetricFilter":    {},
		"AWS::Logs::QueryDefinition": {},
		"AWS::Logs::ResourcePolicy":  {},

		"AWS::ApiGatewayV2::ApiMapping": {missing: "custom domains are not served"},
		"AWS::ApiGatewayV2::DomainName": {missing: "custom domains are not served"},
		"AWS::ApiGatewayV2::Model":      {missing: "requests are not held against models"},
		"AWS::Lambda::EventInvokeConfig": {
			missing: "failed asynchronous invocations are not retried, and have no destinations",
		},
		"AWS::SNS::Subscription": {missing: "there is no SNS here"},
		"AWS::SNS::Topic": {
			nameProperty: "TopicName", reference: arnOf("sns", ""), missing: "there is no SNS here",
			attributes: map[string]text{"TopicName": physicalName, "TopicArn": arnOf("sns", "")},
		},
		"AWS::SNS::TopicPolicy": {missing: "there is no SNS here"},
		"AWS::SQS::QueuePolicy": {missing: "policies of queues are not evaluated"},
		"AWS::SSM::Parameter":   {nameProperty: "Name", missing: "there is no Systems Manager here"},
		"AWS::SecretsManager::Secret": {
			nameProperty: "Name", reference: secretARN, missing: "the secret has no value here",
		},
		"AWS::Serverless::Api":          {missing: "REST APIs are not served"},
		"AWS::Serverless::Application":  {missing: "nested applications do not run"},
		"AWS::Serverless::Connector":    {missing: "the rights that a connector grants are not added to any role"},
		"AWS::Serverless::HttpApi":      {missing: "HTTP APIs are not served"},
		"AWS::Serverless::StateMachine": {missing: "there is no Step Functions here"},
	}
}

// arn returns the ARN of something in the stack's account and region.
func (r *reader) arn(service, resource string) string {
	return "arn:" + r.partition + ":" + service + ":" + r.result.Region + ":" + r.result.AccountID + ":" + resource
}

// identifier returns an invented ID in the form that API Gateway and Lambda use: letters and digits. It is always the
// same for the same logical ID.
func (r *reader) identifier(logicalID string, length int) string {
	sum := sha256.Sum256([]byte(r.stackName + "/" + logicalID))
	return hex.EncodeToString(sum[:])[:length]
}

func physicalName(_ *reader, _ *resource, name string) string { return name }

func arnOf(service, prefix string) text {
	return func(r *reader, _ *resource, name string) string { return r.arn(service, prefix+name) }
}

func identifier(length int) text {
	return func(r *reader, from *resource, _ string) string { return r.identifier(from.logicalID, length) }
}

func apiEndpoint(r *reader, from *resource, _ string) string {
	return "wss://" + r.identifier(from.logicalID, 10) + ".execute-api." + r.result.Region + "." + r.suffix
}

func tableStream(r *reader, _ *resource, name string) string {
	return r.arn("dynamodb", "table/"+name+"/stream/local")
}

func queueURL(r *reader, _ *resource, name string) string {
	return "https://sqs." + r.result.Region + "." + r.suffix + "/" + r.result.AccountID + "/" + name
}

func roleARN(r *reader, _ *resource, name string) string {
	return "arn:" + r.partition + ":iam::" + r.result.AccountID + ":role/" + name
}

func managedPolicyARN(r *reader, _ *resource, name string) string {
	return "arn:" + r.partition + ":iam::" + r.result.AccountID + ":policy/" + name
}

func layerARN(r *reader, _ *resource, name string) string {
	return r.arn("lambda", "layer:"+name+":1")
}

func logGroupARN(r *reader, _ *resource, name string) string {
	return r.arn("logs", "log-group:"+name+":*")
}

func secretARN(r *reader, _ *resource, name string) string {
	return r.arn("secretsmanager", "secret:"+name+"-AbCdEf")
}

func functionURL(r *reader, from *resource, _ string) string {
	return "https://" + r.identifier(from.logicalID, 32) + ".lambda-url." + r.result.Region + ".on.aws/"
}

func functionOfURL(r *reader, from *resource, _ string) string {
	return r.functionARN(r.fields(from).text("TargetFunctionArn", ""))
}

// find returns the resource with a logical ID.
func (r *reader) find(logicalID string) (*resource, error) {
	if found := r.byID[logicalID]; found != nil {
		return found, nil
	}
	if condition, ok := r.absent[logicalID]; ok {
		return nil, fmt.Errorf("%s does not exist, as its condition %s does not hold", logicalID, condition)
	}
	return nil, fmt.Errorf("there is no parameter or resource %q", logicalID)
}

// name returns the physical name of a resource.
func (r *reader) name(from *resource) (string, error) {
	property := r.types[from.kind].nameProperty
	properties, _ := from.properties.data.(*mapping)
	if property == "" || properties == nil || properties.values[property] == nil {
		return from.logicalID, nil
	}
	v, err := r.evaluator.evaluate(properties.values[property])
	if err != nil {
		return "", err
	}
	if _, none := v.data.(noValue); none {
		return from.logicalID, nil
	}
	name, ok := v.text()
	if !ok {
		return "", at(properties.values[property], "%s.%s must be a text, not %s", from.where, property, v.kind())
	}
	return name, nil
}

// reference returns the value of Ref of a resource.
func (r *reader) reference(logicalID string) (value, error) {
	if function, part, dotted := strings.Cut(logicalID, "."); dotted && (part == "Alias" || part == "Version") {
		if !r.aliased[function] {
			return value{}, fmt.Errorf("%s has no AutoPublishAlias, so there is no %s", function, logicalID)
		}
		// Every function has one version here, so an alias is the function itself.
		return r.attribute(function, "Arn")
	}
	found, err := r.find(logicalID)
	if err != nil {
		return value{}, err
	}
	name, err := r.name(found)
	if err != nil {
		return value{}, err
	}
	if reference := r.types[found.kind].reference; reference != nil {
		name = reference(r, found, name)
	}
	return value{data: name}, nil
}

// attribute returns the value of Fn::GetAtt of a resource.
func (r *reader) attribute(logicalID, attribute string) (value, error) {
	found, err := r.find(logicalID)
	if err != nil {
		return value{}, err
	}
	name, err := r.name(found)
	if err != nil {
		return value{}, err
	}
	known, ok := r.types[found.kind]
	switch give := known.attributes[attribute]; {
	case give != nil:
		return value{data: give(r, found, name)}, nil
	case !ok || known.missing != "":
		// A notice already says that there is no such thing here. The text only has to keep the rest of the template
		// readable.
		return value{data: r.placeholder(found, attribute, name)}, nil
	default:
		return value{}, fmt.Errorf("the local stack does not know the attribute %s of %s (%s)",
			attribute, logicalID, found.kind)
	}
}

// placeholder returns a text for an attribute of a resource that is not emulated.
func (r *reader) placeholder(from *resource, attribute, name string) string {
	if !strings.HasSuffix(attribute, "Arn") {
		return from.logicalID + "." + attribute
	}
	service := "local"
	if parts := strings.Split(from.kind, "::"); len(parts) > 1 {
		service = strings.ToLower(parts[1])
	}
	return r.arn(service, name)
}
