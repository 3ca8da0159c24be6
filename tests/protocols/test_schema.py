"""The published JSON Schema: it accepts what loads, refuses what does not, and is never stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from protocols.loader import SHIPPED, files_in
from protocols.schema import json_schema, published
from protocols.yamltree import compose, plain
from tests.protocols.test_check import GOOD

DOCS = Path(__file__).parents[2] / "docs" / "protocols"
VALID = Draft202012Validator(json_schema())


def content(text: str) -> object:
    root, _ = compose(text, "file")
    assert root is not None
    return plain(root)


def test_the_schema_itself_is_valid() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_the_kept_copy_is_fresh() -> None:
    assert (DOCS / "protocol.schema.json").read_text(encoding="utf-8") == published()


@pytest.mark.parametrize("path", files_in(SHIPPED), ids=lambda path: path.stem)
def test_every_shipped_file_is_accepted(path: Path) -> None:
    assert [error.message for error in VALID.iter_errors(content(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("use: context", "uses: context"),
        ("use: context", "use: nothing"),
        ("title: Made-up file\n", ""),
        ("in_force: 2026-01-01", "in_force: yesterday"),
        ('version: "1"', "version: 1"),
        ("ask: {dry: yes}", "ask: [dry]"),
        ("{leaves: {at_least: 1}}", "{leaves: {more_than: 1}}"),
        ("{leaves: {at_least: 1}}", "{any: {dry: yes}}"),
        ("{id: leave, words: leave it}", "{id: leave, words: leave it, respond_within: 4 hours}"),
    ],
)
def test_it_refuses_what_the_checker_refuses(old: str, new: str) -> None:
    assert VALID.is_valid(content(GOOD))
    assert not VALID.is_valid(content(GOOD.replace(old, new, 1)))
