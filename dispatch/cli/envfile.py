"""Writing answers into `.env` without touching what else stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dispatch.cli.files import write_private


def keep(file: Path, answers: Mapping[str, str]) -> None:
    """Give each name its value: in the line that had it, else at the end. Only the owner may read the file."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    left = dict(answers)
    kept = []
    for line in lines:
        name = line.partition("=")[0].strip()
        kept.append(f"{name}={_quoted(left.pop(name))}" if name in left else line)
    kept += [f"{name}={_quoted(value)}" for name, value in left.items()]
    write_private(file, "".join(f"{line}\n" for line in kept))


def _quoted(value: str) -> str:
    # Single quotes take everything as it is; in double ones a $ would be looked up.
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
