"""Who is on call, and where nobody is, as bars along a line of time: places and lengths in hundredths of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.coverage import Gap
from dispatch.flow.duty import Spell
from dispatch.roster import EVERYONE
from dispatch.wallclock import instant, wall

_DAY = timedelta(days=1)
#: Marks on the line of time: as many as a telephone's width can tell apart.
_MARKS = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """`at` and `length` in percent. `row` counts people who are on at the same time, from the top."""

    at: float
    length: float
    words: str
    start: datetime
    end: datetime
    row: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A layer's bars: who is on, and the gaps."""

    layer: str
    on: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Mark:
    at: float
    words: str


def lines(
    layers: Sequence[str], spells: Sequence[Spell], gaps: Sequence[Gap], start: datetime, end: datetime
) -> list[Line]:
    """One line a layer, and one for what concerns all of them together where that has a gap."""
    found = []
    for layer in [*layers, *([EVERYONE] if any(g.layer == EVERYONE for g in gaps) else [])]:
        on: list[Bar] = []
        ends: list[datetime] = []
        for spell in sorted((s for s in spells if s.layer == layer), key=lambda s: (s.start, s.person.id)):
            row = next((n for n, until in enumerate(ends) if until <= spell.start), len(ends))
            ends[row:] = [spell.end] if row == len(ends) else [spell.end, *ends[row + 1 :]]
            on.append(_bar(spell.person.name, spell.start, spell.end, start, end, row))
        missing = [_bar(g.kind, g.start, g.end, start, end, 0) for g in gaps if g.layer == layer]
        found.append(Line(layer, tuple(on), tuple(missing), len(ends) or (0 if missing else 1)))
    return found


def marks(start: datetime, end: datetime, place: ZoneInfo) -> list[Mark]:
    """Midnights of the team, every so many days that a handful remains."""
    days = max(1, -(-((end - start) // _DAY + 1) // _MARKS))
    day = wall(start, place).date() + _DAY
    found = []
    while (at := instant(datetime.combine(day, time()), place)) < end:
        found.append(Mark(_percent(at, start, end), f"{day:%a} {day.day} {day:%b}"))
        day += days * _DAY
    return found


def _bar(words: str, since: datetime, until: datetime, start: datetime, end: datetime, row: int) -> Bar:
    at = _percent(max(since, start), start, end)
    # A gap of a minute in a month is still seen.
    return Bar(at, max(0.4, _percent(min(until, end), start, end) - at), words, since, until, row)


def _percent(at: datetime, start: datetime, end: datetime) -> float:
    return round((at - start) / (end - start) * 100, 3)
