"""Public holidays as windows of time. The one file that asks the `holidays` library.

A calendar is a country, or a country and one of its parts: `US`, `US-VA`, `GB-ENG`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from dispatch.errors import Fault, InvalidInput
from dispatch.spans import Window, joined
from dispatch.wallclock import instant, wall


def check_calendar(name: str) -> str:
    """The name itself. Raises InvalidInput when no such calendar is known."""
    _days(name, 2026)
    return name


def holiday_windows(name: str, place: ZoneInfo, start: datetime, end: datetime) -> list[Window]:
    """Local midnight to midnight of each holiday that touches [start, end)."""
    first, last = wall(start, place).date(), wall(end, place).date()
    found = []
    for year in range(first.year, last.year + 1):
        for day in _days(name, year):
            if first <= day <= last:
                midnight = datetime.combine(day, datetime.min.time())
                found.append(Window(instant(midnight, place), instant(midnight + timedelta(days=1), place)))
    return joined(found)


@lru_cache(maxsize=512)
def _days(name: str, year: int) -> tuple[date, ...]:
    country, _, part = name.partition("-")
    try:
        return tuple(sorted(holidays.country_holidays(country, subdiv=part or None, years=year)))
    except NotImplementedError:
        problem = f"no calendar of public holidays is called {name!r}; write one such as US-VA"
        raise InvalidInput(problem, [Fault("holidays", problem)]) from None
