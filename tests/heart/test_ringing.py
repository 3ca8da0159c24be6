"""Whom an alarm rings, and which alarms let people sleep."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from dispatch.alarm import PAPERWORK, Kind
from dispatch.alarming import open_alarm, ring
from dispatch.casefile import Office

OFFICE = Office(("kim",), ("dee",), 1, (time(22), time(7)), "America/New_York")
#: Three in the morning in New York, and noon.
NIGHT = datetime(2026, 1, 6, 8, tzinfo=UTC)
NOON = datetime(2026, 1, 6, 17, tzinfo=UTC)
SEVEN = datetime(2026, 1, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(set(Kind) - PAPERWORK), ids=str)
def test_what_may_be_about_a_person_in_danger_rings_at_night(kind: Kind) -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", kind, ())
    rung, rings = ring(alarm, OFFICE, NIGHT)
    assert rings != []
    assert rung.rings == 1


@pytest.mark.parametrize("kind", sorted(PAPERWORK), ids=str)
def test_paperwork_rings_first_when_the_night_is_over(kind: Kind) -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", kind, ())
    waiting, rings = ring(alarm, OFFICE, NIGHT)
    assert (rings, waiting.rings) == ([], 0)
    assert waiting.deadline is not None
    assert waiting.deadline.due_at == SEVEN
    rung, rings = ring(waiting, OFFICE, SEVEN)
    assert [each.person for each in rings] == ["kim"]
    assert rung.deadline is not None
    assert rung.deadline.due_at == SEVEN + rung.every


@pytest.mark.parametrize("kind", sorted(PAPERWORK), ids=str)
def test_paperwork_rings_by_day_as_anything_does(kind: Kind) -> None:
    _, rings = ring(open_alarm(lambda: "a1", NOON, "default", kind, ()), OFFICE, NOON)
    assert [each.person for each in rings] == ["kim"]


def test_a_waiver_is_told_at_night_once_and_again_in_the_morning() -> None:
    alarm = open_alarm(lambda: "a1", NIGHT, "default", Kind.WAIVER, ("waived",))
    told, rings = ring(alarm, OFFICE, NIGHT)
    assert [each.person for each in rings] == ["kim"]
    waiting, rings = ring(told, OFFICE, NIGHT + told.every)
    assert (rings, waiting.rings) == ([], 1)
    assert waiting.deadline is not None
    assert waiting.deadline.due_at == SEVEN


def test_in_the_night_that_skips_an_hour_the_morning_is_the_clocks() -> None:
    spring = datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert OFFICE.morning(spring) == datetime(2026, 3, 8, 11, tzinfo=UTC)
    assert OFFICE.morning(spring - timedelta(hours=3)) is None
