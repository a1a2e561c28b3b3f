"""Checks of rights, functions, parameters and what watches over them. Each returns the problems it found."""

import json
import re
import tomllib
from pathlib import Path

from .transform import Template, reference, walk

# X-Ray knows no resources for writing traces: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# shared/recall looks this far behind a cursor; what commits must be over by then, see template.yaml, Globals.
LONGEST_TIMEOUT_SECONDS = 30


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def statements(policies: list):
    for policy in policies:
        if "Fn::If" in policy:
            yield from statements([p for p in policy["Fn::If"][1:] if "PolicyName" in p])
        elif "PolicyDocument" in policy:
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                for each in statement["Fn::If"][1:] if "Fn::If" in statement else [statement]:
                    if "Action" in each:
                        yield policy["PolicyName"], each


def rights_name_action_and_resource(t: Template) -> list[str]:
    """No wildcard among actions, no resource but the template's own, no managed policy for a function, no shared role."""
    problems, roles = [], {}
    for name, function in t.of_type("AWS::Lambda::Function").items():
        role = reference(function["Role"])
        if role in roles:
            problems.append(f"{name} shares its role with {roles[role]}")
        roles[role] = name
    for role, function in roles.items():
        properties = t.resources[role]["Properties"]
        if properties.get("ManagedPolicyArns"):
            problems.append(f"{role} has managed policies, which reach more than {function} needs")
        for policy, statement in statements(properties.get("Policies", [])):
            for action in as_list(statement["Action"]):
                if "*" in action:
                    problems.append(f"{role}/{policy} allows {action}")
                if any(r == "*" for r in as_list(statement["Resource"])) and action not in WITHOUT_RESOURCES:
                    problems.append(f"{role}/{policy} allows {action} on every resource")
    return problems


def roles_are_assumed_for_this_account_only(t: Template) -> list[str]:
    """Lambda may take on a function's role only on behalf of this account, and write traces only where they are wanted."""
    problems = []
    for role in sorted({reference(f["Role"]) for f in t.of_type("AWS::Lambda::Function").values()}):
        properties = t.resources[role]["Properties"]
        for statement in properties["AssumeRolePolicyDocument"]["Statement"]:
            if statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount") != {"Ref": "AWS::AccountId"}:
                problems.append(f"{role} may be assumed on behalf of another account: it has no condition aws:SourceAccount")
        for policy in properties.get("Policies", []):
            for statement in as_list(policy.get("PolicyDocument", {}).get("Statement", [])):
                if "xray" in str(statement) and statement.get("Fn::If", [None])[0] != "WritesTraces":
                    problems.append(f"{role} may write traces when the parameter Tracing is off")
    return problems


def functions_log_and_end(t: Template) -> list[str]:
    """Each function has its own log group with a retention, writes no more than it needs, and ends before synchronisation relies on it."""
    problems = []
    groups = t.of_type("AWS::Logs::LogGroup")
    for name, function in t.of_type("AWS::Lambda::Function").items():
        group = reference(function.get("LoggingConfig", {}).get("LogGroup"))
        if group not in groups or not groups[group].get("RetentionInDays"):
            problems.append(f"{name} has no log group with a retention of the template")
        if function.get("TracingConfig", {}).get("Mode") != {"Fn::If": ["WritesTraces", "Active", "PassThrough"]}:
            problems.append(f"{name} does not leave it to the parameter Tracing whether it is traced")
        logging = function.get("LoggingConfig", {})
        if logging.get("LogFormat") != "JSON" or logging.get("SystemLogLevel") != "WARN":
            problems.append(f"{name} pays for START and REPORT lines of each run: set LogFormat JSON and SystemLogLevel WARN")
        if logging.get("ApplicationLogLevel", "INFO") not in ("TRACE", "DEBUG", "INFO"):
            problems.append(f"{name} would lose its metrics: they are lines without a level, which Lambda takes for INFO")
        if not 0 < function.get("Timeout", 0) <= LONGEST_TIMEOUT_SECONDS:
            problems.append(f"{name} may run longer than {LONGEST_TIMEOUT_SECONDS} s, past what sync looks behind its cursor")
        if function.get("Runtime") != "provided.al2023":
            problems.append(f"{name} does not run on provided.al2023")
    for name, url in t.of_type("AWS::Lambda::Url").items():
        if url.get("AuthType") != "AWS_IAM":
            problems.append(f"{name} is open to everybody")
    return problems


# The functions that may have a secret. The canary signs its own tokens.
READERS = {"TokenSecret": ("AuthorizeFunction", "CanaryFunction"), "PushSecret": ("PushFunction",)}


def secrets_reach_only_their_readers(t: Template) -> list[str]:
    """A parameter with NoEcho stands only in the environment of the functions that need it."""
    problems = []
    secret = {name for name, p in t.parameters.items() if p.get("NoEcho") in (True, "true")}
    if "TokenSecret" not in secret:
        problems.append("TokenSecret is shown by CloudFormation: it needs NoEcho")
    for path, node in walk(t.transformed["Resources"]):
        if reference(node) in secret and path[0] not in READERS.get(reference(node), ()):
            problems.append(f"{'.'.join(map(str, path))} gets {reference(node)}")
    for path, node in walk(t.transformed.get("Outputs", {})):
        if reference(node) in secret:
            problems.append(f"the output {path[0]} shows {reference(node)}")
    return problems


def parameters_are_described_and_bounded(t: Template) -> list[str]:
    """`sam deploy --guided` shows the description, and refuses what the bounds do not allow."""
    problems = []
    grouped = {p for g in t.source["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"] for p in g["Parameters"]}
    for name, parameter in t.parameters.items():
        if not parameter.get("Description"):
            problems.append(f"{name} is not described")
        if "Default" not in parameter:
            problems.append(f"{name} has no default, so that everybody must know what to give")
        bounded = {"AllowedPattern", "AllowedValues", "MaxLength"} if parameter["Type"] == "String" else {"AllowedValues", "MaxValue"}
        if not bounded & set(parameter):
            problems.append(f"{name} takes anything")
        if parameter.get("NoEcho") and not allowed(parameter, "none"):
            problems.append(f"{name} cannot be left out with sam deploy --guided, which takes no empty answer for it: allow none")
        if name not in grouped:
            problems.append(f"{name} is in no group of the console's form")
    asserted = json.dumps(t.source.get("Rules", {}))
    if not all(f'"{name}"' in asserted for name in ("TokenJwksUrl", "TokenSecretArn", "TokenSecret")):
        problems.append("no rule refuses a deployment that can verify no token")
    if "TokenIssuer" not in asserted or "TokenAudience" not in asserted:
        problems.append("no rule demands an issuer and an audience with a key set")
    return problems


def allowed(parameter: dict, value: str) -> bool:
    """Whether CloudFormation takes this value for this parameter."""
    if "AllowedValues" in parameter and value not in map(str, parameter["AllowedValues"]):
        return False
    if parameter["Type"] == "Number":
        return parameter.get("MinValue", float("-inf")) <= float(value) <= parameter.get("MaxValue", float("inf"))
    return re.search(parameter.get("AllowedPattern", ""), value) is not None and len(value) <= parameter.get("MaxLength", len(value))


def environments_are_deployable(t: Template, samconfig: Path) -> list[str]:
    """Each environment of samconfig.toml gives parameters that exist and values that are allowed; what is deployed gives no secret."""
    problems = []
    config = tomllib.loads(samconfig.read_text())
    for environment in ("default", "local", "dev", "staging", "prod"):
        if environment not in config:
            problems.append(f"there is no environment {environment}")
            continue
        commands = config[environment]
        if commands["build"]["parameters"].get("build_in_source") is not True:
            problems.append(f"{environment}: sam build would copy the whole tree for each function")
        if environment == "local":
            for command in ("local_invoke", "local_start_lambda"):
                problems += overrides_fit(t, environment, commands[command]["parameters"], secrets=True)
            continue
        deploy = commands["deploy"]["parameters"]
        if "CAPABILITY_IAM" not in str(deploy.get("capabilities")):
            problems.append(f"{environment}: CloudFormation refuses roles without CAPABILITY_IAM")
        problems += overrides_fit(t, environment, deploy, secrets=False)
    names = [config[e]["global"]["parameters"]["stack_name"] for e in ("dev", "staging", "prod") if e in config]
    if len(set(names)) != len(names):
        problems.append("two environments share a stack")
    return problems


def overrides_fit(t: Template, environment: str, command: dict, secrets: bool) -> list[str]:
    problems = []
    for pair in command.get("parameter_overrides", "").split():
        name, _, value = pair.partition("=")
        if name not in t.parameters:
            problems.append(f"{environment}: there is no parameter {name}")
        elif not allowed(t.parameters[name], value):
            problems.append(f"{environment}: {name} may not be {value}")
        elif t.parameters[name].get("NoEcho") and not secrets:
            problems.append(f"{environment}: {name} is a secret and does not belong into a file")
    return problems


def alarms_say_what_to_do(t: Template, guide: Path) -> list[str]:
    """Each alarm has a heading of its name in the operations guide, tells the topic, and looks at something there."""
    problems = []
    headings = set(re.findall(r"^#+ +(.+?) *$", guide.read_text(), re.M)) if guide.exists() else set()
    for name, alarm in t.of_type("AWS::CloudWatch::Alarm").items():
        entry = name.removesuffix("Alarm")
        if entry not in headings:
            problems.append(f"{name} has no entry {entry} in {guide.name}")
        if f"{guide.name}#{entry.lower()}" not in json.dumps(alarm.get("AlarmDescription")):
            problems.append(f"{name} does not lead to its entry in {guide.name}")
        if not alarm.get("AlarmActions"):
            problems.append(f"{name} tells nobody")
    return problems or ([] if t.of_type("AWS::CloudWatch::Alarm") else ["there are no alarms"])


def metrics_are_written(t: Template, code: Path, guide: Path) -> list[str]:
    """Each metric of ours that an alarm or the dashboard looks at is one that shared/ observes, and each observed one is explained."""
    declared = dict(re.findall(r"^\s*(Metric\w+)\s+Metric = \"(\w+)\"", (code / "recall/service.go").read_text(), re.M))
    observed = set()
    for file in code.rglob("*.go"):
        if not file.name.endswith("_test.go"):
            observed |= set(re.findall(r"\b[oO]bserve\((?:recall\.)?(Metric\w+)", file.read_text()))
    written = {declared[name] for name in observed}
    watched = {a["MetricName"]: name for name, a in t.of_type("AWS::CloudWatch::Alarm").items() if a.get("Namespace") == "Recall"}
    for name, dashboard in t.of_type("AWS::CloudWatch::Dashboard").items():
        watched |= {metric: name for metric in re.findall(r'\["Recall", "(\w+)"', dashboard["DashboardBody"]["Fn::Sub"])}
    problems = [f"{name} looks at {metric}, which nothing writes" for metric, name in sorted(watched.items()) if metric not in written]
    problems += [f"nothing writes {metric}" for metric in sorted(set(declared.values()) - written)]
    explained = guide.read_text()
    problems += [f"{guide.name} does not say what {metric} is" for metric in sorted(written) if f"`{metric}`" not in explained]
    return problems or ([] if watched else ["nothing looks at the metrics of recalls"])


def metrics_of_logs_are_counted(t: Template) -> list[str]:
    """Each metric that a filter counts is one that an alarm looks at, and the other way round; filters read fields that the access log has."""
    problems, counted = [], set()
    formats = [stage.get("AccessLogSettings", {}).get("Format", "{}") for stage in t.of_type("AWS::ApiGatewayV2::Stage").values()]
    fields = {field for text in formats for field in json.loads(text)}
    for name, metric_filter in t.of_type("AWS::Logs::MetricFilter").items():
        counted |= {transformation["MetricName"] for transformation in metric_filter["MetricTransformations"]}
        used = re.findall(r"\$\.(\w+)", metric_filter["FilterPattern"])
        problems += [f"{name} reads {field}, which the access log has not" for field in sorted(set(used) - fields)]
    watched = {}
    for name, alarm in t.of_type("AWS::CloudWatch::Alarm").items():
        metrics = [alarm, *(m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m)]
        watched |= {m["MetricName"]: name for m in metrics if m.get("Namespace") == {"Fn::Sub": "Recall/${AWS::StackName}"}}
    problems += [f"{name} looks at {metric}, which no filter counts" for metric, name in sorted(watched.items()) if metric not in counted]
    return problems + [f"no alarm looks at {metric}" for metric in sorted(counted - set(watched))]


def the_canary_cannot_fail_silently(t: Template) -> list[str]:
    """A canary that fails and one that does not run are both told of; it is run by its own timer only, and holds no right but to the secret it signs with."""
    if "CanaryFunction" not in t.resources:
        return ["there is no canary"]
    problems = [f"{name} is there without a canary" for name, r in t.resources.items() if name.startswith("Canary") and r.get("Condition") != "RunsCanary"]
    alarm = t.of_type("AWS::CloudWatch::Alarm").get("CanaryAlarm", {})
    watched = {m["MetricStat"]["Metric"]["MetricName"] for m in alarm.get("Metrics", []) if "MetricStat" in m}
    if watched != {"Invocations", "Errors"}:
        problems.append("nobody is told of a canary that fails")
    if alarm.get("TreatMissingData") != "breaching":
        problems.append("nobody is told of a canary that does not run")
    for name, permission in t.of_type("AWS::Lambda::Permission").items():
        if permission.get("Principal") == "events.amazonaws.com" and reference(permission.get("SourceArn")) != "CanaryTimer":
            problems.append(f"{name} lets every rule of every account run its function")
    for policy, statement in statements(t.resources["CanaryRole"]["Properties"]["Policies"]):
        problems += [f"CanaryRole/{policy} allows {action}, which a user has not" for action in as_list(statement["Action"]) if action.split(":")[0] not in ("logs", "xray", "secretsmanager")]
    if "CanarySchedule" not in json.dumps(t.source.get("Rules", {})):
        problems.append("no rule refuses a canary that can sign no token")
    return problems


def the_worst_outages_have_an_alarm(t: Template) -> list[str]:
    """Somebody is told when nobody can connect, and when a table or a global index is throttled."""
    problems = []
    text = json.dumps(t.of_type("AWS::CloudWatch::Alarm"))
    for metric in ("HandshakesRefused", "HandshakesFailed"):
        if metric not in text:
            problems.append(f"nobody is told of {metric}")
    watched = set()
    for alarm in t.of_type("AWS::CloudWatch::Alarm").values():
        for each in [alarm, *(m["MetricStat"]["Metric"] for m in alarm.get("Metrics", []) if "MetricStat" in m)]:
            if each.get("MetricName") == "WriteThrottleEvents":
                watched.add(tuple(reference(d["Value"]) or d["Value"] for d in each["Dimensions"]))
    for name, table in t.of_type("AWS::DynamoDB::Table").items():
        for wanted in [(name,), *((name, index["IndexName"]) for index in table.get("GlobalSecondaryIndexes", []))]:
            if wanted not in watched:
                problems.append(f"nobody is told when writes to {' of '.join(reversed(wanted))} are throttled")
    return problems


def the_dashboard_is_readable(t: Template) -> list[str]:
    """Its body is JSON once the names are put in, and shows every alarm that is always there."""
    problems = []
    for name, dashboard in t.of_type("AWS::CloudWatch::Dashboard").items():
        text = dashboard["DashboardBody"]["Fn::Sub"]
        problems += [f"{name} does not show {alarm}" for alarm in t.of_type("AWS::CloudWatch::Alarm") if f"{alarm}.Arn" not in text and "Condition" not in t.resources[alarm]]
        try:
            widgets = json.loads(re.sub(r"\$\{([^}]+)\}", r"\1", text))["widgets"]
        except ValueError as error:
            problems.append(f"{name} is no JSON: {error}")
            continue
        for widget in widgets:
            if widget["type"] == "metric" and not widget["properties"].get("metrics"):
                problems.append(f"{name}: {widget['properties']['title']} shows nothing")
    return problems or ([] if t.of_type("AWS::CloudWatch::Dashboard") else ["there is no dashboard"])


def the_cost_page_counts_the_alarms(t: Template, guide: Path) -> list[str]:
    """An alarm costs by the metrics that it looks at; the operations guide says how many there are without what is optional."""
    alarms = {name: alarm for name, alarm in t.of_type("AWS::CloudWatch::Alarm").items() if "Condition" not in t.resources[name]}
    metrics = sum(len([m for m in alarm.get("Metrics", []) if "MetricStat" in m]) or 1 for alarm in alarms.values())
    wanted = f"{metrics} metrics in {len(alarms)} alarms, ${metrics / 10:.2f}"
    return [] if wanted in guide.read_text() else [f"{guide.name} does not say that there are {wanted}"]
