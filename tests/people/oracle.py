"""Who is on call, worked out minute by minute by plain counting; nothing of the product's arithmetic is used.

The clock changes come in through one idea: a clock that never goes back. It shows the latest reading the wall clock has
shown so far, so it stands still through the second pass of a doubled hour and jumps over a skipped one; a local time is
reached when this clock shows it or more.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from dispatch.hours import Hours
from dispatch.roster import Always, Once, Recurring, Roster, Shift, Team
from dispatch.rotation import Rotation

MINUTE = timedelta(minutes=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def minutes(team: Team, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every minute of [start, end) with what the clock that never goes back shows."""
    place = ZoneInfo(team.timezone)
    at = start - timedelta(days=1)
    shown = at.astimezone(place).replace(tzinfo=None)
    while at < end:
        shown = max(shown, at.astimezone(place).replace(tzinfo=None))
        if at >= start:
            yield at, shown
        at += MINUTE


def on_duty(roster: Roster, team: Team, layer: str, at: datetime, shown: datetime) -> set[str]:
    people: set[str] = set()
    for shift in roster.shifts:
        if shift.layer == layer:
            people |= _shift(shift, team, at, shown)
    for temporary in roster.temporary:
        if temporary.layer == layer and temporary.start <= at < temporary.end:
            people = set().union(*(_shift(shift, team, at, shown) for shift in temporary.shifts))
            if not people and temporary.fallback is not None:
                people = {temporary.fallback}
    for override in roster.overrides:
        if override.layer == layer and override.start <= at < override.end:
            if override.instead_of is not None and override.instead_of not in people:
                continue
            people.discard(override.instead_of or "")
            if override.person is not None:
                people.add(override.person)
    away = {absence.person for absence in roster.absences if absence.start <= at < absence.end}
    return people - away


def _shift(shift: Shift, team: Team, at: datetime, shown: datetime) -> set[str]:
    if (shift.since is not None and at < shift.since) or (shift.until is not None and at >= shift.until):
        return set()
    if shift.hours and not any(_within(some, shown) for some in shift.hours):
        return set()
    is_holiday = shown.date() in _holidays(shown.year)
    if shift.holidays is not None and is_holiday is not (shift.holidays == "only"):
        return set()
    person = _pattern(shift.pattern, at, shown)
    return {person} if person is not None else set()


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("US", subdiv="VA", years=year))


def _pattern(pattern: Always | Once | Rotation | Recurring, at: datetime, shown: datetime) -> str | None:
    match pattern:
        case Always(person):
            return person
        case Once(person, start, end):
            return person if start <= at < end else None
        case Rotation():
            turn = -1
            for handoff in _handoffs(pattern):
                if handoff > shown:
                    break
                turn += 1
            return pattern.people[turn % len(pattern.people)] if turn >= 0 else None
        case Recurring():
            day = (shown - pattern.lasts).date()
            while day <= shown.date():
                begins = datetime.combine(day, pattern.start.time())
                if _occurs(pattern, day) and begins <= shown < begins + pattern.lasts:
                    return pattern.person
                day += timedelta(days=1)
            return None


def _handoffs(rotation: Rotation) -> Iterator[datetime]:
    day, at = rotation.start, rotation.handoff.at
    months = 0
    moment = datetime.combine(day, at)
    while True:
        yield moment
        if rotation.unit == "month":
            months += rotation.every
            year, month = divmod(rotation.start.year * 12 + rotation.start.month - 1 + months, 12)
            last = calendar.monthrange(year, month + 1)[1]
            moment = datetime.combine(date(year, month + 1, min(rotation.handoff.day or 1, last)), at)
        else:
            hours = {"hour": 1, "day": 24, "week": 168}[rotation.unit]
            moment += timedelta(hours=hours * rotation.every)


def _occurs(rule: Recurring, day: date) -> bool:
    """For the rules the tests make: FREQ=DAILY or WEEKLY, INTERVAL, BYDAY."""
    parts = dict(part.split("=") for part in rule.rule.split(";"))
    every = int(parts["INTERVAL"])
    first = rule.start.date()
    if day < first or datetime.combine(day, rule.start.time()) in rule.without:
        return False
    if parts["FREQ"] == "DAILY":
        return (day - first).days % every == 0
    monday, first_monday = (one - timedelta(days=one.weekday()) for one in (day, first))
    return WEEKDAYS[day.weekday()] in parts["BYDAY"].split(",") and (monday - first_monday).days // 7 % every == 0


def _within(some: Hours, shown: datetime) -> bool:
    for day in (shown.date() - timedelta(days=1), shown.date()):
        begins = datetime.combine(day, some.start)
        ends = datetime.combine(day, some.end)
        if ends <= begins:
            ends += timedelta(days=1)
        if day.weekday() in some.days and begins <= shown < ends:
            return True
    return False
