package verify

import (
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/BurntSushi/toml"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	gatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// asSAM makes the test program stand for the command line of SAM, as this variable says (fakeSAM).
const asSAM = "VERIFY_AS_SAM"

// fakeSAM makes small stacks in a simulation of AWS. Their outputs are the addresses of a local stack.
type fakeSAM struct {
	// Outputs are those of the stack of each environment of the configuration.
	Outputs map[string]map[string]string
	// WaitsAt is the step at which it waits until it is ended: build, or an environment with :before or :after. Then it
	// writes the name of the step into the file Reached.
	WaitsAt, Reached string
	// Bucket is the name of SAM's bucket.
	Bucket string
}

// samParameters are what the configuration file says of an environment.
type samParameters struct {
	StackName          string `toml:"stack_name"`
	Region             string `toml:"region"`
	Capabilities       string `toml:"capabilities"`
	S3Prefix           string `toml:"s3_prefix"`
	Tags               string `toml:"tags"`
	ParameterOverrides string `toml:"parameter_overrides"`
}

// runFakeSAM is `sam build` and `sam deploy`. A failure is a panic, which the test sees on the output.
func runFakeSAM(given string, arguments []string) {
	var sam fakeSAM
	must(json.Unmarshal([]byte(given), &sam))
	if arguments[0] == "build" {
		sam.step("build")
		return
	}
	options := map[string]string{}
	for n := 1; n+1 < len(arguments); n += 2 {
		options[arguments[n]] = arguments[n+1]
	}
	var file map[string]toml.Primitive
	meta, err := toml.DecodeFile(options["--config-file"], &file)
	must(err)
	name := options["--config-env"]
	var environment struct {
		Deploy struct{ Parameters samParameters }
	}
	must(meta.PrimitiveDecode(file[name], &environment))
	sam.deploy(name, environment.Deploy.Parameters)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// step waits at the step at which it is to wait.
func (sam fakeSAM) step(name string) {
	if sam.WaitsAt != name {
		return
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	must(os.WriteFile(sam.Reached, []byte(name), 0o600))
	<-ended
	os.Exit(1)
}

func (sam fakeSAM) deploy(environment string, given samParameters) {
	ctx := context.Background()
	configuration, err := config.LoadDefaultConfig(ctx, config.WithRegion(given.Region))
	must(err)
	stacks := cloudformation.NewFromConfig(configuration)
	sam.step(environment + ":before")
	sam.upload(ctx, configuration, given.S3Prefix)
	if !exists(ctx, stacks, given.StackName) {
		overrides := pairs(given.ParameterOverrides)
		create := &cloudformation.CreateStackInput{
			StackName:    aws.String(given.StackName),
			TemplateBody: aws.String(sam.template(environment, overrides)),
			Capabilities: []types.Capability{types.Capability(given.Capabilities)},
		}
		for name, value := range overrides {
			create.Parameters = append(create.Parameters,
				types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
		}
		for name, value := range pairs(given.Tags) {
			create.Tags = append(create.Tags, types.Tag{Key: aws.String(name), Value: aws.String(value)})
		}
		_, err := stacks.CreateStack(ctx, create)
		must(err)
		whatAWSDoes(ctx, configuration, environment, given.StackName)
	}
	sam.step(environment + ":after")
}

func exists(ctx context.Context, stacks *cloudformation.Client, name string) bool {
	_, err := stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
	if !isMissing(err) {
		must(err)
	}
	return err == nil
}

// pairs reads "a=1 b=2".
func pairs(text string) map[string]string {
	found := map[string]string{}
	for _, each := range strings.Fields(text) {
		name, value, _ := strings.Cut(each, "=")
		found[name] = value
	}
	return found
}

// object is an object of JSON.
type object map[string]any

func trusted() object {
	return object{"Statement": []object{{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "lambda.amazonaws.com"},
	}}}
}

func role() object {
	return object{"Type": "AWS::IAM::Role", "Properties": object{"AssumeRolePolicyDocument": trusted()}}
}

func function(runtime, role string, more object) object {
	properties := object{
		"Handler": "bootstrap", "Runtime": runtime, "Code": object{"ZipFile": "//"},
		"Role": object{"Fn::GetAtt": []string{role, "Arn"}},
	}
	for name, value := range more {
		properties[name] = value
	}
	return object{"Type": "AWS::Lambda::Function", "Properties": properties}
}

// template has a small part of what the real templates have, and something of each kind that outlives its stack.
func (sam fakeSAM) template(environment string, parameters map[string]string) string {
	resources := object{"Role": role(), "Function": function("nodejs20.x", "Role", nil)}
	if environment == "product" {
		resources["MessagesTable"] = object{
			"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain",
			"Properties": object{
				"BillingMode":          "PAY_PER_REQUEST",
				"AttributeDefinitions": []object{{"AttributeName": "pk", "AttributeType": "S"}},
				"KeySchema":            []object{{"AttributeName": "pk", "KeyType": "HASH"}},
			},
		}
		resources["RevokeRole"] = role()
		resources["RevokeFunction"] = function("provided.al2023", "RevokeRole", object{"Timeout": 20, "MemorySize": 1024})
		resources["SendLogGroup"] = object{
			"Type": "AWS::Logs::LogGroup", "Properties": object{"LogGroupName": "/aws/lambda/recall-verify-send"},
		}
	}
	if parameters["Attachments"] == "on" {
		resources["AttachmentsBucket"] = object{"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
	}
	if parameters["GatewayLogRole"] == "create" {
		logs := role()
		logs["DeletionPolicy"] = "Retain"
		logs["Properties"].(object)["ManagedPolicyArns"] = []string{
			"arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
		}
		resources["GatewayLogsRole"] = logs
	}
	declared, outputs := object{}, object{}
	for name := range parameters {
		declared[name] = object{"Type": "String", "NoEcho": name == "TokenSecret"}
	}
	for name, value := range sam.Outputs[environment] {
		outputs[name] = object{"Value": value}
	}
	body, err := json.Marshal(object{"Parameters": declared, "Resources": resources, "Outputs": outputs})
	must(err)
	return string(body)
}

// upload makes SAM's bucket if it is missing, as `sam deploy --resolve-s3` does. It uploads a program in two versions.
func (sam fakeSAM) upload(ctx context.Context, configuration aws.Config, prefix string) {
	stacks := cloudformation.NewFromConfig(configuration)
	if !exists(ctx, stacks, samStack) {
		body, err := json.Marshal(object{
			"Resources": object{"Bucket": object{"Type": "AWS::S3::Bucket", "Properties": object{
				"BucketName": sam.Bucket, "VersioningConfiguration": object{"Status": "Enabled"},
			}}},
			"Outputs": object{"SourceBucket": object{"Value": sam.Bucket}},
		})
		must(err)
		_, err = stacks.CreateStack(ctx, &cloudformation.CreateStackInput{
			StackName: aws.String(samStack), TemplateBody: aws.String(string(body)),
		})
		must(err)
	}
	buckets := bucketsOf(configuration)
	for _, each := range []struct{ key, content string }{
		{prefix + "/program", "1"}, {prefix + "/program", "2"}, {"another-project/program", "1"},
	} {
		_, err := buckets.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(sam.Bucket), Key: aws.String(each.key), Body: strings.NewReader(each.content),
		})
		must(err)
	}
}

// whatAWSDoes is what AWS does by itself: API Gateway takes the role for its logs, and Lambda makes log groups. It
// also adds what the simulation does not take from a template.
func whatAWSDoes(ctx context.Context, configuration aws.Config, environment, stack string) {
	roles, functions := iam.NewFromConfig(configuration), lambda.NewFromConfig(configuration)
	listed, err := cloudformation.NewFromConfig(configuration).ListStackResources(ctx,
		&cloudformation.ListStackResourcesInput{StackName: aws.String(stack)})
	must(err)
	for _, resource := range listed.StackResourceSummaries {
		name := resource.PhysicalResourceId
		switch aws.ToString(resource.LogicalResourceId) {
		case "GatewayLogsRole":
			found, err := roles.GetRole(ctx, &iam.GetRoleInput{RoleName: name})
			must(err)
			must(setLogRole(ctx, apigateway.NewFromConfig(configuration), aws.ToString(found.Role.Arn)))
		case "AttachmentsBucket":
			_, err := bucketsOf(configuration).PutObject(ctx, &s3.PutObjectInput{
				Bucket: name, Key: aws.String("messages/one"), Body: strings.NewReader("a file"),
			})
			must(err)
		case "RevokeRole": // a policy in a template comes back as something that is no JSON
			_, err := roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
				RoleName: name, PolicyName: aws.String("revoke"), PolicyDocument: aws.String(revokePolicy),
			})
			must(err)
		case "RevokeFunction":
			published, err := functions.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: name})
			must(err)
			_, err = functions.CreateAlias(ctx, &lambda.CreateAliasInput{
				FunctionName: name, Name: aws.String(alias), FunctionVersion: published.Version,
			})
			must(err)
		case "Function":
			if environment != "product" {
				_, err := cloudwatchlogs.NewFromConfig(configuration).CreateLogGroup(ctx,
					&cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/aws/lambda/" + aws.ToString(name))})
				must(err)
			}
		}
	}
}

const revokePolicy = `{"Version": "2012-10-17", "Statement": [
	{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "*"},
	{"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*"}
]}`

// setLogRole gives API Gateway a role for its logs.
func setLogRole(ctx context.Context, gateway *apigateway.Client, arn string) error {
	_, err := gateway.UpdateAccount(ctx, &apigateway.UpdateAccountInput{
		PatchOperations: []gatewaytypes.PatchOperation{
			{Op: gatewaytypes.OpReplace, Path: aws.String("/cloudwatchRoleArn"), Value: aws.String(arn)},
		},
	})
	return err
}
