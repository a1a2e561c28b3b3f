package template_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/template"
)

func TestAPolicyTemplateGivesItsStatements(t *testing.T) {
	result := read(t, `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Queue.QueueName}}]
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: work}}
`, template.Options{Strict: true})
	role, _ := result.Role(result.Functions[0].RoleARN)
	want := []any{map[string]any{
		"Effect": "Allow", "Action": []any{"sqs:SendMessage*"}, "Resource": "arn:aws:sqs:us-east-1:123456789012:work",
	}}
	if difference := cmp.Diff(want, role.Statements); difference != "" {
		t.Error(difference)
	}
}

func TestAWrongPolicyTemplateIsRefused(t *testing.T) {
	for want, policies := range map[string]string{
		"SAM has no policy template NoPolicy": "[{NoPolicy: {}}]",
		"the parameter QueueName is missing":  "[{SQSSendMessagePolicy: {}}]",
		"there is no parameter Colour":        "[{SQSSendMessagePolicy: {QueueName: x, Colour: red}}]",
		"one policy template at a time":       "[{SQSSendMessagePolicy: {QueueName: x}, SQSPollerPolicy: {}}]",
	} {
		source := "Resources: {F: {Type: AWS::Serverless::Function, " +
			"Properties: {Runtime: python3.12, Policies: " + policies + "}}}"
		if _, err := template.Read([]byte(source), template.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error is %v, want %s", err, want)
		}
	}
}

func TestASimpleTableHasTheKeyThatSAMGivesIt(t *testing.T) {
	result := read(t, `
Resources:
  Plain: {Type: AWS::Serverless::SimpleTable}
  Named: {Type: AWS::Serverless::SimpleTable, Properties: {TableName: users, PrimaryKey: {Name: number, Type: Number}}}
`, template.Options{Strict: true})
	want := []template.Table{
		{
			LogicalID: "Plain", Name: "Plain", ARN: "arn:aws:dynamodb:us-east-1:123456789012:table/Plain",
			Attributes: []template.Attribute{{Name: "id", Type: "S"}}, Key: template.Key{Hash: "id"},
		},
		{
			LogicalID: "Named", Name: "users", ARN: "arn:aws:dynamodb:us-east-1:123456789012:table/users",
			Attributes: []template.Attribute{{Name: "number", Type: "N"}}, Key: template.Key{Hash: "number"},
		},
	}
	if difference := cmp.Diff(want, result.Tables); difference != "" {
		t.Error(difference)
	}
}

func TestLayersGiveTheirFolders(t *testing.T) {
	result := read(t, `
Globals: {Function: {Layers: [!Ref Layer]}}
Resources:
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: words/}}
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Layers: ['arn:aws:lambda:us-east-1:1:layer:other:3']}
`, template.Options{})
	if difference := cmp.Diff([]string{"words/"}, result.Functions[0].LayerDirectories); difference != "" {
		t.Error(difference)
	}
	wantNotice(t, result, "the layer arn:aws:lambda:us-east-1:1:layer:other:3 is not in the template")
}

func TestParametersOfAWSsOwnTypesAreTexts(t *testing.T) {
	const source = `
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-a,subnet-b'}
  Group: {Type: AWS::EC2::SecurityGroup::Id, Default: sg-a}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path/name}
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Join ['-', [!Select [1, !Ref Subnets], !Ref Group, !Ref Stored]]}
`
	result := read(t, source, template.Options{})
	if got := result.Queues[0].Name; got != "subnet-b-sg-a-/path/name" {
		t.Errorf("the queue is %s", got)
	}
	wantNotice(t, result, "there is no Systems Manager here, so /path/name stands for the value")
	given := template.Options{Parameters: map[string]string{"Stored": "value"}, Strict: true}
	if got := read(t, source, given).Queues[0].Name; got != "subnet-b-sg-a-value" {
		t.Errorf("the queue is %s", got)
	}
}
