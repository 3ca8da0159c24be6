"""YAML as nodes that remember their line, read so that a clinician's plain `yes` and `no` stay words.

YAML 1.1 turns yes, no, on and off into booleans and 12:30 into a number; in a risk instrument that would silently
change answers. Only whole numbers, decimals, true, false and null are recognised; everything else is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

import yaml

Node = yaml.Node

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in a file: where, what, and what to write instead."""

    file: str
    line: int
    problem: str
    instead: str = ""

    @property
    def says(self) -> str:
        return f"{self.problem}; {self.instead}" if self.instead else self.problem

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


Fault = tuple[tuple[str | int, ...], str, str]
"""A finding before its line is known: where in the tree, what is wrong, what to write instead."""


class _Loader(_LOADER):  # type: ignore[misc]  # the base is the C loader where libyaml is present
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))

_PLAIN = {"tag:yaml.org,2002:int": int, "tag:yaml.org,2002:float": float}


def compose(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """The root node of one document, or the one finding that says why there is none."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Finding(file, line, f"this is not YAML: {error.problem}", "mend the indentation or the quoting")]
    except yaml.YAMLError as error:
        return None, [Finding(file, 1, f"this is not YAML: {error}", "save the file as UTF-8 text")]
    if node is None:
        return None, [Finding(file, 1, "the file is empty", "start from writing-your-own.md")]
    return node, []


def line_of(node: Node) -> int:
    return int(node.start_mark.line) + 1


def scalar(node: Node) -> str | int | float | bool | None:
    """The value of a leaf under the reduced rules above; None also for what is no leaf."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return bool(node.value == "true")
    if node.tag == "tag:yaml.org,2002:null":
        return None
    make = _PLAIN.get(node.tag)
    return make(node.value) if make else str(node.value)


def plain(node: Node) -> object:
    """A whole subtree as dicts, lists and leaves, where the format leaves the content open (worked examples)."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in node.value]
    return scalar(node)


def kind_of(node: Node) -> str:
    """How a person would name what stands there, for messages."""
    if isinstance(node, yaml.MappingNode):
        return "keys and values"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "nothing" if scalar(node) is None else f"{node.value!r}"
