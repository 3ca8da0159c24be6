"""Who is on call, who said OFF, and where nobody is, as bars along a line of time: places and lengths in
hundredths of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.console import words
from dispatch.coverage import Gap
from dispatch.flow.duty import Spell
from dispatch.roster import EVERYONE
from dispatch.wallclock import instant, wall

_DAY = timedelta(days=1)
#: Marks on the line of time: as many as a telephone's width can tell apart.
_MARKS = 7
#: Narrower than this, in percent, a bar holds no name.
_NAME = 9.0
#: The line begins now, and so does an OFF: what passed between the two looks is nobody's duty.
_SLIVER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """`at` and `length` in percent. `row` counts people who are on at the same time, from the top."""

    at: float
    length: float
    words: str
    start: datetime
    end: datetime
    row: int = 0
    #: they said OFF for this part of it
    off: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A layer's bars: who is on, and the gaps."""

    layer: str
    on: tuple[Bar, ...]
    gaps: tuple[Bar, ...]
    rows: int
    #: each row's person, where the bars are too short for their names
    names: tuple[str, ...] = ()


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
        own = sorted((s for s in spells if s.layer == layer), key=lambda s: (s.start, s.person.id))
        names = _short_ones(own, start, end)
        rows = [names.index(spell.person.name) for spell in own] if names else _packed(own)
        on = [
            _bar("" if names else spell.person.name, since, until, start, end, row, off)
            for spell, row in zip(own, rows, strict=True)
            for since, until, off in _parts(spell)
        ]
        missing = [_bar(words.gap(g.kind), g.start, g.end, start, end, 0) for g in gaps if g.layer == layer]
        found.append(Line(layer, tuple(on), tuple(missing), _height(rows, missing), names))
    return found


def _height(rows: Sequence[int], missing: Sequence[Bar]) -> int:
    return max(rows) + 1 if rows else int(not missing)


def _packed(own: Sequence[Spell]) -> list[int]:
    """A row for each spell: the first that is free again."""
    ends: list[datetime] = []
    rows = []
    for spell in own:
        row = next((n for n, until in enumerate(ends) if until <= spell.start), len(ends))
        ends[row:] = [spell.end] if row == len(ends) else [spell.end, *ends[row + 1 :]]
        rows.append(row)
    return rows


def _short_ones(own: Sequence[Spell], start: datetime, end: datetime) -> tuple[str, ...]:
    """Whose spells they are, where some are too short to hold a name: then everybody has a row of their own."""
    if all(_percent(spell.end, start, end) - _percent(spell.start, start, end) >= _NAME for spell in own):
        return ()
    return tuple(dict.fromkeys(spell.person.name for spell in own))


def _parts(spell: Spell) -> Iterator[tuple[datetime, datetime, bool]]:
    """A duty as it is worked: before, during and after the time for which its person said OFF."""
    if spell.off is None:
        yield spell.start, spell.end, False
        return
    if spell.off.start - spell.start >= _SLIVER:
        yield spell.start, spell.off.start, False
    yield (spell.off.start if spell.off.start - spell.start >= _SLIVER else spell.start), spell.off.end, True
    if spell.off.end < spell.end:
        yield spell.off.end, spell.end, False


def marks(start: datetime, end: datetime, place: ZoneInfo) -> list[Mark]:
    """Midnights of the team, every so many days that a handful remains."""
    days = max(1, -(-((end - start) // _DAY + 1) // _MARKS))
    day = wall(start, place).date() + _DAY
    found = []
    while (at := instant(datetime.combine(day, time()), place)) < end:
        found.append(Mark(_percent(at, start, end), f"{day:%a} {day.day} {day:%b}"))
        day += days * _DAY
    return found


def _bar(
    text: str, since: datetime, until: datetime, start: datetime, end: datetime, row: int, off: bool = False
) -> Bar:
    at = _percent(max(since, start), start, end)
    # A gap of a minute in a month is still seen.
    return Bar(at, max(0.4, _percent(min(until, end), start, end) - at), text, since, until, row, off)


def _percent(at: datetime, start: datetime, end: datetime) -> float:
    return round((at - start) / (end - start) * 100, 3)
