"""Runs scripts/run-stages.sh with a Makefile whose stages pass, fail and wait."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "run-stages.sh"
MAKEFILE = """
first: ## Passes [nothing]
\t@echo one
second: ## Passes [a tool]
\t@echo two
red: ## Fails [nothing]
\t@for i in $$(seq 100); do echo line $$i; done; echo '--- FAIL: TestOfSomething (0.1s)'; for i in $$(seq 100); do echo more $$i; done; exit 3
red-while-long-runs: ## Fails when the other has begun [nothing]
	@until [ -s long.pid ]; do sleep 0.05; done; exit 1
long: ## Lasts until it is ended [patience]
\t@sleep 321 & echo $$! >long.pid; wait
"""


class RunStages(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPT, self.root / "scripts")
        (self.root / "Makefile").write_text(MAKEFILE)

    def run_stages(self, *stages):
        # The tests themselves may run in a stage of a make with another number of jobs.
        environment = {**os.environ, "JOBS": "2"}
        return subprocess.run(["scripts/run-stages.sh", *stages], cwd=self.root, env=environment, capture_output=True, text=True, timeout=60)

    def times(self):
        lines = (self.root / "build/stages/times.tsv").read_text().splitlines()
        return {line.split("\t")[0]: line.split("\t")[3] for line in lines[1:]}

    def test_it_says_how_far_it_is_and_what_each_stage_needs(self):
        done = self.run_stages("first", "second")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("[1 of 2] first starts; it needs nothing", done.stdout)
        self.assertIn("[2 of 2] second starts; it needs a tool", done.stdout)
        self.assertRegex(done.stdout, r"0:\d\d  (first|second) passed in \d+ s; 2 of 2 are done")
        self.assertEqual({"first": "passed", "second": "passed"}, self.times())

    def test_it_stops_at_the_first_stage_that_fails_and_shows_why(self):
        done = self.run_stages("red", "long", "first")
        self.assertEqual(1, done.returncode)
        self.assertRegex(done.stdout, r"(?s)red FAILED after \d+ s:.*more 100\n.*build/stages/red\.log:\n\d+:--- FAIL: TestOfSomething")
        self.assertNotIn("line 1\n", done.stdout)
        self.assertNotIn("first starts", done.stdout)
        self.assertEqual({"red": "failed"}, self.times())

    def test_nothing_runs_on_after_it_has_stopped(self):
        done = self.run_stages("long", "red-while-long-runs")
        self.assertEqual(1, done.returncode)
        process = int((self.root / "long.pid").read_text())
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)
        self.fail("the stage that was running was not ended")


if __name__ == "__main__":
    unittest.main()
