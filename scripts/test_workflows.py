"""Holds the workflows against the Makefile and against what a supply chain should be."""

import re
import subprocess
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()
WORKFLOWS = {file.name: file.read_text() for file in (ROOT / ".github/workflows").glob("*.yml")}


def prerequisites(target: str) -> list[str]:
    """What a target of the Makefile runs first."""
    return re.search(rf"^{target}: *([^#\n]*)", MAKEFILE, re.M)[1].split()


class Workflows(unittest.TestCase):
    def test_each_part_of_make_test_is_a_job(self):
        targets = yaml.safe_load(WORKFLOWS["test.yml"])["jobs"]["make"]["strategy"]["matrix"]["target"]
        self.assertEqual(set(), set(prerequisites("test")) - set(targets), "make test runs what no job does")
        for target in targets:
            self.assertRegex(MAKEFILE, rf"(?m)^{target}:", f"a job runs make {target}, which there is not")

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

    def test_dependabot_sees_every_npm_project(self):
        watched = {d for u in yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())["updates"] for d in u.get("directories", [])}
        listed = subprocess.run(["git", "ls-files", "*package.json"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual({f"/{Path(file).parent}" for file in listed}, watched)

    def test_every_target_is_explained_by_make_help(self):
        for line in re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.M):
            for target in line.split():
                if re.fullmatch(r"[a-z][a-z-]*", target):
                    self.assertRegex(MAKEFILE, rf"(?m)^{target}:.*## ", f"make help does not list {target}")


if __name__ == "__main__":
    unittest.main()
