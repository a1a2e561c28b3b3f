"""Turns the SAM template into the CloudFormation template that would be deployed, with SAM's own translator."""

import copy
from pathlib import Path

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.metrics.metrics import DummyMetricsPublisher, Metrics
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/recall/0",
    "AWS::StackName": "recall",
    "AWS::URLSuffix": "amazonaws.com",
}
CODE = "s3://recall-artifacts/function.zip"


def read(path: Path) -> dict:
    """The template as written, its short forms (!Ref) made long ({"Ref": …})."""
    return yaml_parse(path.read_text())


def transform(source: dict) -> dict:
    """The template as CloudFormation gets it. Raises samtranslator's InvalidDocumentException."""
    document = copy.deepcopy(source)
    # The translator runs after packaging, when CodeUri is an address in S3.
    document.get("Globals", {}).get("Function", {})["CodeUri"] = CODE
    metrics = Metrics("recall", DummyMetricsPublisher())
    translator = Translator(
        managed_policy_map={},
        metrics=metrics,
        sam_parser=Parser(),
        boto_session=boto3.Session(
            region_name=PSEUDO_PARAMETERS["AWS::Region"], aws_access_key_id="none", aws_secret_access_key="none"
        ),
    )
    # Values stay parameters: intrinsic functions are left for CloudFormation, except where the translator needs a text.
    result = translator.translate(document, parameter_values={}, get_managed_policy_map=dict)
    metrics.publish()  # to nobody; it warns of figures left
    return result


class Template:
    """The template as written and as transformed, with what the checks ask of it."""

    def __init__(self, source: dict):
        self.source = source
        self.transformed = transform(source)
        self.resources: dict = self.transformed["Resources"]
        self.parameters: dict = source.get("Parameters", {})

    def of_type(self, kind: str) -> dict:
        """The properties of all resources of a type, by logical ID."""
        return {name: r.get("Properties", {}) for name, r in self.resources.items() if r["Type"] == kind}

    def function(self, value) -> str | None:
        """The logical ID of the function that a value names, by itself or by its alias."""
        name = reference(value)
        aliased = self.of_type("AWS::Lambda::Alias").get(name)
        return reference(aliased["FunctionName"]) if aliased else name

    def functions_as_written(self) -> dict:
        """The properties of the SAM functions, Globals put in, by logical ID."""
        shared = self.source.get("Globals", {}).get("Function", {})
        return {
            name: {**shared, **r.get("Properties", {})}
            for name, r in self.source["Resources"].items()
            if r["Type"] == "AWS::Serverless::Function"
        }


def reference(value) -> str | None:
    """The logical ID that {"Ref": X} or {"Fn::GetAtt": [X, …]} names; None for anything else."""
    if isinstance(value, dict) and len(value) == 1:
        if "Ref" in value:
            return value["Ref"]
        target = value.get("Fn::GetAtt")
        if target is not None:
            return target.split(".")[0] if isinstance(target, str) else target[0]
    return None


def walk(node, path=()):
    """Each (path, value) in a tree, the root first."""
    yield path, node
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from walk(value, (*path, key))
