#!/usr/bin/env python3
"""Gives the project another home: its Go module path, its Maven group, and everything that is named after them.

    make home MODULE=github.com/acme/recall GROUP=com.acme

MODULE is the address of the repository without https://. It becomes the Go module path and the address in every package
file. GROUP is the Maven group without its last part, which stays recall. The Java packages are named after it.

The present home is read from go.mod and from the Android client's pom.xml, so the command can be run again with other names.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

POM = "clients/android/pom.xml"
PRODUCT = "recall"

# The words that Java does not allow as a part of a package's name (Java Language Specification, 3.9).
JAVA_WORDS = set(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final "
    "finally float for goto if implements import instanceof int interface long native new null package private protected "
    "public return short static strictfp super switch synchronized this throw throws transient true try void volatile while".split()
)


class Refused(Exception):
    """Says in plain words why nothing was changed."""


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def check_module(module: str) -> None:
    if not module:
        raise Refused("MODULE is missing. An example is MODULE=github.com/acme/recall")
    if "://" in module or module.endswith(".git"):
        raise Refused(f"MODULE={module} is a link. Write it without https:// and without .git, for example github.com/acme/recall")
    host, *path = module.split("/")
    parts_are_good = all(re.fullmatch(r"[A-Za-z0-9_~-]+([.][A-Za-z0-9_~-]+)*", part) for part in path)
    if not re.fullmatch(r"[a-z0-9-]+([.][a-z0-9-]+)+", host) or not path or not parts_are_good:
        raise Refused(f"MODULE={module} is not a Go module path. It is a host and a path, for example github.com/acme/recall")


def check_group(group: str) -> None:
    if not group:
        raise Refused("GROUP is missing. An example is GROUP=com.acme")
    parts = group.split(".")
    if len(parts) < 2 or not all(re.fullmatch(r"[a-z][a-z0-9_]*", part) for part in parts):
        raise Refused(f"GROUP={group} is not a Maven group. It is a domain backwards in lower case, for example com.acme")
    if words := [part for part in parts if part in JAVA_WORDS]:
        raise Refused(f"GROUP={group} cannot begin a Java package, because {words[0]} is a word of the Java language")
    if parts[-1] == PRODUCT:
        raise Refused(f"GROUP={group} ends in {PRODUCT}, which is added by itself. Write GROUP={'.'.join(parts[:-1])}")


def present_module(root: Path) -> str:
    found = re.search(r"^module (\S+)$", (root / "go.mod").read_text(), re.M)
    if not found:
        raise Refused("go.mod names no module")
    return found[1]


def present_group(root: Path) -> str:
    """The group that the Android client has now, without its last part."""
    group = ElementTree.parse(root / POM).getroot().findtext("{http://maven.apache.org/POM/4.0.0}groupId") or ""
    if not group.endswith(f".{PRODUCT}"):
        raise Refused(f"the groupId in {POM} does not end in .{PRODUCT}")
    return group.removesuffix(f".{PRODUCT}")


def replacements(old: tuple[str, str], new: tuple[str, str]) -> dict[bytes, bytes]:
    """What is replaced by what. Each pair is a module and a group."""
    packages = [f"{group}.{PRODUCT}" for group in (old[1], new[1])]
    folders = [package.replace(".", "/") for package in packages]
    return {before.encode(): after.encode() for before, after in [(old[0], new[0]), packages, folders]}


def replace(text: bytes, names: dict[bytes, bytes]) -> tuple[bytes, int]:
    """Replaces all names at once, so that no replacement is replaced again, and counts them.

    A name that is only a part of a longer one stays: a longer host before it, or a longer last word after it.
    """
    longest_first = sorted(names, key=len, reverse=True)
    either = b"|".join(re.escape(name) for name in longest_first)
    return re.subn(rb"(?<![\w.-])(?:" + either + rb")(?![\w-])", lambda found: names[found[0]], text)


def move(root: Path, file: str, target: str) -> None:
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    (root / file).rename(root / target)
    folder = (root / file).parent
    while not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def give_home(root: Path, module: str, group: str) -> None:
    """Replaces the names in all files that git tracks, and prints what it changed."""
    check_module(module)
    check_group(group)
    if not (root / ".git").exists():
        raise Refused("this folder is not a Git repository, so nobody could see or take back what this command changes")
    if git(root, "status", "--porcelain"):
        raise Refused("there are changes that are not committed. Commit them first, so that `git diff` shows what this command did")
    if not shutil.which("gofmt"):
        raise Refused("gofmt is not on the PATH. It comes with Go, and the imports must be sorted anew")
    old = (present_module(root), present_group(root))
    if old == (module, group):
        print(f"The project is at home in {module} and {group}.{PRODUCT} already. Nothing was changed.")
        return
    names = replacements(old, (module, group))
    files = git(root, "ls-files", "-z").strip("\0").split("\0")
    changed, replaced, moved = [], 0, 0
    for file in files:
        before = (root / file).read_bytes()
        after, count = replace(before, names)
        target = replace(file.encode(), names)[0].decode()
        if after != before:
            (root / file).write_bytes(after)
            changed.append(target)
            replaced += count
        if target != file:
            move(root, file, target)
            moved += 1
    go = [file for file in changed if file.endswith(".go")]
    if go:
        subprocess.run(["gofmt", "-w", *go], cwd=root, check=True)
    if moved:
        # Maven would find the classes of the old packages there, and run their tests.
        for folder in root.glob("clients/android/*/target"):
            shutil.rmtree(folder)
    print(f"{old[0]} is now {module}\n{old[1]}.{PRODUCT} is now {group}.{PRODUCT}")
    print(f"{replaced} names in {len(changed)} files were replaced, and {moved} files moved to another folder:")
    other = [file for file in changed if not file.endswith((".go", ".java"))]
    print(f"  {len(go)} Go files\n  {sum(file.endswith('.java') for file in changed)} Java files")
    print("\n".join(f"  {file}" for file in other))
    print("Look at it with `git add -A && git diff --cached -M`, run `make test`, and commit it.")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", default="", help="Go module path, for example github.com/acme/recall")
    parser.add_argument("--group", default="", help="Maven group without its last part, for example com.acme")
    options = parser.parse_args(arguments)
    try:
        give_home(Path(__file__).resolve().parent.parent, options.module, options.group)
    except Refused as refused:
        print(f"home: {refused}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
