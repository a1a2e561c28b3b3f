"""The linters that others keep: SAM's own two validations, cfn-lint and checkov."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from .transform import Template

# checkov's findings that are left, each with the reason.
EXCEPTIONS = {
    "CKV_AWS_27": "queues are encrypted with SQS's own keys (SqsManagedSseEnabled), and hold identifiers, never a text",
    "CKV_AWS_28": "recovery is the parameter PointInTimeRecovery, since backups keep a recalled text; connections need none",
    "CKV_AWS_115": "a reserved concurrency takes from the account's pool; the stage's throttle and the queue's maximum bound the functions",
    "CKV_AWS_116": "functions behind the API are called synchronously, where a dead-letter queue is without effect; event sources have theirs",
    "CKV_AWS_117": "the functions reach only AWS's public endpoints, by TLS; a VPC would add cost and a start-up delay and protect nothing",
    "CKV_AWS_119": "an AWS managed key encrypts the tables; a customer's key is a choice of the account, not of this template",
    "CKV_AWS_158": "logs hold no text, reason or token, and CloudWatch encrypts them with its own key",
    "CKV_AWS_173": "environments are encrypted with Lambda's own key; production verifies tokens by TokenJwksUrl or TokenSecretArn and has no secret there",
}


def run(*command: str, **environment: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "SAM_CLI_TELEMETRY": "0", **environment})
    return done.returncode, (done.stdout + done.stderr).strip()


def sam_validates(root: Path, sam: Path) -> list[str]:
    """Both of SAM's validations: each finds what the other does not."""
    problems = []
    for options in ([], ["--lint"]):
        command = [str(sam), "validate", "--template", str(root / "template.yaml"), *options]
        code, output = run(*command, AWS_DEFAULT_REGION="eu-central-1", AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none")
        if code != 0:
            problems.append(f"sam validate {' '.join(options)}: {output}")
    return problems


def cfn_lint_passes(t: Template, cfn_lint: Path) -> list[str]:
    """cfn-lint on what CloudFormation gets, not on what was written."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "transformed.json"
        file.write_text(json.dumps(t.transformed))
        code, output = run(str(cfn_lint), "--non-zero-exit-code", "informational", "--regions", "eu-central-1", "us-east-1", "--", str(file))
    if code == 0:
        return []
    # A finding is two lines, and an empty one follows. SAM puts the value of this parameter where it is used.
    findings = [each for each in output.split("\n\n") if "Parameter DeploymentPreference not used" not in each]
    return [line for each in findings for line in each.splitlines()]


def checkov_passes(t: Template, checkov: Path) -> list[str]:
    """checkov's security checks, less the exceptions; an exception that is no longer needed is a problem too."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "transformed.json"
        file.write_text(json.dumps(t.transformed))
        _, output = run(str(checkov), "-f", str(file), "--framework", "cloudformation", "--output", "json", "--compact", "--quiet", "--skip-download")
    try:
        failed = json.loads(output)["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError):
        return [f"checkov gave no result: {output[-500:]}"]
    problems = [f"{c['check_id']} {c['resource']}: {c['check_name']}" for c in failed if c["check_id"] not in EXCEPTIONS]
    unused = set(EXCEPTIONS) - {c["check_id"] for c in failed}
    return problems + [f"the exception {check} is no longer needed" for check in sorted(unused)]
