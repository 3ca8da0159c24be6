"""What is known of an item, and how a condition reads it.

A *state* maps item ids to what is known of them, and measure ids to (lowest, highest) possible values. For an item it
holds the answer, or one of five ways of having none, which are never confused:

    None               not asked
    "refused"          asked, the person declined
    "unable"           asked, could not answer
    a gap choice       asked, answered "do not know"
    HIDDEN             the skip logic forbids the question

A condition is true, false, or None for "cannot be known yet". Only what is forbidden is false without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from protocols.conditions import AnyOf, Condition, Is, Not, Value, Within

State = dict[str, Any]
Truth = bool | None
Test = Callable[[State], Truth]
Reasons = Callable[[State, bool], tuple[str, ...]]

HIDDEN = object()
REFUSALS = ("refused", "unable")
SURELY = "surely "
"""State key prefix of a measure's range whatever the gaps hold; the bare key is the value the published rule gives."""


def kept(gap: str) -> str:
    """The state of a refusal that a published rule speaks of, once no other reading of it is to be considered."""
    return f"kept {gap}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the engine needs of one item."""

    id: str
    answers: dict[Value, Value]
    """Everything that may be sent, to the form it is kept in."""
    gaps: frozenset[Value]
    """Answers that answer nothing: refused, unable, and the item's own 'do not know'."""
    ruled: frozenset[str]
    """Refusals that a published rule speaks of."""
    values: tuple[Value, ...]
    """Real answers, least worrying first."""
    points: dict[Any, float]
    ask: Test | None
    ask_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition: its truth in a state, and the facts that made it true or false."""

    test: Test
    why: Reasons


def compile_condition(condition: Condition, known: Mapping[str, Known], prefix: str = "") -> Compiled:
    """The condition as functions; `prefix` chooses which range of a measure it compares (see SURELY)."""
    if isinstance(condition, Is):
        return _leaf(known[condition.name], frozenset(condition.values))
    if isinstance(condition, Within):
        low = -inf if condition.at_least is None else condition.at_least
        high = inf if condition.at_most is None else condition.at_most
        item = known.get(condition.name)
        if item is None:
            return _number(condition.name, prefix, low, high)
        return _leaf(item, frozenset(each for each in item.values if isinstance(each, int) and low <= each <= high))
    if isinstance(condition, Not):
        return _negated(compile_condition(condition.part, known, prefix))
    parts = tuple(compile_condition(part, known, prefix) for part in condition.parts)
    return _several(parts, decides=isinstance(condition, AnyOf))


def says(name: str, known: object) -> str:
    """One fact of a reason, in the form `q2 = yes`."""
    return f"{name} = {'not asked' if known is None else known}"


def tidy(number: float) -> int | float:
    """A whole number without its decimal point."""
    return int(number) if number == int(number) else number


def shown(number: float) -> str:
    """A number for a reason: a filled mean with two decimals, since nobody signs a dozen."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _leaf(item: Known, wanted: frozenset[Value]) -> Compiled:
    name = item.id
    only_gaps = wanted <= item.gaps
    table: dict[object, Truth] = {HIDDEN: False, None: False if only_gaps else None}
    for value in item.values:
        table[value] = value in wanted
    for gap in item.gaps:
        table[gap] = True if gap in wanted else (False if only_gaps else None)
        table[kept(str(gap))] = gap in wanted

    def test(state: State) -> Truth:
        return table[state[name]]

    def why(state: State, _: bool) -> tuple[str, ...]:
        return () if state[name] is HIDDEN else (says(name, state[name]),)

    return Compiled(test, why)


def _number(name: str, prefix: str, low: float, high: float) -> Compiled:
    key = prefix + name

    def test(state: State) -> Truth:
        least, most = state[key]
        if least >= low and most <= high:
            return True
        return False if most < low or least > high else None

    def why(state: State, _: bool) -> tuple[str, ...]:
        least, most = state[key]
        return (f"{name} = {shown(least)}",) if least == most else (f"{name} = {shown(least)} to {shown(most)}",)

    return Compiled(test, why)


def _negated(inner: Compiled) -> Compiled:
    def test(state: State) -> Truth:
        truth = inner.test(state)
        return None if truth is None else not truth

    def why(state: State, truth: bool) -> tuple[str, ...]:
        return inner.why(state, not truth)

    return Compiled(test, why)


def _several(parts: tuple[Compiled, ...], decides: bool) -> Compiled:
    """`any` is decided by the first true part, `all` by the first false one."""
    tests = tuple(part.test for part in parts)

    def test(state: State) -> Truth:
        unknown = False
        for each in tests:
            truth = each(state)
            if truth is decides:
                return decides
            if truth is None:
                unknown = True
        return None if unknown else not decides

    def why(state: State, truth: bool) -> tuple[str, ...]:
        told = (part for part in parts if truth is not decides or part.test(state) is decides)
        return tuple(dict.fromkeys(fact for part in told for fact in part.why(state, truth)))

    return Compiled(test, why)
