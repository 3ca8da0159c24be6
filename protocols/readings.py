"""The bands a gap still allows: the least worrying (floor) and the most worrying (ceiling), exactly.

An instrument that declares itself monotonic needs one reading each: every gap takes its least, or its most, worrying
answer, item by item, so that an answer that opens further questions opens them. For the others every completion is
tried; `wellformed.py` refuses a file where that could be more than LIMIT.

An answer that was given stays given: where a follow-up is answered, a gap above it is not read as what would have
forbidden the follow-up. A refusal that a published rule speaks of stays a refusal in the floor: a rule that answers
it is not a gap to be read as "no".
"""

from __future__ import annotations

from collections.abc import Iterator

from protocols.bands import place
from protocols.conditions import Value
from protocols.known import HIDDEN, Known, State, kept
from protocols.program import Program

LIMIT = 5000


def floor_and_ceiling(program: Program, state: State) -> tuple[int | None, int | None]:
    """Places in `program.bands`; None when no completion has a band."""
    if program.monotonic:
        return _reading(program, state, worst=False), _reading(program, state, worst=True)
    low = [band for band in _every(program, state, keep=True) if band is not None]
    high = [band for band in _every(program, state, keep=False) if band is not None]
    return (min(low) if low else None), (max(high) if high else None)


def _reading(program: Program, state: State, worst: bool) -> int | None:
    read: State = {}
    for item in program.items:
        known = state[item.id]
        if known is HIDDEN or not _is_gap(item, known):
            read[item.id] = known
        elif item.ask is not None and item.ask(read) is False:
            read[item.id] = HIDDEN
        elif worst:
            read[item.id] = item.values[-1]
        else:
            read[item.id] = kept(str(known)) if known in item.ruled else _least(program, item, {**state, **read})
    return _band_of(program, read)


def _least(program: Program, item: Known, state: State) -> Value:
    """The least worrying answer under which every answered follow-up could have been asked."""
    follow_ups = [
        each.ask
        for each in program.items
        if each.ask is not None and item.id in each.ask_names and not _is_gap(each, state[each.id])
    ]
    if not follow_ups:
        return item.values[0]
    for value in item.values:
        state[item.id] = value
        if all(ask(state) is not False for ask in follow_ups):
            return value
    return item.values[0]


def _every(program: Program, state: State, keep: bool) -> Iterator[int | None]:
    def complete(index: int, read: State) -> Iterator[int | None]:
        if index == len(program.items):
            yield _band_of(program, dict(read))
            return
        item = program.items[index]
        known = state[item.id]
        if known is HIDDEN:
            options: tuple[object, ...] = (known,)
        elif not _is_gap(item, known):
            options = () if item.ask is not None and item.ask(read) is False else (known,)
        elif item.ask is not None and item.ask(read) is False:
            options = (HIDDEN,)
        elif known in item.ruled:
            options = (kept(str(known)),) if keep else (kept(str(known)), *item.values)
        else:
            options = item.values
        for option in options:
            read[item.id] = option
            yield from complete(index + 1, read)
        read.pop(item.id, None)

    return complete(0, {})


def _is_gap(item: Known, known: object) -> bool:
    return known is None or known in item.gaps


def _band_of(program: Program, read: State) -> int | None:
    for measure in program.measures:
        measure(read)
    return place(program, read)[0]
