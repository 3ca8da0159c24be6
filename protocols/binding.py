"""A YAML tree into the dataclasses of `model.py`, by their type hints: no key is written down twice.

Every fault is collected with its line, so that one run of the checker names them all. A part with a fault binds to
`FAULTY` and never reaches scoring.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from protocols import conditions
from protocols.yamltree import Finding, Keyed, Leaf, Listed, Node, is_null, kind_of, plain, scalar

FAULTY: Any = object()

Bind = Callable[[Node, str, list[Finding]], Any]

_DURATION = re.compile(r"^(\d+)([smhdw])$")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CONDITION = conditions.Is


def bind(kind: Any, node: Node, file: str, found: list[Finding]) -> Any:
    """The value of type `kind` written at `node`, or FAULTY with at least one more finding."""
    return binder(kind)(node, file, found)


@cache
def binder(kind: Any) -> Bind:
    """The function that binds this type; built once, since the whole library must load in a fraction of a second."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return binder(args[0])
    if origin in (Union, UnionType):
        return _union(args)
    if origin is Literal:
        return _literal(args)
    if origin is tuple:
        return _list(args[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(args[1])
    if is_dataclass(kind):
        return _record(kind)
    return _leaf(kind)


def unwrap(kind: Any) -> tuple[Any, str]:
    """A field's type without its note, and the note."""
    if get_origin(kind) is Annotated:
        args = get_args(kind)
        return args[0], str(args[1])
    return kind, ""


def is_condition(args: tuple[Any, ...]) -> bool:
    """True for the union of condition kinds, which has a grammar of its own."""
    return _CONDITION in args


def _fault(node: Node, file: str, found: list[Finding], problem: str, instead: str) -> Any:
    found.append(Finding(file, node.line, problem, instead))
    return FAULTY


def _record(kind: Any) -> Bind:
    hints = get_type_hints(kind, include_extras=True)
    plan = {each.name: binder(hints[each.name]) for each in fields(kind)}
    required = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    name = kind.__name__.lower()

    def bind_record(node: Node, file: str, found: list[Finding]) -> Any:
        if not isinstance(node, Keyed):
            return _fault(node, file, found, f"{name}: keys are expected, not {kind_of(node)}", f"write {required[:1]}")
        values: dict[str, Any] = {}
        for key_node, value_node in node.pairs:
            key = key_node.text
            if key not in plan:
                _fault(key_node, file, found, f"unknown key `{key}` in {name}", "the keys are " + ", ".join(plan))
            elif key in values:
                _fault(key_node, file, found, f"`{key}` is written twice", "keep one of the two")
            else:
                values[key] = plan[key](value_node, file, found)
        absent = [key for key in required if key not in values]
        if absent:
            return _fault(node, file, found, f"{name} has no `{absent[0]}`", f"add {absent[0]}:")
        if any(value is FAULTY for value in values.values()):
            return FAULTY
        return kind(**values)

    return bind_record


def _mapping(kind: Any) -> Bind:
    def bind_mapping(node: Node, file: str, found: list[Finding]) -> Any:
        if not isinstance(node, Keyed):
            return _fault(
                node, file, found, f"names with values are expected, not {kind_of(node)}", "write name: value"
            )
        values: dict[str, Any] = {}
        for key_node, value_node in node.pairs:
            key = key_node.text
            if key in values:
                _fault(key_node, file, found, f"`{key}` is written twice", "keep one of the two")
            values[key] = plain(value_node) if kind is object else binder(kind)(value_node, file, found)
        return FAULTY if any(value is FAULTY for value in values.values()) else values

    return bind_mapping


def _list(kind: Any) -> Bind:
    each_bind = binder(kind)

    def bind_list(node: Node, file: str, found: list[Finding]) -> Any:
        if not isinstance(node, Listed):
            return _fault(
                node, file, found, f"a list is expected, not {kind_of(node)}", "write [one, two] or lines with -"
            )
        values = tuple(each_bind(each, file, found) for each in node.items)
        return FAULTY if any(value is FAULTY for value in values) else values

    return bind_list


def _literal(allowed: tuple[Any, ...]) -> Bind:
    def bind_literal(node: Node, file: str, found: list[Finding]) -> Any:
        value = scalar(node)
        if value in allowed and not isinstance(value, bool):
            return value
        choices = ", ".join(str(each) for each in allowed)
        return _fault(node, file, found, f"{kind_of(node)} is not allowed here", f"use one of {choices}")

    return bind_literal


def _union(args: tuple[Any, ...]) -> Bind:
    if is_condition(args):
        return _condition(optional=NoneType in args)
    rest = tuple(each for each in args if each is not NoneType)
    lists = [each for each in rest if get_origin(each) is tuple]
    maps = [each for each in rest if get_origin(each) not in (None, tuple, Literal)]
    others = tuple(each for each in rest if each not in lists and each not in maps)

    def bind_union(node: Node, file: str, found: list[Finding]) -> Any:
        if isinstance(node, Listed) and lists:
            return binder(lists[0])(node, file, found)
        if isinstance(node, Keyed) and maps:
            return binder(maps[0])(node, file, found)
        if NoneType in args and is_null(node):
            return None
        if len(others) == 1:
            return binder(others[0])(node, file, found)
        if len(rest) == 1:
            return binder(rest[0])(node, file, found)
        value = scalar(node)
        if type(value) in others:
            return value
        expected = " or ".join(_NAMES.get(each, "a list") for each in others or rest)
        return _fault(node, file, found, f"{expected} is expected, not {kind_of(node)}", f"write {expected}")

    return bind_union


def _condition(optional: bool) -> Bind:
    def bind_condition(node: Node, file: str, found: list[Finding]) -> Any:
        if optional and is_null(node):
            return None
        bound = conditions.bind(node, file, found)
        return FAULTY if bound is None else bound

    return bind_condition


_NAMES = {
    str: "text",
    int: "a whole number",
    float: "a decimal number",
    bool: "true or false",
    date: "a date such as 2026-01-31",
    timedelta: "a duration such as 15m, 4h or 3d",
}


def _leaf(kind: Any) -> Bind:
    def bind_leaf(node: Node, file: str, found: list[Finding]) -> Any:
        value = scalar(node)
        if isinstance(value, str) and kind is date:
            try:
                return date.fromisoformat(value)
            except ValueError:
                value = None
        elif isinstance(value, str) and kind is timedelta:
            parts = _DURATION.match(value)
            value = None
            if parts:
                return timedelta(**{_UNITS[parts[2]]: int(parts[1])})
        if type(value) is kind and value != "":
            return value
        what = _NAMES[kind]
        return _fault(node, file, found, f"{what} is expected, not {kind_of(node)}", _instead(kind, node))

    return bind_leaf


def _instead(kind: Any, node: Node) -> str:
    if kind is str and isinstance(node, Leaf) and node.text:
        return f'put it in quotes: "{node.text}"'
    return f"write {_NAMES[kind]}"
