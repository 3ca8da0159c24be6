"""Sums and counts as functions that write their range into a state.

Two ranges are kept. The bare key holds what the published rule gives: a sum with a gap has no value unless the file
says how gaps are filled. The SURELY key holds what is certain whatever the gaps hide, for flags: an alarm that is
certain need not wait for the last answer. A count is certain by its nature, so both are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from protocols.known import HIDDEN, SURELY, Known, State, compile_condition, kept
from protocols.model import Measure

Work = Callable[[State], None]


def measuring(name: str, measure: Measure, known: Mapping[str, Known]) -> Work:
    """The function that works the measure out of a state's items."""
    if measure.count is not None:
        return _count(name, tuple(compile_condition(each, known).test for each in measure.count))
    weights = measure.sum if isinstance(measure.sum, dict) else dict.fromkeys(measure.sum or (), 1)
    terms = tuple(_term(known[item], weight) for item, weight in weights.items())
    return _add(name, terms, measure.missing.up_to if measure.missing is not None else 0)


def _add(name: str, terms: tuple[tuple[str, dict[Any, float], float, float], ...], fill: int) -> Work:
    sure = SURELY + name

    def add(state: State) -> None:
        total: float = 0
        low: float = 0
        high: float = 0
        gaps = answered = 0
        for item, points, least, most in terms:
            answer = state[item]
            worth = points.get(answer)
            if worth is None:
                gaps += 1
                low += least
                high += most
            elif answer is not HIDDEN:
                answered += 1
                total += worth
        state[sure] = (total + low, total + high)
        if not gaps:
            state[name] = (total, total)
        elif gaps <= fill and answered:
            filled = total * (answered + gaps) / answered
            state[name] = (filled, filled)
        else:
            state[name] = (-inf, inf)

    return add


def _term(item: Known, weight: float) -> tuple[str, dict[Any, float], float, float]:
    points = {value: worth * weight for value, worth in item.points.items()}
    least, most = min(points.values()), max(points.values())
    if item.ask is not None:
        least, most = min(0, least), max(0, most)
    points[HIDDEN] = 0
    points.update({kept(gap): least for gap in item.ruled})
    return item.id, points, least, most


def _count(name: str, tests: tuple[Callable[[State], bool | None], ...]) -> Work:
    sure = SURELY + name

    def count(state: State) -> None:
        low = high = 0
        for test in tests:
            truth = test(state)
            if truth is not False:
                high += 1
                low += truth is True
        state[name] = state[sure] = (low, high)

    return count
