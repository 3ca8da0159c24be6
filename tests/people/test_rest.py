"""How long somebody has worked, and when they rest; a debrief's table, row by row."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.debrief import HELD_WITHIN, LEAVES, OPEN, Debrief, Event, State, advance
from dispatch.rest import REST, resting_until, worked
from dispatch.spans import Window
from tests.people.example import NOW

HOUR = timedelta(hours=1)


def ago(start: float, end: float) -> Window:
    return Window(NOW - start * HOUR, NOW - end * HOUR)


@pytest.mark.parametrize(
    ("periods", "hours"),
    [
        ([], 0),
        ([ago(3, 0)], 3),
        ([ago(6, 4), ago(3, 0)], 5),
        ([ago(4, 0), ago(3, 1)], 4),
        ([ago(4, 1), ago(3, 0)], 4),
        ([ago(20, 12), ago(3, 0)], 3),
        ([ago(20, 11), ago(3.5, 0)], 12.5),
        ([ago(20, 8)], 0),
        ([ago(20, 7.5)], 12.5),
    ],
)
def test_hours_with_cases_since_the_last_pause_as_long_as_a_rest(periods: list[Window], hours: float) -> None:
    assert worked(periods, NOW) == hours * HOUR
    assert worked(periods[::-1], NOW) == hours * HOUR


def test_rest_begins_at_the_policys_hours_and_not_before() -> None:
    assert resting_until([ago(8, 0)], NOW, 8 * HOUR) == NOW + REST
    assert resting_until([ago(7.99, 0)], NOW, 8 * HOUR) is None


spans = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 600)), max_size=8)


@given(spans)
def test_the_same_minutes_counted_one_by_one(drawn: list[tuple[int, int]]) -> None:
    minute = timedelta(minutes=1)
    periods = [Window(NOW - back * minute, NOW - max(0, back - length) * minute) for back, length in drawn]
    busy = {m for back, length in drawn for m in range(max(0, back - length), back)}
    counted = pause = 0
    for m in range(4001):
        pause = 0 if m in busy else pause + 1
        if pause >= REST / minute:
            break
        counted += m in busy
    assert worked(periods, NOW) == counted * minute


def debrief(state: State, due: datetime = NOW) -> Debrief:
    return Debrief("d1", "default", "c1", "ana", ("asked_for",), NOW - HOUR, due, state)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_event_in_every_state(state: State, event: Event) -> None:
    found = advance(debrief(state), event, "ana", NOW)
    if event not in LEAVES[state]:
        assert (found.debrief, found.refused) == (debrief(state), f"this debrief is {state}")
        return
    assert found.debrief.state is LEAVES[state][event]
    assert (found.debrief.deadline is None) is (found.debrief.state not in OPEN)
    assert (found.debrief.ended_by is None) is (found.debrief.state in OPEN)
    assert found.owed is (event is Event.OVERDUE and state is State.WANTED)


def test_an_early_clock_changes_nothing_and_a_wanted_one_is_due_a_day_later_each_time() -> None:
    early = advance(debrief(State.OFFERED, NOW + HOUR), Event.OVERDUE, "system", NOW)
    assert early.refused == "its time has not come"
    assert advance(debrief(State.WANTED), Event.OVERDUE, "system", NOW).debrief.due_at == NOW + HELD_WITHIN
