"""The resources that moto's CloudFormation does not know, made by calls of their services' APIs instead.

Their properties have the names of the calls' parameters, and botocore holds the calls against AWS's own service models: a
property that the API does not know, lacks or takes in another type is found.
"""

import re

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .transform import PSEUDO_PARAMETERS, Template, walk

REGION = PSEUDO_PARAMETERS["AWS::Region"]
NO_VALUE = object()

# Type → service, call, and what the call answers the resource's ID in (None: its name is given).
CALLS = {
    "AWS::ApiGatewayV2::Api": ("apigatewayv2", "create_api", "ApiId"),
    "AWS::ApiGatewayV2::Authorizer": ("apigatewayv2", "create_authorizer", "AuthorizerId"),
    "AWS::ApiGatewayV2::Integration": ("apigatewayv2", "create_integration", "IntegrationId"),
    "AWS::ApiGatewayV2::Route": ("apigatewayv2", "create_route", "RouteId"),
    "AWS::ApiGatewayV2::RouteResponse": ("apigatewayv2", "create_route_response", "RouteResponseId"),
    "AWS::ApiGatewayV2::Stage": ("apigatewayv2", "create_stage", "StageName"),
    "AWS::Budgets::Budget": ("budgets", "create_budget", None),
    "AWS::CloudWatch::Alarm": ("cloudwatch", "put_metric_alarm", None),
    "AWS::Logs::MetricFilter": ("logs", "put_metric_filter", None),
    "AWS::Lambda::Url": ("lambda", "create_function_url_config", None),
}


class Resolver:
    """Puts parameters' defaults, IDs and conditions into properties. What a service would name gets a stand-in."""

    def __init__(self, t: Template, parameters: dict, ids: dict):
        defaults = {name: p.get("Default", "") for name, p in t.parameters.items()}
        self.values = {**PSEUDO_PARAMETERS, **defaults, **parameters, **ids}
        self.ids = ids
        self.conditions = t.transformed.get("Conditions", {})

    def ref(self, name: str):
        if name == "AWS::NoValue":
            return NO_VALUE
        return self.ids.get(name, self.values.get(name, f"{name}-stands-in"))

    def resolve(self, value):
        if isinstance(value, list):
            return [r for r in map(self.resolve, value) if r is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref":
                return self.ref(argument)
            if name.startswith("Fn::"):
                return self.function(name.removeprefix("Fn::"), argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def function(self, name: str, argument):
        match name:
            case "GetAtt":
                base, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return f"arn:aws:{attribute}:{REGION}:{PSEUDO_PARAMETERS['AWS::AccountId']}:{self.ref(base)}"
            case "Join":
                return argument[0].join(self.resolve(argument[1]))
            case "If":
                return self.resolve(argument[1] if self.holds(argument[0]) else argument[2])
            case "Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{([^!}]+)\}", lambda m: str(self.resolve(own[m[1]]) if m[1] in own else self.ref(m[1].split(".")[0])), text)
        raise ValueError(f"Fn::{name} is not resolved here")

    def holds(self, condition) -> bool:
        if isinstance(condition, str):
            return self.holds(self.conditions[condition])
        name, argument = next(iter(condition.items()))
        match name:
            case "Fn::Equals":
                first, second = self.resolve(argument)
                return str(first) == str(second)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::Or":
                return any(map(self.holds, argument))
        raise ValueError(f"{name} is not resolved here")


def make(t: Template, names: list[str], parameters: dict, ids: dict) -> list[str]:
    """Makes these resources in the order in which they refer to each other. ids has those of resources that are there."""
    problems: list[str] = []
    waiting = dict.fromkeys(names)
    while waiting:
        ready = [n for n in waiting if not references(t.resources[n]) & (set(waiting) - {n})]
        if not ready:
            return [*problems, f"{', '.join(waiting)} refer to each other in a circle"]
        for name in ready:
            del waiting[name]
            problem = make_one(t, name, parameters, ids)
            problems += [problem] if problem else []
    return problems or look(t, ids)


def references(resource: dict) -> set[str]:
    named = set()
    for _, node in walk(resource):
        if isinstance(node, str):
            named |= {part.split(".")[0] for part in re.findall(r"\$\{([^!}]+)\}", node)} | {node}
    return named


def make_one(t: Template, name: str, parameters: dict, ids: dict) -> str:
    kind = t.resources[name]["Type"]
    service, call, answer = CALLS[kind]
    properties = Resolver(t, parameters, ids).resolve(t.resources[name]["Properties"])
    if kind == "AWS::CloudWatch::Alarm":
        properties.setdefault("AlarmName", name)
    if kind == "AWS::ApiGatewayV2::Authorizer":
        # Optional for CloudFormation and, by the API's own description, for a REQUEST authorizer; its model wants a list.
        properties.setdefault("IdentitySource", [])
    if kind == "AWS::Lambda::Url":
        properties["FunctionName"] = properties.pop("TargetFunctionArn")
    if kind == "AWS::Logs::MetricFilter":
        properties = with_small_initials({**properties, "FilterName": name})
    if kind == "AWS::Budgets::Budget":
        properties["AccountId"] = PSEUDO_PARAMETERS["AWS::AccountId"]
        properties["Budget"]["BudgetLimit"]["Amount"] = str(properties["Budget"]["BudgetLimit"]["Amount"])
    try:
        answered = getattr(boto3.client(service, region_name=REGION), call)(**properties)
    except (BotoCoreError, ClientError) as error:
        return f"{name}: {error}"
    ids[name] = answered[answer] if answer else name
    return ""


def with_small_initials(value):
    """The same tree with keys as CloudWatch Logs spells them: logGroupName."""
    if isinstance(value, list):
        return [with_small_initials(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key[0].lower() + key[1:]: with_small_initials(item) for key, item in value.items()}


def look(t: Template, ids: dict) -> list[str]:
    """What API Gateway says of its routes."""
    gateway = boto3.client("apigatewayv2", region_name=REGION)
    api = ids["WebSocketApi"]
    integrations = {i["IntegrationId"] for i in gateway.get_integrations(ApiId=api)["Items"]}
    authorizers = {ids[name] for name in t.of_type("AWS::ApiGatewayV2::Authorizer")}
    routes = gateway.get_routes(ApiId=api)["Items"]
    problems = [f"the route {r['RouteKey']} leads nowhere" for r in routes if r["Target"].removeprefix("integrations/") not in integrations]
    if {r["RouteKey"] for r in routes if r.get("AuthorizerId") in authorizers} != {"$connect"}:
        problems.append("not $connect alone has the authorizer")
    if len(routes) != len(t.of_type("AWS::ApiGatewayV2::Route")):
        problems.append(f"{len(routes)} routes were made")
    return problems
