"""Interviews as the skip logic allows them: all of them where that is few, or a fixed draw. For the checker."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from random import Random

from protocols.conditions import Value
from protocols.engine import read_answers
from protocols.known import Known, State
from protocols.program import Program

Interview = dict[str, Value]

FEW = 5000


def are_few(program: Program) -> bool:
    """Whether trying every interview is a matter of a moment."""
    return prod(len(item.values) + len(item.ruled) for item in program.items) <= FEW


def every(program: Program) -> Iterator[Interview]:
    """Every interview without a gap; refusals count as answers where a published rule speaks of them."""

    def extend(place: int, so_far: Interview) -> Iterator[Interview]:
        if place == len(program.items):
            yield dict(so_far)
            return
        item = program.items[place]
        if not _is_asked(program, item, so_far):
            yield from extend(place + 1, so_far)
            return
        for value in (*item.values, *sorted(item.ruled)):
            yield from extend(place + 1, {**so_far, item.id: value})

    return extend(0, {})


def drawn(program: Program, random: Random, start: Interview | None = None) -> Interview:
    """One interview without a gap; `start` answers are kept where they are still asked."""
    interview: Interview = {}
    for item in program.items:
        if _is_asked(program, item, interview):
            kept = (start or {}).get(item.id)
            interview[item.id] = random.choice(item.values) if kept is None else kept
    return interview


def _is_asked(program: Program, item: Known, so_far: Interview) -> bool:
    if item.ask is None:
        return True
    state: State = read_answers(program, so_far)[0]
    return item.ask(state) is True
