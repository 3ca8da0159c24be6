"""How fast the decisions about people are, on rosters larger than any site's.

The roster: one team of 1,000 people over five years. 600 take turns in 60 rotations of every length, 200 follow a
weekly or daily rule, 200 have single shifts as a calendar import makes them (two a week, 104,000 in all); 5,000
overrides and 1,000 absences. The match: 2,000 responders, 200 of them on call, with the Virginia rules.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from dispatch.clock import monotonic
from dispatch.coverage import gaps
from dispatch.hours import Hours
from dispatch.matching import EVERYONE, Candidate, Limits, Need, match
from dispatch.priority import Urgency
from dispatch.responder import Credential, Responder, Standing
from dispatch.roster import Absence, Always, OnCall, Once, Override, Recurring, Roster, Shift, Team, on_call
from dispatch.rotation import Handoff, Rotation
from dispatch.rulepackfile import shipped
from dispatch.teamsettings import Demand

FIRST = date(2024, 1, 1)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 5 * 365
LAYERS = ("primary", "second", "backup", "supervisor", "nights")
LIMITS = Limits(timedelta(hours=8), 6, (time(22), time(7)), "America/New_York")


def run() -> dict[str, float]:
    """Milliseconds; the aims are match p99 under 5, instant p99 under 2, a year's coverage under 2,000."""
    draw = random.Random(20260101)
    people = [_responder(number, draw) for number in range(2000)]
    roster = five_years(draw)
    figures = {"roster_first_instant_ms": _time(lambda: on_call(roster, "big", BEGIN + timedelta(days=900)))}
    moments = [BEGIN + timedelta(minutes=draw.randrange(DAYS * 1440)) for _ in range(1000)]
    cold = [_time(lambda at=moment: on_call(roster, "big", at)) for moment in moments]  # type: ignore[misc]
    figures |= _spread("instant_anywhere_in_five_years", cold)
    year = BEGIN + timedelta(days=700)
    today = [_time(lambda at=year + timedelta(seconds=86 * n): on_call(roster, "big", at)) for n in range(1000)]  # type: ignore[misc]
    figures |= _spread("instant_of_today", today)
    known = {one.id: one for one in people}
    demand = Demand(("primary", "backup"), ("en", "es"), ("adult", "child"))
    found = [0]

    def coverage() -> None:
        found[0] = len(gaps(roster, "big", known, {}, year, year + timedelta(days=365), year, demand, shipped()))

    figures["coverage_of_a_year_ms"] = _time(coverage)
    figures["coverage_gaps_found"] = found[0]
    who = [_candidate(person, number, draw) for number, person in enumerate(people)]
    for name, layer in (("match_layer", "primary"), ("match_everyone", EVERYONE)):
        times = []
        for number in range(500):
            need = _need(number, draw)
            now = BEGIN + timedelta(days=800, minutes=number)
            times.append(_time(lambda n=need, t=now, to=layer: match(n, to, who, 2, t, LIMITS, shipped())))  # type: ignore[misc]
        figures |= _spread(name, times)
    return figures


def five_years(draw: random.Random) -> Roster:
    team = Team("big", "America/New_York", "VA")
    shifts: list[Shift] = []
    lengths = (("hour", 12), ("day", 1), ("day", 3), ("week", 1), ("month", 1))
    for number in range(60):
        people = tuple(f"p{one}" for one in range(number * 10, number * 10 + 10))
        unit, every = lengths[number % 5]
        handoff = Handoff(time(8), 0 if unit == "week" else None, 1 if unit == "month" else None)
        weekdays = (Hours((0, 1, 2, 3, 4), time(8), time(20)),) if number % 6 == 5 else ()
        shifts.append(Shift("big", LAYERS[number % 5], Rotation(people, every, unit, handoff, FIRST), weekdays))  # type: ignore[arg-type]
    for number in range(600, 800):
        rule = "FREQ=DAILY;INTERVAL=3" if number % 2 else "FREQ=WEEKLY;BYDAY=SA,SU"
        start = datetime.combine(FIRST + timedelta(days=number % 7), time(draw.randrange(24)))
        shifts.append(Shift("big", LAYERS[number % 5], Recurring(f"p{number}", rule, start, timedelta(hours=12))))
    for number in range(800, 1000):
        for week in range(DAYS // 7):
            for _ in range(2):
                start_at = BEGIN + timedelta(weeks=week, hours=draw.randrange(168))
                shifts.append(
                    Shift("big", LAYERS[number % 5], Once(f"p{number}", start_at, start_at + timedelta(hours=8)))
                )
    shifts.append(Shift("big", "supervisor", Always("p0")))
    overrides, absences = [], []
    for _ in range(5000):
        start_at = BEGIN + timedelta(hours=draw.randrange(DAYS * 24))
        one, other = draw.sample(range(1000), 2)
        end_at = start_at + timedelta(hours=draw.randrange(1, 72))
        overrides.append(Override("big", draw.choice(LAYERS), start_at, end_at, f"p{one}", f"p{other}"))
    for _ in range(1000):
        start_at = BEGIN + timedelta(hours=draw.randrange(DAYS * 24))
        absences.append(Absence(f"p{draw.randrange(1000)}", start_at, start_at + timedelta(days=draw.randrange(1, 21))))
    return Roster((team,), tuple(shifts), tuple(overrides), absences=tuple(absences))


def _responder(number: int, draw: random.Random) -> Responder:
    title = draw.choice(("LMHP", "QMHP", "QMHP", "QMHP-T", "PRS"))
    return Responder(
        id=f"p{number}",
        teams=frozenset({"big"}),
        roles=frozenset({"responder"}),
        languages=frozenset(draw.sample(("en", "es", "ko", "ar"), 2)),
        gender=draw.choice(("female", "male")),
        populations=frozenset(draw.sample(("child", "adolescent", "adult", "older_adult"), 3)),
        skills=frozenset(draw.sample(("psychosis", "perinatal", "veteran", "substance_use"), 2)),
        areas=frozenset(draw.sample(("north", "south", "east", "west"), 2)),
        credentials=(Credential("VA", title, expires=date(2030, 1, 1), supervisor="p0"),),
    )


def _candidate(person: Responder, number: int, draw: random.Random) -> Candidate:
    on = (OnCall(person.id, LAYERS[draw.randrange(2)], None, "rotation"),) if number % 10 == 0 else ()
    standing = Standing(
        open_cases=int(draw.random() < 0.2),
        open_page_ranks=(draw.randrange(5),) if draw.random() < 0.1 else (),
        resting_until=BEGIN + timedelta(days=810) if draw.random() < 0.1 else None,
        last_paged_at=BEGIN + timedelta(days=790, minutes=draw.randrange(14400)),
        pages_tonight=draw.randrange(8),
        load_week=draw.randrange(40),
    )
    return Candidate(person, on, standing)


def _need(number: int, draw: random.Random) -> Need:
    return Need(
        f"case-{number}",
        "big",
        "VA",
        draw.choice(list(Urgency)),
        population=draw.choice(("child", "adult")),
        languages=frozenset({"es"}),
        gender="female",
        skills=frozenset({"veteran"}) if draw.random() < 0.3 else frozenset(),
        area="north",
        people=draw.choice((1, 2)),
    )


def _time(act: Callable[[], object]) -> float:
    start = monotonic()
    act()
    return (monotonic() - start) * 1000


def _spread(name: str, times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {f"{name}_p50_ms": ordered[len(ordered) // 2], f"{name}_p99_ms": ordered[int(len(ordered) * 0.99)]}


if __name__ == "__main__":
    for figure, value in run().items():
        print(f"{figure:48} {value:10.3f}")
