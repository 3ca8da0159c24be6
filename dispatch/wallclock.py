"""The clock on the wall, and what its changes do to a roster.

All roster arithmetic (hand-off times, the length of a shift, weekdays, hours) is done on the local clock, and each
result is then placed on the line of real time by `instant`, always the same way:

1. A local time that exists once is that instant.
2. A local time that the clocks skip is the first instant after the skip. A shift 22:00-02:30 on a night without a
   02:30 ends when the clock jumps, and whoever starts at 02:30 starts there: no hour is uncovered because it does not
   exist.
3. A local time that comes twice is its first pass. A shift 00:00-01:30 ends at the first 01:30 and the next one holds
   from there through the second pass: nobody is on call for the doubled hour, off it, and on it again.

`instant` never goes backwards when the local time goes forward, so a shift cannot end before it starts; one that lies
wholly inside a skipped hour has no length that day. A shift "20:00 for 12h" ends at 08:00 by the clock in every night
of the year, which is 11 or 13 real hours in two of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch.errors import Fault, InvalidInput

#: Stand for "has always been" and "no end". A day inside the limits of datetime, so that a zone offset cannot overflow.
BEGINNING = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
END = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises InvalidInput when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"no time zone is called {name!r}; write one such as America/New_York"
        raise InvalidInput(problem, [Fault("timezone", problem)]) from None


@lru_cache(maxsize=1 << 17)
def instant(local: datetime, place: ZoneInfo) -> datetime:
    """The aware UTC instant of a naive local time, by the three rules above."""
    early = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    if early.astimezone(place).replace(tzinfo=None) == local:
        return early
    return _end_of_skip(local, place)


def wall(at: datetime, place: ZoneInfo) -> datetime:
    """The naive local time that the clock shows at an instant."""
    return at.astimezone(place).replace(tzinfo=None, fold=0)


def _end_of_skip(local: datetime, place: ZoneInfo) -> datetime:
    """Zones change on whole seconds, so halving the seconds between the two readings of a skipped time finds it."""
    after = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    before = local.replace(tzinfo=place, fold=1).astimezone(UTC)
    old = before.astimezone(place).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(place).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
