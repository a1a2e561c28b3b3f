"""Holds the workflows against the Makefile and against what a supply chain should be."""

import re
import subprocess
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
WORKFLOWS = {file.name: file.read_text() for file in (ROOT / ".github/workflows").glob("*.yml")}


# What make test runs.
STAGES = re.search(r"^stages := (.*)$", MAKEFILE, re.M)[1].split()


def targets(workflow: str) -> list[str]:
    """What the jobs of a workflow call make with."""
    return matrix(workflow)["target"] + [each["target"] for each in matrix(workflow).get("include", [])]


def matrix(workflow: str) -> dict:
    return yaml.safe_load(WORKFLOWS[workflow])["jobs"]["make"]["strategy"]["matrix"]


def folders_with(name: str) -> list[str]:
    """The folders that have a file of this name, from the root as in /clients/go. The projects in testdata have no dependencies."""
    listed = subprocess.run(["git", "ls-files", name, f"*/{name}", ":!*/testdata/*"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return sorted(f"/{Path(file).parent}".replace("/.", "/") for file in listed)


class Workflows(unittest.TestCase):
    def test_each_part_of_make_test_is_a_job(self):
        self.assertEqual(set(), set(STAGES) - set(targets("test.yml")), "make test runs what no job does")

    def test_each_job_runs_a_target_of_the_makefile(self):
        for name in ("test.yml", "nightly.yml"):
            for target in targets(name):
                self.assertRegex(MAKEFILE, rf"(?m)^{target.split()[0]}:", f"{name} runs make {target}, which there is not")

    def test_every_night_mutants_faults_and_a_soak_of_half_an_hour_run(self):
        self.assertEqual(["mutants", "faults", "soak SECONDS=1800"], targets("nightly.yml"))
        self.assertIn("schedule", WORKFLOWS["nightly.yml"])

    def test_actions_are_pinned_by_commit(self):
        for name, text in WORKFLOWS.items():
            for used in re.findall(r"uses: *(\S+)", text):
                self.assertRegex(used, r"@[0-9a-f]{40}$", f"{name}: {used} may change without notice")

    def test_jobs_may_only_read_unless_they_run_nothing_of_the_repository(self):
        for name, text in WORKFLOWS.items():
            workflow = yaml.safe_load(text)
            self.assertEqual({"contents": "read"}, workflow["permissions"], name)
            for job, content in workflow["jobs"].items():
                if "write" in str(content.get("permissions", {})):
                    self.assertNotIn("checkout", str(content["steps"]), f"{name}: {job} could run the repository's code with rights to write")

    def test_only_the_job_that_starts_docker_is_privileged(self):
        self.assertEqual([""], matrix("test.yml")["options"])
        self.assertEqual([{"target": "test-sam", "options": "--privileged"}], matrix("test.yml")["include"])
        for name, text in WORKFLOWS.items():
            written = text.replace("include: [{target: test-sam, options: --privileged}]", "")
            self.assertNotIn("--privileged", written, f"{name}: a job could leave its container")

    def test_known_vulnerabilities_stop_a_change(self):
        self.assertIn("vulnerabilities", targets("test.yml"))
        self.assertNotIn("vulnerabilities", STAGES, "make test must work without the internet")
        self.assertRegex(MAKEFILE, r"govulncheck@v\d+\.\d+\.\d+ ")

    def test_a_release_says_what_made_it(self):
        publish = yaml.safe_load(WORKFLOWS["release.yml"])["jobs"]["publish"]
        attested = [step["with"]["subject-path"] for step in publish["steps"] if step.get("uses", "").startswith("actions/attest-build-provenance@")]
        self.assertEqual(["release/*"], attested)
        for right in ("id-token", "attestations"):
            self.assertEqual("write", publish["permissions"].get(right), right)

    def test_a_deployment_needs_no_stored_keys(self):
        self.assertNotIn("secrets.", WORKFLOWS["deploy.yml"])
        self.assertNotIn("AWS_SECRET_ACCESS_KEY", WORKFLOWS["deploy.yml"])
        deploy = yaml.safe_load(WORKFLOWS["deploy.yml"])["jobs"]["deploy"]
        self.assertEqual({"actions": "read", "id-token": "write"}, deploy["permissions"])
        self.assertIn("AWS_WEB_IDENTITY_TOKEN_FILE", deploy["env"])

    def test_staging_comes_before_prod_and_each_is_tried_after_it_was_deployed(self):
        workflow = yaml.safe_load(WORKFLOWS["deploy.yml"])
        deploy = workflow["jobs"]["deploy"]
        self.assertEqual({"max-parallel": 1, "fail-fast": True, "matrix": {"environment": ["staging", "prod"]}}, deploy["strategy"])
        self.assertEqual("${{ matrix.environment }}", deploy["environment"], "prod could not wait for a reviewer")
        self.assertIs(False, workflow["concurrency"]["cancel-in-progress"], "a deployment could be cut off")
        commands = [step.get("run", "") for step in deploy["steps"]]
        self.assertIn("sam deploy --config-env", commands[-2])
        self.assertIn("recall verify --stack", commands[-1])
        self.assertIn("--smoke", commands[-1])
        config = (ROOT / "samconfig.toml").read_text()
        for environment in deploy["strategy"]["matrix"]["environment"]:
            self.assertIn(f"[{environment}.deploy.parameters]", config)
            self.assertIn(f'stack_name = "recall-{environment}"', config)

    def test_images_are_pinned_as_far_as_their_digest_is_known(self):
        for name, text in WORKFLOWS.items():
            for image in re.findall(r"(?:image|container): *(\S+)", text):
                if image != "golang:1.26-bookworm":
                    self.assertRegex(image, r"@sha256:[0-9a-f]{64}$", f"{name}: {image} may change without notice")

    def test_python_packages_are_pinned_by_version_and_hash(self):
        files = sorted((ROOT / "scripts").glob("requirements-*.txt"))
        self.assertTrue(files)
        for file in files:
            for line in re.sub(r" \\\n", " ", file.read_text()).splitlines():
                if not line.startswith("#"):
                    self.assertRegex(line, r"^[\w.-]+==\S+ +(--hash=sha256:[0-9a-f]{64} *)+$", f"{file.name}: {line[:40]} is not pinned by hash")
        self.assertIn("--require-hashes", (ROOT / "scripts/tools/functions.sh").read_text())

    def test_dependabot_sees_every_npm_project_and_every_go_module(self):
        updates = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"]
        watched = {update["package-ecosystem"]: update.get("directories") for update in updates}
        for ecosystem, file in (("npm", "package.json"), ("gomod", "go.mod")):
            self.assertEqual(folders_with(file), sorted(watched[ecosystem]), ecosystem)

    def test_every_go_module_is_in_the_workspace(self):
        used = re.findall(r"^\t\.(\S*)$", (ROOT / "go.work").read_text(), re.M)
        self.assertEqual(folders_with("go.mod"), sorted(folder or "/" for folder in used))

    def test_each_part_of_make_test_says_what_it_needs(self):
        for stage in STAGES:
            self.assertRegex(MAKEFILE, rf"(?m)^{stage}:.*## .*\[.+\]$", f"{stage} does not say in brackets what it needs")

    def test_every_target_is_explained_by_make_help(self):
        for line in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.M):
            for target in line.split():
                if re.fullmatch(r"[a-z][a-z-]*", target):
                    self.assertRegex(MAKEFILE, rf"(?m)^{target}:.*## ", f"make help does not list {target}")


if __name__ == "__main__":
    unittest.main()
