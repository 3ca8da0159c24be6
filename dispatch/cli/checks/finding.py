"""One line of `doctor`: what was looked at, how it is, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: red: pages, contacts or their protection are at risk. note: worth knowing, and no fault.
Level = Literal["ok", "note", "red"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` holds no secret and nothing personal. `mend` is empty where nothing has to be done."""

    what: str
    level: Level
    says: str
    mend: str = ""


def ok(what: str, says: str) -> Finding:
    return Finding(what, "ok", says)


def note(what: str, says: str, mend: str = "") -> Finding:
    return Finding(what, "note", says, mend)


def red(what: str, says: str, mend: str) -> Finding:
    return Finding(what, "red", says, mend)
