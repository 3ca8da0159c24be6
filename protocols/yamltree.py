"""YAML as nodes that remember their line, read so that a clinician's plain `yes` and `no` stay words.

YAML 1.1 turns yes, no, on and off into booleans and 12:30 into a number; in a risk instrument that would silently
change answers. Only whole numbers, decimals, true, false and null are recognised; everything else is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value, and the text it was written as."""

    value: str | int | float | bool | None
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """Keys and values."""

    pairs: list[tuple[Leaf, Node]]
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    items: list[Node]
    line: int


Node = Leaf | Keyed | Listed


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


_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 30
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_FLOAT = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _NotHere(Exception):
    """Something YAML allows and this format does not."""

    def __init__(self, event: yaml.Event, problem: str, instead: str) -> None:
        super().__init__(problem)
        self.line = _line(event)
        self.problem = problem
        self.instead = instead


def compose(text: str, file: str) -> tuple[Node | None, list[Finding]]:
    """The root node of one document, or the one finding that says why there is none."""
    try:
        node = _compose(text)
    except _NotHere as fault:
        return None, [Finding(file, fault.line, fault.problem, fault.instead)]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Finding(file, line, f"this is not YAML: {error.problem}", "mend the indentation or the quoting")]
    except yaml.YAMLError as error:
        return None, [Finding(file, 1, f"this is not YAML: {error}", "save the file as UTF-8 text")]
    if node is None:
        return None, [Finding(file, 1, "the file is empty", "start from writing-your-own.md")]
    return node, []


def _compose(text: str) -> Node | None:
    # From events, one at a time, and not by the library's own composer: that one recurses in C, so that a file of
    # nothing but brackets ends the whole process, and it follows anchors, which can make a small file endless.
    root: Node | None = None
    open_nodes: list[Keyed | Listed] = []
    keys: list[Leaf | None] = []
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionEndEvent):
            open_nodes.pop()
            keys.pop()
            continue
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _NotHere(event, "the file holds two documents", "keep one protocol a file")
        if not isinstance(event, yaml.NodeEvent):
            continue
        node = _node(event)
        if open_nodes:
            _attach(open_nodes[-1], keys, node, event)
        else:
            root = node
        if not isinstance(node, Leaf):
            if len(open_nodes) == _DEPTH:
                raise _NotHere(event, "the file is nested too deeply", "a protocol needs few levels")
            open_nodes.append(node)
            keys.append(None)
    return root


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark is not None else 1


def _node(event: yaml.NodeEvent) -> Node:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _NotHere(event, "anchors and aliases are not used here", "write the part out")
    if getattr(event, "tag", None) is not None:
        raise _NotHere(event, "tags are not used here", "leave the tag out")
    line = _line(event)
    if isinstance(event, yaml.ScalarEvent):
        # Quoted text stays text, whatever it looks like: "1" is a code.
        return Leaf(_value(event.value) if event.implicit[0] else event.value, event.value, line)
    return Keyed([], line) if isinstance(event, yaml.MappingStartEvent) else Listed([], line)


def _attach(parent: Keyed | Listed, keys: list[Leaf | None], node: Node, event: yaml.NodeEvent) -> None:
    if isinstance(parent, Listed):
        parent.items.append(node)
        return
    key = keys[-1]
    if key is not None:
        parent.pairs.append((key, node))
        keys[-1] = None
    elif isinstance(node, Leaf):
        keys[-1] = node
    else:
        raise _NotHere(event, "a key is a plain word", "write word: value")


def _value(text: str) -> str | int | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def scalar(node: Node) -> str | int | float | bool | None:
    """The value of a leaf; None also for what is no leaf."""
    return node.value if isinstance(node, Leaf) else None


def is_null(node: Node) -> bool:
    """True where nothing, or null, is written."""
    return isinstance(node, Leaf) and node.value is None


def plain(node: Node) -> object:
    """A whole subtree as dicts, lists and leaves, where the format leaves the content open (worked examples)."""
    if isinstance(node, Keyed):
        return {key.text: plain(value) for key, value in node.pairs}
    if isinstance(node, Listed):
        return [plain(each) for each in node.items]
    return node.value


def kind_of(node: Node) -> str:
    """How a person would name what stands there, for messages."""
    if isinstance(node, Keyed):
        return "keys and values"
    if isinstance(node, Listed):
        return "a list"
    return "nothing" if node.value is None else f"{node.text!r}"
