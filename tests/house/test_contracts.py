"""Each import contract, seen to bite: a forbidden import is planted in a copy, and the check must name it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, Any] = {contract["id"]: contract for contract in CONFIG["contracts"]}


def _words(layer: str) -> list[str]:
    return layer.replace("(", " ").replace(")", " ").replace("|", " ").replace(":", " ").split()


def _lint(root: Path, contract: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--contract", contract]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in CONFIG["root_packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("contract", "where", "planted"),
    [
        ("packages", "protocols/errors.py", "dispatch.errors"),
        ("packages", "dispatch/flow/__init__.py", "workers"),
        ("layers", "dispatch/priority.py", "dispatch.store"),
        ("layers", "dispatch/store/__init__.py", "dispatch.queue"),
        ("layers", "dispatch/clock.py", "dispatch.case"),
        ("layers", "dispatch/api/__init__.py", "dispatch.console"),
        ("pure", "dispatch/case.py", "sqlalchemy"),
        ("pure", "dispatch/page.py", "dispatch.settings"),
        ("pure", "dispatch/alarm.py", "dispatch.clock"),
        ("pure", "protocols/errors.py", "redis"),
        ("edges", "dispatch/api/__init__.py", "dispatch.store"),
        ("edges", "dispatch/console/__init__.py", "dispatch.queue"),
        ("edges", "dispatch/http/__init__.py", "dispatch.store"),
        ("demo", "workers/__init__.py", "dispatch.demo"),
        ("rq", "dispatch/flow/__init__.py", "rq"),
        ("twilio", "dispatch/flow/__init__.py", "twilio.rest"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, contract: str, where: str, planted: str) -> None:
    module = copy / where
    module.write_text(module.read_text(encoding="utf-8") + f"\nimport {planted}\n", encoding="utf-8")
    result = _lint(copy, contract)
    assert result.returncode == 1, result.stdout + result.stderr
    importer = where.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert f"{importer} -> {planted.partition('.')[0]}" in " ".join(result.stdout.split()), result.stdout


def test_a_module_without_a_layer_is_found(copy: Path) -> None:
    (copy / "dispatch/newcomer.py").write_text("", encoding="utf-8")
    result = _lint(copy, "layers")
    assert result.returncode == 1
    assert "newcomer" in result.stdout


def test_every_contract_is_planted_against() -> None:
    marks = test_a_forbidden_import_is_found.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in marks[0].args[1]} == set(CONTRACTS)


def test_the_two_lists_of_decisions_agree() -> None:
    layers = CONTRACTS["layers"]["layers"]
    decisions = next(_words(layer) for layer in layers if "priority" in _words(layer))
    below = next(_words(layer) for layer in layers if "effects" in _words(layer))
    pure = {name.removeprefix("dispatch.") for name in CONTRACTS["pure"]["source_modules"]} - {"protocols"}
    assert pure == {name for name in decisions + below if (ROOT / f"dispatch/{name}.py").exists()}
