"""Stands for the command line of SAM in tests. It makes small stacks in a simulation of AWS (moto), whose outputs are the
addresses of a local stack. FAKE_SAM has the addresses. FAKE_SAM_WAITS names the step at which it waits until it is ended:
build, or an environment of the configuration with :before or :after. Then it writes the name of the step into
FAKE_SAM_REACHED."""

import json
import os
import signal
import sys
import tomllib

import boto3
from botocore.exceptions import ClientError

BUCKET = "aws-sam-cli-managed-default-bucket"
READ = {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "*"}
POST = {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": "*"}
MANAGED = "aws-sam-cli-managed-default"


def step(name: str) -> None:
    if os.environ.get("FAKE_SAM_WAITS") == name:
        with open(os.environ["FAKE_SAM_REACHED"], "w") as file:
            file.write(name)
        signal.pause()


def template(environment: str, parameters: dict, outputs: dict) -> dict:
    trusted = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}]}
    resources: dict = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trusted}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Handler": "index.handler", "Runtime": "nodejs20.x", "Code": {"ZipFile": "//"}, "Role": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    }
    if environment == "product":
        resources["MessagesTable"] = {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            },
        }
        resources["RevokeRole"] = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trusted}}
        resources["RevokeFunction"] = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Handler": "bootstrap",
                "Runtime": "provided.al2023",
                "Code": {"ZipFile": "//"},
                "Role": {"Fn::GetAtt": ["RevokeRole", "Arn"]},
                "Timeout": 20,
                "MemorySize": 1024,
            },
        }
        resources["SendLogGroup"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/recall-verify-send"}}
        if parameters["GatewayLogRole"] == "create":
            managed = ["arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"]
            resources["GatewayLogsRole"] = {
                "Type": "AWS::IAM::Role",
                "DeletionPolicy": "Retain",
                "Properties": {"AssumeRolePolicyDocument": trusted, "ManagedPolicyArns": managed},
            }
    return {
        "Parameters": {name: {"Type": "String", "NoEcho": name == "TokenSecret"} for name in parameters},
        "Resources": resources,
        "Outputs": {name: {"Value": value} for name, value in outputs.items()},
    }


def upload(region: str, prefix: str) -> None:
    """Makes SAM's bucket where it is missing, as `sam deploy --resolve-s3` does, and uploads a program in two versions."""
    stacks, buckets = boto3.client("cloudformation", region_name=region), boto3.client("s3", region_name=region)
    try:
        stacks.describe_stacks(StackName=MANAGED)
    except ClientError:
        body = {
            "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET, "VersioningConfiguration": {"Status": "Enabled"}}}},
            "Outputs": {"SourceBucket": {"Value": BUCKET}},
        }
        stacks.create_stack(StackName=MANAGED, TemplateBody=json.dumps(body))
    for content in (b"1", b"2"):
        buckets.put_object(Bucket=BUCKET, Key=f"{prefix}/program", Body=content)
    buckets.put_object(Bucket=BUCKET, Key="another-project/program", Body=b"1")


def after(environment: str, region: str, stack: str) -> None:
    """What AWS does by itself: API Gateway takes the role for its logs, and Lambda makes log groups."""
    stacks = boto3.client("cloudformation", region_name=region)
    for resource in stacks.list_stack_resources(StackName=stack)["StackResourceSummaries"]:
        name = resource["PhysicalResourceId"]
        if resource["LogicalResourceId"] == "GatewayLogsRole":
            arn = boto3.client("iam").get_role(RoleName=name)["Role"]["Arn"]
            patch = [{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}]
            boto3.client("apigateway", region_name=region).update_account(patchOperations=patch)
        if resource["LogicalResourceId"] == "RevokeRole":  # moto answers with a policy of CloudFormation that is no JSON
            document = {"Version": "2012-10-17", "Statement": [READ, POST]}
            boto3.client("iam").put_role_policy(RoleName=name, PolicyName="revoke", PolicyDocument=json.dumps(document))
        if resource["LogicalResourceId"] == "RevokeFunction":
            functions = boto3.client("lambda", region_name=region)
            version = functions.publish_version(FunctionName=name)["Version"]
            functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
        if resource["ResourceType"] == "AWS::Lambda::Function" and environment != "product":
            boto3.client("logs", region_name=region).create_log_group(logGroupName=f"/aws/lambda/{name}")


def deploy(file: str, environment: str) -> None:
    with open(file, "rb") as opened:
        given = tomllib.load(opened)[environment]["deploy"]["parameters"]
    parameters = dict(each.split("=", 1) for each in given["parameter_overrides"].split())
    region, stack = given["region"], given["stack_name"]
    outputs = json.loads(os.environ["FAKE_SAM"])[environment]
    tags = [dict(zip(("Key", "Value"), each.split("="), strict=True)) for each in given["tags"].split()]
    stacks = boto3.client("cloudformation", region_name=region)
    step(f"{environment}:before")
    upload(region, given["s3_prefix"])
    try:
        stacks.describe_stacks(StackName=stack)
    except ClientError:
        stacks.create_stack(
            StackName=stack,
            TemplateBody=json.dumps(template(environment, parameters, outputs)),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=[given["capabilities"]],
            Tags=tags,
        )
        after(environment, region, stack)
    step(f"{environment}:after")


if __name__ == "__main__":
    if sys.argv[1] == "build":
        step("build")
    else:
        options = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
        deploy(options["--config-file"], options["--config-env"])
