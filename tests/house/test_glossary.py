"""The glossary is kept: every word stands once, and the words it rules out name nothing in the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
#: Ruled out wherever they stand; the others on the right have an ordinary meaning somewhere (a Redis client, a log).
NEVER = {"victim", "ticket", "clinician", "superuser", "reassignment", "janitor"}


def _rows() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in TEXT.splitlines() if line.startswith("| ")]
    return [row for row in rows if row[0] != "word"]


def _names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_every_word_is_explained_once() -> None:
    words = [word for row in _rows() for word in row[0].split(", ")]
    assert len(words) > 60
    assert sorted(words) == sorted(set(words))


def test_the_words_ruled_out_are_in_the_glossary() -> None:
    assert {word for word in NEVER if re.search(rf"\| [^|]*\b{word}\b[^|]* \|$", TEXT, re.MULTILINE)} == NEVER


def test_no_name_in_the_code_uses_a_word_that_is_ruled_out() -> None:
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for package in ("dispatch", "protocols", "workers")
        for path in (ROOT / package).rglob("*.py")
        for name in {path.stem, *_names(ast.parse(path.read_text(encoding="utf-8")))}
        if NEVER & {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
    }
    assert wrong == set()
