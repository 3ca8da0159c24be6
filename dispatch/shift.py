"""A shift: who is on duty in one layer of one team, by one of four patterns, within hours if any are given."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from dispatch.errors import Fault, InvalidInput
from dispatch.hours import Hours, open_windows
from dispatch.publicholidays import holiday_windows
from dispatch.rotation import Rotation
from dispatch.spans import Duty, Window, outside, within
from dispatch.wallclock import BEGINNING, END, instant

_DAY = timedelta(days=1)
#: How far restricted hours are read ahead of a window, so that `until` of a duty that runs on past midnight is true.
_AHEAD = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Always:
    person: str


@dataclass(frozen=True, slots=True)
class Recurring:
    """One person at the times of an RFC 5545 rule, in local time. `lasts` is counted on the wall clock.

    `start` is the naive local time the rule counts from (DTSTART); it is an occurrence only where the rule says so.
    Raises InvalidInput for a rule that cannot be read, and for one by the hour or finer (write a rotation).
    """

    person: str
    rule: str
    start: datetime
    lasts: timedelta
    #: local starts that are left out (EXDATE)
    without: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        if self.lasts <= timedelta(0):
            raise InvalidInput("lasts: must be longer than nothing", [Fault("lasts", "must be longer than nothing")])
        _rule(self.rule, self.start)


@dataclass(frozen=True, slots=True)
class Once:
    """One person, once; aware UTC."""

    person: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidInput("to: must be after from", [Fault("to", "must be after from")])


@dataclass(frozen=True, slots=True)
class Shift:
    """`hours` and `holidays` keep only the part of the pattern's time that lies within them, to the minute.

    A holiday lasts from local midnight to midnight: `never` ends the night shift of Christmas Eve at midnight, so that
    the layer's holiday shift (`only`) can hold from there. `since` and `until` (aware UTC) bound the whole shift: a
    roster that changes must not rewrite who was on call last month.
    """

    team: str
    layer: str
    pattern: Always | Rotation | Recurring | Once
    hours: tuple[Hours, ...] = ()
    holidays: Literal["only", "never"] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def people(self) -> tuple[str, ...]:
        return self.pattern.people if isinstance(self.pattern, Rotation) else (self.pattern.person,)

    @property
    def plain(self) -> bool:
        """A single stretch of time with nothing that restricts it."""
        return isinstance(self.pattern, Once) and not self.restricted

    @property
    def bounded(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def restricted(self) -> bool:
        """Not all of its pattern's time is duty."""
        return self.bounded or bool(self.hours) or self.holidays is not None

    def duties(self, place: ZoneInfo, calendar: str, start: datetime, end: datetime) -> Iterable[Duty]:
        """The duties that touch [start, end). Each is whole; restricted ones run at most eight days past `end`."""
        found = self._pattern_duties(place, start, end)
        if not self.restricted:
            return found
        if self.bounded:
            found = within(found, [Window(self.since or BEGINNING, self.until or END)])
        if self.hours:
            found = within(list(found), open_windows(self.hours, place, start - _DAY, end + _AHEAD))
        if self.holidays is not None:
            days = holiday_windows(calendar, place, start - _DAY, end + _AHEAD)
            kept = days if self.holidays == "only" else outside(days, start - _DAY, end + _AHEAD)
            found = within(list(found), kept)
        return [duty for duty in found if duty.start < end and start < duty.end]

    def _pattern_duties(self, place: ZoneInfo, start: datetime, end: datetime) -> Iterable[Duty]:
        match self.pattern:
            case Always(person):
                return (Duty(BEGINNING, END, person, "always"),)
            case Once(person, begins, ends):
                return (Duty(begins, ends, person, "single shift"),) if begins < end and start < ends else ()
            case Rotation() as turns:
                return turns.duties(place, start, end)
            case Recurring() as rule:
                return _recurring(rule, place, start, end)


def _recurring(shift: Recurring, place: ZoneInfo, start: datetime, end: datetime) -> list[Duty]:
    found = []
    for year in years_touching(shift.lasts, start, end):
        if year >= shift.start.year:
            found += year_of(shift, place, year).touching(start, end)
    return found


class Year(NamedTuple):
    """The occurrences of a recurring shift that begin in a local year, in order."""

    person: str
    because: str
    starts: Sequence[datetime]
    ends: Sequence[datetime]

    def touching(self, start: datetime, end: datetime) -> list[Duty]:
        starts, ends = self.starts, self.ends
        some = range(bisect_right(ends, start), bisect_left(starts, end))
        return [Duty(starts[at], ends[at], self.person, self.because) for at in some if starts[at] < ends[at]]


def year_of(shift: Recurring, place: ZoneInfo, year: int) -> Year:
    starts, ends = _year(shift.rule, shift.start, shift.lasts, shift.without, place, year)
    return Year(shift.person, f"rule {shift.rule}", starts, ends)


def years_touching(lasts: timedelta, start: datetime, end: datetime) -> range:
    """The local years in which an occurrence that `lasts` so long and touches [start, end) can begin."""
    return range((start - lasts - 2 * _DAY).year, (end + _DAY).year + 1)


@lru_cache(maxsize=1 << 14)
def _year(
    text: str, dtstart: datetime, lasts: timedelta, without: tuple[datetime, ...], place: ZoneInfo, year: int
) -> tuple[Sequence[datetime], Sequence[datetime]]:
    """Starts and ends of the occurrences that begin in a local year. Kept, because reading a rule walks it from its
    first occurrence, which is most of the cost of a roster that has run for years."""
    left_out = set(without)
    locals_ = [
        local
        for local in _rule(text, dtstart).between(datetime(year, 1, 1), datetime(year + 1, 1, 1), inc=True)  # noqa: DTZ001 - local on purpose
        if local not in left_out and local.year == year
    ]
    return [instant(local, place) for local in locals_], [instant(local + lasts, place) for local in locals_]


@lru_cache(maxsize=4096)
def _rule(text: str, dtstart: datetime) -> rrule:
    problem = ""
    try:
        found = rrulestr(text.removeprefix("RRULE:"), dtstart=dtstart)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        problem = f"not an RFC 5545 rule: {error}"
    else:
        if not isinstance(found, rrule):
            problem = "one RRULE only; leave out days with `without`"
        elif found._freq > 3:  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name; 3 is DAILY
            problem = "rules by the hour or finer are not read; write a rotation"
        else:
            return found
    raise InvalidInput(f"rrule: {problem}", [Fault("rrule", problem)])
