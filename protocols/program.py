"""A definition compiled for scoring: every condition a function of a state, every look-up a dict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from protocols.conditions import Condition, Is, Value, leaves
from protocols.known import REFUSALS, SURELY, Compiled, Known, Test, compile_condition
from protocols.measures import Work, measuring
from protocols.model import Definition, Flag, Item, Protocol


@dataclass(frozen=True, slots=True)
class Program:
    items: tuple[Known, ...]
    ids: frozenset[str]
    measures: tuple[Work, ...]
    rules: tuple[tuple[int, Compiled | None], ...]
    """(place of the band, its condition), in the order they are tried."""
    ranges: tuple[tuple[float, float, int], ...]
    """(at_least, at_most, place of the band), highest first."""
    flags: tuple[tuple[str, Flag, tuple[tuple[bool | Value, Test | None], ...]], ...]
    score: str | None
    bands: tuple[str, ...]
    monotonic: bool


@lru_cache(maxsize=1024)
def compiled(protocol: Protocol) -> Program:
    """The program of a protocol, made once and kept."""
    definition = protocol.definition
    known: dict[str, Known] = {}
    for item in definition.items:
        known[item.id] = _known(definition, item, known)
    order = [band.id for band in definition.bands]
    ranges = [
        (band.at_least, inf if band.at_most is None else band.at_most, place)
        for place, band in enumerate(definition.bands)
        if band.at_least is not None
    ]
    return Program(
        items=tuple(known.values()),
        ids=frozenset(known),
        measures=tuple(measuring(name, measure, known) for name, measure in definition.measures.items()),
        rules=tuple(
            (order.index(rule.band), compile_condition(rule.when, known) if rule.when is not None else None)
            for rule in definition.rules
        ),
        ranges=tuple(sorted(ranges, reverse=True)),
        flags=tuple((name, flag, _cases(flag, known)) for name, flag in definition.flags.items()),
        score=definition.score,
        bands=tuple(order),
        monotonic=definition.monotonic is True,
    )


def _known(definition: Definition, item: Item, before: Mapping[str, Known]) -> Known:
    values = definition.answers_of(item)
    gaps = frozenset(REFUSALS) | {choice.value for choice in definition.choices_of(item) if choice.gap}
    answers: dict[Value, Value] = {value: value for value in (*values, *sorted(gaps, key=str))}
    for value in values:
        # A code such as "1" is often sent as the number 1: the same code, not a guess.
        if isinstance(value, str) and value.isdigit():
            answers.setdefault(int(value), value)
    spoken = {
        value
        for condition in _band_conditions(definition)
        for leaf in leaves(condition)
        if isinstance(leaf, Is) and leaf.name == item.id
        for value in leaf.values
    }
    return Known(
        id=item.id,
        answers=answers,
        gaps=gaps,
        ruled=frozenset(gap for gap in REFUSALS if gap in spoken),
        values=values[::-1] if item.worst is not None and item.worst == values[0] else values,
        points=dict(definition.points_of(item)),
        ask=compile_condition(item.ask, before).test if item.ask is not None else None,
        ask_names=tuple(leaf.name for leaf in leaves(item.ask)) if item.ask is not None else (),
    )


def _band_conditions(definition: Definition) -> Iterator[Condition]:
    yield from (rule.when for rule in definition.rules if rule.when is not None)
    for measure in definition.measures.values():
        yield from measure.count or ()


def _cases(flag: Flag, known: Mapping[str, Known]) -> tuple[tuple[bool | Value, Test | None], ...]:
    if flag.when is not None:
        return ((True, compile_condition(flag.when, known, SURELY).test), (False, None))
    return tuple(
        (case.value, compile_condition(case.when, known, SURELY).test if case.when is not None else None)
        for case in flag.cases or ()
    )
