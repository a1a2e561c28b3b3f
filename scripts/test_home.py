"""Gives a copy of the project another home, and sees that nothing of the old one is left and that the copy still builds."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

from samlocal.scripts import load

home = load("home")
ROOT = Path(__file__).resolve().parent.parent
OLD = (home.present_module(ROOT), home.present_group(ROOT))
# The new module path is written nowhere in the project, this line included, so that a move back restores exactly what was there.
MODULE, GROUP = "/".join(["code.orchard.test", "chat", "take-back"]), "test.orchard.chat"


def git(folder: Path, *arguments: str) -> str:
    author = ["-c", "user.name=Test", "-c", "user.email=test@orchard.test", "-c", "core.hooksPath=/dev/null", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "As it is now")


def copy_of_tracked_files(folder: Path) -> None:
    """A repository with the files that this one tracks, as they are on the disk now."""
    for name in git(ROOT, "ls-files", "-z").strip("\0").split("\0"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in ("home.py", "test_home.py"):
        shutil.copy2(ROOT / "scripts" / name, folder / "scripts" / name)
    git(folder, "init", "-q")
    commit(folder)


def run_home(folder: Path, module: str, group: str) -> subprocess.CompletedProcess:
    command = [sys.executable, folder / "scripts/home.py", "--module", module, "--group", group]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class InACopy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        copy_of_tracked_files(cls.folder)
        cls.before = git(cls.folder, "rev-parse", "HEAD^{tree}")


class AMove(InACopy):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moved = run_home(cls.folder, MODULE, GROUP)
        assert cls.moved.returncode == 0, cls.moved.stderr
        commit(cls.folder)

    def tracked(self, *patterns: str) -> list[Path]:
        return [self.folder / name for name in git(self.folder, "ls-files", *patterns).split("\n") if name]

    def test_the_old_names_are_left_in_no_file_and_in_no_path(self):
        package = f"{OLD[1]}.recall"
        for name in (OLD[0], package, package.replace(".", "/")):
            for file in self.tracked():
                self.assertNotIn(name, str(file.relative_to(self.folder)))
                self.assertNotIn(name.encode(), file.read_bytes(), f"{file} still names {name}")

    def test_the_go_code_is_formatted_builds_and_is_vetted(self):
        go = [str(file) for file in self.tracked("*.go")]
        self.assertEqual("", subprocess.run(["gofmt", "-l", *go], capture_output=True, text=True, check=True).stdout)
        for command in (["go", "build", "work"], ["go", "vet", "./shared/recall"]):
            run = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(0, run.returncode, run.stderr)

    def test_every_java_file_lies_in_the_folder_of_its_package(self):
        packages = {file: re.search(r"^package ([\w.]+);", file.read_text(), re.M)[1] for file in self.tracked("clients/android/*.java")}
        self.assertIn(f"{GROUP}.recall.client", packages.values())
        for file, package in packages.items():
            self.assertTrue(file.parent.as_posix().endswith(f"/java/{package.replace('.', '/')}"), f"{file} is of the package {package}")

    def test_every_package_file_can_be_read_and_names_the_new_home(self):
        maven = "{http://maven.apache.org/POM/4.0.0}"
        for file in self.tracked("clients/*pom.xml"):
            project = ElementTree.parse(file).getroot()
            self.assertEqual(f"{GROUP}.recall", project.findtext(f"{maven}groupId") or project.findtext(f"{maven}parent/{maven}groupId"))
        for file in self.tracked("*package.json"):
            package = json.loads(file.read_text())
            if "homepage" in package:
                self.assertEqual(f"https://{MODULE}", package["homepage"], file)
                self.assertEqual(f"git+https://{MODULE}.git", package["repository"]["url"], file)
        for file in self.tracked("*.podspec"):
            self.assertIn(f"s.homepage = 'https://{MODULE}'\n", file.read_text())
            self.assertIn(f"s.source = {{ git: 'https://{MODULE}.git',", file.read_text())

    def test_hosts_that_only_look_alike_stay(self):
        text = (self.folder / "docs/operations.md").read_text()
        self.assertIn("wss://chat.example.com", text)

    def test_the_command_prints_the_new_names_and_the_files(self):
        for line in (f"{OLD[0]} is now {MODULE}", f"{OLD[1]}.recall is now {GROUP}.recall", "  go.mod", "  local/go.mod", "  clients/android/pom.xml"):
            self.assertIn(f"{line}\n", self.moved.stdout)

    def test_a_second_move_back_restores_every_byte(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "copy"
            git(self.folder, "clone", "-q", str(self.folder), str(folder))
            run = run_home(folder, *OLD)
            self.assertEqual(0, run.returncode, run.stderr)
            commit(folder)
            self.assertEqual(self.before, git(folder, "rev-parse", "HEAD^{tree}"))


class ARefusal(InACopy):
    def refused(self, module: str, group: str, because: str):
        run = run_home(self.folder, module, group)
        self.assertEqual(1, run.returncode)
        self.assertIn(because, run.stderr)
        self.assertNotIn("Traceback", run.stderr)
        self.assertEqual("", git(self.folder, "diff", "--stat", "HEAD"))

    def test_malformed_names_are_explained_and_nothing_is_changed(self):
        for module, because in {
            "": "MODULE is missing",
            "https://github.com/acme/recall": "is a link",
            "github.com/acme/recall.git": "is a link",
            "recall": "is not a Go module path",
            "github.com": "is not a Go module path",
            "github.com/acme/": "is not a Go module path",
            "github.com/../recall": "is not a Go module path",
            "github.com/acme/my recall": "is not a Go module path",
        }.items():
            with self.subTest(module=module):
                self.refused(module, GROUP, because)
        for group, because in {
            "": "GROUP is missing",
            "acme": "is not a Maven group",
            "com.Acme": "is not a Maven group",
            "com..acme": "is not a Maven group",
            "com.my-firm": "is not a Maven group",
            "com.public": "public is a word of the Java language",
            f"com.acme.{home.PRODUCT}": "Write GROUP=com.acme",
        }.items():
            with self.subTest(group=group):
                self.refused(MODULE, group, because)

    def test_a_file_that_is_not_committed_is_refused(self):
        new = self.folder / "notes.txt"
        new.write_text("not committed")
        self.addCleanup(new.unlink)
        self.refused(MODULE, GROUP, "there are changes that are not committed")

    def test_a_folder_without_a_repository_is_refused(self):
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "scripts").mkdir()
            shutil.copy2(self.folder / "scripts/home.py", Path(name) / "scripts")
            run = run_home(Path(name), MODULE, GROUP)
            self.assertEqual((1, True), (run.returncode, "is not a Git repository" in run.stderr), run.stderr)

    def test_the_home_of_now_changes_nothing(self):
        run = run_home(self.folder, *OLD)
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertIn("Nothing was changed", run.stdout)
        self.assertEqual("", git(self.folder, "status", "--porcelain"))


class Names(unittest.TestCase):
    def test_a_name_inside_a_longer_name_stays(self):
        names = home.replacements(("forge.test/a/recall", "test.forge"), (MODULE, GROUP))
        for text in ("www.forge.test/a/recall", "forge.test/a/recall-tools", "forge.test/a/recaller", "my.test.forge.recall", "test.forge.recalls"):
            self.assertEqual((text.encode(), 0), home.replace(text.encode(), names))
        self.assertEqual(f"https://{MODULE}.git".encode(), home.replace(b"https://forge.test/a/recall.git", names)[0])
        self.assertEqual(f"import {GROUP}.recall.v2;".encode(), home.replace(b"import test.forge.recall.v2;", names)[0])

    def test_a_new_name_that_holds_the_old_one_is_not_replaced_again(self):
        names = home.replacements(("forge.test/recall", "test.forge"), ("forge.test/recall/server", "test.forge.recall.server"))
        text = b"forge.test/recall and test.forge.recall"
        self.assertEqual(b"forge.test/recall/server and test.forge.recall.server.recall", home.replace(text, names)[0])


if __name__ == "__main__":
    unittest.main()
