"""Answers in; band, score, floor, ceiling and reasons out. The one interpreter for every instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from typing import cast

from protocols.bands import place
from protocols.errors import InvalidAnswer
from protocols.known import HIDDEN, Known, State, says, tidy
from protocols.model import Protocol
from protocols.program import Program, compiled
from protocols.readings import floor_and_ceiling

FlagValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Score:
    """One scored answer set. The same answers and the same file always give an equal one."""

    protocol: str
    version: str
    hash: str
    band: str | None
    """By the published rule on what was answered; None when that rule gives none."""
    score: float | int | None
    floor: str | None
    """The band if every gap is read as least worrying. Queue on at least this."""
    ceiling: str | None
    """The band if every gap is read as most worrying."""
    incomplete: bool
    because: tuple[str, ...]
    """The facts of the rule that fired; without a band, the gaps that stand in its way."""
    missing: tuple[str, ...]
    """Items whose turn it was and that have no usable answer."""
    flags: Mapping[str, FlagValue]
    """Beside the band; "unknown" where a gap leaves it open."""

    def as_json(self) -> dict[str, object]:
        """The result as the API and the command line print it, but for `urgency`, which is the policy's."""
        return {
            "protocol": self.protocol,
            "version": self.version,
            "hash": self.hash,
            "band": self.band,
            "score": self.score,
            "floor": self.floor,
            "ceiling": self.ceiling,
            "incomplete": self.incomplete,
            "because": list(self.because),
            "missing": list(self.missing),
            "flags": dict(self.flags),
        }


def score(protocol: Protocol, answers: Mapping[str, object]) -> Score:
    """Scores one answer set: `yes`, `no`, `refused`, `unable`, a code or a whole number by item id; absent or None
    is not asked.

    Raises InvalidAnswer naming the item: one the protocol does not have, a value it does not take, or one that its
    skip logic forbids.
    """
    program = compiled(protocol)
    state, missing, gaps = read_answers(program, answers)
    for measure in program.measures:
        measure(state)
    band, because = place(program, state)
    floor = ceiling = band
    if gaps:
        floor, ceiling = floor_and_ceiling(program, state)
        if band is not None and ceiling is not None:
            ceiling = max(band, ceiling)
        if band is None:
            because = tuple(says(item, state[item]) for item in missing)
    return Score(
        protocol=protocol.id,
        version=protocol.version,
        hash=protocol.hash,
        band=_name(program, band),
        score=_points(program, state),
        floor=_name(program, floor),
        ceiling=_name(program, ceiling),
        incomplete=bool(missing),
        because=because,
        missing=missing,
        flags=_flags(protocol, program, state, band) if program.flags else {},
    )


def read_answers(program: Program, answers: Mapping[str, object]) -> tuple[State, tuple[str, ...], bool]:
    """(the state, items asked and left without a usable answer, whether anything at all is open)."""
    if not program.ids.issuperset(answers):
        stranger = next(name for name in answers if name not in program.ids)
        raise InvalidAnswer(str(stranger)[:60], "no such item in this protocol")
    state: State = {}
    missing: list[str] = []
    gaps = False
    for item in program.items:
        given = answers.get(item.id)
        asked = item.ask(state) if item.ask is not None else True
        if asked is False:
            if given is not None:
                reason = ", ".join(says(name, state[name]) for name in item.ask_names if state[name] is not HIDDEN)
                raise InvalidAnswer(item.id, f"is not asked when {reason}")
            state[item.id] = HIDDEN
            continue
        known = None if given is None else accept(item, given)
        state[item.id] = known
        if known is None or known in item.gaps:
            gaps = True
            # One whose turn depends on a gap may never come: the gap is what is missing, not the follow-up.
            if asked or known is not None:
                missing.append(item.id)
    return state, tuple(missing), gaps


def accept(item: Known, given: object) -> str | int:
    """The answer as it is kept. Raises InvalidAnswer naming the item."""
    # bool is an int to Python and 1.0 equals 1: both would slip through the look-up as somebody's answer.
    if type(given) in (str, int):
        known = item.answers.get(cast("str | int", given))
        if known is not None:
            return known
    # The value is not repeated: what was typed may be anything, a name included.
    raise InvalidAnswer(item.id, f"not an answer here; use {_allowed(item)}, refused or unable")


def _allowed(item: Known) -> str:
    own = [value for value in dict.fromkeys(item.answers.values()) if value not in ("refused", "unable")]
    if len(own) > 12:
        return f"a whole number from {own[0]} to {own[-1]}"
    return ", ".join(str(value) for value in own)


def _name(program: Program, band: int | None) -> str | None:
    return None if band is None else program.bands[band]


def _points(program: Program, state: State) -> int | float | None:
    if program.score is None:
        return None
    least, most = state[program.score]
    return tidy(least) if least == most and isfinite(least) else None


def _flags(protocol: Protocol, program: Program, state: State, band: int | None) -> dict[str, FlagValue]:
    flags: dict[str, FlagValue] = {}
    for name, flag, cases in program.flags:
        if flag.of_band is not None:
            within = None if band is None else protocol.bands[band].respond_within
            if band is None:
                flags[name] = "unknown"
            elif within is not None:
                flags[name] = tidy(within / timedelta(hours=1))
            continue
        for value, test in cases:
            truth = True if test is None else test(state)
            if truth is not False:
                flags[name] = "unknown" if truth is None else value
                break
    return flags
