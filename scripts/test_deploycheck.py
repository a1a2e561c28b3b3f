"""Breaks the template in one place at a time, and sees that the check for it says so."""

import copy
import tempfile
import unittest
from pathlib import Path

from deploycheck import binaries, checks, dryrun, rights
from deploycheck.transform import Template, read, transform

ROOT = Path(__file__).resolve().parent.parent
SOURCE = read(ROOT / "template.yaml")


def broken(change) -> Template:
    """The project's template after a change to its source."""
    source = copy.deepcopy(SOURCE)
    change(source["Resources"], source)
    return Template(source)


def transformed(change) -> Template:
    """The project's template after a change to what the transform made."""
    template = Template(copy.deepcopy(SOURCE))
    change(template.resources)
    return template


class ChecksFindWhatTheyAreFor(unittest.TestCase):
    def finds(self, check, template: Template, text: str, *arguments) -> None:
        problems = check(template, *arguments)
        self.assertTrue(any(text in p for p in problems), f"expected a problem with {text!r}, got {problems}")

    def test_a_route_named_connect_takes_the_place_of_the_authorized_one(self):
        def change(resources, _):
            routes = resources["WebSocketApi"]["Properties"]["Routes"]
            routes["connect"] = {"FunctionArn": {"Fn::GetAtt": ["SendFunction", "Arn"]}}

        template = broken(change)
        self.finds(checks.every_logical_id_is_one_resource, template, "routes $connect and connect")
        self.finds(checks.only_connect_is_authorized_and_is, template, "there is no route $connect")

    def test_a_route_response_of_a_route_that_is_not_made(self):
        def change(resources, _):
            resources["HelloRouteResponse"]["Properties"]["RouteId"] = {"Ref": "WebSocketApiHalloRoute"}

        template = broken(change)
        self.finds(checks.every_reference_resolves, template, "WebSocketApiHalloRoute does not exist")
        self.finds(checks.every_answering_route_has_its_response, template, "hello has no RouteResponse")

    def test_a_call_past_an_alias_and_a_deployment_that_nothing_stops(self):
        check = checks.calls_run_the_alias_and_alarms_stop_a_deployment

        def past(resources, _):
            resources["WebSocketApi"]["Properties"]["Routes"]["send"]["FunctionArn"] = {"Fn::GetAtt": ["SendFunction", "Arn"]}

        self.finds(check, broken(past), "WebSocketApiSendIntegration runs a function past its alias")

        def old(resources, _):
            del resources["SendFunction"]["Properties"]["AutoPublishAliasAllProperties"]

        self.finds(check, broken(old), "a changed parameter makes no new version of SendFunction")

        def blind(_, source):
            del source["Globals"]["Function"]["DeploymentPreference"]["Alarms"]

        self.finds(check, broken(blind), "no alarm stops a deployment of SendFunction")

    def test_names_in_a_text_that_do_not_exist(self):
        def change(resources, _):
            resources["SendLogGroup"]["Properties"]["LogGroupName"] = {"Fn::Sub": "/aws/lambda/${Stack}-send"}

        self.finds(checks.every_reference_resolves, broken(change), "${Stack} does not exist")

    def test_a_route_without_its_selection_expression(self):
        def change(resources, _):
            del resources["WebSocketApi"]["Properties"]["Routes"]["sync"]["RouteResponseSelectionExpression"]

        self.finds(checks.every_answering_route_has_its_response, broken(change), "sync has no RouteResponseSelectionExpression")

    def test_an_api_without_authorizer(self):
        def change(resources, _):
            del resources["WebSocketApi"]["Properties"]["Auth"]

        self.finds(checks.only_connect_is_authorized_and_is, broken(change), "anybody could connect")

    def test_an_identity_source_that_refuses_the_other_header(self):
        def change(resources, _):
            resources["WebSocketApi"]["Properties"]["Auth"]["IdentitySource"] = ["route.request.header.Authorization"]

        self.finds(checks.only_connect_is_authorized_and_is, broken(change), "IdentitySource")

    def test_a_permission_that_is_missing_or_open_to_every_api(self):
        self.finds(checks.every_route_may_run_its_function, transformed(lambda r: r.pop("WebSocketApiSendPermission")), "send may not run SendFunction")

        def change(resources):
            del resources["WebSocketApiSendPermission"]["Properties"]["SourceArn"]

        self.finds(checks.every_route_may_run_its_function, transformed(change), "every API of every account")

    def test_a_stage_without_limits(self):
        def change(resources, _):
            del resources["WebSocketApi"]["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]

        self.finds(checks.the_stage_is_throttled_and_deployed, broken(change), "no ThrottlingRateLimit")

    def test_an_access_log_with_a_header_a_query_or_a_user(self):
        for variable in ("$context.authorizer.userId", "$context.request.header.Authorization", "$context.request.querystring.token", "$context.identity.user"):

            def change(resources, _, variable=variable):
                resources["WebSocketApi"]["Properties"]["AccessLogSettings"]["Format"] = f'{{"x":"{variable}"}}'

            self.finds(checks.access_logs_hold_no_token, broken(change), variable)

    def test_a_stream_that_a_poison_record_blocks(self):
        def change(resources, _):
            stream = resources["FinishFunction"]["Properties"]["Events"]["UnfinishedDeliveries"]["Properties"]
            for name in ("MaximumRetryAttempts", "DestinationConfig", "FilterCriteria", "BisectBatchOnFunctionError", "FunctionResponseTypes"):
                del stream[name]

        template = broken(change)
        for text in ("MaximumRetryAttempts", "no queue for what fails", "filter", "split", "single failures"):
            self.finds(checks.failures_of_event_sources_are_kept, template, text)

    def test_a_bus_that_is_away_and_nobody_is_told(self):
        def change(resources, _):
            del resources["PublishAgeAlarm"]

        self.finds(checks.failures_of_event_sources_are_kept, broken(change), "no alarm tells")

    def test_a_queue_that_loses_or_floods(self):
        def change(resources, _):
            del resources["ChunksQueue"]["Properties"]["RedrivePolicy"]
            resources["ChunksQueue"]["Properties"]["VisibilityTimeout"] = 30
            del resources["DeliverFunction"]["Properties"]["Events"]["Chunks"]["Properties"]["ScalingConfig"]

        template = broken(change)
        for text in ("dead-letter", "six times", "MaximumConcurrency"):
            self.finds(checks.failures_of_event_sources_are_kept, template, text)

    def test_a_table_that_goes_with_the_stack(self):
        def change(resources, _):
            resources["MessagesTable"]["DeletionPolicy"] = "Delete"
            del resources["MessagesTable"]["UpdateReplacePolicy"]
            del resources["ConnectionsTable"]["Properties"]["TimeToLiveSpecification"]

        template = broken(change)
        for text in ("its DeletionPolicy is Delete", "does not say its UpdateReplacePolicy", "no time to live"):
            self.finds(checks.tables_survive, template, text)

    def test_what_a_failed_first_deployment_leaves_behind(self):
        def change(resources, _):
            resources["MessagesTable"]["DeletionPolicy"] = "Retain"
            del resources["MessagesTable"]["Properties"]["DeletionProtectionEnabled"]

        self.finds(checks.a_failed_first_deployment_leaves_nothing, broken(change), "MessagesTable is left behind")
        self.finds(checks.tables_survive, broken(change), "no DeletionProtectionEnabled")

    def test_changes_of_the_api_that_run_at_once(self):
        def change(resources, _):
            del resources["SendRouteResponse"]["DependsOn"]
            resources["SyncRouteResponse"]["DependsOn"] = "SendRouteResponse"

        template = broken(change)
        self.finds(checks.changes_of_the_api_do_not_run_at_once, template, "SendRouteResponse waits neither")
        self.finds(checks.changes_of_the_api_do_not_run_at_once, template, "SyncRouteResponse and RevokeRouteResponse run at once")
        unordered = transformed(lambda r: r["WebSocketApiStage"]["DependsOn"].remove("WebSocketApiSendRoute"))
        self.finds(checks.changes_of_the_api_do_not_run_at_once, unordered, "WebSocketApiStage does not wait for WebSocketApiSendRoute")

    def test_a_role_for_any_account_and_traces_that_nobody_asked_for(self):
        def change(resources, _):
            properties = resources["SendRole"]["Properties"]
            del properties["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]
            traces = properties["Policies"][0]["PolicyDocument"]["Statement"]
            traces[1] = traces[1]["Fn::If"][1]

        self.finds(rights.roles_are_assumed_for_this_account_only, broken(change), "SendRole may be assumed on behalf of another account")
        self.finds(rights.roles_are_assumed_for_this_account_only, broken(change), "SendRole may write traces when")

    def test_logs_that_cost_too_much_or_lose_the_metrics(self):
        def change(resources, source):
            resources["SendFunction"]["Properties"]["LoggingConfig"]["SystemLogLevel"] = "INFO"
            resources["SyncFunction"]["Properties"]["LoggingConfig"]["ApplicationLogLevel"] = "WARN"
            source["Globals"]["Function"]["Tracing"] = "Active"

        template = broken(change)
        self.finds(rights.functions_log_and_end, template, "SendFunction pays for START and REPORT lines")
        self.finds(rights.functions_log_and_end, template, "SyncFunction would lose its metrics")
        self.finds(rights.functions_log_and_end, template, "SendFunction does not leave it to the parameter Tracing")

    def test_what_costs_without_a_tag(self):
        self.finds(checks.what_costs_is_tagged, broken(lambda r, _: r["ChunksQueue"]["Properties"].pop("Tags")), "ChunksQueue has no tag application")

    def test_rights_that_reach_too_far(self):
        def change(resources, _):
            statements = resources["SendRole"]["Properties"]["Policies"][1]["PolicyDocument"]["Statement"]
            statements[0]["Action"] = "dynamodb:*"
            statements[1]["Resource"] = "*"
            resources["SyncFunction"]["Properties"]["Role"] = {"Fn::GetAtt": ["SendRole", "Arn"]}
            resources["AdminRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"]

        template = broken(change)
        for text in ("allows dynamodb:*", "dynamodb:BatchGetItem on every resource", "shares its role", "AdminRole has managed policies"):
            self.finds(rights.rights_name_action_and_resource, template, text)

    def test_a_function_that_commits_after_synchronisation_looked(self):
        def change(resources, _):
            resources["SendFunction"]["Properties"]["Timeout"] = 60
            del resources["SyncFunction"]["Properties"]["LoggingConfig"]

        template = broken(change)
        self.finds(rights.functions_log_and_end, template, "SendFunction may run longer")
        self.finds(rights.functions_log_and_end, template, "SyncFunction has no log group")

    def test_a_function_url_open_to_everybody(self):
        def change(resources, _):
            resources["AdminFunction"]["Properties"]["FunctionUrlConfig"]["AuthType"] = "NONE"

        self.finds(rights.functions_log_and_end, broken(change), "open to everybody")

    def test_a_secret_in_another_function(self):
        def change(resources, source):
            resources["SendFunction"]["Properties"]["Environment"] = {"Variables": {"TOKEN_SECRET": {"Ref": "TokenSecret"}}}
            resources["PushFunction"]["Properties"]["Environment"] = {"Variables": {"TOKEN_SECRET": {"Ref": "TokenSecret"}}}
            source["Outputs"]["Secret"] = {"Value": {"Ref": "TokenSecret"}}

        template = broken(change)
        self.finds(rights.secrets_reach_only_their_readers, template, "SendFunction")
        self.finds(rights.secrets_reach_only_their_readers, template, "PushFunction")
        self.finds(rights.secrets_reach_only_their_readers, template, "the output Secret")

    def test_a_parameter_that_nobody_understands(self):
        def change(_, source):
            source["Parameters"]["Extra"] = {"Type": "String"}
            del source["Rules"]

        template = broken(change)
        template.parameters["TokenSecret"]["AllowedPattern"] = "^(.{32,})?$"
        for text in ("Extra is not described", "Extra has no default", "Extra takes anything", "Extra is in no group", "can verify no token", "demands an issuer", "TokenSecret cannot be left out"):
            self.finds(rights.parameters_are_described_and_bounded, template, text)

    def test_an_environment_that_cannot_be_deployed(self):
        text = (ROOT / "samconfig.toml").read_text()
        wrong = text.replace("StageName=staging RetentionDays=90", "StageName=sta-ging! RetentionDays=-5 Colour=red TokenSecret=" + "x" * 32)
        self.assertNotEqual(text, wrong)
        file = Path(self.enterContext(tempfile.TemporaryDirectory())) / "samconfig.toml"
        template = Template(SOURCE)
        file.write_text(wrong.replace("StageName=local", "StageName=lo/cal"))
        for problem in ("local: StageName may not be", "staging: StageName may not be", "RetentionDays may not be", "no parameter Colour", "TokenSecret is a secret"):
            self.finds(rights.environments_are_deployable, template, problem, file)

    def test_an_alarm_without_its_entry(self):
        file = Path(self.enterContext(tempfile.TemporaryDirectory())) / "operations.md"
        file.write_text("# Operations\n")
        self.finds(rights.alarms_say_what_to_do, Template(SOURCE), "DueFoundAlarm has no entry DueFound", file)

    def test_a_cost_page_that_counts_other_alarms(self):
        guide = ROOT / "docs/operations.md"
        self.assertEqual([], rights.the_cost_page_counts_the_alarms(Template(SOURCE), guide))
        self.finds(rights.the_cost_page_counts_the_alarms, broken(lambda r, _: r["TableThrottlesAlarm"]["Properties"]["Metrics"].pop()), "does not say that there are", guide)

    def test_an_alarm_of_a_metric_that_nothing_writes(self):
        def change(resources, _):
            resources["DueFoundAlarm"]["Properties"]["MetricName"] = "DueLost"

        code, guide = ROOT / "shared", ROOT / "docs/operations.md"
        self.assertEqual([], rights.metrics_are_written(Template(SOURCE), code, guide))
        self.finds(rights.metrics_are_written, broken(change), "DueFoundAlarm looks at DueLost", code, guide)

    def test_an_outage_that_nobody_is_told_of(self):
        def change(resources, _):
            del resources["HandshakeRefusalsAlarm"]
            resources["HandshakeFailuresAlarm"]["Properties"]["MetricName"] = "HandshakesLost"
            del resources["TableThrottlesAlarm"]["Properties"]["Metrics"][3]
            resources["HandshakesFailedFilter"]["Properties"]["FilterPattern"] = '{ $.code = "5*" }'

        template = broken(change)
        for text in ("nobody is told of HandshakesRefused", "nobody is told when writes to operators of MessagesTable are throttled"):
            self.finds(rights.the_worst_outages_have_an_alarm, template, text)
        for text in ("HandshakeFailuresAlarm looks at HandshakesLost", "no alarm looks at HandshakesFailed", "HandshakesFailedFilter reads code"):
            self.finds(rights.metrics_of_logs_are_counted, template, text)

    def test_a_canary_that_fails_or_stops_and_nobody_hears_of_it(self):
        def change(resources, source):
            alarm = resources["CanaryAlarm"]["Properties"]
            alarm["TreatMissingData"] = "notBreaching"
            del alarm["Metrics"][2]
            del resources["CanaryTimerPermission"]["Properties"]["SourceArn"]
            del resources["CanaryTimer"]["Condition"]
            resources["CanaryRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"].append("dynamodb:GetItem")
            del source["Rules"]["TheCanaryCanSignTokens"]

        template = broken(change)
        for text in ("a canary that fails", "does not run", "every rule of every account", "CanaryTimer is there without", "allows dynamodb:GetItem", "sign no token"):
            self.finds(rights.the_canary_cannot_fail_silently, template, text)

    def test_properties_that_the_services_api_does_not_take(self):
        def change(resources):
            resources["WebSocketApiStage"]["Properties"]["DefaultRouteSettings"]["ThrottlingRate"] = 5
            resources["StreamAgeAlarm"]["Properties"]["Threshold"] = {"Seconds": 60}

        problems = dryrun.deploy(transformed(change)).problems
        for text in ("ThrottlingRate", "Threshold"):
            self.assertTrue(any(text in p for p in problems), problems)

        def lead_nowhere(resources):
            resources["WebSocketApiSendRoute"]["Properties"]["Target"] = "integrations/none"

        self.assertIn("the route send leads nowhere", dryrun.deploy(transformed(lead_nowhere)).problems)

    def test_a_metric_that_is_declared_and_not_written_or_not_explained(self):
        code = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (code / "recall").mkdir()
        (code / "recall/service.go").write_text('\tMetricLost Metric = "Lost"\n\tMetricDueFound Metric = "DueFound"\n\ts.observe(MetricDueFound, 1, "")\n')
        guide = code / "operations.md"
        guide.write_text("nothing")
        template = Template(SOURCE)
        self.finds(rights.metrics_are_written, template, "nothing writes Lost", code, guide)
        self.finds(rights.metrics_are_written, template, "operations.md does not say what DueFound is", code, guide)

    def test_a_dashboard_that_is_no_json_or_leaves_an_alarm_out(self):
        def change(resources, _):
            resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"] = '{"widgets": ['

        self.finds(rights.the_dashboard_is_readable, broken(change), "is no JSON")
        self.finds(rights.the_dashboard_is_readable, broken(change), "does not show DueFoundAlarm")

    def test_a_bootstrap_that_is_missing_or_for_another_processor(self):
        build = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (build / "SendFunction").mkdir()
        header = bytearray(64)
        header[:5], header[18] = b"\x7fELF\x02", 62
        (build / "SendFunction/bootstrap").write_bytes(header)
        problems = binaries.binaries_fit_their_functions(["SendFunction", "SyncFunction"], build, "arm64")
        self.assertTrue(any("is for x86_64" in p for p in problems), problems)
        self.assertTrue(any("not executable" in p for p in problems), problems)
        self.assertTrue(any("SyncFunction/bootstrap does not exist" in p for p in problems), problems)


class TheProjectsTemplate(unittest.TestCase):
    def test_the_transform_leaves_the_source_as_it_is(self):
        before = copy.deepcopy(SOURCE)
        transform(SOURCE)
        self.assertEqual(before, SOURCE)


if __name__ == "__main__":
    unittest.main()
