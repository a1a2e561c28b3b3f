"""Loads a script whose name has a hyphen, which import does not take."""

import importlib.util

from samlocal.environment import ROOT


def load(name: str):
    specification = importlib.util.spec_from_file_location(name.replace("-", "_"), ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
