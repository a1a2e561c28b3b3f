"""A deployment into moto, a simulation of AWS, as far as moto knows the resources."""

import copy
import io
import json
import logging
import re
import warnings
import zipfile
from dataclasses import dataclass, field

import boto3
from moto import mock_aws
from moto.cloudformation.parsing import get_model_map

from . import apicalls
from .transform import CODE, PSEUDO_PARAMETERS, Template, reference, walk

REGION = PSEUDO_PARAMETERS["AWS::Region"]
TOPIC = "arn:aws:sns:eu-central-1:123456789012:alarms"


@dataclass
class Outcome:
    """How many resources of each type were made by CloudFormation, by calls of their APIs, and not at all."""

    made: dict[str, int] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def deploy(t: Template) -> Outcome:
    """Creates the stack, looks at what came to be, updates it with another value, and deletes it."""
    outcome = Outcome()
    body = known_part(t, outcome)
    logging.getLogger("moto").setLevel(logging.ERROR)
    with warnings.catch_warnings(), mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        warnings.simplefilter("ignore")
        upload_code()
        stacks = boto3.client("cloudformation", region_name=REGION)
        # With what is optional as well.
        given = {"TokenSecret": "x" * 32, "AlarmTopicArn": TOPIC, "MonthlyBudgetDollars": "100", "CanarySchedule": "rate(5 minutes)", "EventBusName": "recalls"}
        parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()]
        stacks.create_stack(StackName="recall", TemplateBody=json.dumps(body), Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
        status = stacks.describe_stacks(StackName="recall")["Stacks"][0]["StackStatus"]
        if status != "CREATE_COMPLETE":
            outcome.problems.append(f"creating ended in {status}")
        # moto also lists what a condition leaves out, without a name.
        listed = [r for r in stacks.describe_stack_resources(StackName="recall")["StackResources"] if "LogicalResourceId" in r]
        there = {r["LogicalResourceId"] for r in listed}
        conditional = {name for name, r in body["Resources"].items() if "Condition" in r}
        outcome.problems += [f"{name} was not created" for name in sorted(set(body["Resources"]) - there - conditional)]
        look(outcome)
        ids = {r["LogicalResourceId"]: r.get("PhysicalResourceId", r["LogicalResourceId"]) for r in listed}
        ids |= {alias: ids[reference(p["FunctionName"])] for alias, p in t.of_type("AWS::Lambda::Alias").items() if reference(p["FunctionName"]) in ids}
        names = [name for name, r in t.resources.items() if r["Type"] in outcome.called]
        outcome.problems += apicalls.make(t, names, given, ids)
        stacks.update_stack(
            StackName="recall",
            TemplateBody=json.dumps(body),
            Parameters=[*parameters, {"ParameterKey": "LogRetentionDays", "ParameterValue": "7"}],
            Capabilities=["CAPABILITY_IAM"],
        )
        status = stacks.describe_stacks(StackName="recall")["Stacks"][0]["StackStatus"]
        if status != "UPDATE_COMPLETE":
            outcome.problems.append(f"updating ended in {status}")
    return outcome


def known_part(t: Template, outcome: Outcome) -> dict:
    """The transformed template less the resource types that moto has no CloudFormation model of."""
    body = copy.deepcopy(t.transformed)
    body.pop("Rules", None)  # moto has none; they are checked apart
    aliases = {name: properties["FunctionName"] for name, properties in t.of_type("AWS::Lambda::Alias").items()}
    for _, node in list(walk(body["Resources"])):
        if isinstance(node, dict):  # moto makes no aliases, so the function itself stands for its alias
            node.update({key: aliases[reference(value)] for key, value in node.items() if reference(value) in aliases})
    for name, resource in list(body["Resources"].items()):
        kind = resource["Type"]
        counted = outcome.made if kind in get_model_map() else outcome.called if kind in apicalls.CALLS else outcome.unknown
        counted[kind] = counted.get(kind, 0) + 1
        if counted is not outcome.made:
            del body["Resources"][name]
    body.pop("Outputs", None)
    dropped = set(t.resources) - set(body["Resources"])
    for _, node in list(walk(body["Resources"])):
        if isinstance(node, dict):
            for key, value in list(node.items()):
                node[key] = without(value, dropped)
            if set(as_names(node.get("DependsOn"))) & dropped:
                del node["DependsOn"]
        elif isinstance(node, list):
            # moto makes an empty entry of a list's AWS::NoValue.
            node[:] = [without(value, dropped) for value in node if not may_be_no_value(value)]
    return body


def may_be_no_value(value) -> bool:
    return isinstance(value, dict) and {"Ref": "AWS::NoValue"} in value.get("Fn::If", [])


def as_names(value) -> list[str]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def without(value, dropped: set[str]):
    """The value, or a stand-in where it refers to something that moto does not make."""
    if reference(value) in dropped:
        return f"{reference(value)}-stands-in"
    if isinstance(value, str):  # a text that Fn::Sub fills in
        names = "|".join(map(re.escape, dropped))
        return re.sub(rf"\$\{{({names})(\.[A-Za-z]+)?\}}", r"\1-stands-in", value)
    return value


def upload_code() -> None:
    bucket, _, key = CODE.removeprefix("s3://").partition("/")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "")
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key=key, Body=archive.getvalue())


def look(outcome: Outcome) -> None:
    """What the services say of what was made."""
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    tables = {t["Table"]["KeySchema"][0]["AttributeName"]: t["Table"] for t in (dynamodb.describe_table(TableName=n) for n in dynamodb.list_tables()["TableNames"])}
    messages, connections = tables.get("pk"), tables.get("user")
    if messages is None or connections is None:
        outcome.problems.append(f"the tables are not both there: {sorted(tables)}")
        return
    if [i["IndexName"] for i in messages.get("LocalSecondaryIndexes", [])] != ["recalls"]:
        outcome.problems.append("the table of messages has no local index recalls")
    if [i["IndexName"] for i in messages.get("GlobalSecondaryIndexes", [])] != ["operators"]:
        outcome.problems.append("the table of messages has no global index operators")
    if messages.get("StreamSpecification", {}).get("StreamViewType") != "NEW_IMAGE":
        outcome.problems.append("the table of messages has no stream of new images")
    functions = boto3.client("lambda", region_name=REGION)
    by_role = functions.list_functions()["Functions"]
    if len(by_role) != 10 or any(f["Environment"]["Variables"]["MESSAGES_TABLE"] != messages["TableName"] for f in by_role):
        outcome.problems.append("not all ten functions are there with the table's name in their environment")
    sources = functions.list_event_source_mappings()["EventSourceMappings"]
    if sorted(s["EventSourceArn"].split(":")[2] for s in sources) != ["dynamodb", "dynamodb", "sqs"]:
        outcome.problems.append(f"the event sources are not the stream, twice, and the queue: {[s['EventSourceArn'] for s in sources]}")
