"""The pins, the declared dependencies and the imports agree."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(file: str) -> dict[str, str]:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    return {_plain(name): version for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def _declared(entries: list[str]) -> set[str]:
    return {_plain(re.split(r"[\[<>=;! ]", entry, maxsplit=1)[0]) for entry in entries}


def test_what_is_declared_is_pinned() -> None:
    build = (ROOT / "requirements/build.in").read_text(encoding="utf-8").splitlines()
    wanted = _declared(PROJECT["dependencies"]) | {line for line in build if not line.startswith("#")}
    assert wanted - _pins("run.txt").keys() == set()
    extras = {name for entries in PROJECT["optional-dependencies"].values() for name in _declared(entries)}
    assert extras - _pins("test.txt").keys() == set()


def test_the_suite_tests_the_versions_that_are_run() -> None:
    tested = _pins("test.txt")
    assert {name: tested.get(name) for name in _pins("run.txt")} == _pins("run.txt")


@pytest.mark.parametrize("file", ["pip.txt", "run.txt", "test.txt"])
def test_every_pin_has_a_hash_and_no_file_names_an_index(file: str) -> None:
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=\w)", text)[1:]
    assert len(entries) == len(_pins(file))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_is_imported_is_declared() -> None:
    """Not merely brought along by something else: that one may stop to."""
    distributions = packages_distributions()
    declared = _declared(PROJECT["dependencies"]) | _declared(PROJECT["optional-dependencies"]["fhir"])
    undeclared = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("dispatch", "protocols", "workers")
        for path in (ROOT / package).rglob("*.py")
        for name in _imported(path)
        if not declared & {_plain(d) for d in distributions.get(name, [])}
    }
    assert undeclared == set()


def _imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"dispatch", "protocols", "workers"}
