"""Reads a YAML file that a person at a site wrote (roster, policy, rule pack), remembering the line of everything.

Use: `root = load(text, name)`, read what is wanted with the methods of `Node`, then `root.done()` before using any
of it. A method that finds something wrong writes the fault down and returns a harmless placeholder, so that one run
names everything there is to mend; `done` raises them all as one InvalidFile whose fault fields read `file:line`.

Plain scalars stay text until a reader asks for more. YAML's own guesses would turn the answer `no` into False,
`08:00` into 480 and `+12025550101` into a number.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

import yaml

from dispatch.errors import Fault, InvalidFile

E = TypeVar("E", bound=StrEnum)

MAX_DEPTH = 20

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"([0-9]{1,6})([smhdw])")
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,9}")


@dataclass(slots=True)
class _File:
    name: str
    faults: list[tuple[int, str]] = field(default_factory=list)

    def error(self) -> InvalidFile:
        # A value read twice, by two checks, has one fault.
        faults = [Fault(f"{self.name}:{line}", problem) for line, problem in sorted(set(self.faults))]
        return InvalidFile("; ".join(f"{f.field}: {f.problem}" for f in faults), faults)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value of the file. `line` is where its key stands, counted from 1; `path` reads `ladders.urgent.0.wait`."""

    content: str | dict[str, Node] | list[Node] | None
    line: int
    path: str
    file: _File

    def fault(self, problem: str) -> None:
        """Note something wrong with this value; say what to write instead."""
        self.file.faults.append((self.line, f"{self.path}: {problem}" if self.path else problem))

    def done(self) -> None:
        """Raise InvalidFile with every fault noted in this file so far, if there is one."""
        if self.file.faults:
            raise self.file.error()

    @property
    def is_null(self) -> bool:
        return self.content is None

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.content, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.content, list)

    def mapping(self, known: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The entries with known keys, in the file's order. Any other key is a fault; so is a missing required one."""
        allowed = list(known)
        found = self.entries()
        for key, node in found.items():
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, 1)
                node.fault(
                    f"unknown key; did you mean {close[0]!r}?" if close else f"unknown key; known: {_or(allowed)}"
                )
        if self.is_mapping:
            for key in required:
                if key not in found:
                    self.fault(f"{key!r} is missing")
        return {key: node for key, node in found.items() if key in allowed}

    def entries(self) -> dict[str, Node]:
        """The entries of a mapping whose keys are free."""
        if isinstance(self.content, dict):
            return self.content
        self.fault("must be `key: value` entries")
        return {}

    def items(self) -> list[Node]:
        if isinstance(self.content, list):
            return self.content
        self.fault("must be a list")
        return []

    def text(self) -> str:
        if isinstance(self.content, str) and self.content.strip():
            return self.content
        self.fault("must be text and not empty")
        return ""

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(node.text() for node in self.items())

    def choice(self, allowed: Iterable[str]) -> str:
        options = list(allowed)
        if isinstance(self.content, str) and self.content in options:
            return self.content
        self.fault(f"must be {_or(options)}")
        return options[0]

    def member(self, kind: type[E]) -> E:
        """A member of a StrEnum, by its value."""
        return kind(self.choice([member.value for member in kind]))

    def flag(self) -> bool:
        return self.choice(["true", "false"]) == "true"

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        number = int(self.content) if isinstance(self.content, str) and _WHOLE.fullmatch(self.content) else None
        if number is not None and low <= number <= high:
            return number
        self.fault(f"must be a whole number from {low} to {high}")
        return low

    def duration(self, least: timedelta = timedelta(seconds=1)) -> timedelta:
        """`90s`, `15m`, `2h`, `3d` or `1w`, and not shorter than `least`."""
        match = _DURATION.fullmatch(self.content) if isinstance(self.content, str) else None
        if match is None:
            self.fault("must be a duration such as 90s, 15m, 2h, 3d or 1w")
            return least
        span = timedelta(seconds=int(match[1]) * _UNITS[match[2]])
        if span < least:
            self.fault(f"must be at least {duration_text(least)}")
            return least
        return span

    def local_time(self) -> time:
        """`HH:MM`, 00:00 to 23:59, in the team's time zone."""
        match = _TIME.fullmatch(self.content) if isinstance(self.content, str) else None
        if match is None:
            self.fault('must be a time of day such as "08:00"')
            return time(0)
        return time(int(match[1]), int(match[2]))

    def local_datetime(self) -> datetime:
        """`YYYY-MM-DDTHH:MM` as the team's clock on the wall shows it: naive, for the reader to place in its zone."""
        if isinstance(self.content, str) and _MOMENT.fullmatch(self.content):
            try:
                return datetime.fromisoformat(self.content)
            except ValueError:
                pass
        self.fault('must be a local time such as "2026-12-24T08:00", without a zone')
        return datetime.combine(date(1970, 1, 1), time(0))

    def day(self) -> date:
        """`YYYY-MM-DD`."""
        if isinstance(self.content, str) and _DAY.fullmatch(self.content):
            try:
                return date.fromisoformat(self.content)
            except ValueError:
                pass
        self.fault("must be a date such as 2027-06-30")
        return date(1970, 1, 1)


def duration_text(span: timedelta) -> str:
    """The shortest exact way to write a duration of whole seconds: 90s, 15m, 2h, 3d. Weeks stay days."""
    seconds = int(span.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def load(text: str, name: str) -> Node:
    """The root of one YAML document. `name` is what faults call the file.

    Raises InvalidFile when it is not YAML at all. A key written twice is noted as a fault, since taking the last one
    would silently drop half of a ladder; so are aliases and tags, which no site needs.
    """
    file = _File(name)
    try:
        return _build(iter(yaml.parse(text, Loader=yaml.CSafeLoader)), file)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        file.faults.append((line, f"not valid YAML: {error.problem}"))
    except (yaml.YAMLError, UnicodeError):
        file.faults.append((1, "not valid YAML: holds characters that are not allowed in it"))
    raise file.error() from None


def _build(events: Iterator[yaml.Event], file: _File) -> Node:
    """Build the tree from parser events. Not recursive, so that a hostile file meets MAX_DEPTH and not our stack."""
    root: Node | None = None
    open_nodes: list[Node] = []
    keys: list[tuple[str, int] | None] = []
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            file.faults.append((line, "a second document; write one document a file"))
            raise file.error()
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            open_nodes.pop()
            keys.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        parent = open_nodes[-1] if open_nodes else None
        if parent is not None and isinstance(parent.content, dict) and keys[-1] is None:
            if not isinstance(event, yaml.ScalarEvent):
                file.faults.append((line, f"{parent.path or 'file'}: a key must be plain text"))
                raise file.error()
            keys[-1] = (event.value, line)
            continue
        node = _node(event, line, parent, keys, file)
        root = root or node
        if isinstance(node.content, dict | list):
            open_nodes.append(node)
            keys.append(None)
            if len(open_nodes) > MAX_DEPTH:
                node.fault(f"nested more than {MAX_DEPTH} deep")
                raise file.error()
    if root is None:
        file.faults.append((1, "the file is empty"))
        raise file.error()
    return root


def _node(
    event: yaml.NodeEvent, line: int, parent: Node | None, keys: list[tuple[str, int] | None], file: _File
) -> Node:
    path = ""
    if parent is not None:
        if isinstance(parent.content, list):
            step = str(len(parent.content))
        else:
            step, line = keys[-1] or ("", line)
        path = f"{parent.path}.{step}" if parent.path else step
    node = Node(_content(event), line, path, file)
    if isinstance(event, yaml.AliasEvent):
        node.fault("aliases are not read; write the value out")
    elif getattr(event, "tag", None) not in (None, "!"):
        node.fault("tags are not read; write the plain value")
    if parent is not None and isinstance(parent.content, list):
        parent.content.append(node)
    elif parent is not None and isinstance(parent.content, dict):
        keys[-1] = None
        if step in parent.content:
            node.fault(f"written twice; the first is on line {parent.content[step].line}")
        else:
            parent.content[step] = node
    return node


def _content(event: yaml.NodeEvent) -> str | dict[str, Node] | list[Node] | None:
    if isinstance(event, yaml.MappingStartEvent):
        return {}
    if isinstance(event, yaml.SequenceStartEvent):
        return []
    if isinstance(event, yaml.ScalarEvent) and not (event.implicit[0] and event.value in ("", "~", "null")):
        return str(event.value)
    return None


def _or(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"{', '.join(options[:-1])} or {options[-1]}"
