"""Holds Package.swift and RecallIM.podspec, which only Apple's tools can run, against the files that there are."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = (ROOT / "Package.swift").read_text()
PODSPEC = (ROOT / "RecallIM.podspec").read_text()

# What builds the client on Apple systems: all but the transports and the face of other systems.
CORE = [*(ROOT / "clients/cpp/client").glob("*.cpp"), *(ROOT / "clients/cpp/core").glob("*.cpp"), ROOT / "clients/cpp/transport/address.cpp"]
SOURCES = {*CORE, *(ROOT / "clients/apple/src").glob("*.mm")}


def braces(pattern: str) -> list[str]:
    """A pattern of a podspec without its {a,b}."""
    found = re.search(r"\{([^}]*)\}", pattern)
    return [pattern.replace(found[0], each) for each in found[1].split(",")] if found else [pattern]


class ApplePackage(unittest.TestCase):
    def test_the_swift_package_builds_every_source_and_no_other(self):
        base = ROOT / re.search(r'path: "([^"]+)"', PACKAGE)[1]
        built = set()
        for source in re.findall(r'"([^"]+)"', re.search(r"sources: \[(.*?)\]", PACKAGE, re.S)[1]):
            path = base / source
            self.assertTrue(path.exists(), f"Package.swift names {source}, which there is not")
            built |= {each for each in path.glob("*.*") if each.suffix in (".cpp", ".mm")} if path.is_dir() else {path}
        self.assertEqual(SOURCES, built)

    def test_the_folders_that_the_swift_package_searches_are_there(self):
        base = ROOT / re.search(r'path: "([^"]+)"', PACKAGE)[1]
        for folder in re.findall(r'(?:headerSearchPath\(|publicHeadersPath: )"([^"]+)"', PACKAGE):
            self.assertTrue((base / folder).is_dir(), folder)
        self.assertTrue((base / "apple/include/RecallIM/RecallIM.h").is_file(), "the umbrella header has the target's name")

    def test_the_pod_builds_every_source_and_no_other(self):
        patterns = re.findall(r"'([^']+)'", re.search(r"s\.source_files = (.*?)\n  s\.public", PODSPEC, re.S)[1])
        built = set()
        for pattern in patterns:
            found = {path for each in braces(pattern) for path in ROOT.glob(each)}
            self.assertTrue(found, f"{pattern} is nothing")
            built |= {path for path in found if path.suffix in (".cpp", ".mm")}
        self.assertEqual(SOURCES, built)

    def test_every_public_header_is_in_the_umbrella_header(self):
        folder = ROOT / "clients/apple/include/RecallIM"
        umbrella = set(re.findall(r"#import <RecallIM/([^>]+)>", (folder / "RecallIM.h").read_text()))
        self.assertEqual({header.name for header in folder.glob("*.h")} - {"RecallIM.h"}, umbrella)


if __name__ == "__main__":
    unittest.main()
