"""Conditions, as skip logic, rules and flags are written: plain data a person can read and a form can evaluate.

{q2: yes}                          the item has this answer
{q3a_when: [within_24h, last_month]}   one of these answers
{q1: refused}                      the person declined; never the same as "no"
{total: {at_least: 10}}            a number, or an item answered by a whole number
{q1: yes, q2: no}                  all of several
{any: [...]}  {all: [...]}  {not: {...}}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from protocols.yamltree import Finding, Keyed, Listed, Node, kind_of, scalar

WORDS = ("any", "all", "not")
"""Keys with a meaning of their own; no item or number may take them as its id."""

Value = str | int


@dataclass(frozen=True, slots=True)
class Is:
    """The named item has one of these answers."""

    name: str
    values: tuple[Value, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """The named number, or whole-number item, lies between the limits; both are included, either may be open."""

    name: str
    at_least: float | None
    at_most: float | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Is | Within | AllOf | AnyOf | Not


def leaves(condition: Condition) -> Iterator[Is | Within]:
    """Every comparison in it, left to right."""
    if isinstance(condition, (AllOf, AnyOf)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition


def as_data(condition: Condition) -> dict[str, object]:
    """The condition as JSON-ready data, one shape for each kind, for forms and their few lines of script."""
    if isinstance(condition, Is):
        return {"is": {"name": condition.name, "values": list(condition.values)}}
    if isinstance(condition, Within):
        limits = {"at_least": condition.at_least, "at_most": condition.at_most}
        return {"within": {"name": condition.name, **limits}}
    if isinstance(condition, Not):
        return {"not": as_data(condition.part)}
    return {"all" if isinstance(condition, AllOf) else "any": [as_data(part) for part in condition.parts]}


def words(condition: Condition) -> str:
    """The condition as a sentence part: `q4 = yes or q5 = yes`."""
    if isinstance(condition, Is):
        return f"{condition.name} = " + " or ".join(str(value) for value in condition.values)
    if isinstance(condition, Within):
        low, high = condition.at_least, condition.at_most
        if low is not None and high is not None:
            return f"{condition.name} {low} to {high}"
        return f"{condition.name} ≥ {low}" if low is not None else f"{condition.name} ≤ {high}"
    if isinstance(condition, Not):
        return f"not ({words(condition.part)})"
    glue = " and " if isinstance(condition, AllOf) else " or "
    return glue.join(
        f"({words(part)})" if isinstance(part, (AllOf, AnyOf)) and len(condition.parts) > 1 else words(part)
        for part in condition.parts
    )


def bind(node: Node, file: str, found: list[Finding]) -> Condition | None:
    """The condition at this node; None when `found` got the reason why there is none."""
    if not isinstance(node, Keyed) or not node.pairs:
        problem = f"a condition is expected, not {kind_of(node)}"
        found.append(Finding(file, node.line, problem, "write for instance {q2: yes}"))
        return None
    names = [key.text for key, _ in node.pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        found.append(Finding(file, node.line, f"`{twice}` is written twice", "put both under any: or all:"))
        return None
    parts = _whole(_one(name, value, file, found) for name, (_, value) in zip(names, node.pairs, strict=True))
    return None if parts is None else parts[0] if len(parts) == 1 else AllOf(parts)


def _whole(parts: Iterable[Condition | None]) -> tuple[Condition, ...] | None:
    """All of them, or None when one has a fault: half a condition would be another condition."""
    bound = list(parts)
    whole = tuple(part for part in bound if part is not None)
    return whole if len(whole) == len(bound) else None


def _one(key: str, node: Node, file: str, found: list[Finding]) -> Condition | None:
    if key == "not":
        part = bind(node, file, found)
        return Not(part) if part is not None else None
    if key in WORDS:
        if not isinstance(node, Listed) or not node.items:
            problem = f"`{key}` takes a list of conditions"
            found.append(Finding(file, node.line, problem, f"write {key}: [{{…}}, {{…}}]"))
            return None
        parts = _whole(bind(each, file, found) for each in node.items)
        return None if parts is None else AllOf(parts) if key == "all" else AnyOf(parts)
    if isinstance(node, Keyed):
        return _limits(key, node, file, found)
    nodes = node.items if isinstance(node, Listed) else [node]
    values = tuple(
        value for value in map(scalar, nodes) if isinstance(value, (str, int)) and not isinstance(value, bool)
    )
    if not nodes or len(values) != len(nodes):
        problem = f"`{key}` is compared with {kind_of(node)}"
        instead = "compare it with an answer, a list of answers, or {at_least: 1}"
        found.append(Finding(file, node.line, problem, instead))
        return None
    return Is(key, values, node.line)


def _limits(key: str, node: Keyed, file: str, found: list[Finding]) -> Condition | None:
    limits: dict[str, float] = {}
    for name, value in node.pairs:
        number = scalar(value)
        if name.text in ("at_least", "at_most") and isinstance(number, (int, float)) and not isinstance(number, bool):
            limits[name.text] = number
            continue
        problem = f"`{key}` has a limit that is not understood"
        found.append(Finding(file, name.line, problem, "write {at_least: 3, at_most: 6}"))
        return None
    if not limits:
        found.append(Finding(file, node.line, f"`{key}` has no limit", "write {at_least: 3}"))
        return None
    return Within(key, limits.get("at_least"), limits.get("at_most"), node.line)
