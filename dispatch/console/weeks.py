"""A calendar's days by weeks: who is on and where nobody is, and what one wants to know before unfolding one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from dispatch.coverage import Gap
from dispatch.flow.planned import Day, Piece
from dispatch.wallclock import instant, wall

_LENGTH = 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bare:
    """Nobody from `start` to `end`; None where that goes on beyond the day."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One layer on one day."""

    on: tuple[Piece, ...]
    bare: tuple[Bare, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A day; or days in a row, up to `last`, on which everything is the same."""

    day: date
    last: date
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from the first one shown; `mine` are those on which the reader is on call, `bare` those on which a
    layer has nobody for some time."""

    first: date
    last: date
    rows: tuple[Shown, ...]
    mine: tuple[date, ...]
    bare: tuple[date, ...]


def of(days: Sequence[Day], gaps: Sequence[Gap], place: ZoneInfo, today: date, me: str | None) -> list[Week]:
    """Today is never told together with another day."""
    empty = [gap for gap in gaps if gap.kind == "nobody"]
    shown = [_shown(each, empty, place) for each in days]
    return [_week(shown[n : n + _LENGTH], place, today, me) for n in range(0, len(shown), _LENGTH)]


def midnight(day: date, place: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, time()), place)


def _shown(each: Day, empty: Sequence[Gap], place: ZoneInfo) -> Shown:
    start, end = midnight(each.day, place), midnight(each.day + _DAY, place)
    found = [gap for gap in empty if gap.start < end and start < gap.end]
    return Shown(
        each.day,
        each.day,
        {
            layer: Cell(on, tuple(_bare(gap, start, end) for gap in found if gap.layer == layer))
            for layer, on in each.layers.items()
        },
    )


def _bare(gap: Gap, start: datetime, end: datetime) -> Bare:
    return Bare(gap.start if gap.start > start else None, gap.end if gap.end < end else None)


def _week(days: Sequence[Shown], place: ZoneInfo, today: date, me: str | None) -> Week:
    mine = [one.day for one in days if any(_there(cell, me) for cell in one.cells.values())]
    bare = [one.day for one in days if any(cell.bare for cell in one.cells.values())]
    rows: list[Shown] = []
    for _, same in groupby(days, key=lambda one: (one.day == today, _told(one, place))):
        first, *others = same
        rows.append(replace(first, last=others[-1].day if others else first.day))
    return Week(days[0].day, days[-1].day, tuple(rows), tuple(mine), tuple(bare))


def _told(one: Shown, place: ZoneInfo) -> object:
    """What a day's row says, but for its date."""

    def clock(at: datetime | None) -> time | None:
        return None if at is None else wall(at, place).time()

    return [
        (
            layer,
            [(piece.person.id, piece.off, clock(piece.start), clock(piece.end)) for piece in cell.on],
            [(clock(bare.start), clock(bare.end)) for bare in cell.bare],
        )
        for layer, cell in one.cells.items()
    ]


def _there(cell: Cell, me: str | None) -> bool:
    return any(piece.person.id == me and not piece.off for piece in cell.on)
