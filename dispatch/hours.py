"""Hours of the week on the clock of a place, as windows of real time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dispatch.spans import Window, joined
from dispatch.wallclock import instant, wall

_DAY = timedelta(days=1)
#: The weekdays of hours that are the same all week.
EVERY_DAY = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """On these weekdays (0 is Monday) from `start` to `end` on the clock; an end not after the start is next day's."""

    days: tuple[int, ...]
    start: time = time(0)
    end: time = time(0)


def open_windows(hours: Sequence[Hours], place: ZoneInfo, start: datetime, end: datetime) -> Sequence[Window]:
    """The windows that begin on the local days of [start, end), in order and apart."""
    return _open_days(tuple(hours), place, wall(start, place).toordinal(), wall(end, place).toordinal())


# The shifts of a team share their hours, and are asked about the same days one after another.
@lru_cache(maxsize=1024)
def _open_days(hours: tuple[Hours, ...], place: ZoneInfo, first: int, last: int) -> tuple[Window, ...]:
    return tuple(joined(window for day in range(first, last + 1) for window in _open_day(hours, place, day)))


@lru_cache(maxsize=1 << 14)
def _open_day(hours: tuple[Hours, ...], place: ZoneInfo, ordinal: int) -> tuple[Window, ...]:
    midnight = datetime.fromordinal(ordinal)
    found = []
    for some in hours:
        if midnight.weekday() in some.days:
            begins = datetime.combine(midnight, some.start)
            ends = datetime.combine(midnight if some.start < some.end else midnight + _DAY, some.end)
            found.append(Window(instant(begins, place), instant(ends, place)))
    return tuple(found)


def night_of(at: datetime, night: tuple[time, time], place: ZoneInfo) -> Window | None:
    """The night that an instant lies in; None by day, and where night begins and ends at the same time.

    `night` is on the clock of `place`, and may cross midnight. In a night that changes the clocks it is an hour longer
    or shorter.
    """
    if night[0] == night[1]:
        return None
    nights = open_windows([Hours(EVERY_DAY, *night)], place, at - _DAY, at)
    return next((window for window in nights if window.start <= at < window.end), None)
