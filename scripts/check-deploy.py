#!/usr/bin/env python3
"""Proves of the template what can be proved without an AWS account, and prints the list: make check-deploy."""

import argparse
import sys
from pathlib import Path

from samtranslator.model.exceptions import InvalidDocumentException

from deploycheck import binaries, checks, dryrun, linters, rights
from deploycheck.transform import Template, read

ROOT = Path(__file__).resolve().parent.parent


class Report:
    """Prints each check as it is done, and remembers whether one failed."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def add(self, sentence: str, problems: list[str], note: str = "") -> None:
        self.passed += not problems
        self.failed += bool(problems)
        print(f"{'FAIL' if problems else ' ok '}  {sentence}{note and f' ({note})'}")
        for problem in problems:
            print(f"        {problem}")


def check(template: Template, report: Report, build: Path) -> None:
    tools = ROOT / ".tools"
    report.add("sam validate and sam validate --lint pass", linters.sam_validates(ROOT, tools / "sam/bin/sam"))
    report.add("cfn-lint passes on the transformed template", linters.cfn_lint_passes(template, tools / "sam/bin/cfn-lint"))
    report.add("checkov passes on the transformed template", linters.checkov_passes(template, tools / "checkov/bin/checkov"), f"{len(linters.EXCEPTIONS)} exceptions")
    for name, reason in linters.EXCEPTIONS.items():
        print(f"        except {name}: {reason}")

    answers = len(template.of_type("AWS::ApiGatewayV2::RouteResponse"))
    mappings = len(template.of_type("AWS::Lambda::EventSourceMapping"))
    alarms = len(template.of_type("AWS::CloudWatch::Alarm"))
    report.add("every logical ID is one resource", checks.every_logical_id_is_one_resource(template), f"{len(template.resources)} resources")
    report.add("every Ref, GetAtt, Sub, DependsOn and condition resolves", checks.every_reference_resolves(template))
    report.add("every route that answers has its route response", checks.every_answering_route_has_its_response(template), f"{answers} responses")
    report.add("$connect, and only $connect, has the authorizer", checks.only_connect_is_authorized_and_is(template))
    report.add("every route may run its function, for this API only", checks.every_route_may_run_its_function(template))
    report.add("the stage is throttled and deploys itself", checks.the_stage_is_throttled_and_deployed(template))
    report.add("access logs hold no token, header, query string or user", checks.access_logs_hold_no_token(template))
    report.add("event sources keep what fails and cannot get stuck", checks.failures_of_event_sources_are_kept(template), f"{mappings} mappings")
    report.add("messages outlive the stack; tables expire and encrypt items", checks.tables_survive(template))
    report.add("a first deployment that fails leaves nothing behind", checks.a_failed_first_deployment_leaves_nothing(template))
    report.add("changes of the API come one after the other", checks.changes_of_the_api_do_not_run_at_once(template))
    report.add("calls run the alias of a function, and alarms stop a deployment", checks.calls_run_the_alias_and_alarms_stop_a_deployment(template))
    report.add("functions, tables, queues and API are tagged", checks.what_costs_is_tagged(template))
    report.add("each function has its own role, which names actions and resources", rights.rights_name_action_and_resource(template))
    report.add("roles are assumed for this account only, and trace only on request", rights.roles_are_assumed_for_this_account_only(template))
    report.add("each function logs to its own group without Lambda's lines, and ends in time", rights.functions_log_and_end(template))
    report.add("each secret reaches only the functions that need it", rights.secrets_reach_only_their_readers(template))
    report.add("parameters are described, bounded and grouped", rights.parameters_are_described_and_bounded(template), f"{len(template.parameters)} parameters")
    report.add("samconfig.toml's environments fit the template", rights.environments_are_deployable(template, ROOT / "samconfig.toml"))
    report.add("every alarm has its entry in docs/operations.md", rights.alarms_say_what_to_do(template, ROOT / "docs/operations.md"), f"{alarms} alarms")
    report.add("the cost page counts the alarms' metrics", rights.the_cost_page_counts_the_alarms(template, ROOT / "docs/operations.md"))
    metrics = rights.metrics_are_written(template, ROOT / "shared", ROOT / "docs/operations.md")
    report.add("every metric that is watched is written, and every one is explained", metrics)
    report.add("metrics that are counted in the access log are watched", rights.metrics_of_logs_are_counted(template))
    report.add("somebody is told when nobody can connect or an index is throttled", rights.the_worst_outages_have_an_alarm(template))
    report.add("a canary that fails or does not run is told of", rights.the_canary_cannot_fail_silently(template))
    report.add("the dashboard is readable and shows every alarm", rights.the_dashboard_is_readable(template))

    architecture = template.parameters["Architecture"]["Default"]
    functions = list(template.functions_as_written())
    report.add("sam build made a small static bootstrap for each function", binaries.binaries_fit_their_functions(functions, build, architecture), architecture)

    outcome = dryrun.deploy(template)
    made, called = sum(outcome.made.values()), sum(outcome.called.values())
    report.add("moto creates and updates the stack", outcome.problems, f"{made + called} of {len(template.resources)} resources")
    for kind, count in sorted(outcome.called.items()):
        print(f"        by a call of its API, since moto's CloudFormation does not know it: {kind} ({count})")
    for kind, count in sorted(outcome.unknown.items()):
        print(f"        not tried, since moto does not know it: {kind} ({count})")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--template", type=Path, default=ROOT / "template.yaml", help="the template to check (default: %(default)s)")
    arguments.add_argument("--build", type=Path, default=ROOT / ".aws-sam/build", help="where sam build put the functions (default: %(default)s)")
    options = arguments.parse_args()
    report = Report()
    try:
        template = Template(read(options.template))
    except InvalidDocumentException as error:
        report.add("SAM's translator transforms the template", [str(cause.message) for cause in error.causes] or [error.message])
        return 1
    report.add("SAM's translator transforms the template", [])
    check(template, report, options.build)
    print(f"\n{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
