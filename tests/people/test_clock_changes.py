"""Every change of the clocks in 2024-2030, in five zones that change in five different ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dispatch.roster import Recurring, Roster, Shift, Team, duties
from dispatch.rotation import Handoff, Rotation
from dispatch.spans import Duty, joined
from dispatch.wallclock import instant, wall
from tests.people.example import utc
from tests.people.oracle import minutes, on_duty
from tests.people.rosters import ZONES, changes

EVERY_CHANGE = [(name, change) for name in ZONES for change in changes(name)]
DAY = timedelta(days=1)


def test_the_table_holds_every_change_of_seven_years() -> None:
    assert [len(changes(name)) for name in ZONES] == [14, 0, 14, 14, 14]


def clocks_near(change: datetime, name: str) -> list[time]:
    """Every quarter of an hour that the clock shows within an hour and a half of a change, skipped ones included."""
    place = ZoneInfo(name)
    before = (change - timedelta(minutes=1)).astimezone(place).replace(tzinfo=None) + timedelta(minutes=1)
    return [(before + timedelta(minutes=15 * step)).time() for step in range(-6, 7)]


def plan(team: Team, change: datetime, *patterns: Rotation | Recurring) -> list[Duty]:
    roster = Roster((team,), tuple(Shift("default", "primary", pattern) for pattern in patterns))
    return duties(roster, "default", change - DAY, change + DAY)["primary"]


@pytest.mark.parametrize(("name", "change"), EVERY_CHANGE, ids=[f"{n}-{c:%Y-%m}" for n, c in EVERY_CHANGE])
def test_around_a_change_nobody_serves_twice_and_no_minute_is_uncovered(name: str, change: datetime) -> None:
    team = Team("default", name, "VA")
    first = (change - timedelta(days=9)).date()
    for handoff in clocks_near(change, name):
        for unit, every in (("day", 1), ("hour", 12), ("hour", 1)):
            people = ("ana", "ben", "cho") if every == 1 else ("ana", "ben")
            turns = plan(team, change, Rotation(people, every, unit, Handoff(handoff), first))  # type: ignore[arg-type]
            assert all(one.end == two.start for one, two in pairwise(turns)), (handoff, unit)
            assert (turns[0].start, turns[-1].end) == (change - DAY, change + DAY)
            skipped = unit == "hour" and every == 1  # an hour's turn may vanish with its hour
            assert skipped or all(one.person != two.person for one, two in pairwise(turns)), (handoff, unit)


@pytest.mark.parametrize(("name", "change"), EVERY_CHANGE, ids=[f"{n}-{c:%Y-%m}" for n, c in EVERY_CHANGE])
def test_two_shifts_that_meet_on_the_clock_meet_in_time(name: str, change: datetime) -> None:
    """12 h by rule from each quarter hour near the change, and 12 h from where it ends."""
    team = Team("default", name, "VA")
    first = (change - timedelta(days=9)).date()
    for clock in clocks_near(change, name):
        start = datetime.combine(first, clock)
        day = Recurring("ana", "FREQ=DAILY", start, timedelta(hours=12))
        night = Recurring("ben", "FREQ=DAILY", start + timedelta(hours=12), timedelta(hours=12))
        found = plan(team, change, day, night)
        assert joined(found) == [(change - DAY, change + DAY)]
        assert all(one.end <= two.start for one, two in pairwise(found)), f"nobody overlaps at {clock}"


@pytest.mark.parametrize("name", ZONES)
def test_the_minute_by_minute_oracle_agrees_at_every_quarter_hour_of_a_change(name: str) -> None:
    team = Team("default", name, "VA")
    for change in changes(name)[:2] or (utc("2026-03-08T09:00"),):
        clocks = clocks_near(change, name)
        start = (change - timedelta(days=3)).date()
        patterns = [
            Recurring("ana", "FREQ=DAILY;INTERVAL=1", datetime.combine(start, clock), timedelta(minutes=lasts))
            for clock, lasts in zip(clocks, (15, 30, 45, 60, 75, 90, 120, 180, 15, 30, 45, 60, 75), strict=True)
        ]
        for number, pattern in enumerate(patterns):
            roster = Roster((team,), (Shift("default", "primary", pattern),))
            begin, end = change - timedelta(hours=4), change + timedelta(hours=4)
            planned = duties(roster, "default", begin, end)["primary"]
            for at, shown in minutes(team, begin, end):
                expected = on_duty(roster, team, "primary", at, shown)
                assert {d.person for d in planned if d.start <= at < d.end} == expected, (at, clocks[number])


@pytest.mark.parametrize(
    ("zone", "local", "at"),
    [
        ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        ("America/Phoenix", "2026-03-08T02:30", "2026-03-08T09:30"),
        ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:00"),
        ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("America/Santiago", "2026-09-06T00:30", "2026-09-06T04:00"),
        ("America/Santiago", "2026-04-04T23:30", "2026-04-05T02:30"),
    ],
)
def test_a_skipped_time_is_the_end_of_the_skip_and_a_doubled_one_its_first_pass(zone: str, local: str, at: str) -> None:
    assert instant(datetime.fromisoformat(local), ZoneInfo(zone)) == utc(at)


@pytest.mark.parametrize(("name", "change"), EVERY_CHANGE, ids=[f"{n}-{c:%Y-%m}" for n, c in EVERY_CHANGE])
def test_real_time_never_goes_back_when_the_clock_goes_on(name: str, change: datetime) -> None:
    place = ZoneInfo(name)
    local = wall(change, place) - timedelta(hours=3)
    placed = [instant(local + timedelta(minutes=minute), place) for minute in range(361)]
    assert all(one <= two for one, two in pairwise(placed))


def test_the_night_shift_is_eleven_and_thirteen_real_hours_in_two_nights_of_the_year() -> None:
    team = Team("default", "America/New_York", "VA")
    nights = Recurring("ana", "FREQ=DAILY", datetime(2026, 1, 1, 20), timedelta(hours=12))  # noqa: DTZ001 - local
    roster = Roster((team,), (Shift("default", "primary", nights),))
    year = duties(roster, "default", datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC))["primary"]
    odd = {d.start.date(): d.end - d.start for d in year[:-1] if d.end - d.start != timedelta(hours=12)}
    assert odd == {date(2026, 3, 8): timedelta(hours=11), date(2026, 11, 1): timedelta(hours=13)}
