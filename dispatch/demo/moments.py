"""Times as exports write them: ISO or US order, with or without a time of day, with or without a zone.

A zone is dropped: an arrival's hour of the day is the hour where it happened, and that is what the record wrote.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(.+))?")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(.+))?")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?"
)
#: Midnight exactly, in a column that is a date to whoever exported it.
_MIDNIGHT = re.compile(r"(?:0{1,2}:00(?::00(?:\.0+)?)?|12:00(?::00)?\s*AM)\s*(?:Z|UTC|\+00(?::?00)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """`exact`: to the minute. Otherwise anywhere within `span` from `start` on."""

    start: datetime
    span: timedelta
    exact: bool

    def at(self, clock: time) -> Moment:
        return Moment(datetime.combine(self.start.date(), clock), timedelta(0), exact=True)

    def at_hour(self, hour: int) -> Moment:
        return replace(self, start=datetime.combine(self.start.date(), time(hour)), span=timedelta(hours=1))

    def within(self, drawn: random.Random) -> datetime:
        """The moment itself, or a drawn second of its span."""
        return self.start + timedelta(seconds=int(drawn.random() * self.span.total_seconds()))


def moment_of(text: str) -> Moment:
    """Raises ValueError that says how it may be written."""
    if found := _ISO.fullmatch(text):
        day, clock = day_of(found[1], found[2], found[3]), found[4]
    elif found := _US.fullmatch(text):
        day, clock = day_of(found[3], found[1], found[2]), found[4]
    else:
        raise ValueError("is no time; write 2024-05-31, 2024-05-31 22:15 or 5/31/2024 10:15 PM")
    if clock is None or _MIDNIGHT.fullmatch(clock):
        return day
    return day.at(time_of(clock))


def day_of(year: str, month: str, day: str) -> Moment:
    """Raises ValueError for a day that no calendar has."""
    try:
        return Moment(datetime(int(year), int(month), int(day)), timedelta(days=1), exact=False)  # noqa: DTZ001
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def time_of(text: str) -> time:
    """A time of day such as 22:15, 22:15:09 or 10:15 PM. Raises ValueError."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("is no time of day; write 22:15 or 10:15 PM")
    hour, minute, second, half = int(found[1]), int(found[2]), int(found[3] or 0), (found[4] or "").upper()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("is no time of day: AM and PM go with 1 to 12")
    hour = hour % 12 + (12 if half == "P" else 0) if half else hour
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ValueError("is no time of day") from None


def hour_of(text: str) -> int:
    """An hour of the day, 0 to 23. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and int(text) < 24):
        raise ValueError("must be an hour from 0 to 23")
    return int(text)
