"""Checks of the transformed template that validators leave out. Each returns the problems it found, none if all is well."""

import re

from .transform import Template, reference, walk

ANSWERS = "RouteResponseSelectionExpression"
ROUTE = "AWS::ApiGatewayV2::Route"


def every_logical_id_is_one_resource(t: Template) -> list[str]:
    """SAM capitalizes route keys into logical IDs, and of two that become equal silently drops one: with `connect` beside
    `$connect` that is the authorizer."""
    problems = []
    for api, resource in t.source["Resources"].items():
        if resource["Type"] != "AWS::Serverless::WebSocketApi":
            continue
        seen: dict[str, str] = {}
        for key in resource["Properties"]["Routes"]:
            logical_id = f"{api}{key.removeprefix('$').capitalize()}Route"
            if logical_id in seen:
                problems.append(f"routes {seen[logical_id]} and {key} of {api} both become {logical_id}")
            if logical_id in t.source["Resources"]:
                problems.append(f"{logical_id} is written in the template and also made for the route {key}")
            seen[logical_id] = key
        missing = set(seen) - set(t.of_type(ROUTE))
        problems += [f"the route {seen[name]} is lost by the transform" for name in sorted(missing)]
    return problems


def every_reference_resolves(t: Template) -> list[str]:
    """Ref, GetAtt, Sub, DependsOn and Condition name something that is there after the transform."""
    known = set(t.resources) | set(t.transformed.get("Parameters", {}))
    conditions = set(t.transformed.get("Conditions", {}))
    problems = []
    for path, node in walk({k: v for k, v in t.transformed.items() if k not in ("Metadata", "Parameters")}):
        if not isinstance(node, dict):
            continue
        where = ".".join(map(str, path))
        target = reference(node)
        if target is not None and not target.startswith("AWS::") and target not in known:
            problems.append(f"{where}: {target} does not exist")
        if "Fn::Sub" in node and len(node) == 1:
            text, own = node["Fn::Sub"] if isinstance(node["Fn::Sub"], list) else (node["Fn::Sub"], {})
            for name in re.findall(r"\$\{([^!}][^}]*)\}", text):
                base = name.split(".")[0]
                if base not in known and name not in own and not name.startswith("AWS::"):
                    problems.append(f"{where}: ${{{name}}} does not exist")
        if "Fn::If" in node and node["Fn::If"][0] not in conditions:
            problems.append(f"{where}: no condition {node['Fn::If'][0]}")
        if len(path) == 2 and path[0] == "Resources":
            wanted = node.get("DependsOn", [])
            for name in [wanted] if isinstance(wanted, str) else wanted:
                if name not in t.resources:
                    problems.append(f"{where}: depends on {name}, which does not exist")
            if "Condition" in node and node["Condition"] not in conditions:
                problems.append(f"{where}: no condition {node['Condition']}")
    return problems


def every_answering_route_has_its_response(t: Template) -> list[str]:
    """A body reaches the client only with the route's selection expression and a RouteResponse of the key $default."""
    responses = {
        reference(p.get("RouteId")) for p in t.of_type("AWS::ApiGatewayV2::RouteResponse").values() if p.get("RouteResponseKey") == "$default"
    }
    problems = []
    for name, route in t.of_type(ROUTE).items():
        key = route["RouteKey"]
        if key in ("$connect", "$disconnect"):
            continue
        if route.get(ANSWERS) != "$default":
            problems.append(f"the route {key} has no {ANSWERS}: $default, so its answers are thrown away")
        if name not in responses:
            problems.append(f"the route {key} has no RouteResponse, so its answers are thrown away")
    return problems


def only_connect_is_authorized_and_is(t: Template) -> list[str]:
    """$connect has the custom authorizer; on other routes API Gateway would ignore one."""
    authorizers = t.of_type("AWS::ApiGatewayV2::Authorizer")
    problems = [] if "$connect" in [r["RouteKey"] for r in t.of_type(ROUTE).values()] else ["there is no route $connect"]
    for route in t.of_type(ROUTE).values():
        kind = route.get("AuthorizationType", "NONE")
        if route["RouteKey"] == "$connect":
            if kind != "CUSTOM" or reference(route.get("AuthorizerId")) not in authorizers:
                problems.append("$connect has no custom authorizer: anybody could connect")
        elif kind != "NONE":
            problems.append(f"{route['RouteKey']} has an authorizer, which is without effect there")
    for name, authorizer in authorizers.items():
        if authorizer.get("AuthorizerType") != "REQUEST":
            problems.append(f"{name} is no REQUEST authorizer")
        if authorizer.get("IdentitySource"):
            problems.append(f"{name} has an IdentitySource: a token in the other of the two headers would be refused")
    return problems


def every_route_may_run_its_function(t: Template) -> list[str]:
    """Each route's integration runs a function of the template, which lets this API do so."""
    integrations = t.of_type("AWS::ApiGatewayV2::Integration")
    allowed = {}
    for name, permission in t.of_type("AWS::Lambda::Permission").items():
        if permission.get("Principal") == "apigateway.amazonaws.com":
            allowed.setdefault(t.function(permission["FunctionName"]), []).append(str(permission.get("SourceArn", "")))
            if not permission.get("SourceArn"):
                allowed[None] = [name]
    problems = [f"{name} lets every API of every account run its function" for name in allowed.get(None, [])]
    for route in t.of_type(ROUTE).values():
        key = route["RouteKey"]
        integration = next((i for name, i in integrations.items() if f"'{name}'" in str(route["Target"]) or f"{{{name}}}" in str(route["Target"])), None)
        if integration is None or integration["IntegrationType"] != "AWS_PROXY":
            problems.append(f"the route {key} runs no function")
            continue
        function = next((f for f in t.of_type("AWS::Lambda::Function") if f in str(integration["IntegrationUri"])), None)
        if not any(key in source for source in allowed.get(function, [])):
            problems.append(f"the route {key} may not run {function}")
    return problems


def the_stage_is_throttled_and_deployed(t: Template) -> list[str]:
    """Limits are set, and a changed route is served without a deployment resource."""
    problems = []
    for name, stage in t.of_type("AWS::ApiGatewayV2::Stage").items():
        for setting in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
            if not stage.get("DefaultRouteSettings", {}).get(setting):
                problems.append(f"{name} has no {setting}")
            for key, settings in stage.get("RouteSettings", {}).items():
                if not settings.get(setting):
                    problems.append(f"{name}: settings of {key} have no {setting}, and replace the default ones")
        if stage.get("AutoDeploy") is not True:
            problems.append(f"{name} has no AutoDeploy: changed routes would answer Forbidden")
    return problems or ([] if t.of_type("AWS::ApiGatewayV2::Stage") else ["there is no stage"])


def access_logs_hold_no_token(t: Template) -> list[str]:
    """Nothing that can carry a token or says who somebody is."""
    problems = []
    for name, stage in t.of_type("AWS::ApiGatewayV2::Stage").items():
        text = stage.get("AccessLogSettings", {}).get("Format", "")
        if not text:
            problems.append(f"{name} writes no access log")
        for variable in re.findall(r"\$context\.[A-Za-z.]+", text):
            if re.search(r"header|query|principalId|identity\.(?!sourceIp$)|authorizer\.(?!status$)|\.userId", variable, re.I):
                problems.append(f"{name} logs {variable}")
    return problems


def failures_of_event_sources_are_kept(t: Template) -> list[str]:
    """A stream mapping must neither block its shard for 24 hours nor drop a batch; a queue has its dead letters."""
    problems = []
    queues = t.of_type("AWS::SQS::Queue")
    for name, mapping in t.of_type("AWS::Lambda::EventSourceMapping").items():
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            problems.append(f"{name} does not report single failures, so a whole batch is repeated")
        queue = reference(mapping["EventSourceArn"])
        if queue in queues:
            dead = reference(queues[queue].get("RedrivePolicy", {}).get("deadLetterTargetArn"))
            if dead not in queues:
                problems.append(f"{queue} has no dead-letter queue")
            if not mapping.get("ScalingConfig", {}).get("MaximumConcurrency"):
                problems.append(f"{name} has no MaximumConcurrency, so that it may use up the account's requests")
            timeout = t.of_type("AWS::Lambda::Function")[t.function(mapping["FunctionName"])]["Timeout"]
            if queues[queue].get("VisibilityTimeout", 30) < 6 * timeout:
                problems.append(f"{queue} shows a message again before six times the function's Timeout")
            continue
        if t.function(mapping["FunctionName"]) == "PublishFunction":
            # All its records go to one bus, so that they fail together: giving one up would only lose it.
            watched = [reference(d["Value"]) for a in t.of_type("AWS::CloudWatch::Alarm").values() if a.get("MetricName") == "IteratorAge" for d in a["Dimensions"]]
            if "PublishFunction" not in watched:
                problems.append(f"no alarm tells that {name} waits for the bus")
        else:
            problems += gives_up_what_always_fails(name, mapping, queues)
        if not mapping.get("BisectBatchOnFunctionError"):
            problems.append(f"{name} does not split a failing batch")
        patterns = [f["Pattern"] for f in mapping.get("FilterCriteria", {}).get("Filters", [])]
        if not patterns or not all('"due"' in p for p in patterns):
            problems.append(f"{name} does not filter for items that are due, so every write runs the function")
    return problems or ([] if t.of_type("AWS::Lambda::EventSourceMapping") else ["there are no event source mappings"])


def gives_up_what_always_fails(name: str, mapping: dict, queues: dict) -> list[str]:
    problems = []
    if reference(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")) not in queues:
        problems.append(f"{name} has no queue for what fails")
    for setting in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
        if mapping.get(setting, -1) < 0:
            problems.append(f"{name} has no {setting}: a record that always fails blocks its shard for 24 hours")
    return problems


def tables_survive(t: Template) -> list[str]:
    """Messages outlive the stack; of every table, queue and log group it is written what happens to it."""
    problems = []
    for name, resource in t.resources.items():
        if resource["Type"] not in ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Logs::LogGroup"):
            continue
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if policy not in resource:
                problems.append(f"{name} does not say its {policy}")
            elif "StreamSpecification" in resource["Properties"] and resource[policy] not in ("Retain", "RetainExceptOnCreate"):
                problems.append(f"{name} would be lost: its {policy} is {resource[policy]}")
            elif "StreamSpecification" in resource["Properties"] and not may_be_protected(resource["Properties"]):
                problems.append(f"{name} has no DeletionProtectionEnabled by a parameter")
    for name, table in t.of_type("AWS::DynamoDB::Table").items():
        if not table.get("TimeToLiveSpecification", {}).get("Enabled"):
            problems.append(f"{name} has no time to live")
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            problems.append(f"{name} has no encryption with a key of KMS")
    return problems


def may_be_protected(table: dict) -> bool:
    """Whether a condition decides about the deletion protection of a table, which is true in one of its two cases."""
    return True in table.get("DeletionProtectionEnabled", {}).get("Fn::If", [])


def a_failed_first_deployment_leaves_nothing(t: Template) -> list[str]:
    """What outlives the stack is deleted all the same when the stack's creation fails, or the next try finds it in its way."""
    # A version goes with its function.
    kept = [name for name, r in t.resources.items() if r.get("DeletionPolicy") == "Retain" and r["Type"] != "AWS::Lambda::Version"]
    return [f"{name} is left behind by a first deployment that fails: use RetainExceptOnCreate" for name in kept]


def changes_of_the_api_do_not_run_at_once(t: Template) -> list[str]:
    """The stage waits for all routes, as SAM writes it, and the route responses wait for the stage and for each other.
    API Gateway refuses two changes of one API at the same time with ConflictException (terraform-provider-aws #18018)."""
    problems = []
    stages = {name for name, r in t.resources.items() if r["Type"] == "AWS::ApiGatewayV2::Stage"}
    routes = set(t.of_type(ROUTE))
    for name in stages:
        problems += [f"{name} does not wait for {route}" for route in sorted(routes - set(names(t.resources[name].get("DependsOn"))))]
    responses = {name for name, r in t.resources.items() if r["Type"] == "AWS::ApiGatewayV2::RouteResponse"}
    followers: dict[str, str] = {}
    for name in sorted(responses):
        before = [n for n in names(t.resources[name].get("DependsOn")) if n in responses | stages]
        if len(before) != 1:
            problems.append(f"{name} waits neither for the stage nor for another route response")
        elif before[0] in followers:
            problems.append(f"{name} and {followers[before[0]]} run at once, after {before[0]}")
        else:
            followers[before[0]] = name
    return problems


def names(value) -> list[str]:
    """DependsOn as a list, whatever way it is written."""
    return [value] if isinstance(value, str) else value or []


def what_costs_is_tagged(t: Template) -> list[str]:
    """Functions, tables, queues and the API carry the tags application and stage."""
    problems = []
    for kind in ("AWS::Lambda::Function", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"):
        for name, properties in t.of_type(kind).items():
            tags = properties.get("Tags", {})
            keys = set(tags) if isinstance(tags, dict) else {tag["Key"] for tag in tags}
            problems += [f"{name} has no tag {key}" for key in ("application", "stage") if key not in keys]
    return problems


def calls_run_the_alias_and_alarms_stop_a_deployment(t: Template) -> list[str]:
    """Whatever runs a function runs the version that a deployment moves, and each deployment is watched."""
    problems = []
    for kind in ("AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"):
        for name, properties in t.of_type(kind).items():
            by_alias = reference(properties["FunctionName"]) in t.of_type("AWS::Lambda::Alias") or "AliasPermission" in name
            if not by_alias and not properties.get("FunctionUrlAuthType") and name != "CanaryTimerPermission":
                problems.append(f"{name} runs a function past its alias")
    for name, integration in t.of_type("AWS::ApiGatewayV2::Integration").items():
        if "Alias" not in str(integration["IntegrationUri"]):
            problems.append(f"{name} runs a function past its alias")
    for name, authorizer in t.of_type("AWS::ApiGatewayV2::Authorizer").items():
        if "Alias" not in str(authorizer["AuthorizerUri"]):
            problems.append(f"{name} runs a function past its alias")
    for name, function in t.functions_as_written().items():
        if function.get("AutoPublishAliasAllProperties") is not True:
            problems.append(f"a changed parameter makes no new version of {name}")
    groups = t.of_type("AWS::CodeDeploy::DeploymentGroup")
    for function in t.of_type("AWS::Lambda::Function"):
        group = groups.get(f"{function}DeploymentGroup", {})
        alarms = [reference(alarm["Name"]) for alarm in group.get("AlarmConfiguration", {}).get("Alarms", [])]
        if not alarms or not set(alarms) <= set(t.of_type("AWS::CloudWatch::Alarm")):
            problems.append(f"no alarm stops a deployment of {function}")
    return problems
