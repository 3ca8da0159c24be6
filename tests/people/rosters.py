"""Random rosters around the clock changes of five zones that change in five different ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from dispatch.hours import Hours
from dispatch.roster import Absence, Always, Once, Override, Recurring, Roster, Shift, Team, Temporary
from dispatch.rotation import Handoff, Rotation

#: by the hour at 2, never, by the hour at 1, by half an hour, and at midnight in the other half of the world
ZONES = ("America/New_York", "America/Phoenix", "Europe/London", "Australia/Lord_Howe", "America/Santiago")
PEOPLE = ("ana", "ben", "cho", "dee")
LAYERS = ("primary", "backup")


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Every instant of 2024-2030 at which the offset of a zone changes, to the minute."""
    place = ZoneInfo(name)
    found = []
    at, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + timedelta(hours=6)
        if at.astimezone(place).utcoffset() != later.astimezone(place).utcoffset():
            low, high = at, later
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                same = middle.astimezone(place).utcoffset() == at.astimezone(place).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at = later
    return tuple(found)


_people = st.sampled_from(PEOPLE)
_days = st.lists(st.integers(0, 6), min_size=1, max_size=7, unique=True).map(tuple)


def clocks(around: datetime) -> st.SearchStrategy[time]:
    """Times of day; two thirds of them in the hours that a change at `around` skips or doubles in one of the zones."""
    anywhere = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
    near = [
        (around.astimezone(ZoneInfo(name)) + timedelta(minutes=minutes)).time()
        for name in ZONES
        if around in changes(name)
        for minutes in range(-90, 91, 30)
    ]
    return st.sampled_from(near) | st.sampled_from(near) | anywhere if near else anywhere


@st.composite
def spans(draw: st.DrawFn, around: datetime) -> tuple[datetime, datetime]:
    start = around + timedelta(minutes=draw(st.integers(-2880, 2880)))
    return start, start + timedelta(minutes=draw(st.integers(1, 2880)))


@st.composite
def rotations(draw: st.DrawFn, around: datetime) -> Rotation:
    unit = draw(st.sampled_from(("hour", "day", "week", "month")))
    start = around.date() - timedelta(days=draw(st.integers(-1, 60)))
    handoff = Handoff(
        draw(clocks(around)),
        start.weekday() if unit == "week" else None,
        start.day if unit == "month" else None,
    )
    people = draw(st.lists(_people, min_size=1, max_size=5))
    return Rotation(tuple(people), draw(st.integers(1, 13)), unit, handoff, start)  # type: ignore[arg-type]


@st.composite
def rules(draw: st.DrawFn, around: datetime) -> Recurring:
    day = around.date() - timedelta(days=draw(st.integers(-1, 40)))
    start = datetime.combine(day, draw(clocks(around)))
    every = draw(st.integers(1, 3))
    codes = draw(st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1, unique=True))
    weekly = f"FREQ=WEEKLY;INTERVAL={every};BYDAY={','.join(codes)}"
    rule = draw(st.sampled_from((weekly, f"FREQ=DAILY;INTERVAL={every}")))
    without = draw(st.lists(st.integers(0, 60), max_size=3))
    skipped = tuple(start + timedelta(days=ahead) for ahead in without)
    return Recurring(draw(_people), rule, start, timedelta(minutes=draw(st.integers(1, 2000))), skipped)


@st.composite
def shifts(draw: st.DrawFn, around: datetime) -> Shift:
    start, end = draw(spans(around))
    pattern = draw(
        st.one_of(
            st.builds(Always, _people),
            rotations(around),
            rules(around),
            st.builds(Once, _people, st.just(start), st.just(end)),
        )
    )
    hours = draw(st.lists(st.builds(Hours, _days, clocks(around), clocks(around)), max_size=2))
    kept: Literal["only", "never"] | None = draw(st.sampled_from((None, None, None, "only", "never")))
    bounds = draw(st.sampled_from(((None, None), (None, None), (start, None), (None, end), (start, end))))
    return Shift("default", draw(st.sampled_from(LAYERS)), pattern, tuple(hours), kept, *bounds)


@st.composite
def overrides(draw: st.DrawFn, around: datetime) -> Override:
    start, end = draw(spans(around))
    person, instead_of = draw(
        st.tuples(st.none() | _people, st.none() | _people).filter(lambda pair: pair[0] != pair[1])
    )
    return Override("default", draw(st.sampled_from(LAYERS)), start, end, person, instead_of)


@st.composite
def temporaries(draw: st.DrawFn, around: datetime) -> Temporary:
    start, end = draw(spans(around))
    layer = draw(st.sampled_from(LAYERS))
    own = tuple(replace(shift, layer=layer) for shift in draw(st.lists(shifts(around), min_size=1, max_size=2)))
    return Temporary("default", layer, start, end, own, draw(st.none() | _people))


@st.composite
def absences(draw: st.DrawFn, around: datetime) -> Absence:
    start, end = draw(spans(around))
    return Absence(draw(_people), start, end)


@st.composite
def rosters(draw: st.DrawFn) -> tuple[Roster, datetime, datetime]:
    """A roster of one team, and two days of it that begin within two days of a clock change where the zone has any."""
    name = draw(st.sampled_from(ZONES))
    around = draw(st.sampled_from(changes(name) or (datetime(2026, 12, 25, tzinfo=UTC),)))
    start = around - timedelta(minutes=draw(st.integers(0, 2880)))
    temporary = draw(st.lists(temporaries(around), max_size=1))
    roster = Roster(
        (Team("default", name, "VA"),),
        tuple(draw(st.lists(shifts(around), min_size=1, max_size=4))),
        tuple(draw(st.lists(overrides(around), max_size=4))),
        tuple(temporary),
        tuple(draw(st.lists(absences(around), max_size=2))),
    )
    return roster, start, start + timedelta(days=2)
