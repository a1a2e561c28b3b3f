package template

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// arn is the ARN of something in the stack's account and region.
func (r *reader) arn(service, resource string) string {
	return "arn:" + r.partition + ":" + service + ":" + r.result.Region + ":" + r.result.AccountID + ":" + resource
}

// identifier is a stable made-up ID in the form of API Gateway's and Lambda's: letters and digits.
func (r *reader) identifier(logicalID string, length int) string {
	sum := sha256.Sum256([]byte(r.stackName + "/" + logicalID))
	return hex.EncodeToString(sum[:])[:length]
}

// find is the resource of an ID, also of an ID that SAM generates.
func (r *reader) find(logicalID string) (*resource, error) {
	if found := r.byID[logicalID]; found != nil {
		return found, nil
	}
	if condition, ok := r.absent[logicalID]; ok {
		return nil, fmt.Errorf("%s does not exist, as its condition %s does not hold", logicalID, condition)
	}
	return nil, fmt.Errorf("there is no parameter or resource %q", logicalID)
}

// nameProperties says which property names a resource of a type; without it the logical ID is the name.
var nameProperties = map[string]string{
	"AWS::Serverless::Function": "FunctionName",
	"AWS::DynamoDB::Table":      "TableName",
	"AWS::SQS::Queue":           "QueueName",
	"AWS::Events::EventBus":     "Name",
	"AWS::IAM::Role":            "RoleName",
	"AWS::Logs::LogGroup":       "LogGroupName",
	"AWS::SNS::Topic":           "TopicName",
	"AWS::SSM::Parameter":       "Name",
}

// name is the physical name of a resource.
func (r *reader) name(from *resource) (string, error) {
	property := nameProperties[from.kind]
	properties, _ := from.properties.data.(*mapping)
	if property == "" || properties == nil || properties.values[property] == nil {
		return from.logicalID, nil
	}
	return r.evaluator.text(properties.values[property], property)
}

// reference is what Ref of a resource gives (CloudFormation template reference, "Return values" of each type).
func (r *reader) reference(logicalID string) (value, error) {
	found := r.byID[logicalID]
	if found == nil && r.generated[logicalID] != "" {
		// A route, role, stage or authorizer of SAM's making. Its logical ID serves as its physical one.
		return value{data: logicalID}, nil
	}
	found, err := r.find(logicalID)
	if err != nil {
		return value{}, err
	}
	name, err := r.name(found)
	if err != nil {
		return value{}, err
	}
	switch found.kind {
	case "AWS::SQS::Queue":
		return value{data: "https://sqs." + r.result.Region + "." + r.suffix + "/" + r.result.AccountID + "/" + name}, nil
	case "AWS::SNS::Topic":
		return value{data: r.arn("sns", name)}, nil
	case "AWS::Serverless::WebSocketApi", "AWS::ApiGatewayV2::Api":
		return value{data: r.identifier(logicalID, 10)}, nil
	default:
		return value{data: name}, nil
	}
}

// attribute is what Fn::GetAtt of a resource gives.
func (r *reader) attribute(logicalID, attribute string) (value, error) {
	found := r.byID[logicalID]
	if owner := r.generated[logicalID]; found == nil && owner != "" {
		return r.generatedAttribute(logicalID, owner, attribute)
	}
	found, err := r.find(logicalID)
	if err != nil {
		return value{}, err
	}
	name, err := r.name(found)
	if err != nil {
		return value{}, err
	}
	unknown := fmt.Errorf("the local stack does not know the attribute %s of %s (%s)", attribute, logicalID, found.kind)
	switch found.kind + "." + attribute {
	case "AWS::Serverless::Function.Arn":
		return value{data: r.arn("lambda", "function:"+name)}, nil
	case "AWS::DynamoDB::Table.Arn":
		return value{data: r.arn("dynamodb", "table/"+name)}, nil
	case "AWS::DynamoDB::Table.StreamArn":
		return value{data: r.arn("dynamodb", "table/"+name+"/stream/local")}, nil
	case "AWS::SQS::Queue.Arn":
		return value{data: r.arn("sqs", name)}, nil
	case "AWS::SQS::Queue.QueueName", "AWS::SNS::Topic.TopicName", "AWS::Events::EventBus.Name":
		return value{data: name}, nil
	case "AWS::SQS::Queue.QueueUrl":
		return r.reference(logicalID)
	case "AWS::SNS::Topic.TopicArn":
		return value{data: r.arn("sns", name)}, nil
	case "AWS::Events::EventBus.Arn":
		return value{data: r.arn("events", "event-bus/"+name)}, nil
	case "AWS::IAM::Role.Arn":
		return value{data: "arn:" + r.partition + ":iam::" + r.result.AccountID + ":role/" + name}, nil
	case "AWS::IAM::Role.RoleId":
		return value{data: "AROA" + r.identifier(logicalID, 17)}, nil
	case "AWS::Logs::LogGroup.Arn":
		return value{data: r.arn("logs", "log-group:"+name+":*")}, nil
	case "AWS::KMS::Key.Arn":
		return value{data: r.arn("kms", "key/"+r.identifier(logicalID, 32))}, nil
	case "AWS::Serverless::WebSocketApi.ApiId", "AWS::ApiGatewayV2::Api.ApiId":
		return value{data: r.identifier(logicalID, 10)}, nil
	case "AWS::Serverless::WebSocketApi.ApiEndpoint", "AWS::ApiGatewayV2::Api.ApiEndpoint":
		return value{data: "wss://" + r.identifier(logicalID, 10) + ".execute-api." + r.result.Region + "." + r.suffix}, nil
	default:
		return value{}, unknown
	}
}

// generatedAttribute is an attribute of a resource that SAM makes.
func (r *reader) generatedAttribute(logicalID, owner, attribute string) (value, error) {
	switch {
	case logicalID == owner+"Role" && attribute == "Arn":
		return value{data: "arn:" + r.partition + ":iam::" + r.result.AccountID + ":role/" + logicalID}, nil
	case logicalID == owner+"Url" && attribute == "FunctionUrl":
		return value{data: "https://" + r.identifier(owner, 32) + ".lambda-url." + r.result.Region + ".on.aws/"}, nil
	case logicalID == owner+"Url" && attribute == "FunctionArn":
		return r.attribute(owner, "Arn")
	default:
		return value{}, fmt.Errorf("the local stack does not know the attribute %s of %s, which SAM makes from %s", attribute, logicalID, owner)
	}
}
