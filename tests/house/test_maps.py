"""A newcomer finds every file: the maps at the head of two packages name each of their modules."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import dispatch
import dispatch.flow


@pytest.mark.parametrize(("package", "margin"), [(dispatch, 19), (dispatch.flow, 25)], ids=["dispatch", "flow"])
def test_the_map_names_every_module_and_nothing_else(package: ModuleType, margin: int) -> None:
    modules = {file.stem for file in Path(str(package.__file__)).parent.glob("*.py")} - {"__init__"}
    told, listed = str(package.__doc__).split("keeps this list whole):\n")
    # In the margin stands what a group is about; what stands in brackets explains a name.
    names = re.sub(r"\([^)]*\)", "", "\n".join(line[margin:] for line in listed.splitlines()))
    named = set(re.findall(r"\w+", names))
    assert modules - named <= set(re.findall(r"\w+", told)), "name these in the map"
    assert named <= modules, "these are gone"
