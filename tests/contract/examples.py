"""The examples of docs/interface.md, as the document has them."""

from __future__ import annotations

import re
from pathlib import Path

TEXT = (Path(__file__).parents[2] / "docs" / "interface.md").read_text("utf-8")


def block(starts: str) -> str:
    """The fenced block that begins with `starts`, without its fence."""
    found = [b for b in re.findall(r"```\w+\n(.*?)```", TEXT, re.DOTALL) if b.startswith(starts)]
    assert len(found) == 1, starts
    return str(found[0])


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, cells stripped, without its head."""
    part = TEXT.split(f"## {heading}", 1)[1]
    rows: list[list[str]] = []
    for line in part.splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))])
        elif rows:
            break
    return rows[2:]


def words(cell: str) -> list[str]:
    """Everything in `code marks` in a cell."""
    return re.findall(r"`([^`]+)`", cell)
