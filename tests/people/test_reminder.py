"""When a reminder is due: so long before, never at night, once a length."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.reminder import EVENING, due, key, moment
from dispatch.spell import Spell
from tests.people.example import NOW, utc

NIGHT = (time(22), time(7))
NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
LENGTHS = (24 * HOUR, HOUR)


def local(text: str) -> datetime:
    """`06T08:00` of January 2026 in New York, as UTC."""
    return datetime.fromisoformat(f"2026-01-{text}").replace(tzinfo=NEW_YORK).astimezone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("start", "before", "given_at"),
    [
        ("06T20:00", HOUR, "06T19:00"),
        ("07T20:00", 24 * HOUR, "06T20:00"),
        # an hour before an early shift is night: the evening before
        ("07T06:00", HOUR, "06T21:30"),
        ("07T07:30", HOUR, "06T21:30"),
        # a day before is at six in the morning: the evening before that
        ("07T06:00", 24 * HOUR, "05T21:30"),
        # at the very end of the night
        ("07T08:00", HOUR, "07T07:00"),
        ("06T23:00", HOUR, "06T21:30"),
    ],
)
def test_when_it_is_due(start: str, before: timedelta, given_at: str) -> None:
    assert moment(local(start), before, NIGHT, NEW_YORK) == local(given_at)


def test_a_night_without_length_holds_nothing_back() -> None:
    assert moment(local("07T06:00"), HOUR, (time(0), time(0)), NEW_YORK) == local("07T05:00")


def ana(start: datetime) -> Spell:
    return Spell(start, "ana", ("primary",), start + 8 * HOUR)


def test_each_length_is_given_once_and_two_that_are_due_together_are_one_text() -> None:
    spell = ana(NOW + 30 * timedelta(minutes=1))
    (found,) = due("default", [spell], LENGTHS, (), NIGHT, NEW_YORK, NOW)
    assert found.keys == (key("default", spell, HOUR), key("default", spell, 24 * HOUR))
    assert due("default", [spell], LENGTHS, found.keys, NIGHT, NEW_YORK, NOW) == ()


def test_the_shorter_one_still_comes_after_the_longer_one_was_given() -> None:
    spell = ana(NOW + HOUR)
    (found,) = due("default", [spell], LENGTHS, {key("default", spell, 24 * HOUR)}, NIGHT, NEW_YORK, NOW)
    assert key("default", spell, HOUR) in found.keys


def test_none_for_a_shift_that_has_begun_and_none_too_early() -> None:
    for start in (NOW, NOW - HOUR, NOW + 24 * HOUR + timedelta(seconds=1)):
        assert due("default", [ana(start)], LENGTHS, (), NIGHT, NEW_YORK, NOW) == ()


def test_one_that_is_late_waits_for_the_end_of_the_night() -> None:
    night, morning = local("07T03:00"), local("07T07:00")
    spell = ana(local("07T09:00"))
    assert due("default", [spell], (24 * HOUR,), (), NIGHT, NEW_YORK, night) == ()
    assert len(due("default", [spell], (24 * HOUR,), (), NIGHT, NEW_YORK, morning)) == 1


@given(
    st.integers(0, 365 * 24 * 4),
    st.integers(1, 72),
    st.times(),
    st.times(),
    st.sampled_from(["America/New_York", "Australia/Lord_Howe", "America/Santiago", "Europe/London"]),
)
def test_it_is_never_later_than_asked_for_and_at_most_a_night_earlier(
    quarters: int, hours: int, begins: time, ends: time, place: str
) -> None:
    zone, night = ZoneInfo(place), (begins.replace(microsecond=0), ends.replace(microsecond=0))
    at = NOW + quarters * timedelta(minutes=15)
    found = moment(at, timedelta(hours=hours), night, zone)
    assert found <= at - timedelta(hours=hours)
    assert at - timedelta(hours=hours) - found <= timedelta(hours=26) + EVENING


def test_the_key_tells_team_person_start_and_length_apart() -> None:
    one = Spell(utc("2026-02-03T12:00"), "ana", ("primary",), None)
    assert key("default", one, HOUR) == "reminder|default|ana|2026-02-03T12:00Z|3600"
